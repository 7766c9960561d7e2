"""When a recipient's digest is due, and which day, week or month it is for.

The rule looks at the clock alone, never at when something was sent last: a run at 10.05 one day and
at 10.01 the next misses nothing.
"""

from __future__ import annotations

import datetime
from typing import Protocol

from measures.choices import Frequency
from measures.dates import OSLO, moment_of

#: No two digests lie further apart: from the first Monday of one month to that of the next.
LONGEST = 36
DAYS_IN_A_WEEK = 7


class Rhythm(Protocol):
    """What a recipient has chosen."""

    frequency: str
    weekday: int
    hour: int


def latest_slot(rhythm: Rhythm, now: datetime.datetime) -> datetime.datetime:
    """Return the last moment, not after `now`, for which the rhythm asks for a digest."""
    return _nearest(rhythm, now, -1)


def next_slot(rhythm: Rhythm, now: datetime.datetime) -> datetime.datetime:
    """Return the first moment after `now` for which it does."""
    return _nearest(rhythm, now, 1)


def period_of(rhythm: Rhythm, slot: datetime.datetime) -> str:
    """Name the day, week (ISO 8601) or month that the digest of a slot is for: 2026-11-27,
    2026-W48, 2026-11."""
    day = slot.astimezone(OSLO).date()
    if rhythm.frequency == Frequency.DAILY:
        return day.isoformat()
    if rhythm.frequency == Frequency.WEEKLY:
        return f"{day:%G-W%V}"
    return f"{day:%Y-%m}"


def _nearest(rhythm: Rhythm, now: datetime.datetime, step: int) -> datetime.datetime:
    day = now.astimezone(OSLO).date()
    for _each in range(LONGEST + 1):
        moment = moment_of(day, rhythm.hour)
        if _suits(rhythm, day) and (moment <= now) == (step < 0):
            return moment
        day += datetime.timedelta(days=step)
    raise AssertionError("every rhythm comes within six weeks")


def _suits(rhythm: Rhythm, day: datetime.date) -> bool:
    if rhythm.frequency == Frequency.DAILY:
        return True
    if day.weekday() != rhythm.weekday:
        return False
    return rhythm.frequency == Frequency.WEEKLY or day.day <= DAYS_IN_A_WEEK
