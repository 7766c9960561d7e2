"""Who gets mail about the measures, how often, and about which."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from measures.choices import Frequency, Language, Scope, Stopped, Weekday
from measures.models.documents import Document
from measures.models.measures import Measure
from stakeholders.models import Organisation

#: Letters of a recipient's name in links. It is no secret: the signature beside it is.
KEY_LETTERS = 10
LOWER = "abcdefghijkmnpqrstuvwxyz23456789"
LAST_HOUR = 23
#: When nothing else is chosen: Monday at seven, before the week's first meeting.
USUAL_HOUR = 7


def new_recipient_key() -> str:
    """Return a name for a recipient that says nothing about who it is."""
    return get_random_string(KEY_LETTERS, LOWER)


class RecipientQuerySet(models.QuerySet["Recipient"]):
    """Recipients, in the words of the domain."""

    def getting_mail(self) -> RecipientQuerySet:
        """Those that get mail: not stopped, and, unless a member or an organisation, with at least
        one subscription that was confirmed and has not ended."""
        confirmed = Subscription.objects.running().filter(recipient=OuterRef("pk"))
        return self.filter(
            Q(stopped_at=None),
            Q(user__is_active=True) | Q(organisation__isnull=False) | Q(Exists(confirmed)),
        )

    def unconfirmed(self) -> RecipientQuerySet:
        """Addresses that somebody typed and nobody has confirmed: no member, no organisation, and
        nothing that was ever followed."""
        confirmed = Subscription.objects.filter(
            recipient=OuterRef("pk"), confirmed_at__isnull=False
        )
        return self.filter(user=None, organisation=None).filter(~Exists(confirmed))


class Recipient(models.Model):
    """One mailbox that gets mail, and its rhythm. One mailbox is one person: whatever it follows
    comes in one mail.

    It is that of a member (`user`), an organisation's own inbox (`organisation`), or anybody's who
    confirmed the address; it may be several of these. `frequency`, `weekday` and `hour` say when
    the digest comes, in Norwegian time; monthly is the first such weekday of the month, daily every
    day. `next_at` is when the next one is due; `since` is where the very first begins to tell.

    `key` is its name in links, which are signed (`measures.mail.links`): no token is stored.
    `bounces` counts mails that came back. Stopped, it gets nothing at all.
    """

    key = models.CharField(max_length=KEY_LETTERS, unique=True, default=new_recipient_key)
    email = models.EmailField(_("e-postadresse"), unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="mail_recipient",
        null=True,
        blank=True,
    )
    organisation = models.OneToOneField(
        Organisation, models.PROTECT, related_name="mail_recipient", null=True, blank=True
    )
    language = models.CharField(_("språk"), max_length=2, choices=Language, default=Language.NB)
    frequency = models.CharField(
        _("hvor ofte"), max_length=7, choices=Frequency, default=Frequency.WEEKLY
    )
    weekday = models.PositiveSmallIntegerField(_("ukedag"), choices=Weekday, default=Weekday.MONDAY)
    hour = models.PositiveSmallIntegerField(_("klokkeslett"), default=USUAL_HOUR)
    since = models.DateTimeField(_("fra"), default=timezone.now)
    next_at = models.DateTimeField(_("neste oppsummering"), default=timezone.now)
    created_at = models.DateTimeField(_("opprettet"), default=timezone.now)
    stopped_at = models.DateTimeField(_("stoppet"), null=True, blank=True)
    stopped_why = models.CharField(_("hvorfor stoppet"), max_length=8, choices=Stopped, blank=True)
    bounces = models.PositiveSmallIntegerField(_("e-poster i retur"), default=0)

    objects: ClassVar[RecipientQuerySet] = RecipientQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("mottaker")
        verbose_name_plural = _("mottakere")
        indexes = (
            models.Index(fields=["next_at"], condition=Q(stopped_at=None), name="recipient_next"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="recipient_email_in_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="recipient_language_known"
            ),
            models.CheckConstraint(
                condition=Q(frequency__in=Frequency.values), name="recipient_frequency_known"
            ),
            models.CheckConstraint(
                condition=Q(weekday__in=Weekday.values), name="recipient_weekday_known"
            ),
            models.CheckConstraint(
                condition=Q(hour__lte=LAST_HOUR), name="recipient_hour_on_the_clock"
            ),
            models.CheckConstraint(
                condition=Q(stopped_at=None, stopped_why="")
                | Q(stopped_at__isnull=False, stopped_why__in=Stopped.values),
                name="recipient_stopped_with_a_reason",
            ),
        )

    def __str__(self) -> str:
        return self.email

    @property
    def owes_reports(self) -> bool:
        """Whether it may have something to report, approve or answer."""
        return self.user_id is not None or self.organisation_id is not None


class About(NamedTuple):
    """What is followed: one of these, or a selection of the list of measures (`query`, as the
    address of the list has it), or everything."""

    document: Document | None = None
    organisation: Organisation | None = None
    measure: Measure | None = None
    query: str = ""

    @property
    def scope(self) -> Scope:
        """Which of them it is."""
        if self.document:
            return Scope.DOCUMENT
        if self.organisation:
            return Scope.ORGANISATION
        if self.measure:
            return Scope.MEASURE
        return Scope.SELECTION if self.query else Scope.ALL


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Subscriptions, in the words of the domain."""

    def running(self) -> SubscriptionQuerySet:
        """Those that count: confirmed and not ended."""
        return self.filter(confirmed_at__isnull=False, ended_at=None)

    def pending(self) -> SubscriptionQuerySet:
        """Those that nobody has confirmed."""
        return self.filter(confirmed_at=None, ended_at=None)


