"""The links in mails. A link is a name with a signature: it opens what the name stands for, nobody
can make one up, and nothing that opens anything is stored."""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from measures.models import Recipient


class Purpose(StrEnum):
    """What a link is for; one made for another purpose opens nothing."""

    ANSWER = "answer"
    MAILBOX = "mailbox"
    CONFIRM = "confirm"


def token_for(purpose: Purpose, name: str) -> str:
    """Return the name with its signature, as it stands in an address."""
    return _signer(purpose).sign(name)


def name_in(purpose: Purpose, token: str) -> str | None:
    """Return the name that a token was made for; None when it was altered or made for something
    else. Tokens signed with an earlier secret (SECRET_KEY_FALLBACKS) are good."""
    try:
        return _signer(purpose).unsign(token)
    except BadSignature:
        return None


def mailbox_token(recipient: Recipient) -> str:
    """Return what opens the page of a mailbox."""
    return token_for(Purpose.MAILBOX, recipient.key)


def address(view: str, *arguments: object) -> str:
    """Return the full address of a view, in the language that is active: that of the mail."""
    return str(settings.SITE_URL) + reverse(view, args=arguments)


def _signer(purpose: Purpose) -> Signer:
    return Signer(salt=f"measures.mail.{purpose}", sep=".")
