"""The log of what the clock starts: each job's last run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.utils import timezone

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