class Subscription(models.Model):
    """What a recipient follows, see `About`.

    `confirmed_at` is when whoever reads the mailbox said yes; until then nothing is sent but the
    question. It is ended, not deleted, so that it is not begun again by itself; its row goes with
    the recipient's data. `by_role` is one that came with a role, or with being an organisation's
    inbox, and goes with it.
    """

    recipient = models.ForeignKey(Recipient, models.CASCADE, related_name="subscriptions")
    scope = models.CharField(_("omfang"), max_length=12, choices=Scope)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+", null=True, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", null=True, blank=True
    )
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="+", null=True, blank=True)
    query = models.CharField(_("utvalg"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("opprettet"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("bekreftet"), null=True, blank=True)
    ended_at = models.DateTimeField(_("avsluttet"), null=True, blank=True)
    by_role = models.BooleanField(_("følger med en rolle"), default=False)

    objects: ClassVar[SubscriptionQuerySet] = SubscriptionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("abonnement")
        verbose_name_plural = _("abonnementer")
        constraints = (
            models.CheckConstraint(
                condition=Q(scope=Scope.ALL, document=None, organisation=None, measure=None)
                & Q(query="")
                | Q(scope=Scope.DOCUMENT, document__isnull=False, organisation=None)
                & Q(measure=None, query="")
                | Q(scope=Scope.ORGANISATION, organisation__isnull=False, document=None)
                & Q(measure=None, query="")
                | Q(scope=Scope.MEASURE, measure__isnull=False, document=None)
                & Q(organisation=None, query="")
                | Q(scope=Scope.SELECTION, document=None, organisation=None, measure=None)
                & ~Q(query=""),
                name="subscription_is_about_its_scope",
            ),
            models.UniqueConstraint(
                fields=["recipient"], condition=Q(scope=Scope.ALL), name="subscription_all_once"
            ),
            *(
                models.UniqueConstraint(
                    fields=["recipient", about],
                    condition=Q(scope=scope),
                    name=f"subscription_{scope.value}_once",
                )
                for scope, about in (
                    (Scope.DOCUMENT, "document"),
                    (Scope.ORGANISATION, "organisation"),
                    (Scope.MEASURE, "measure"),
                    (Scope.SELECTION, "query"),
                )
            ),
        )

    def __str__(self) -> str:
        return f"{self.recipient}: {self.scope}"

    @property
    def about(self) -> About:
        """What is followed."""
        return About(self.document, self.organisation, self.measure, self.query)
