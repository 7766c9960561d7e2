"""The mail that brings an invitation, in the language that the inviter chose."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from stakeholders.models import Invitation

logger = logging.getLogger(__name__)

#: Somebody waits for the answer: a mail server that says nothing for so many seconds has failed.
PATIENCE = 10


def invitation_mail(invitation: Invitation, token: str) -> EmailMultiAlternatives:
    """Return the mail, as text and as HTML. Names are put on one line: none adds a header."""
    with translation.override(invitation.language):
        organisation = on_one_line(str(invitation.organisation.local_text("name")))
        context = {
            "organisation": organisation,
            "inviter": on_one_line(str(invitation.invited_by or "")),
            "roles": invitation.role_words,
            "expires_at": invitation.expires_at,
            "email": invitation.email,
            "address": settings.SITE_URL + reverse("stakeholders:invitation", args=[token]),
            "site_url": settings.SITE_URL,
            "contact_email": settings.CONTACT_EMAIL,
            "language": invitation.language,
        }
        subject = _("Invitasjon fra %(organisation)s til Tiltak for helsenæringen")
        mail = EmailMultiAlternatives(
            subject=subject % {"organisation": organisation},
            body=render_to_string("stakeholders/mail/invitation.txt", context),
            to=[invitation.email],
            headers={"Content-Language": invitation.language, "Auto-Submitted": "auto-generated"},
        )
        html = render_to_string("stakeholders/mail/invitation.html", context)
        mail.attach_alternative(html, "text/html")
    return mail


def send_invitation(invitation: Invitation, token: str) -> bool:
    """Send the mail; return whether the mail server took it."""
    mail = invitation_mail(invitation, token)
    mail.connection = get_connection(timeout=PATIENCE)
    try:
        return bool(mail.send())
    except OSError as error:  # also what smtplib raises
        # Without the traceback: it would hold the link.
        logger.error("Invitation %s could not be mailed: %s", invitation.pk, type(error).__name__)
        return False


def on_one_line(words: str) -> str:
    """Return words with all space, also line breaks, as single spaces."""
    return " ".join(words.split())
