"""Two who correct the same update at the same moment: one wins, the other is told, no text is lost
(see tests/races.py)."""

from __future__ import annotations

import pytest

from measures.actions import Changed
from measures.actions.correcting import open_correction
from measures.actions.publishing import publish_update
from measures.models import StatusUpdate
from stakeholders.choices import Role
from stakeholders.models import User
from tests.cast import World, make_world
from tests.make import make_member
from tests.races import race
from tests.reports import correction, hand_in

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def other(world: World) -> User:
    """Another reporter of the same ministry."""
    return make_member(world.nfd, Role.REPORTER, email="annen@example.no")


@pytest.fixture
def wrong(world: World) -> StatusUpdate:
    """What is to be corrected."""
    return world.measure.updates.get()


def again(update: StatusUpdate) -> StatusUpdate:
    return StatusUpdate.objects.select_related("measure").get(pk=update.pk)


def test_two_windows_begin_at_once(world: World, wrong: StatusUpdate) -> None:
    reporter = world.people["reporter"]
    outcome = race(
        lambda: open_correction(reporter, wrong), lambda: open_correction(reporter, wrong)
    )
    assert outcome.waited
    assert outcome.first == outcome.second == StatusUpdate.objects.get(replaces=wrong)
    assert outcome.first.evidence.count() == wrong.evidence.count()


@pytest.mark.parametrize("published_first", [True, False])
def test_one_hands_in_while_anothers_correction_is_published(
    published_first: bool, world: World, other: User, wrong: StatusUpdate
) -> None:
    reporter, approver = world.people["reporter"], world.people["approver"]
    mine = correction(reporter, wrong, summary="Min rettelse.")
    theirs = hand_in(other, correction(other, wrong))
    acts = [lambda: publish_update(again(theirs), approver), lambda: hand_in(reporter, again(mine))]
    outcome = race(*(acts if published_first else acts[::-1]))
    assert outcome.waited
    assert outcome.told == ([Changed] if published_first else [])
    assert again(mine).state == ("draft" if published_first else "submitted")
    assert again(mine).summary == "Min rettelse."
    assert list(StatusUpdate.objects.published().filter(replaces=wrong)) == [theirs]


def test_one_begins_while_anothers_correction_is_published(
    world: World, other: User, wrong: StatusUpdate
) -> None:
    theirs = again(hand_in(other, correction(other, wrong)))
    outcome = race(
        lambda: publish_update(theirs, world.people["approver"]),
        lambda: open_correction(world.people["reporter"], wrong),
    )
    assert outcome.waited
    assert outcome.told == [Changed]
    assert StatusUpdate.objects.filter(replaces=wrong).count() == 1
