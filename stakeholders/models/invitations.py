"""Letting people in: an invitation by e-mail, and the log of who gave and took what access."""

from __future__ import annotations

import datetime
import hashlib
import secrets
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stakeholders.choices import AccessVerb, Role
from stakeholders.models.organisations import Organisation

if TYPE_CHECKING:
    from stakeholders.models.users import User

#: How long an invitation is good for. The rule is the project's own.
GOOD_FOR = datetime.timedelta(days=14)
#: Bytes of chance in a token: far beyond guessing.
TOKEN_BYTES = 32
LANGUAGES = ("nb", "nn", "en")


def new_token() -> str:
    """Return a token for a link. Only its hash is ever stored."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(token: str) -> str:
    """Return what is stored of a token. It needs no salt: a token is chance through and through."""
    return hashlib.sha256(token.encode()).hexdigest()


def tidy_email(address: str) -> str:
    """Return an address as invitations keep it: without spaces around it, in lower case."""
    return address.strip().lower()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, in the words of the domain."""

    def open(self) -> InvitationQuerySet:
        """Those neither accepted nor revoked; they may have expired."""
        return self.filter(accepted_at=None, revoked_at=None)

    def with_token(self, token: str) -> InvitationQuerySet:
        """The one that a link leads to."""
        return self.filter(token_hash=hash_of(token))


class Invitation(models.Model):
    """An offer of roles in an organisation, sent to an e-mail address as a link.

    The link works once, and until `expires_at`. Its token is nowhere: `token_hash` is SHA-256 of
    it, so whoever reads the database cannot accept. Sending again makes a new token, and the old
    link dies. At most one is open per address and organisation. `mailed_at` is when the mail server
    took the latest mail; empty when it did not. Rows are kept for ever.
    """

    email = models.EmailField(_("e-postadresse"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="invitations")
    roles = models.JSONField(_("roller"), default=list)
    language = models.CharField(
        _("språk"), max_length=2, choices=[(code, code) for code in LANGUAGES], default="nb"
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(_("opprettet"), default=timezone.now)
    expires_at = models.DateTimeField(_("gjelder til"))
    token_hash = models.CharField(_("kontrollsum av lenken"), max_length=64, unique=True)
    mailed_at = models.DateTimeField(_("sendt"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("tatt imot"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="accepted_invitations",
        null=True,
        blank=True,
    )
    revoked_at = models.DateTimeField(_("trukket tilbake"), null=True, blank=True)

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("invitasjon")
        verbose_name_plural = _("invitasjoner")
        constraints = (
            models.UniqueConstraint(
                fields=["email", "organisation"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_open_once",
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="invitation_email_in_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(language__in=LANGUAGES), name="invitation_language_known"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="invitation_expires_later"
            ),
            models.CheckConstraint(condition=~Q(roles=[]), name="invitation_offers_a_role"),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, revoked_at=None),
                name="invitation_accepted_by_somebody_or_revoked",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email}, {self.organisation}"

    @property
    def role_words(self) -> list[str]:
        """The roles it offers, in the reader's language."""
        return words_for(self.roles)

    @property
    def state(self) -> str:
        """Where it stands: "accepted", "revoked", "expired" or "open"."""
        if self.accepted_at:
            return "accepted"
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "open"


def words_for(roles: list[str]) -> list[str]:
    """Return roles in the reader's language."""
    return [str(Role(role).label) for role in roles]


class AccessEventQuerySet(models.QuerySet["AccessEvent"]):
    """What was done with access, in the words of the domain."""

    def about(self, person: User) -> AccessEventQuerySet:
        """What concerns one person, also from before there was an account."""
        return self.filter(Q(person=person) | Q(invitation__accepted_by=person))


class AccessEvent(models.Model):
    """One row per act on somebody's access: who gave or took what, for whom, when.

    Written by the actions, in the same transaction as the act, and never changed: a database
    trigger refuses. `actor` is empty for what an operator did from the command line. `person` is
    empty while an invitation is an address alone; `organisation` is empty where the act is about
    the whole account. `roles` are those that the act gave, took or offered.
    """

    verb = models.CharField(_("hendelse"), max_length=8, choices=AccessVerb)
    at = models.DateTimeField(_("når"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="access_events",
        null=True,
        blank=True,
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="access_events", null=True, blank=True
    )
    invitation = models.ForeignKey(
        Invitation, models.PROTECT, related_name="events", null=True, blank=True
    )
    roles = models.JSONField(_("roller"), default=list, blank=True)

    objects: ClassVar[AccessEventQuerySet] = AccessEventQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("tilgangshendelse")
        verbose_name_plural = _("tilgangshendelser")
        constraints = (
            models.CheckConstraint(
                condition=Q(verb__in=AccessVerb.values), name="access_event_verb_known"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(invitation__isnull=False),
                name="access_event_is_about_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.verb} {self.person or self.invitation}"

    @property
    def role_words(self) -> list[str]:
        """The roles it is about, in the reader's language."""
        return words_for(self.roles)
