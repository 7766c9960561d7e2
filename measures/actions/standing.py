"""Where each measure stands now: the one writer of `Measure.current_update` and its siblings."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from measures.choices import OWNER_ORIGINS
from measures.models import Deadline, Measure, StatusUpdate

COLUMNS = (
    "current_update",
    "current_deadline",
    "status",
    "status_by",
    "status_on",
    "outlook",
    "due_on",
    "confirmed_on",
    "sourced_on",
    "sourced_precision",
    "last_event_on",
)
BATCH = 1000


def newest(*conditions: Q) -> QuerySet[StatusUpdate]:
    """The newest published update of the outer measure that meets the conditions."""
    return (
        StatusUpdate.objects.published().filter(*conditions, measure=OuterRef("pk")).newest_first()
    )


def candidates(pks: Sequence[int]) -> QuerySet[Measure]:
    """Measures with the keys of the rows that decide where they stand."""
    by_owner = Q(origin__in=[o.value for o in OWNER_ORIGINS])
    deadline = Deadline.objects.filter(measure=OuterRef("pk")).order_by("-stated_on", "-pk")
    return Measure.objects.filter(pk__in=pks).annotate(
        stating=Subquery(newest(~Q(status="")).values("pk")[:1]),
        latest=Subquery(newest().values("pk")[:1]),
        source=Subquery(newest(Q(organisation=None)).values("pk")[:1]),
        owner=Subquery(newest(by_owner).values("pk")[:1]),
        deadline=Subquery(deadline.values("pk")[:1]),
    )


@transaction.atomic
def recompute(measures: Sequence[int]) -> int:
    """Write where each of the measures (primary keys) stands, from its published history.

    - The status is what the newest published update *that states a status* says; a later event
      without a status leaves it (how updates sort is told on `StatusUpdate`). The outlook is that
      same update's.
    - The deadline is the one stated last.
    - Confirmed is the date of the owner's newest report or confirmation; sourced that of the
      newest public source; last event that of the newest update of any kind.

    Returns how many measures were written. Locks them first, so that two publications of the same
    measure cannot overwrite each other's result.
    """
    written = 0
    for start in range(0, len(measures), BATCH):
        written += _recompute_batch(measures[start : start + BATCH])
    return written


def _recompute_batch(pks: Sequence[int]) -> int:
    list(Measure.objects.select_for_update().filter(pk__in=pks).order_by("pk").values("pk"))
    rows = list(candidates(pks))
    wanted = {pk for m in rows for pk in (m.stating, m.latest, m.source, m.owner) if pk}  # type: ignore[attr-defined]
    updates = StatusUpdate.objects.in_bulk(wanted)
    deadlines = Deadline.objects.in_bulk([m.deadline for m in rows if m.deadline])  # type: ignore[attr-defined]
    for measure in rows:
        _stand(measure, updates, deadlines)
    Measure.objects.bulk_update(rows, COLUMNS, batch_size=200)
    return len(rows)


def _stand(
    measure: Measure, updates: dict[int, StatusUpdate], deadlines: dict[int, Deadline]
) -> None:
    stating, latest, source, owner = (
        updates.get(getattr(measure, name)) for name in ("stating", "latest", "source", "owner")
    )
    deadline = deadlines.get(measure.deadline)  # type: ignore[attr-defined]
    measure.current_update = stating
    measure.status = stating.status if stating else ""
    measure.status_by = stating.said_by if stating else ""
    measure.status_on = stating.date if stating else None
    measure.outlook = stating.outlook if stating else ""
    measure.current_deadline = deadline
    measure.due_on = deadline.due_on if deadline else None
    measure.confirmed_on = owner.date if owner else None
    measure.sourced_on = source.date if source else None
    measure.sourced_precision = source.precision if source else ""
    measure.last_event_on = latest.date if latest else None
