"""The state of the whole register: how many measures, in what state, by document, theme and lead.

Counting is done by the database, in a few passes over indexes, so the cost hardly grows with the
register. The rules behind the words are those of `measures.facts`.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When

from measures import facts
from measures.choices import (
    UNREPORTED,
    Freshness,
    OwnerRole,
    SaidBy,
    Schedule,
    Status,
)
from measures.models import Document, Event, Measure, Owner, StatusUpdate, Theme
from measures.models.measures import MeasureQuerySet
from stakeholders.choices import OrganisationKind
from stakeholders.models import Organisation

#: The states a registered measure can be in, in the order they are shown.
STATES = (
    Status.COMPLETED.value,
    Status.CARRIED_OVER.value,
    Status.IN_PROGRESS.value,
    Status.DISCONTINUED.value,
    Status.NOT_STARTED.value,
    UNREPORTED,
)

#: Up to so many measures are drawn one by one; a larger whole is drawn as shares.
SQUARES = 300
#: A table shows at most so many rows; the rest are summed up and can be found in the list.
ROWS = 20


@dataclass
class Tally:
    """How many measures there are in each state, and about how many an owner has said it."""

    states: Counter[str] = field(default_factory=Counter)
    by_owner: int = 0

    @property
    def total(self) -> int:
        """All registered measures."""
        return self.states.total()

    @property
    def known(self) -> int:
        """Those that somebody has stated a status of."""
        return self.total - self.states[UNREPORTED]

    @property
    def by_public(self) -> int:
        """Those whose status a public source has stated."""
        return self.known - self.by_owner

    def add(self, state: str, said_by: str, number: int) -> None:
        """Count `number` more measures."""
        self.states[state] += number
        if said_by == SaidBy.OWNER:
            self.by_owner += number

    def minus(self, others: Iterable[Tally]) -> Tally:
        """Return what is left when the others are taken away."""
        rest = Tally(Counter(self.states), self.by_owner)
        for other in others:
            rest.states.subtract(other.states)
            rest.by_owner -= other.by_owner
        return rest


@dataclass(frozen=True)
class DocumentTally:
    """One document: what it announced, and the state of what the register holds of it."""

    document: Document
    tally: Tally

    @property
    def announced(self) -> int:
        """How many measures the document says it has; at least those that the register holds."""
        return max(self.document.announced_measures, self.tally.total)

    @property
    def unregistered(self) -> int:
        """How many of them the register does not hold."""
        return self.announced - self.tally.total


@dataclass(frozen=True)
class Gaps:
    """What nobody has said, in registered measures."""

    confirmed: int
    unknown: int
    without_deadline: int
    open: int
    late: int
    near: int
    silent: int


@dataclass(frozen=True)
class Overview:
    """The register in numbers. Every registered measure is counted once in each division.

    `themed` is how many themes have measures and `led` how many organisations lead them; `themes`
    and `leads` hold the largest of them.
    """

    tally: Tally
    gaps: Gaps
    documents: list[DocumentTally]
    themes: list[tuple[Theme, Tally]]
    themed: int
    leads: list[tuple[Organisation, Tally]]
    led: int
    without_lead: Tally

    @property
    def announced(self) -> int:
        """All that the documents announced."""
        return sum(d.announced for d in self.documents)

    @property
    def unregistered(self) -> int:
        """How many of them the register does not hold."""
        return sum(d.unregistered for d in self.documents)

    @property
    def fits_squares(self) -> bool:
        """Whether there are few enough measures to draw each of them."""
        return self.announced <= SQUARES


def overview(today: datetime.date) -> Overview:
    """Count the whole register as it stands on `today`. Six queries."""
    rows = count_measures(Measure.objects.all())
    by_document = divide(rows, "document_id")
    by_theme = divide(rows, "theme_id")
    by_lead = count_leads()
    tally = add_up(rows)
    return Overview(
        tally=tally,
        gaps=count_gaps(today),
        documents=[
            DocumentTally(document, by_document.get(document.pk, Tally()))
            for document in Document.objects.in_order()
        ],
        themes=largest_themes(by_theme),
        themed=len(by_theme),
        leads=largest_leads(by_lead),
        led=len(by_lead),
        without_lead=tally.minus(by_lead.values()),
    )


def count_measures(measures: MeasureQuerySet) -> list[dict[str, Any]]:
    """Count measures by document, theme, status and who said it."""
    columns = ("document_id", "theme_id", "status", "status_by")
    # COUNT(*) and not COUNT(id): then the index measure_facets holds all that is asked for.
    counted: Any = measures.order_by().values(*columns).annotate(number=Count("*"))
    return list(counted)


def count_gaps(today: datetime.date) -> Gaps:
    """Count what nobody has said, in one pass over an index."""

    def number(condition: Q) -> Count:
        # Any column that is never empty would do; this one is in the index.
        return Count("document_id", filter=condition)

    closed = Q(schedule=Schedule.CLOSED)
    numbers = Measure.objects.with_facts(today).aggregate(
        confirmed=number(Q(freshness=Freshness.CONFIRMED)),
        unknown=number(Q(freshness=Freshness.UNKNOWN)),
        without_deadline=number(Q(schedule=Schedule.NONE)),
        open=number(~closed),
        late=number(Q(schedule=Schedule.LATE)),
        near=number(Q(schedule=Schedule.NEAR)),
        silent=number(facts.silent(today)),
    )
    return Gaps(**numbers)


def add_up(rows: Iterable[Mapping[str, Any]]) -> Tally:
    """Return the tally of all rows."""
    tally = Tally()
    for row in rows:
        tally.add(row["status"] or UNREPORTED, row["status_by"], row["number"])
    return tally


def divide(rows: Iterable[Mapping[str, Any]], by: str) -> dict[int, Tally]:
    """Return one tally per value of the column `by`."""
    parts: dict[int, Tally] = {}
    for row in rows:
        tally = parts.setdefault(row[by], Tally())
        tally.add(row["status"] or UNREPORTED, row["status_by"], row["number"])
    return parts


def largest_themes(tallies: Mapping[int, Tally]) -> list[tuple[Theme, Tally]]:
    """Return the themes with measures, at most `ROWS` of them, in the documents' order."""
    largest = sorted(tallies, key=lambda pk: -tallies[pk].total)[:ROWS]
    return [(theme, tallies[theme.pk]) for theme in Theme.objects.filter(pk__in=largest)]


