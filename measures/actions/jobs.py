"""What the clock starts, whoever the clock is: Celery beat, `manage.py clock`, or somebody with
`manage.py send_digests`. Each run is noted, and any may be repeated."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.utils import timezone

from measures.actions import following, outbox, publishing, reminding
from measures.digests.chain import is_reminding_time
from measures.models import JobRun


@dataclass
class Run:
    """A run under way; `result` is what it came to, in a few words."""

    result: str = ""


@contextmanager
def noted_run(name: str) -> Iterator[Run]:
    """Note that the job with this name runs, and how it ended. Errors pass through."""
    run, started = Run(), timezone.now()
    JobRun.objects.update_or_create(
        name=name, defaults={"started_at": started, "ended_at": None, "result": "", "error": ""}
    )
    mine = JobRun.objects.filter(name=name, started_at=started)
    try:
        yield run
    except Exception as error:
        # Its text may hold what people typed; the log has it.
        mine.update(ended_at=timezone.now(), error=type(error).__name__)
        raise
    mine.update(ended_at=timezone.now(), result=run.result[:100])


def publish_due(now: datetime.datetime) -> int:
    """Publish what is scheduled and whose time has come; return how many."""
    with noted_run("publish_due") as run:
        published = publishing.publish_due(now)
        run.result = str(published)
    return published


def plan_digests(now: datetime.datetime, only: Sequence[str] = ()) -> int:
    """Plan the digests that are due, `only` those of some addresses; return how many are to be
    sent."""
    with noted_run("plan_digests") as run:
        planned = sum(len(keys) for keys in outbox.plan_digests(now, only))
        run.result = str(planned)
    return planned


def plan_reminders(now: datetime.datetime) -> int:
    """Plan the reminders of the day, at an hour when people are reminded; return how many."""
    with noted_run("plan_reminders") as run:
        planned = len(reminding.plan_reminders(now)) if is_reminding_time(now) else 0
        run.result = str(planned)
    return planned


def forget_unconfirmed(now: datetime.datetime) -> int:
    """Delete addresses that nobody has confirmed, and what old mails said; return how many
    addresses."""
    with noted_run("forget_unconfirmed") as run:
        forgotten = following.forget_unconfirmed(now)
        run.result = str(forgotten)
    return forgotten


@contextmanager
def handing_out(now: datetime.datetime) -> Iterator[list[int]]:
    """Hand out the keys of the mails that wait, for as long as they are passed on or sent."""
    with noted_run("sweep_outbox") as run:
        waiting = outbox.hand_out(now)
        yield waiting
        run.result = str(len(waiting))
