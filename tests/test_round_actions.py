"""Opening and changing a round: who may, who is asked, what is told, what never changes."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from measures.actions import Changed
from measures.actions.rounds import Days, change_round, open_round, version_of
from measures.choices import Verb
from measures.models import Event, Round, RoundMeasure
from stakeholders.choices import Role
from tests.cast import CAST, World, make_world
from tests.make import make_document, make_measure, make_member, make_organisation, make_update
from tests.rounds import CLOSES, DAYS, DUE, OPENS, at, make_owned, make_round

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(at(OPENS), tick=False):
        yield


@pytest.fixture
def world() -> World:
    return make_world()


def asked(asking: Round) -> set[tuple[str, str]]:
    rows = RoundMeasure.objects.filter(round=asking)
    return set(rows.values_list("measure__ref", "organisation__key"))


def told(asking: Round) -> list[Event]:
    return list(Event.objects.filter(subject="round", subject_key=asking.key).order_by("pk"))


# --- Opening ---------------------------------------------------------------------------------


def test_the_lead_is_asked_else_each_coordinating_ministry(world: World) -> None:
    world.document.coordinators.add(world.hod)
    agency = make_organisation(key="etat")
    make_owned(world, "VK-02", agency)
    make_measure(ref="VK-03", document=world.document)
    make_update(make_owned(world, "VK-04"), "2026-01-01", "completed")
    make_measure(
        ref="VK-05", document=world.document, reporting_closed_on=datetime.date(2026, 1, 1)
    )
    make_measure(ref="HM-01", document=make_document())
    made = make_round(world)
    assert asked(made) == {
        ("VK-01", "nfd"),
        ("VK-02", "etat"),
        ("VK-03", "nfd"),
        ("VK-03", "hod"),
    }


def test_opening_writes_one_event(world: World) -> None:
    made = make_round(world, name="Høst på Ås")
    assert (made.key, made.opened_by) == ("host-pa-as", world.people["steward"])
    (event,) = told(made)
    assert (event.verb, event.actor, event.happened_on) == (
        Verb.ROUND_OPENED,
        made.opened_by,
        OPENS,
    )
    assert event.changes["documents"] == ["", "veikart"]
    assert event.changes["closes_on"] == [None, CLOSES.isoformat()]
    assert event.changes["asked"] == [None, 1]


@pytest.mark.parametrize("role", [role for role in CAST if role not in {"anonymous", "steward"}])
def test_only_a_steward_of_the_document_opens_a_round(world: World, role: str) -> None:
    with pytest.raises(PermissionDenied):
        open_round(world.people[role], "Høst", [world.document], DAYS)
    assert not Round.objects.exists()


def test_every_document_must_be_the_stewards(world: World) -> None:
    other = make_document()
    other.coordinators.add(world.hod)
    with pytest.raises(PermissionDenied):
        open_round(world.people["steward"], "Høst", [world.document, other], DAYS)
    both = make_member(world.hod, Role.STEWARD)
    other.coordinators.add(world.nfd)
    made = open_round(world.people["steward"], "Høst", [world.document, other], DAYS)
    assert list(Round.objects.kept_by(world.people["steward"])) == [made]
    assert not Round.objects.kept_by(both).exists()


def test_a_name_is_taken_once(world: World) -> None:
    make_round(world, name="Høst 2026")
    with pytest.raises(Changed, match="navnet"):
        make_round(world, name="høst  2026")
    assert Round.objects.count() == 1


@pytest.mark.parametrize("name", ["", " ", "–"])
def test_a_round_has_a_name(world: World, name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        open_round(world.people["steward"], name, [world.document], DAYS)


def test_a_round_asks_somebody_about_something(world: World) -> None:
    make_update(world.measure, "2026-01-20", "completed")
    with pytest.raises(ValueError, match="asks"):
        open_round(world.people["steward"], "Høst", [world.document], DAYS)
    assert not Round.objects.exists()
    with pytest.raises(ValueError, match="documents"):
        open_round(world.people["steward"], "Høst", [], DAYS)


def test_no_round_opens_behind_us(world: World) -> None:
    with pytest.raises(ValueError, match="later"):
        open_round(
            world.people["steward"], "Høst", [world.document], Days(OPENS - DAY, DUE, CLOSES)
        )


@pytest.mark.parametrize(
    "days", [(DUE, OPENS, CLOSES), (OPENS, CLOSES, DUE), (CLOSES, CLOSES, DUE)]
)
def test_days_follow_each_other(world: World, days: tuple[datetime.date, ...]) -> None:
    with pytest.raises(ValueError, match="order"):
        Days(*days)
    with pytest.raises(IntegrityError, match="round_opens_is_due_closes"):
        Round.objects.create(
            key="x",
            name="X",
            opened_by=world.people["steward"],
            **dict(zip(("opens_on", "due_on", "closes_on"), days, strict=True)),
        )


# --- Changing --------------------------------------------------------------------------------


def change(
    world: World, asking: Round, name: str = "", seen: int | None = None, **days: Any
) -> Round:
    now = Days(asking.opens_on, asking.due_on, asking.closes_on)
    return change_round(
        world.people["steward"],
        asking,
        name or asking.name,
        dataclasses.replace(now, **days),
        seen=version_of(asking) if seen is None else seen,
    )


def test_changing_tells_from_what_to_what(world: World) -> None:
    made = make_round(world, name="Høst")
    change(world, made, "Høstrunden", closes_on=CLOSES + DAY)
    made.refresh_from_db()
    assert (made.key, made.name, made.closes_on) == ("host", "Høstrunden", CLOSES + DAY)
    _opened, event = told(made)
    assert (event.verb, event.actor) == (Verb.CHANGED, world.people["steward"])
    assert event.changes == {
        "name": ["Høst", "Høstrunden"],
        "closes_on": [CLOSES.isoformat(), (CLOSES + DAY).isoformat()],
    }


def test_nothing_changed_tells_nothing(world: World) -> None:
    made = make_round(world)
    change(world, made)
    assert len(told(made)) == 1


def test_a_closed_round_is_never_changed(world: World) -> None:
    made = make_round(world)
    with (
        time_machine.travel(at(CLOSES + DAY, 0, 0), tick=False),
        pytest.raises(Changed, match="lukket"),
    ):
        change(world, made, "Nytt navn")
    with time_machine.travel(at(CLOSES, 23, 59), tick=False):
        assert change(world, made, "Nytt navn").name == "Nytt navn"


def test_who_is_asked_never_changes(world: World) -> None:
    made = make_round(world)
    before = asked(made)
    make_owned(world, "VK-02")
    change(world, made, "Nytt navn")
    assert asked(made) == before


def test_two_stewards_do_not_overwrite_each_other(world: World) -> None:
    made = make_round(world)
    seen = version_of(made)
    change(world, made, "Først", seen=seen)
    with pytest.raises(Changed, match="Noen"):
        change(world, made, "Sist", seen=seen)
    made.refresh_from_db()
    assert made.name == "Først"


def test_what_counts_is_not_moved_behind_us(world: World) -> None:
    opened, ahead = make_round(world), make_round(world, days=Days(DUE, DUE, CLOSES), now=at(OPENS))
    with pytest.raises(ValueError, match="stays opened"):
        change(world, opened, opens_on=OPENS + DAY)
    with pytest.raises(ValueError, match="behind"):
        change(world, ahead, opens_on=OPENS - DAY)
    assert change(world, ahead, opens_on=OPENS + DAY).opens_on == OPENS + DAY
    with (
        time_machine.travel(at(DUE + DAY), tick=False),
        pytest.raises(ValueError, match="behind"),
    ):
        change(world, opened, closes_on=DUE)


@pytest.mark.parametrize("role", [role for role in CAST if role not in {"anonymous", "steward"}])
def test_only_a_steward_of_the_document_changes_a_round(world: World, role: str) -> None:
    made = make_round(world)
    with pytest.raises(PermissionDenied):
        change_round(world.people[role], made, "Nytt", DAYS, seen=version_of(made))
