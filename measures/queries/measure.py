"""All that the page of one measure shows, in a number of queries that never grows."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Prefetch, Q
from django.utils import timezone

from measures.choices import DocumentKind, OwnerRole, Schedule
from measures.models import (
    Ask,
    Comment,
    Deadline,
    Document,
    Measure,
    MeasureLink,
    Owner,
    Priority,
    StatusUpdate,
)
from measures.queries import indicators
from measures.queries.closing import Closing, closing_of
from measures.queries.deadlines import History, history
from measures.queries.disagreement import disagreeing
from measures.queries.discussion import Discussion, discussion_of
from measures.queries.evidence import load_evidence
from measures.queries.indicators import Story

#: What a reference looks like, in any case. Anything else is not worth a query.
REFERENCE = re.compile(r"[A-Z]{1,5}-[A-Z0-9]{1,10}")


#: Above an update that is known to the day, whose rank is 2.
SAID = 3
EVER = datetime.datetime.min.replace(tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Relation:
    """A link as seen from one of its measures: the other end, and how that stands on the day.

    `other` is a measure, or a whole document when `is_document`; `schedule` is empty for one.
    """

    link: MeasureLink
    other: Measure | Document
    is_document: bool
    schedule: str

    @property
    def document(self) -> Document:
        """The document that the other end stands in, or is."""
        return self.other.document if isinstance(self.other, Measure) else self.other

    @property
    def is_late(self) -> bool:
        """Whether the other end is a measure past its deadline."""
        return self.schedule == Schedule.LATE


@dataclass(frozen=True)
class Told:
    """One published update, what it corrects, and the correction that has taken its place."""

    update: StatusUpdate
    corrects: StatusUpdate | None
    correction: StatusUpdate | None


class Moment(NamedTuple):
    """One item of the stream: an update, or a comment or answer."""

    told: Told | None
    comment: Comment | None


@dataclass(frozen=True)
class MeasurePage:
    """One measure and everything told about it. `discussion` is one page of what was said, and
    decides how far back the stream goes."""

    measure: Measure
    updates: Sequence[StatusUpdate]
    discussion: Discussion
    disagreeing: Sequence[StatusUpdate]
    deadlines: History
    earlier: Sequence[Relation]
    later: Sequence[Relation]
    priorities: Sequence[Priority]
    asks: Sequence[Ask]
    stories: Sequence[Story]
    closing: Closing | None

    @property
    def timeline(self) -> list[Told]:
        """All that was said, newest first, with what was corrected beside its correction."""
        by_key = {u.pk: u for u in self.updates}
        by_replaced = {u.replaces_id: u for u in self.updates if u.replaces_id}
        return [
            Told(u, by_key.get(u.replaces_id or 0), by_replaced.get(u.pk)) for u in self.updates
        ]

    @property
    def stream(self) -> list[Moment]:
        """Updates, comments and answers of this page in one stream, the latest first. What was said
        on the same day as an update stands above it: an update is known by its day alone."""
        newer, older = (said_at(at) if at else None for at in self.discussion.around)
        moments = [
            (told_at(told.update), Moment(told, None))
            for told in self.timeline
            if (newer is None or told_at(told.update) < newer)
            and (older is None or told_at(told.update) > older)
        ]
        for comment in self.discussion.comments:
            if comment.published_at:
                moments.append((said_at(comment.published_at), Moment(None, comment)))
        moments.sort(key=lambda moment: moment[0], reverse=True)
        return [moment for _at, moment in moments]

    @property
    def lead(self) -> Owner | None:
        """Who leads the work, where a source says so."""
        owners = self.measure.owners.all()
        return next((o for o in owners if o.role == OwnerRole.LEAD), None)

    @property
    def contributors(self) -> list[Owner]:
        """Who else takes part."""
        return [o for o in self.measure.owners.all() if o.role == OwnerRole.CONTRIBUTOR]

    @property
    def theme_is_ours(self) -> bool:
        """Whether we placed the measure in its theme: only the roadmap does so itself."""
        return self.measure.document.kind != DocumentKind.ROADMAP


def told_at(update: StatusUpdate) -> tuple[datetime.date, int, datetime.datetime]:
    """Sort updates as `StatusUpdate` says."""
    return update.date, update.precision_rank, update.published_at or EVER


def said_at(moment: datetime.datetime) -> tuple[datetime.date, int, datetime.datetime]:
    """Sort what was said at a moment among updates."""
    return timezone.localdate(moment), SAID, moment


def reference(text: str) -> str:
    """Return `text` as a measure's reference is written, or nothing when it cannot be one."""
    ref = text.upper()
    return ref if REFERENCE.fullmatch(ref) else ""


