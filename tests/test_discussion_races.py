"""Two people at the same moment about one comment: one wins, the other is told, nothing is lost or
doubled (PostgreSQL, with a forced pause)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from measures.actions import Changed
from measures.actions.commenting import (
    About,
    open_comment,
    post_comment,
    take_back_comment,
    withdraw_comment,
)
from measures.actions.deciding import publish_comment, return_comment
from measures.actions.drafting import Broken
from measures.choices import CommentState, Verb
from measures.models import Comment, Event
from stakeholders.choices import Role
from tests.cast import World, make_world
from tests.comments import answer_sent, begun, drafted, said
from tests.make import make_measure, make_member
from tests.races import race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    return make_world()


def verbs(comment: Comment) -> list[str]:
    return list(Event.objects.filter(comment=comment).order_by("pk").values_list("verb", flat=True))


@pytest.fixture
def acts(world: World) -> tuple[Comment, dict[str, Callable[[], Any]]]:
    answer = answer_sent(world, said(world))
    other = make_member(world.nfd, Role.APPROVER, email="annen@example.no")
    reporter, approver = world.people["reporter"], world.people["approver"]
    return answer, {
        "publish": lambda: publish_comment(answer, approver),
        "publish too": lambda: publish_comment(answer, other),
        "return": lambda: return_comment(answer, other, "Si når."),
        "take back": lambda: take_back_comment(reporter, answer),
    }


@pytest.mark.parametrize(
    ("first", "second", "verb"),
    [
        ("publish", "publish too", Verb.ANSWER_PUBLISHED),
        ("publish", "return", Verb.ANSWER_PUBLISHED),
        ("publish", "take back", Verb.ANSWER_PUBLISHED),
        ("return", "publish", Verb.RETURNED),
        ("take back", "publish", Verb.WITHDRAWN),
    ],
)
def test_two_decide_over_one_answer(
    first: str, second: str, verb: Verb, acts: tuple[Comment, dict[str, Callable[[], Any]]]
) -> None:
    answer, does = acts
    outcome = race(does[first], does[second])
    assert isinstance(outcome.second, Changed)
    assert outcome.waited
    assert verbs(answer) == [Verb.SUBMITTED, verb]


def test_a_question_is_withdrawn_while_its_answer_is_published(world: World) -> None:
    asked = said(world)
    answer = answer_sent(world, asked)
    outcome = race(
        lambda: withdraw_comment(world.people["voice"], asked),
        lambda: publish_comment(answer, world.people["approver"]),
    )
    assert isinstance(outcome.second, Changed)
    assert Comment.objects.get(pk=answer.pk).state == CommentState.SUBMITTED


def test_two_windows_begin_at_once(world: World) -> None:
    voice, about = world.people["voice"], About(world.measure)
    outcome = race(
        lambda: open_comment(voice, about, world.lmi), lambda: open_comment(voice, about, world.lmi)
    )
    assert outcome.first == outcome.second
    assert Comment.objects.count() == 1


def test_the_limit_of_a_day_holds_for_two_at_once(world: World, settings: Any) -> None:
    """Also on two measures, whose locks are not the same."""
    settings.COMMENTS_PER_DAY = 1
    other = make_measure(ref="VK-02", document=world.document)
    voice = world.people["voice"]
    one, two = drafted(world), begun(voice, world.lmi, About(other))

    def post(draft: Comment) -> Any:
        try:
            return post_comment(voice, draft, version=draft.version)
        except Broken as broken:
            return broken

    outcome = race(lambda: post(one), lambda: post(two))
    assert Comment.objects.public().count() == 1
    assert isinstance(outcome.second, Broken)
