"""What came of a round: the state on its closing day, whatever happens later."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from measures.actions.closing import close_reporting, reopen_reporting
from measures.choices import Answer, Origin, Verb
from measures.models import Event, Measure, Owner, Round, RoundMeasure, StatusUpdate
from measures.queries.rounds import asked_about, by_organisation, whole, with_standing
from tests.cast import World, make_world
from tests.make import make_measure, make_update
from tests.rounds import CLOSES, OPENS, answer, at, make_owned, make_round

pytestmark = pytest.mark.django_db
OSLO = ZoneInfo("Europe/Oslo")
DAY = datetime.timedelta(days=1)
LONG_AFTER = CLOSES + 400 * DAY
CONFIRMATION = Origin.CONFIRMATION


@pytest.fixture
def world() -> World:
    with time_machine.travel(at(OPENS - 30 * DAY), tick=False):
        return make_world()


def answers(asking: Round, on: datetime.date) -> dict[str, str]:
    return {m.ref: m.answer for m in asked_about(asking, on)}


def standing(asking: Round, on: datetime.date) -> dict[str, tuple[str, str]]:
    found = with_standing(asked_about(asking, on), asking, on)
    return {m.ref: (m.status_then, m.speaker_then) for m in found}


def everything(asking: Round, on: datetime.date) -> list[Any]:
    """All that the page of a round tells."""
    return [
        answers(asking, on),
        standing(asking, on),
        list(by_organisation(asking, on)),
        whole(asking, on),
    ]


def close(world: World, measure: Measure, moment: datetime.datetime) -> None:
    with time_machine.travel(moment, tick=False):
        close_reporting(measure, world.people["approver"], "Ferdig her.", moment.date())


# --- What counts -----------------------------------------------------------------------------


def test_each_answer(world: World) -> None:
    reported, confirmed, both, closed, source = (make_owned(world, f"VK-1{n}") for n in range(5))
    asking = make_round(world)
    answer(world, reported, at(OPENS))
    answer(world, confirmed, at(OPENS), CONFIRMATION)
    answer(world, both, at(OPENS))
    answer(world, both, at(OPENS + DAY), CONFIRMATION)
    close(world, closed, at(OPENS + DAY))
    answer(world, source, at(OPENS), Origin.PUBLIC_SOURCE)
    assert answers(asking, CLOSES) == {
        "VK-01": "missing",
        "VK-10": "reported",
        "VK-11": "confirmed",
        "VK-12": "reported",
        "VK-13": "closed",
        "VK-14": "missing",
    }


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at(OPENS - DAY, 23, 59), "missing"),
        (at(OPENS, 0, 0), "reported"),
        (at(CLOSES, 23, 59), "reported"),
        (at(CLOSES + DAY, 0, 0), "missing"),
    ],
)
def test_days_are_norwegian(world: World, moment: datetime.datetime, expected: str) -> None:
    asking = make_round(world)
    answer(world, world.measure, moment)
    assert answers(asking, LONG_AFTER)["VK-01"] == expected


def test_an_earlier_day_shows_what_was_known_then(world: World) -> None:
    asking = make_round(world)
    answer(world, world.measure, at(OPENS + 3 * DAY), status="completed")
    assert answers(asking, OPENS + 2 * DAY) == {"VK-01": "missing"}
    assert standing(asking, OPENS + 2 * DAY) == {"VK-01": ("in_progress", "owner")}
    assert answers(asking, OPENS + 3 * DAY) == {"VK-01": "reported"}
    assert standing(asking, OPENS + 3 * DAY) == {"VK-01": ("completed", "owner")}


def test_nothing_counts_before_a_round_has_opened(world: World) -> None:
    asking = make_round(world, now=at(OPENS - 5 * DAY))
    answer(world, world.measure, at(OPENS - DAY))
    assert answers(asking, OPENS - DAY) == {"VK-01": "missing"}


def test_a_report_about_something_earlier_counts_when_it_is_published(world: World) -> None:
    asking = make_round(world)
    with time_machine.travel(at(OPENS), tick=False):
        owner: dict[str, Any] = {"origin": Origin.REPORT, "organisation": world.nfd}
        make_update(world.measure, "2026-02", published_at=timezone.now(), **owner)
    assert answers(asking, CLOSES) == {"VK-01": "reported"}


# --- It can be reproduced for ever -----------------------------------------------------------


def late_report(world: World, said: StatusUpdate, silent: Measure) -> None:
    answer(world, silent, at(CLOSES + DAY, 0, 0), status="completed")


def late_report_dated_in_the_round(world: World, said: StatusUpdate, silent: Measure) -> None:
    with time_machine.travel(at(CLOSES + DAY), tick=False):
        owner: dict[str, Any] = {"origin": Origin.REPORT, "organisation": world.nfd}
        make_update(silent, CLOSES.isoformat(), published_at=timezone.now(), **owner)


def correction(world: World, said: StatusUpdate, silent: Measure) -> None:
    answer(world, said.measure, at(LONG_AFTER), Origin.CORRECTION, "not_started", replaces=said)


def another_owner(world: World, said: StatusUpdate, silent: Measure) -> None:
    Owner.objects.filter(role="lead").update(organisation=world.hod)
    world.document.coordinators.set([world.hod])


def closing(world: World, said: StatusUpdate, silent: Measure) -> None:
    close(world, silent, at(CLOSES + DAY, 0, 0))


def reopening(world: World, said: StatusUpdate, silent: Measure) -> None:
    closed = Measure.objects.get(ref="VK-03")
    with time_machine.travel(at(LONG_AFTER), tick=False):
        reopen_reporting(closed, world.people["approver"], "Det ble mer.")


def more_measures(world: World, said: StatusUpdate, silent: Measure) -> None:
    make_owned(world, "VK-99")


@pytest.mark.parametrize(
    "happens",
    [
        late_report,
        late_report_dated_in_the_round,
        correction,
        another_owner,
        closing,
        reopening,
        more_measures,
    ],
)
def test_what_happens_later_changes_no_closed_round(world: World, happens: Any) -> None:
    silent, closed = make_owned(world, "VK-02"), make_owned(world, "VK-03")
    make_measure(ref="VK-04", document=world.document)
    asking = make_round(world)
    said = answer(world, world.measure, at(OPENS))
    close(world, closed, at(OPENS))
    before = everything(asking, CLOSES)
    happens(world, said, silent)
    assert everything(asking, CLOSES) == before
    assert everything(asking, LONG_AFTER) == before


def test_a_correction_in_the_round_shows_in_what_stood(world: World) -> None:
    asking = make_round(world)
    said = answer(world, world.measure, at(OPENS), status="completed")
    moment = at(OPENS + DAY)
    answer(world, world.measure, moment, Origin.CORRECTION, "not_started", replaces=said)
    assert answers(asking, CLOSES) == {"VK-01": "reported"}
    assert standing(asking, OPENS) == {"VK-01": ("completed", "owner")}
    assert standing(asking, CLOSES) == {"VK-01": ("not_started", "owner")}


# --- The numbers -----------------------------------------------------------------------------


def test_a_measure_that_two_may_answer_counts_with_each_and_once_in_all(world: World) -> None:
    world.document.coordinators.add(world.hod)
    shared = make_measure(ref="VK-02", document=world.document)
    asking = make_round(world)
    answer(world, shared, at(OPENS), CONFIRMATION)
    rows = {row["organisation"]: row for row in by_organisation(asking, CLOSES)}
    assert (rows[world.nfd.pk]["asked"], rows[world.nfd.pk]["missing"]) == (2, 1)
    assert (rows[world.hod.pk]["asked"], rows[world.hod.pk]["confirmed"]) == (1, 1)
    assert whole(asking, CLOSES).asked == 2
    assert whole(asking, CLOSES).answers == Counter(missing=1, confirmed=1)
    assert [m.ref for m in asked_about(asking, CLOSES, world.hod)] == ["VK-02"]


def recount(asking: Round, on: datetime.date) -> dict[str, str]:
    """Count again without SQL, from the rows of the history."""
    last = min(on, asking.closes_on)
    found = {}
    for row in RoundMeasure.objects.filter(round=asking).select_related("measure"):
        said = {
            update.origin
            for update in StatusUpdate.objects.filter(measure=row.measure_id)
            if update.published_at
            and asking.opens_on <= update.published_at.astimezone(OSLO).date() <= last
        }
        acts = [
            event.verb
            for event in Event.objects.filter(measure=row.measure_id).order_by("at", "pk")
            if "reporting_" in event.verb and event.at.astimezone(OSLO).date() <= last
        ]
        if "report" in said:
            found[row.measure.ref] = "reported"
        elif "confirmation" in said:
            found[row.measure.ref] = "confirmed"
        else:
            is_closed = acts[-1:] == [Verb.REPORTING_CLOSED]
            found[row.measure.ref] = "closed" if is_closed else "missing"
    return found


ACTS = st.tuples(
    st.integers(0, 2),
    st.integers(-2, 22),
    st.sampled_from([0, 1, 12, 23]),
    st.sampled_from([Origin.REPORT, CONFIRMATION, Origin.PUBLIC_SOURCE, "close"]),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(ACTS, max_size=8), on=st.integers(-3, 40))
def test_the_sql_counts_as_plain_python_does(
    world: World, acts: list[tuple[int, int, int, Any]], on: int
) -> None:
    with transaction.atomic():
        measures = [make_owned(world, f"VK-1{n}") for n in range(3)]
        asking = make_round(world, now=at(OPENS - 3 * DAY))
        for which, day, hour, what in sorted(acts, key=lambda act: act[1:3]):
            moment = at(OPENS + day * DAY, hour)
            measures[which].refresh_from_db()
            if what != "close":
                answer(world, measures[which], moment, what)
            elif measures[which].reporting_closed_on is None:
                close(world, measures[which], moment)
        asked_on = OPENS + on * DAY
        expected = recount(asking, asked_on)
        assert answers(asking, asked_on) == expected
        assert whole(asking, asked_on).answers == Counter(expected.values())
        (row,) = by_organisation(asking, asked_on)
        counts = Counter(expected.values())
        assert {one: row[one] for one in Answer.values} == {
            one: counts[one] for one in Answer.values
        }
        transaction.set_rollback(True)