def find(ref: str, today: datetime.date) -> Measure | None:
    """Return the measure with its facts, owners and coordinators."""
    return (
        Measure.objects.with_facts(today)
        .select_related("document", "theme", "chapter", "current_deadline")
        .prefetch_related(
            Prefetch("owners", Owner.objects.select_related("organisation").leads_first()),
            "document__coordinators",
        )
        .filter(ref=ref)
        .first()
    )


def page_of(measure: Measure, today: datetime.date, number: int = 1) -> MeasurePage:
    """Return all that is told about a measure that `find` has loaded, with one page of what was
    said, in ten queries; where the reporting is closed, in two more."""
    updates = list(
        StatusUpdate.objects.published()
        .filter(measure=measure)
        .select_related("organisation", "carried_to", "prompted_by__organisation")
        .newest_first()
    )
    for update in updates:
        update.measure = measure  # for its address
    discussion = discussion_of(measure, number)
    load_evidence(updates, discussion.comments)
    # The status fact names the source of the current update: it is among those just loaded.
    by_key = {u.pk: u for u in updates}
    if measure.current_update_id in by_key:
        measure.current_update = by_key[measure.current_update_id]
    earlier, later = relations(measure, today)
    deadlines = Deadline.objects.filter(measure=measure).select_related("organisation")
    return MeasurePage(
        measure=measure,
        updates=updates,
        discussion=discussion,
        disagreeing=disagreeing(updates),
        deadlines=history(list(deadlines)),
        earlier=earlier,
        later=later,
        priorities=list(
            Priority.objects.filter(measure=measure)
            .select_related("organisation")
            .order_by("-stated_on", "organisation__key")
        ),
        asks=list(Ask.objects.filter(measures=measure).select_related("organisation")),
        stories=indicators.of_measure(measure),
        closing=closing_of(measure),
    )


def relations(measure: Measure, today: datetime.date) -> tuple[list[Relation], list[Relation]]:
    """Return what came before and what came after, each as the documents came, in one query."""
    links = MeasureLink.objects.filter(
        Q(earlier_measure=measure) | Q(later_measure=measure)
    ).select_related(
        "earlier_measure__document", "earlier_document", "later_measure__document", "later_document"
    )
    earlier, later = [], []
    for link in links:
        if link.later_measure_id == measure.pk:
            earlier.append(relation(link, link.earlier, today))
        else:
            later.append(relation(link, link.later, today))
    return sorted(earlier, key=in_time), sorted(later, key=in_time)


def relation(link: MeasureLink, other: Measure | Document, today: datetime.date) -> Relation:
    """Return one link with its other end as it stands on the day."""
    if isinstance(other, Measure):
        return Relation(link, other, False, other.schedule_on(today))
    return Relation(link, other, True, "")


def in_time(relation: Relation) -> tuple[datetime.date, str]:
    """Sort by document, and within one by reference."""
    other = relation.other
    return relation.document.published_on, other.ref if isinstance(other, Measure) else ""


def document_of_prefix(ref: str) -> Document | None:
    """Return the document whose measures have references that begin like `ref`, with how many
    of them are registered; None when there is none."""
    prefix = ref.partition("-")[0]
    own = Measure.objects.filter(ref__startswith=f"{prefix}-").order_by("ref").values("document")
    return Document.objects.with_registered().filter(pk=own[:1]).first() if prefix else None
