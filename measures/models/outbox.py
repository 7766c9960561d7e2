"""The outbox: every mail about measures, before and after it is sent, and what led from it."""

from __future__ import annotations

import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from measures.choices import DELIVERED, UNDELIVERED, MailAnswer, MailKind, MailState, Stage
from measures.models.following import LOWER, Recipient
from measures.models.measures import Measure
from measures.models.reporting import StatusUpdate

#: Letters of a name that goes into a Message-ID or a link.
NAME_LETTERS = 16
#: How long a link to answer by is good for.
ANSWER_WITHIN = datetime.timedelta(days=30)


#: Failed, and to be tried again.
RETRIED = Q(state=MailState.FAILED, due_at__isnull=False)
UNDER_WAY = Q(state__in=[MailState.PLANNED, MailState.SENDING]) | RETRIED
GIVEN_UP = Q(state=MailState.FAILED, due_at=None)


def new_name() -> str:
    """Return a new name for a mail or a link."""
    return get_random_string(NAME_LETTERS, LOWER)


def lease() -> datetime.timedelta:
    """Return how long a worker may take over one mail, and a message may lie unseen in the queue.
    After that the one is taken to be dead and the other lost."""
    return datetime.timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)


class DigestQuerySet(models.QuerySet["Digest"]):
    """Mails in the outbox, in the words of the domain."""

    def under_way(self) -> DigestQuerySet:
        """Those that are not out and may still be."""
        return self.filter(UNDER_WAY)

    def given_up(self) -> DigestQuerySet:
        """Those that failed and are not tried again by themselves."""
        return self.filter(GIVEN_UP)

    def claimable(self, now: datetime.datetime) -> DigestQuerySet:
        """Those that a worker may take: whose time has come, or whose worker has died."""
        ready = Q(state__in=[MailState.PLANNED, MailState.FAILED], due_at__lte=now)
        abandoned = Q(state=MailState.SENDING, claimed_at__lte=now - lease())
        return self.filter(ready | abandoned)

    def unqueued(self, now: datetime.datetime) -> DigestQuerySet:
        """Those of them that nobody has been asked to take, or so long ago that it was lost."""
        return self.claimable(now).filter(Q(queued_at=None) | Q(queued_at__lte=now - lease()))

    def delivered(self) -> DigestQuerySet:
        """Those whose content has been told, or had none to tell."""
        return self.filter(state__in=DELIVERED)


