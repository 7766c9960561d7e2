"""What the database itself refuses of comments: rules about one row, and what is in public."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from measures.models import Comment, CommentReport, Evidence, Measure
from stakeholders.models import User
from tests.cast import World, make_world
from tests.comments import LINK, answered, said
from tests.make import make_measure, make_organisation, make_update, make_user, serial
from tests.refusals import refused

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
SENT = {"submitted_at": NOW}
PUBLIC = {"submitted_at": NOW, "published_at": NOW}


def comment(**fields: Any) -> Comment:
    """Make a question, as a draft unless told."""
    given: dict[str, Any] = {
        "kind": "question",
        "body": "Når kommer det?",
        "key": f"innspill-{next(serial)}",
    }
    given |= {"author": User.objects.first(), "measure": Measure.objects.first()}
    if "organisation" not in fields:
        given["organisation"] = make_organisation()
    return Comment.objects.create(**given | fields)


def answer(**fields: Any) -> Comment:
    return comment(kind="answer", answers=comment(**PUBLIC), **fields)


def twice(**about: Any) -> None:
    for _time in range(2):
        comment(author=User.objects.first(), **about)


def evidence(**fields: Any) -> Evidence:
    source = {n: getattr(LINK, n) for n in LINK.__dataclass_fields__}
    return Evidence.objects.create(**source | fields)


def evidence_twice() -> None:
    draft = comment()
    evidence(comment=draft)
    evidence(comment=draft)


def returned(**fields: Any) -> Comment:
    return comment(
        **{"returned_at": NOW, "returned_by": make_user(), "return_note": "Nei."} | fields
    )


def hidden(**fields: Any) -> Comment:
    given = {"hidden_at": NOW, "hidden_by": make_user(), "hidden_reason": "Reklame."}
    return comment(**PUBLIC | given | fields)


BROKEN: list[tuple[str, Callable[[], Any]]] = [
    # PostgreSQL names the first rule that is broken, by the alphabet.
    ("comment_kind_known|comment_is_about", lambda: comment(kind="rant")),
    ("comment_kind_known", lambda: comment(kind="", **SENT)),
    ("comment_position_is_stated", lambda: comment(kind="position", **SENT)),
    ("comment_position_is_stated", lambda: comment(kind="question", position="partly", **SENT)),
    ("comment_position_is_stated", lambda: comment(kind="position", position="liked")),
    ("comment_is_about_what_its_kind_says", lambda: comment(kind="answer")),
    ("comment_is_about_what_its_kind_says", lambda: comment(kind="supplement")),
    ("comment_is_about_what_its_kind_says", lambda: comment(answers=comment(**PUBLIC))),
    ("comment_language_known", lambda: comment(language="xx")),
    ("comment_says_something", lambda: comment(body="", **SENT)),
    ("comment_says_something", lambda: comment(typed={"body": "x"}, **SENT)),
    (
        "comment_not_approved_by_its_author",
        lambda: comment(approved_by=User.objects.first(), **PUBLIC),
    ),
    ("comment_answer_published_by_a_colleague", lambda: answer(**PUBLIC)),
    ("comment_returned_with_a_note", lambda: returned(return_note="")),
    ("comment_returned_with_a_note", lambda: returned(returned_by=None)),
    ("comment_hidden_with_a_reason", lambda: hidden(hidden_reason="")),
    ("comment_hidden_with_a_reason", lambda: hidden(published_at=None)),
    ("comment_answered_after_it_was_published", lambda: comment(answered_at=NOW)),
    (
        "comment_answered_after_it_was_published",
        lambda: comment(answered_at=NOW - datetime.timedelta(days=1), **PUBLIC),
    ),
    ("comment_one_draft_a_writer", twice),
    ("comment_one_answer_a_writer", lambda: twice(kind="answer", answers=comment(**PUBLIC))),
    (
        "comment_one_supplement_a_writer",
        lambda: twice(**supplementing(comment(**PUBLIC))),
    ),
    (
        "comment_report_gives_reason",
        lambda: CommentReport.objects.create(comment=comment(), reason=""),
    ),
    ("evidence_said_once", evidence_twice),
    ("evidence_of_an_update_or_a_comment", evidence),
]
ON_SQLITE = {
    "comment_one_draft_a_writer": "comment.measure_id, measures_comment.author_id",
    "comment_one_answer_a_writer": "comment.answers_id, measures_comment.author_id",
    "comment_one_supplement_a_writer": "comment.supplements_id, measures_comment.author_id",
    "evidence_said_once": "evidence.comment_id",
}


def supplementing(one: Comment) -> dict[str, Any]:
    return {"kind": "supplement", "supplements": one, "organisation": one.organisation}


@pytest.mark.parametrize(("constraint", "break_it"), BROKEN)
def test_the_database_refuses_a_broken_rule(constraint: str, break_it: Callable[[], Any]) -> None:
    make_user()
    make_measure()
    on_sqlite = connection.vendor == "sqlite"
    with refused(ON_SQLITE.get(constraint, constraint) if on_sqlite else constraint):
        break_it()


# --- What is in public stays as it was said ---------------------------------------------------

FINAL = "a published comment never changes"
ELSEWHERE = "about a published comment on its own measure"


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.mark.parametrize(
    "change",
    [
        {"body": "Noe annet."},
        {"kind": "concern"},
        {"language": "nn"},
        {"published_at": None},
        {"published_at": NOW},
        {"submitted_at": None},
        {"key": "ny"},
    ],
)
def test_the_words_of_a_published_comment_never_change(
    change: dict[str, Any], world: World
) -> None:
    comment = said(world)
    with refused(FINAL):
        Comment.objects.filter(pk=comment.pk).update(**change)


def test_a_published_comment_stays_and_what_is_withdrawn_stays_withdrawn(world: World) -> None:
    with refused(FINAL):
        comment(measure=world.measure, **PUBLIC).delete()
    withdrawn = Comment.objects.filter(pk=said(world).pk)
    withdrawn.update(withdrawn_at=timezone.now())
    with refused(FINAL):
        withdrawn.update(withdrawn_at=None)


def test_evidence_of_a_published_comment_never_changes(world: World) -> None:
    comment = said(world, links=[LINK])
    (stored,) = comment.evidence.all()
    message = "the evidence of a published comment never changes"
    with refused(message):
        evidence(comment=comment, title="En til")
    with refused(message):
        Evidence.objects.filter(pk=stored.pk).update(title="Annet")
    with refused(message):
        stored.delete()


def test_an_answer_is_about_a_published_comment_on_its_own_measure(world: World) -> None:
    question = said(world)
    with refused(ELSEWHERE):
        comment(kind="answer", answers=comment(measure=world.measure), measure=world.measure)
    other = make_measure(ref="VK-02")
    with refused(ELSEWHERE):
        comment(kind="answer", answers=question, measure=other)
    with refused(ELSEWHERE):
        comment(kind="answer", answers=answered(world, question), measure=world.measure)


def test_a_supplement_is_of_the_same_organisation(world: World) -> None:
    with refused(ELSEWHERE):
        comment(kind="supplement", supplements=said(world), measure=world.measure)


def test_the_evidence_of_updates_is_as_final_as_before(world: World) -> None:
    update = make_update(world.measure)
    with refused("the evidence of a published status update never changes"):
        evidence(update=update)
