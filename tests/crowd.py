"""Many recipients in the database of DATABASE_URL, for tests with real processes.

    python -m tests.crowd 2000

publishes news of one measure, makes so many recipients who follow everything and are due, and
beside them some for whom there is no mail. Prints the addresses of both as JSON.
"""

from __future__ import annotations

import datetime
import json
import os
import sys
from typing import Any

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap.settings")
    django.setup()

import time_machine
from django.utils import timezone

from measures.choices import Language, Scope, Stopped
from measures.dates import OSLO
from measures.models import Measure, Recipient, Subscription
from tests.make import make_measure, make_update

#: One in so many gets no mail, for one reason or another.
WITHOUT = 20
DAY = datetime.timedelta(days=1)


def crowd(number: int) -> dict[str, list[str]]:
    """Make everybody; return the addresses of those who should get a mail, of those who have
    nothing to be told, and of those who are no recipients (any more)."""
    now = timezone.now()
    with time_machine.travel(now - datetime.timedelta(hours=2), tick=False):
        make_update(make_measure(), "2026-02-01", status="completed")
        still = make_measure()
    told = [person(f"folger-{n}@example.no", n, now) for n in range(number)]
    few = max(1, number // WITHOUT)
    idle = [person(f"stille-{n}@example.no", n, now) for n in range(few)]
    asked = [person(f"spurt-{n}@example.no", n, now) for n in range(few)]
    left = [person(f"sluttet-{n}@example.no", n, now) for n in range(few)]
    gone = [person(f"stanset-{n}@example.no", n, now) for n in range(few)]
    for one in gone:
        one.stopped_at, one.stopped_why = now, Stopped.ASKED
    Recipient.objects.bulk_create([*told, *idle, *asked, *left, *gone])
    Subscription.objects.bulk_create(
        [
            *(follows(one, now, confirmed_at=now) for one in [*told, *gone]),
            *(follows(one, now, confirmed_at=now, measure=still) for one in idle),
            *(follows(one, now) for one in asked),
            *(follows(one, now, confirmed_at=now, ended_at=now) for one in left),
        ]
    )
    return {
        "told": [one.email for one in told],
        "idle": [one.email for one in idle],
        "others": [one.email for one in [*asked, *left, *gone]],
    }


def person(email: str, number: int, now: datetime.datetime) -> Recipient:
    """A recipient who is due since yesterday, and then not before next week."""
    return Recipient(
        email=email,
        language=Language.values[number % len(Language.values)],
        weekday=(now - DAY).astimezone(OSLO).weekday(),
        hour=now.astimezone(OSLO).hour,
        since=now - DAY,
        next_at=now - DAY,
    )


def follows(
    recipient: Recipient, now: datetime.datetime, measure: Measure | None = None, **when: Any
) -> Subscription:
    """A subscription to one measure, or to everything."""
    scope = Scope.MEASURE if measure else Scope.ALL
    return Subscription(recipient=recipient, scope=scope, measure=measure, created_at=now, **when)


if __name__ == "__main__":
    json.dump(crowd(int(sys.argv[1])), sys.stdout)
