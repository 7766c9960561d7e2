"""What changed in public between two moments, by when it was published, not by what day it tells
of: a text written last month and published today is news today."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Subquery

from measures.choices import Verb
from measures.models import Comment, Event, StatusUpdate
from measures.models.discussion import CommentQuerySet
from measures.models.reporting import StatusUpdateQuerySet

#: What is told of. Who keeps the register, and which words of it were mended, is not.
TOLD = (
    Verb.PUBLISHED,
    Verb.DEADLINE_SET,
    Verb.COMMENT_PUBLISHED,
    Verb.ANSWER_PUBLISHED,
    Verb.REPORTING_CLOSED,
    Verb.REPORTING_REOPENED,
)
#: Those that are about a comment.
SAID = (Verb.COMMENT_PUBLISHED, Verb.ANSWER_PUBLISHED)


@dataclass(frozen=True)
class Change:
    """One event about a measure; for a status update, the status before and after it."""

    event: Event
    measure: int
    was: str = ""
    now: str = ""

    @property
    def at(self) -> datetime.datetime:
        """When it became public."""
        return self.event.at

    @property
    def is_status(self) -> bool:
        """Whether the status of the measure is another."""
        return self.event.verb == Verb.PUBLISHED and self.was != self.now


def changes_between(since: datetime.datetime, until: datetime.datetime) -> list[Change]:
    """Return what became public about measures from `since` to just before `until`, the first
    first. One query.

    Comments that were withdrawn or hidden since are left out.
    """
    events = (
        Event.objects.filter(at__gte=since, at__lt=until, measure__isnull=False)
        .filter(verb__in=[verb.value for verb in TOLD])
        .exclude(verb__in=SAID, comment__in=_gone().values("pk"))
        .annotate(was=_status_at("lt"), now=_status_at("lte"))
        .select_related(
            "measure__current_deadline",
            "update__organisation",
            "update__carried_to",
            "comment__organisation",
        )
        .order_by("at", "pk")
    )
    return [
        Change(event, event.measure_id or 0, event.was or "", event.now or "")  # type: ignore[attr-defined]  # annotated
        for event in events.iterator(chunk_size=1000)
    ]


def _gone() -> CommentQuerySet:
    """The comments that nobody may be told of any more."""
    return Comment.objects.exclude(withdrawn_at=None, hidden_at=None)


def _status_at(lookup: str) -> Subquery:
    """The status that stood when the event's update was published: just before it (`lt`), or with
    it (`lte`)."""
    moment = {f"published_at__{lookup}": OuterRef("update__published_at")}
    nested = {f"published_at__{lookup}": OuterRef(OuterRef("update__published_at"))}
    corrected = StatusUpdate.objects.filter(replaces=OuterRef("pk"), **nested)
    updates: StatusUpdateQuerySet = StatusUpdate.objects.filter(
        measure=OuterRef("measure"), **moment
    )
    stating = updates.exclude(status="").exclude(Exists(corrected)).newest_first()
    return Subquery(stating.values("status")[:1])
