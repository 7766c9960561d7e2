"""Two who answer, close or write at the same moment: one wins, the other is told, nothing is lost
or doubled (see tests/races.py)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from measures.actions.closing import close_reporting
from measures.actions.drafting import Written, open_draft, save_draft
from measures.models import AnswerLink, StatusUpdate
from measures.queries.speaking import newest_published
from tests.answers import SUMMARY, address_of, changed, postponed, reporters_link
from tests.cast import World, make_world
from tests.page import Page
from tests.races import race
from tests.reports import words

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    return make_world()


def used() -> int:
    """How many links are used."""
    return AnswerLink.objects.filter(used_at__isnull=False).count()


def now_answered(link: AnswerLink, given: dict[str, Any]) -> Any:
    return Client().post(address_of(link), given)


@pytest.mark.parametrize("kind", ["uendret", "endret", "ny-frist"])
def test_two_answers_at_once_are_one(kind: str, world: World) -> None:
    link = reporters_link(world)
    one, other = changed(world.measure), changed(world.measure) | postponed(world.measure)
    other["answer"] = kind
    outcome = race(lambda: now_answered(link, one), lambda: now_answered(link, other))
    assert outcome.waited
    assert outcome.first.status_code == 302
    assert outcome.second.status_code == 200
    assert "Takk, du har svart" in Page(outcome.second).text
    assert AnswerLink.objects.get().answer == "endret"
    assert StatusUpdate.objects.filter(author=link.user, published_at=None).count() == 1


def test_two_links_of_one_person_at_once_are_one_report(world: World) -> None:
    links = [reporters_link(world), reporters_link(world)]
    given = changed(world.measure)
    outcome = race(lambda: now_answered(links[0], given), lambda: now_answered(links[1], given))
    assert (outcome.first.status_code, outcome.second.status_code) == (302, 409)
    assert used() == 1


def test_closing_at_the_same_moment(world: World) -> None:
    link, given = reporters_link(world), changed(world.measure)
    approver = world.people["approver"]
    outcome = race(
        lambda: close_reporting(world.measure, approver, "Avløst.", timezone.localdate()),
        lambda: now_answered(link, given),
    )
    assert outcome.waited
    assert outcome.second.status_code == 410
    assert SUMMARY in Page(outcome.second).text
    assert used() == 0


def test_a_draft_saved_at_the_same_moment_is_not_overwritten(world: World) -> None:
    link, given, reporter = reporters_link(world), changed(world.measure), world.people["reporter"]
    draft = open_draft(reporter, world.measure, newest_published(world.measure))
    written = Written(words(summary="Ved pulten."))
    outcome = race(
        lambda: save_draft(reporter, draft, written, 0), lambda: now_answered(link, given)
    )
    assert outcome.second.status_code == 409
    assert StatusUpdate.objects.get(pk=draft.pk).summary == "Ved pulten."
    assert used() == 0
