"""How a measure's deadline has moved, counted from what was promised first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from measures.dates import PartialDate, whole_months
from measures.models import Deadline

#: What became of a deadline when it was stated again.
Change = Literal["first", "moved", "exact", "vague", "repeated"]


@dataclass(frozen=True)
class Step:
    """A deadline as it was stated, what that changed, and by how much: whole months, and days for
    what is less than a month."""

    deadline: Deadline
    change: Change
    months: int = 0
    days: int = 0

    @property
    def is_move(self) -> bool:
        """Whether the last day that counts became another one."""
        return self.change in ("moved", "vague") and self.days != 0


@dataclass(frozen=True)
class History:
    """All that was stated about when a measure is due, newest first.

    `times` is how often it was moved; `months` how many whole months lie between what was promised
    first and what counts now; `days` the same in days, for what is less than a month.
    `is_even` is whether both are known equally exactly.
    """

    steps: Sequence[Step] = ()
    times: int = 0
    months: int = 0
    days: int = 0
    is_even: bool = True

    def __bool__(self) -> bool:
        return bool(self.steps)


def history(deadlines: Sequence[Deadline]) -> History:
    """Return the course of a measure's deadlines, given in any order.

    A deadline "in 2026" runs to 31 December, so months are counted between last days. Saying more
    exactly what was promised ("in 2026", then "in June 2026") moves nothing, and what was promised
    is then the more exact one. Saying it less exactly moves the last day, and counts as a move. One
    that is repeated changes nothing. The rules are the project's own, and `/om/` tells them.
    """
    told = sorted(deadlines, key=lambda deadline: (deadline.stated_on, deadline.pk))
    if not told:
        return History()
    steps = [Step(told[0], "first")]
    promised = told[0].due
    for deadline in told[1:]:
        step = _step(steps[-1].deadline.due, deadline)
        if step.change == "exact" and not any(s.is_move for s in steps):
            promised = deadline.due
        steps.append(step)
    now = told[-1].due
    return History(
        steps=steps[::-1],
        times=sum(step.is_move for step in steps),
        months=whole_months(promised.last, now.last),
        days=(now.last - promised.last).days,
        is_even=promised.precision == now.precision,
    )


def _step(before: PartialDate, deadline: Deadline) -> Step:
    now = deadline.due
    if now == before:
        return Step(deadline, "repeated")
    if before.contains(now):
        return Step(deadline, "exact")
    change: Change = "vague" if now.contains(before) else "moved"
    days = (now.last - before.last).days
    return Step(deadline, change, whole_months(before.last, now.last), days)
