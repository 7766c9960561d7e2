"""The three facts about a measure: reported status, schedule, freshness.

Each rule stands here once, as a list of (word, condition). A condition is a Django `Q` over the
measure's own columns; `as_sql` turns the list into a CASE expression to filter, sort and count
by, `of` walks the same list for one loaded measure. So the page, the filter and the count can
never disagree. Today is always an argument.

The rules are the project's own, and `/om/` tells them to readers: near is 60 days or less; a
measure that is completed, carried over, discontinued or closed for reporting has no running
deadline.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.db.models import Case, CharField, Q, Value, When

from measures.choices import ENDED, UNREPORTED, Freshness, Schedule, Status

#: A deadline this near, or nearer, is called near.
NEAR = datetime.timedelta(days=60)

#: So long without news of an open measure counts as silence.
SILENCE = datetime.timedelta(days=365)

Rules = Sequence[tuple[str, Q]]
OTHERWISE = Q()


def status_rules() -> Rules:
    """What was said, or that nothing was: never one of the others by default."""
    return [*((str(s.value), Q(status=s.value)) for s in Status), (UNREPORTED, OTHERWISE)]


def schedule_rules(today: datetime.date) -> Rules:
    """How the deadline stands on the day `today`. The day of the deadline itself is not late."""
    return [
        (Schedule.CLOSED, Q(status__in=[s.value for s in ENDED])),
        (Schedule.CLOSED, Q(reporting_closed_on__isnull=False)),
        (Schedule.NONE, Q(due_on__isnull=True)),
        (Schedule.LATE, Q(due_on__lt=today)),
        (Schedule.NEAR, Q(due_on__lte=today + NEAR)),
        (Schedule.ON_TIME, OTHERWISE),
    ]


def freshness_rules() -> Rules:
    """Who spoke last: the owner at least once, only others, or nobody."""
    return [
        (Freshness.CONFIRMED, Q(confirmed_on__isnull=False)),
        (Freshness.SOURCE_ONLY, Q(sourced_on__isnull=False)),
        (Freshness.UNKNOWN, OTHERWISE),
    ]


def closed() -> Q:
    """Return the condition that nothing more is to be reported of a measure. As SQL only."""
    return Q(status__in=[s.value for s in ENDED]) | Q(reporting_closed_on__isnull=False)


def silent(today: datetime.date) -> Q:
    """Return the condition that a measure is open, and that nobody has told anything new of it
    for a year. As SQL only."""
    old = Q(last_event_on=None) | Q(last_event_on__lt=today - SILENCE)
    return ~closed() & old


def as_sql(rules: Rules) -> Case:
    """Return a CASE expression with the first word whose condition holds."""
    whens = [When(q, then=Value(str(word))) for word, q in rules if q]
    otherwise = next(str(word) for word, q in rules if not q)
    return Case(*whens, default=Value(otherwise), output_field=CharField())


def where(rules: Rules, words: Collection[str]) -> Q:
    """Return the condition that the first rule that holds is one of `words`.

    It filters as `as_sql` does, but on the columns themselves: the database has statistics of
    those, and guesses wildly at how many rows a CASE lets through.
    """
    wanted, before = Q(pk__in=()), Q()
    for word, q in rules:
        if word in words:
            wanted |= q & before
        before &= ~q
    return wanted


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "exact": lambda have, want: bool(have == want),
    "in": lambda have, want: have in want,
    "isnull": lambda have, want: (have is None) == want,
    "lt": lambda have, want: have is not None and have < want,
    "lte": lambda have, want: have is not None and have <= want,
}


def holds(condition: Q, measure: Any) -> bool:
    """Say whether all parts of `condition` are true of a loaded measure."""
    for name, want in condition.children:  # type: ignore[misc]
        field, _, lookup = name.partition("__")
        if not COMPARE[lookup or "exact"](getattr(measure, field), want):
            return False
    return True


def of(measure: Any, rules: Rules) -> str:
    """Return the first word of `rules` whose condition holds for a loaded measure."""
    return next(str(word) for word, q in rules if holds(q, measure))