class Digest(models.Model):
    """One mail to one recipient, from plan to proof. The unique key (recipient, kind, period) is
    the lock: whoever makes the row sends the mail, and nobody makes it twice.

    `period` is the day, the week or the month that a digest is for, the day of a reminder, or the
    subscription that is to be confirmed. It tells of what was published from `since` until
    `until`; the next one begins where the last *delivered* one ended, so a mail that never left is
    told by the next. `content` is what it says, decided once, so that a mail sent again after a
    crash is the same mail; `key` names it in its Message-ID.

    `state` goes planned → sending → sent; to failed when the mail server said no or was away; and
    is skipped_empty from the start when there was nothing to tell. Failed with a `due_at` will be
    tried again then; without, it is given up, and `last_error` says why. Called off is one that
    nobody need send any more: the next one tells it, the recipient has stopped all mail, or has
    answered (`last_error` says which). `claim` is the worker that
    is sending; only that one may mark it sent. `queued_at` is when somebody was last asked to.
    """

    key = models.CharField(max_length=NAME_LETTERS, unique=True, default=new_name)
    recipient = models.ForeignKey(Recipient, models.CASCADE, related_name="mails")
    kind = models.CharField(_("type"), max_length=12, choices=MailKind)
    period = models.CharField(_("periode"), max_length=20)
    since = models.DateTimeField(_("forteller fra"), null=True, blank=True)
    until = models.DateTimeField(_("forteller til"), null=True, blank=True)
    content = models.JSONField(default=dict, blank=True)
    state = models.CharField(
        _("tilstand"), max_length=13, choices=MailState, default=MailState.PLANNED
    )
    planned_at = models.DateTimeField(_("planlagt"), default=timezone.now)
    due_at = models.DateTimeField(_("sendes tidligst"), null=True, blank=True)
    queued_at = models.DateTimeField(_("lagt i kø"), null=True, blank=True)
    claim = models.CharField(max_length=NAME_LETTERS, blank=True)
    claimed_at = models.DateTimeField(_("tatt"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("forsøk"), default=0)
    last_error = models.CharField(_("siste feil"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sendt"), null=True, blank=True)
    bounced_at = models.DateTimeField(_("kom i retur"), null=True, blank=True)

    objects: ClassVar[DigestQuerySet] = DigestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("e-post")
        verbose_name_plural = _("e-poster")
        constraints = (
            models.UniqueConstraint(
                fields=["recipient", "kind", "period"], name="digest_once_a_period"
            ),
            models.CheckConstraint(condition=Q(kind__in=MailKind.values), name="digest_kind_known"),
            models.CheckConstraint(
                condition=Q(state__in=MailState.values), name="digest_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=MailState.SENT, sent_at__isnull=False)
                | ~Q(state=MailState.SENT) & Q(sent_at=None),
                name="digest_sent_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=MailState.SENDING) | Q(claimed_at__isnull=False) & ~Q(claim=""),
                name="digest_sent_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=MailState.PLANNED) | Q(due_at__isnull=False),
                name="digest_planned_for_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[MailState.FAILED, MailState.CALLED_OFF])
                | ~Q(last_error=""),
                name="digest_failed_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until__gt=F("since")), name="digest_window_has_length"
            ),
        )
        indexes = (
            # What is under way is little among millions that are sent.
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=[state.value for state in UNDELIVERED]),
                name="digest_under_way",
            ),
            models.Index(fields=["planned_at", "state"], name="digest_by_day"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.period}, {self.recipient}"


class Reminder(models.Model):
    """A recipient was reminded of a measure at one stage of one day to report by. Reminded once a
    stage: the unique key says so. It goes with a mail that was given up, so that another is made.
    """

    digest = models.ForeignKey(Digest, models.CASCADE, related_name="reminders")
    recipient = models.ForeignKey(Recipient, models.CASCADE, related_name="reminders")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="+")
    due_on = models.DateField(_("frist for å rapportere"))
    stage = models.CharField(_("trinn"), max_length=11, choices=Stage)

    class Meta:
        verbose_name = _("påminnelse")
        verbose_name_plural = _("påminnelser")
        constraints = (
            models.UniqueConstraint(
                fields=["recipient", "measure", "due_on", "stage"], name="reminder_once_a_stage"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=Stage.values), name="reminder_stage_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.recipient}: {self.measure_id}, {self.stage}"


class AnswerLink(models.Model):
    """A link in a mail by which one person answers about one measure, without signing in.

    It gives what the person may do anyway, asked for again when it is used, and only once: `answer`
    and `update` are what was said with it. It ends with `expires_at`, and when the person is signed
    out everywhere (`sign_outs` is what that count was). The link is `key`, signed
    (`measures.mail.links`); nothing that opens it is stored.
    """

    key = models.CharField(max_length=NAME_LETTERS, unique=True, default=new_name)
    digest = models.ForeignKey(Digest, models.SET_NULL, related_name="links", null=True, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="+")
    sign_outs = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(_("opprettet"), default=timezone.now)
    expires_at = models.DateTimeField(_("gjelder til"))
    used_at = models.DateTimeField(_("brukt"), null=True, blank=True)
    answer = models.CharField(_("svar"), max_length=8, choices=MailAnswer, blank=True)
    update = models.ForeignKey(
        StatusUpdate, models.PROTECT, related_name="+", null=True, blank=True
    )
    revoked_at = models.DateTimeField(_("trukket tilbake"), null=True, blank=True)

    class Meta:
        verbose_name = _("svarlenke")
        verbose_name_plural = _("svarlenker")
        constraints = (
            models.CheckConstraint(
                condition=Q(used_at=None, answer="", update=None)
                | Q(used_at__isnull=False, answer__in=MailAnswer.values, update__isnull=False),
                name="answer_link_used_says_what",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="answer_link_expires_later"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.measure_id}"


class JobRun(models.Model):
    """The last run of a job that the clock starts: when, how it went, what came of it."""

    name = models.CharField(_("jobb"), max_length=40, unique=True)
    started_at = models.DateTimeField(_("startet"))
    ended_at = models.DateTimeField(_("ferdig"), null=True, blank=True)
    result = models.CharField(_("resultat"), max_length=100, blank=True)
    error = models.CharField(_("feil"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("kjøring")
        verbose_name_plural = _("kjøringer")

    def __str__(self) -> str:
        return f"{self.name}, {self.started_at:%Y-%m-%d %H:%M}"
