"""Where each measure stands now: the one writer of `Measure.current_update` and its siblings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, TruncDate

from measures.choices import OWNER_ORIGINS
from measures.dates import OSLO
from measures.models import Deadline, Measure, StatusUpdate
from measures.models.reporting import StatusUpdateQuerySet

BATCH = 1000


def newest(updates: StatusUpdateQuerySet, *conditions: Q) -> StatusUpdateQuerySet:
    """The newest of the updates that is the outer measure's and meets the conditions."""
    of_measure = updates.with_speaker().filter(*conditions, measure=OuterRef("pk"))
    return of_measure.newest_first()


def first(rows: QuerySet[Any], field: str) -> Subquery:
    """The value of `field` in the first of the rows; NULL when there is none."""
    return Subquery(rows.values(field)[:1])


def text(rows: QuerySet[Any], field: str) -> Coalesce:
    """The same, but empty when there is none."""
    return Coalesce(first(rows, field), Value(""))


def columns() -> dict[str, Subquery | Coalesce]:
    """What to write in each column of a measure, in terms of its history."""
    published, standing = StatusUpdate.objects.published(), StatusUpdate.objects.standing()
    stating = newest(standing, ~Q(status=""))
    source = newest(standing, Q(organisation=None))
    # The owner has spoken, also when the words were corrected later, on the day that they were
    # published, whatever day they tell of.
    owner = (
        published.filter(measure=OuterRef("pk"), origin__in=[o.value for o in OWNER_ORIGINS])
        .annotate(spoken_on=TruncDate("published_at", tzinfo=OSLO))
        .order_by("-published_at", "-pk")
    )
    deadline = Deadline.objects.filter(measure=OuterRef("pk")).order_by("-stated_on", "-pk")
    return {
        "current_update": first(stating, "pk"),
        "status": text(stating, "status"),
        "status_by": text(stating, "speaker"),
        "status_on": first(stating, "date"),
        "outlook": text(stating, "outlook"),
        "current_deadline": first(deadline, "pk"),
        "due_on": first(deadline, "due_on"),
        "confirmed_on": first(owner, "spoken_on"),
        "sourced_on": first(source, "date"),
        "sourced_precision": text(source, "precision"),
        "last_event_on": first(newest(standing), "date"),
    }


@transaction.atomic
def recompute(measures: Sequence[int]) -> int:
    """Write where each of the measures (primary keys) stands, from its published history.

    - The status is what the newest published update *that states a status* says; a later event
      without a status leaves it (how updates sort is told on `StatusUpdate`). The outlook is that
      same update's.
    - The deadline is the one stated last.
    - An update that a published correction has replaced counts no more.
    - Confirmed is the day on which the owner's last report or confirmation was published, however
      old the news in it; sourced is the date of the newest public source, last event that of the
      newest update of any kind.

    Returns how many measures were written. Locks them first, so that two publications of the same
    measure cannot overwrite each other's result: only the UPDATE, which sees what was published
    while it waited for the lock, reads the history.
    """
    written = 0
    for start in range(0, len(measures), BATCH):
        batch = Measure.objects.filter(pk__in=measures[start : start + BATCH])
        list(batch.select_for_update(no_key=True).order_by("pk").values("pk"))
        written += batch.update(**columns())
    return written
