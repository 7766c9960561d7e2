"""Rounds and what owners answer to them, for tests."""

from __future__ import annotations

import datetime
from itertools import count
from typing import Any

import time_machine
from django.utils import timezone

from measures.actions.rounds import Days, open_round
from measures.choices import Origin
from measures.models import Document, Measure, Owner, Round, StatusUpdate
from stakeholders.models import Organisation
from tests.cast import World
from tests.make import make_measure, make_update

#: A Norwegian day in the round that `make_round` opens, and the round's own days.
OPENS, DUE, CLOSES = (datetime.date(2026, 11, day) for day in (2, 13, 20))
DAYS = Days(OPENS, DUE, CLOSES)
serial = count(1)


def at(day: datetime.date, hour: int = 12, minute: int = 0) -> datetime.datetime:
    """Return a moment of a Norwegian day."""
    moment = datetime.datetime.combine(day, datetime.time(hour, minute))
    return timezone.make_aware(moment, timezone.get_default_timezone())


def make_round(
    world: World, *documents: Document, days: Days = DAYS, name: str = "", now: Any = None
) -> Round:
    """Let the steward open a round, on the day it opens unless `now` says another moment."""
    with time_machine.travel(now or at(days.opens_on, 8), tick=False):
        return open_round(
            world.people["steward"],
            name or f"Runde {next(serial)}",
            documents or (world.document,),
            days,
        )


def make_owned(world: World, ref: str, organisation: Organisation | None = None) -> Measure:
    """Make an open measure of the roadmap that an organisation, NFD unless told, leads."""
    measure = make_measure(ref=ref, document=world.document)
    Owner.objects.create(measure=measure, organisation=organisation or world.nfd, role="lead")
    return measure


def answer(
    world: World,
    measure: Measure,
    moment: datetime.datetime,
    origin: Origin = Origin.REPORT,
    status: str = "in_progress",
    **fields: Any,
) -> StatusUpdate:
    """Let NFD publish something about a measure at a moment."""
    with time_machine.travel(moment, tick=False):
        date = timezone.localdate().isoformat()
        owner = {} if origin == Origin.PUBLIC_SOURCE else {"organisation": world.nfd}
        return make_update(measure, date, status, origin=origin, **owner | fields)
