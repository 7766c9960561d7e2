"""Comments and answers, made by the actions themselves."""

from __future__ import annotations

import datetime
from typing import Any

import time_machine
from django.utils import timezone

from measures.actions.commenting import About, Said, open_comment, post_comment, save_comment
from measures.actions.deciding import publish_comment
from measures.actions.evidence import Link
from measures.models import Comment, Measure
from stakeholders.choices import Role
from stakeholders.models import Organisation, User
from tests.cast import World
from tests.make import make_member

LINK = Link("https://example.no/rapport", "Rapport", "LMI", "industry")


def begun(
    user: User, organisation: Organisation, about: About, body: str = "Når kommer det?", **said: Any
) -> Comment:
    """Open and save a draft."""
    draft = open_comment(user, about, organisation)
    given = {"kind": "question", "body": body} | said
    return save_comment(user, draft, Said(**given), draft.version)


def drafted(world: World, **said: Any) -> Comment:
    """Begin a comment of LMI on the world's measure."""
    return begun(world.people["voice"], world.lmi, About(world.measure), **said)


def said(world: World, body: str = "Når kommer det?", **given: Any) -> Comment:
    """Publish a comment of LMI on the world's measure: a question unless told."""
    draft = drafted(world, body=body, **given)
    return post_comment(world.people["voice"], draft, version=draft.version)


def said_on(world: World, day: datetime.datetime, **given: Any) -> Comment:
    """Publish a comment at a moment."""
    with time_machine.travel(day, tick=False):
        return said(world, **given)


def supplemented(world: World, comment: Comment) -> Comment:
    """Begin a supplement of LMI to its comment."""
    about = About(world.measure, supplements=comment)
    return begun(world.people["voice"], world.lmi, about, body="Vi føyer til.")


def answer_begun(world: World, comment: Comment, author: str = "reporter") -> Comment:
    """Begin NFD's answer."""
    about = About(world.measure, answers=comment)
    return begun(world.people[author], world.nfd, about, body="Det kommer i mai.")


def answer_sent(world: World, comment: Comment, author: str = "reporter") -> Comment:
    """Hand in NFD's answer."""
    draft = answer_begun(world, comment, author)
    return post_comment(world.people[author], draft, version=draft.version)


def answered(world: World, comment: Comment) -> Comment:
    """Publish NFD's answer; return it."""
    return publish_comment(answer_sent(world, comment), world.people["approver"])


def four_eyes(world: World) -> User:
    """Let LMI's comments need approval; return who approves them."""
    world.lmi.comments_need_approval = True
    world.lmi.save(update_fields=["comments_need_approval"])
    return make_member(world.lmi, Role.APPROVER, email="leder@example.no")


def many_said(world: World, measure: Measure, number: int) -> None:
    """Publish so many comments, each with an answer, straight into the database."""
    now = timezone.now()
    common = {"measure": measure, "published_at": now, "submitted_at": now, "body": "Tekst."}
    comments = Comment.objects.bulk_create(
        Comment(
            key=f"mange-{measure.pk}-{n}",
            organisation=world.lmi,
            author=world.people["voice"],
            kind="question",
            answered_at=now,
            **common,
        )
        for n in range(number)
    )
    Comment.objects.bulk_create(
        Comment(
            key=f"svar-{comment.pk}",
            organisation=world.nfd,
            author=world.people["reporter"],
            approved_by=world.people["approver"],
            kind="answer",
            answers=comment,
            **common,
        )
        for comment in comments
    )
