"""How the jobs run and the mails leave, for those who see to it: the page at /drift/, and /metrics
for whoever watches the site. A fixed number of queries, whatever the outbox holds."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import cast

import redis
from celery import current_app
from celery.schedules import crontab
from django.conf import settings
from django.db.models import Count, Min, Q
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from measures.choices import UNDELIVERED, MailState
from measures.dates import OSLO, start_of
from measures.models import Digest, JobRun, Recipient
from measures.models.outbox import GIVEN_UP, RETRIED, UNDER_WAY, DigestQuerySet

DAY = datetime.timedelta(days=1)
#: What people call the jobs that the clock starts.
JOBS = {
    "publish_due": _("Publiserer det som er planlagt"),
    "plan_digests": _("Skriver oppsummeringer"),
    "plan_reminders": _("Skriver påminnelser"),
    "sweep_outbox": _("Sender det som venter"),
    "forget_unconfirmed": _("Sletter adresser som ingen har bekreftet"),
    "clear_expired_sessions": _("Rydder bort innlogginger som er utløpt"),
}
#: Those whose runs are not noted: they belong to the part of the site that knows no measures.
UNNOTED = {"clear_expired_sessions"}
#: Days that the page shows, and failures.
DAYS = 14
FAILURES = 20
#: The seconds that Redis has to answer.
PATIENCE = 1


# --- Jobs ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """A job that the clock starts, and its last run; None when it never ran, or its runs are not
    noted. `next_at` is None where no Celery beat starts it. `is_overdue` says that it did not run
    the last two times it should have."""

    name: str
    label: str
    run: JobRun | None
    next_at: datetime.datetime | None
    is_overdue: bool

    @property
    def is_noted(self) -> bool:
        """Whether its runs are noted at all."""
        return self.name not in UNNOTED

    @property
    def took(self) -> datetime.timedelta | None:
        """How long the last run took; None when it has not ended."""
        run = self.run
        return run.ended_at - run.started_at if run and run.ended_at else None


def jobs(now: datetime.datetime) -> list[Job]:
    """Return every job of the schedule, with its last run. One query."""
    runs = {run.name: run for run in JobRun.objects.all()}
    found = []
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        name = str(entry["task"]).rsplit(".", 1)[-1]
        schedule = cast("crontab", entry["schedule"])
        run = runs.get(name)
        found.append(
            Job(
                name=name,
                label=str(JOBS.get(name, name)),
                run=run,
                next_at=next_time(schedule, now) if settings.REDIS_URL else None,
                is_overdue=name not in UNNOTED and is_overdue(schedule, run, now),
            )
        )
    return found


def is_overdue(schedule: crontab, run: JobRun | None, now: datetime.datetime) -> bool:
    """Say whether a job missed the last two times that it should have run.

    One that never ran is overdue when a beat starts it more often than once a day: others may wait
    for their first time.
    """
    since = run.started_at if run else now
    following = next_time(schedule, since)
    second = next_time(schedule, following)
    if run is None:
        return bool(settings.REDIS_URL) and second - following < DAY
    return second <= now


def next_time(schedule: crontab, moment: datetime.datetime) -> datetime.datetime:
    """Return the first time of a schedule after a moment, as Celery beat reckons it."""
    since, ahead, _now = schedule.remaining_delta(moment)
    found: datetime.datetime = since + ahead
    return found


# --- The queue -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Queue:
    """What is in the outbox: mails that wait, since when the oldest does (None when none waits),
    how many of them wait for a new attempt and how many are being sent; and of those that will not
    be sent, how many were given up, and how many called off."""

    waiting: int
    oldest_at: datetime.datetime | None
    retried: int
    sending: int
    given_up: int
    called_off: int


def queue() -> Queue:
    """Count what is in the outbox. One query, over what is not sent alone."""
    found = Digest.objects.filter(state__in=UNDELIVERED).aggregate(
        waiting=Count("pk", filter=UNDER_WAY),
        oldest_at=Min("planned_at", filter=UNDER_WAY),
        retried=Count("pk", filter=RETRIED),
        sending=Count("pk", filter=Q(state=MailState.SENDING)),
        given_up=Count("pk", filter=GIVEN_UP),
        called_off=Count("pk", filter=Q(state=MailState.CALLED_OFF)),
    )
    return Queue(**found)


def queue_length() -> int | None:
    """Return how many tasks wait for a worker in Redis; None when it does not answer at once.

    Asked directly: Celery's own connection would go on trying.
    """
    options = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    client = redis.Redis.from_url(settings.CELERY_BROKER_URL, **options)
    try:
        return int(client.llen(current_app.conf.task_default_queue))
    except redis.RedisError:
        return None
    finally:
        client.close()


# --- Days ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Day:
    """What became of the mails that were planned on a Norwegian day; those that are in none of
    the groups are on their way. One that came back was sent first."""

    date: datetime.date
    planned: int = 0
    sent: int = 0
    failed: int = 0
    called_off: int = 0
    skipped: int = 0
    bounced: int = 0


def days(now: datetime.datetime) -> list[Day]:
    """Return the last days, today first, also those without any mail. One query."""
    today = now.astimezone(OSLO).date()
    shown = [today - datetime.timedelta(days=n) for n in range(DAYS)]
    rows = (
        Digest.objects.filter(planned_at__gte=start_of(shown[-1]))
        .annotate(date=TruncDate("planned_at", tzinfo=OSLO))
        .values("date")
        .annotate(
            planned=Count("pk"),
            sent=Count("pk", filter=Q(state=MailState.SENT)),
            failed=Count("pk", filter=GIVEN_UP),
            called_off=Count("pk", filter=Q(state=MailState.CALLED_OFF)),
            skipped=Count("pk", filter=Q(state=MailState.SKIPPED)),
            bounced=Count("pk", filter=Q(bounced_at__isnull=False)),
        )
    )
    found = {row["date"]: Day(**row) for row in rows}
    return [found.get(date, Day(date)) for date in shown]


# --- Failures --------------------------------------------------------------------------------


def failures() -> DigestQuerySet:
    """Return the latest mails that were given up, with their recipients."""
    given_up = Digest.objects.given_up().select_related("recipient")
    return given_up.order_by("-planned_at", "-pk")[:FAILURES]


# --- For whoever watches the site ------------------------------------------------------------


@dataclass(frozen=True)
class Pile:
    """Mails of one kind in one state, and how many of them came back."""

    kind: str
    state: str
    number: int
    bounced: int


def last_day(now: datetime.datetime) -> list[Pile]:
    """Count the mails planned within the last 24 hours by kind and state. One query, over those
    alone: the outbox holds years."""
    rows = (
        Digest.objects.filter(planned_at__gt=now - DAY)
        .values("kind", "state")
        .annotate(number=Count("pk"), bounced=Count("pk", filter=Q(bounced_at__isnull=False)))
        .order_by("kind", "state")
    )
    return [Pile(**row) for row in rows]


def recipients() -> dict[str, int]:
    """Count the recipients that get mail and those that have been stopped. One query."""
    return Recipient.objects.aggregate(
        active=Count("pk", filter=Q(stopped_at=None)),
        stopped=Count("pk", filter=Q(stopped_at__isnull=False)),
    )


# --- Recipients ------------------------------------------------------------------------------

#: So many hits of a search for a recipient.
HITS = 20


def recipients_found(words: str) -> list[Recipient]:
    """Return the first recipients whose address has the words in it."""
    found = Recipient.objects.filter(email__contains=words.strip().lower())
    return list(found.order_by("email")[:HITS])
