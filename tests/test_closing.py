"""Ending the reporting about a measure, and taking it up again."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from measures.actions import Changed
from measures.actions.closing import close_reporting, reopen_reporting
from measures.choices import Verb
from measures.models import Event, Measure
from tests.cast import World, make_world

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 20)


@pytest.fixture
def world() -> Iterator[World]:
    with time_machine.travel(datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)):
        yield make_world()


def test_closing_says_who_when_and_why_and_leaves_the_status(world: World) -> None:
    approver = world.people["approver"]
    measure = close_reporting(world.measure, approver, " Avløst. ", DAY)
    measure.refresh_from_db()
    assert (measure.reporting_closed_on, measure.reporting_closed_by) == (DAY, approver)
    assert (measure.reporting_closed_reason, measure.status) == ("Avløst.", "in_progress")
    assert measure not in Measure.objects.open()
    event = Event.objects.latest("pk")
    assert (event.verb, event.happened_on, event.subject_key) == (
        Verb.REPORTING_CLOSED, DAY, "VK-01",
    )  # fmt: skip
    assert event.changes["reporting_closed_reason"] == ["", "Avløst."]


def test_it_can_be_taken_up_again_with_a_reason(world: World) -> None:
    approver = world.people["approver"]
    close_reporting(world.measure, approver, "Avløst.", DAY)
    measure = reopen_reporting(world.measure, approver, "Det var for tidlig.")
    measure.refresh_from_db()
    assert (measure.reporting_closed_on, measure.reporting_closed_by) == (None, None)
    assert measure in Measure.objects.open()
    event = Event.objects.latest("pk")
    assert event.verb == Verb.REPORTING_REOPENED
    assert event.changes["reason"] == ["", "Det var for tidlig."]
    assert event.changes["reporting_closed_on"] == ["2026-11-20", None]


def test_whoever_comes_second_is_told(world: World) -> None:
    approver = world.people["approver"]
    with pytest.raises(Changed):
        reopen_reporting(world.measure, approver, "x")
    close_reporting(world.measure, approver, "Avløst.", DAY)
    with pytest.raises(Changed):
        close_reporting(world.measure, world.people["approver_author"], "x", DAY)


@pytest.mark.parametrize("who", ["reporter", "steward", "voice", "colleague", "stranger"])
def test_only_approvers_of_who_answers(world: World, who: str) -> None:
    person = world.people[who]
    assert not Measure.objects.closable_by(person).exists()
    with pytest.raises(PermissionDenied):
        close_reporting(world.measure, person, "x", DAY)
    close_reporting(world.measure, world.people["approver"], "x", DAY)
    with pytest.raises(PermissionDenied):
        reopen_reporting(world.measure, person, "x")


@pytest.mark.parametrize(("reason", "on"), [(" ", DAY), ("x", datetime.date(2026, 11, 23))])
def test_not_without_a_reason_nor_ahead_of_time(
    world: World, reason: str, on: datetime.date
) -> None:
    with pytest.raises(ValueError, match="reason"):
        close_reporting(world.measure, world.people["approver"], reason, on)


def test_not_reopened_without_a_reason(world: World) -> None:
    with pytest.raises(ValueError, match="reason"):
        reopen_reporting(world.measure, world.people["approver"], " ")
