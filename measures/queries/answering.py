"""Where a link to answer by stands, and what an answer by it would come in the way of."""

from __future__ import annotations

import datetime
from enum import StrEnum

from measures.choices import WRITABLE, Origin, UpdateState
from measures.models import AnswerLink, Measure, StatusUpdate
from measures.queries.desk import HANDED_IN, Person
from stakeholders.models import User


class LinkState(StrEnum):
    """Where a link stands; only an open one takes an answer."""

    UNKNOWN = "unknown"
    SOMEBODY_ELSE = "somebody_else"
    REVOKED = "revoked"
    USED = "used"
    EXPIRED = "expired"
    CLOSED = "closed"
    OPEN = "open"


def link_by_key(key: str | None) -> AnswerLink | None:
    """Return the link with this key (None for what has no good signature), with all that its page
    needs to tell where it stands; None when there is none."""
    if key is None:
        return None
    loaded = AnswerLink.objects.select_related("user", "measure", "update__organisation")
    return loaded.filter(key=key).first()


def state_of(
    link: AnswerLink | None, now: datetime.datetime, visitor: Person | None = None
) -> LinkState:
    """Say where a link stands at `now`, for the `visitor` who has opened it.

    What may be told of it is decided first: a link that was taken back, or that somebody opens who
    is signed in as another, does not even tell what was answered.
    """
    if link is None:
        return LinkState.UNKNOWN
    if visitor is not None and visitor.is_authenticated and visitor.pk != link.user_id:
        return LinkState.SOMEBODY_ELSE
    if not _still_gives(link):
        return LinkState.REVOKED
    if link.used_at:
        return LinkState.USED
    if link.expires_at <= now:
        return LinkState.EXPIRED
    return LinkState.CLOSED if link.measure.reporting_closed_on else LinkState.OPEN


def _still_gives(link: AnswerLink) -> bool:
    """Say whether the person may still do what the link gives: it was not taken back, nor the
    person signed out everywhere, shut out, or without a role for the measure."""
    if link.revoked_at or not link.user.is_active or link.user.sign_outs != link.sign_outs:
        return False
    return Measure.objects.reportable_by(link.user).filter(pk=link.measure_id).exists()


def own_work(user: User, measure: Measure) -> StatusUpdate | None:
    """Return what the person has handed in about the measure, else what the person has begun to
    write. A draft that was only opened is nothing, and a confirmation stands in nobody's way."""
    mine = StatusUpdate.objects.filter(author=user, measure=measure, replaces=None)
    mine = mine.filter(state__in=[*HANDED_IN, *WRITABLE])
    mine = mine.exclude(origin=Origin.CONFIRMATION).exclude(state=UpdateState.DRAFT, version=0)
    return min(mine, key=lambda update: update.state in WRITABLE, default=None)
