"""When two published status updates of one measure do not agree.

A measure's status is what the newest statement says. Another statement **disagrees** with it when
it is the newest one of *another speaker*, states *another status*, and time does not explain the
difference, because

- both can speak of the same day (their dates, as exactly as they are known, overlap); or
- it is the owner's own latest word, and a public source has said something else since; or
- it says that more had been done than the newest statement does (ended counts for more than in
  progress, in progress for more than not started), or that the measure ended in another way:
  what is ended does not start again by itself.

So "in progress" in 2021 and "completed" in 2023 is a course of events, not a disagreement.

A speaker is the organisation that reports, or else the publishers of the evidence; two updates
with a publisher in common have the same speaker. What a correction has replaced is said no more.
"""

from __future__ import annotations

from collections.abc import Sequence

from measures.choices import ENDED, SaidBy, Status
from measures.models import StatusUpdate

RANK = {Status.NOT_STARTED: 0, Status.IN_PROGRESS: 1} | dict.fromkeys(ENDED, 2)


def speakers(update: StatusUpdate) -> frozenset[str]:
    """Return who says it: the reporting organisation, or the publishers of the evidence."""
    if update.organisation_id:
        return frozenset({f"organisation {update.organisation_id}"})
    return frozenset(e.publisher for e in update.evidence.all())


def same_time(one: StatusUpdate, other: StatusUpdate) -> bool:
    """Say whether both can speak of the same day, as exactly as their dates are known."""
    return one.when.first <= other.when.last and other.when.first <= one.when.last


def unexplained(newest: StatusUpdate, older: StatusUpdate) -> bool:
    """Say whether the passing of time fails to explain that the two differ."""
    if newest.status == older.status:
        return False
    return (
        same_time(newest, older)
        or (older.said_by == SaidBy.OWNER and newest.said_by == SaidBy.PUBLIC)
        or RANK[Status(older.status)] > RANK[Status(newest.status)]
        or RANK[Status(older.status)] == RANK[Status(newest.status)] == 2
    )


def disagreeing(updates: Sequence[StatusUpdate]) -> list[StatusUpdate]:
    """Return the newest statement and those that disagree with it; empty when none does.

    `updates` are the published updates of one measure, newest first, with their evidence loaded.
    """
    replaced = {u.replaces_id for u in updates}
    stating = [u for u in updates if u.status and u.pk not in replaced]
    if not stating:
        return []
    newest, heard = stating[0], [speakers(stating[0])]
    found = []
    for update in stating[1:]:
        own = speakers(update)
        if any(own & other for other in heard):
            continue
        heard.append(own)
        if unexplained(newest, update):
            found.append(update)
    return [newest, *found] if found else []
