"""How it stands with the answer to a comment. `{% load discussion %}`."""

from __future__ import annotations

import datetime

from django import template

from measures.choices import Answered, CommentState, Position
from measures.models import Comment

register = template.Library()


@register.filter
def answer_state(comment: Comment, now: datetime.datetime) -> str:
    """Return the word of `Answered` for a comment that is owed an answer, or has got one; an empty
    text for all others."""
    if comment.state != CommentState.PUBLISHED:
        return ""
    if comment.answered_at:
        return Answered.ANSWERED
    if not comment.is_owed or comment.due_at is None:
        return ""
    return Answered.OVERDUE if comment.due_at < now else Answered.OPEN


@register.filter
def days_open(comment: Comment, now: datetime.datetime) -> int:
    """Return how many days a comment has been in public."""
    return comment.days_open(now)


@register.filter
def days_late(comment: Comment, now: datetime.datetime) -> int:
    """Return how many whole days its answer is late."""
    return (now - comment.due_at).days if comment.due_at else 0


@register.filter
def position_sign(position: str) -> str:
    """Return the sign of a position: that of the status it is about, never its colour alone."""
    signs = {
        Position.ACHIEVED.value: "status-completed",
        Position.PARTLY.value: "status-in_progress",
        Position.NOT_ACHIEVED.value: "status-not_started",
    }
    return signs[position]


@register.filter
def of_name(chosen: dict[str, str], name: str) -> str:
    """Return what was chosen in the field of the name."""
    return chosen[name]


@register.filter
def comment_state_word(state: str) -> str:
    """Say where a comment or an answer is on its way to the public, or after."""
    return str(CommentState(state).label)