def count_leads() -> dict[int, Tally]:
    """Count the measures of each lead, by the organisation's primary key."""
    rows = (
        Owner.objects.filter(role=OwnerRole.LEAD)
        .order_by()
        .values("organisation_id", "measure__status", "measure__status_by")
        .annotate(number=Count("pk"))
    )
    tallies: dict[int, Tally] = {}
    for row in rows:
        tally = tallies.setdefault(row["organisation_id"], Tally())
        state = row["measure__status"] or UNREPORTED
        tally.add(state, row["measure__status_by"], row["number"])
    return tallies


def largest_leads(tallies: Mapping[int, Tally]) -> list[tuple[Organisation, Tally]]:
    """Return those who lead most measures, at most `ROWS`: ministries first."""
    largest = sorted(tallies, key=lambda pk: -tallies[pk].total)[:ROWS]
    ministries = Q(kind=OrganisationKind.MINISTRY, pk__in=list(tallies))
    found = Organisation.objects.filter(ministries | Q(pk__in=largest))
    ranked = sorted(
        found,
        key=lambda o: (o.kind != OrganisationKind.MINISTRY, -tallies[o.pk].total, o.key),
    )
    return [(organisation, tallies[organisation.pk]) for organisation in ranked[:ROWS]]


def each_measure() -> dict[int, list[Measure]]:
    """Return every measure by its document's key, ordered by state: for a picture of each.

    Call it only when `Overview.fits_squares`. Measures carry no more than name and status.
    """
    order = Case(
        *(When(status=state, then=Value(place)) for place, state in enumerate(STATES[:-1])),
        default=Value(len(STATES)),
    )
    measures = Measure.objects.only(
        "ref", "short_title", "short_title_en", "language", "status", "status_by", "document_id"
    ).order_by("document_id", order, "pk")[: 2 * SQUARES]
    return {key: list(group) for key, group in groupby(measures, attrgetter("document_id"))}


def latest_changes(number: int = 6) -> list[Event]:
    """Return the newest published updates, by when the fact happened; not what a correction has
    taken the place of. Two queries."""
    correction = StatusUpdate.objects.published().filter(replaces=OuterRef("update"))
    return list(
        Event.objects.published_updates()
        .exclude(Exists(correction))
        .latest_facts_first()
        .select_related("measure", "update")
        .prefetch_related("update__evidence")[:number]
    )
