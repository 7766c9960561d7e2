"""What the thread picture and its list are made from, in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Collate

from measures.choices import LinkBasis, ValueType
from measures.models import Document, Indicator, IndicatorValue, Measure, MeasureLink, Theme

#: Links between whole documents, and measures without links, that one page names at most.
MOST_NAMED = 100


class Edge(NamedTuple):
    """A link between two measures, by primary keys."""

    key: int
    earlier: int
    later: int


class EdgeEnds(NamedTuple):
    """An edge, with what decides where its thread stands: themes and refs of both ends."""

    edge: Edge
    themes: tuple[int, int]
    refs: tuple[str, str]


def all_edges() -> list[EdgeEnds]:
    """Return every link between two measures, in a stable order.

    Which measures hang together can only be seen from all links, so this reads all of them, but
    just seven plain columns of each and in one query.
    """
    rows = (
        MeasureLink.objects.filter(earlier_measure__isnull=False, later_measure__isnull=False)
        .order_by("pk")
        .values_list(
            "pk",
            "earlier_measure_id",
            "later_measure_id",
            "earlier_measure__theme__number",
            "later_measure__theme__number",
            "earlier_measure__ref",
            "later_measure__ref",
        )
    )
    return [
        EdgeEnds(Edge(key, earlier, later), (theme_a, theme_b), (ref_a, ref_b))
        for key, earlier, later, theme_a, theme_b, ref_a, ref_b in rows
    ]


@dataclass(frozen=True)
class Thread:
    """Measures that hang together by links, and the theme that most of them have."""

    measures: tuple[int, ...]
    edges: tuple[Edge, ...]
    theme: int


def group(ends: Iterable[EdgeEnds]) -> list[Thread]:
    """Return the threads: the connected components of the links, by theme and first ref.

    The theme of a thread is the one that most of its measures have; where several have as many,
    the one with the lowest number, so that our own heading (the last) never wins over the
    roadmap's.
    """
    ends = list(ends)
    parent: dict[int, int] = {}

    def root(pk: int) -> int:
        parent.setdefault(pk, pk)
        while parent[pk] != pk:
            parent[pk] = parent[parent[pk]]
            pk = parent[pk]
        return pk

    about: dict[int, tuple[str, int]] = {}
    for (_, earlier, later), themes, refs in ends:
        parent[root(later)] = root(earlier)
        about[earlier], about[later] = (refs[0], themes[0]), (refs[1], themes[1])
    members: dict[int, list[int]] = {}
    for pk in sorted(about, key=lambda pk: about[pk]):
        members.setdefault(root(pk), []).append(pk)
    edges: dict[int, list[Edge]] = {}
    for edge, _, _ in ends:
        edges.setdefault(root(edge.earlier), []).append(edge)
    threads = [
        Thread(tuple(pks), tuple(edges[key]), _dominating(about[pk][1] for pk in pks))
        for key, pks in members.items()
    ]
    return sorted(threads, key=lambda thread: (thread.theme, about[thread.measures[0]][0]))


def _dominating(themes: Iterable[int]) -> int:
    counts = Counter(themes)
    return min(counts, key=lambda number: (-counts[number], number))


def measures_of(threads: Sequence[Thread]) -> dict[int, Measure]:
    """Return the measures of some threads by primary key, with document and status."""
    pks = [pk for thread in threads for pk in thread.measures]
    return Measure.objects.select_related("document").in_bulk(pks)


def links_of(threads: Sequence[Thread], measures: dict[int, Measure]) -> list[MeasureLink]:
    """Return the links of some threads, with both ends taken from `measures`."""
    keys = [edge.key for thread in threads for edge in thread.edges]
    links = list(MeasureLink.objects.filter(pk__in=keys))
    for link in links:
        link.earlier_measure = measures[link.earlier_measure_id or 0]
        link.later_measure = measures[link.later_measure_id or 0]
    return sorted(links, key=lambda link: (_order(link.earlier), _order(link.later)))


def _order(end: Measure | Document) -> tuple[str, str]:
    document = end.document if isinstance(end, Measure) else end
    return str(document.published_on), end.ref if isinstance(end, Measure) else ""


def document_links() -> list[MeasureLink]:
    """Return the links that have a whole document at an end, oldest document first."""
    links = MeasureLink.objects.filter(
        Q(earlier_document__isnull=False) | Q(later_document__isnull=False)
    ).select_related(
        "earlier_measure__document",
        "later_measure__document",
        "earlier_document",
        "later_document",
    )[:MOST_NAMED]
    return sorted(links, key=lambda link: (_order(link.earlier), _order(link.later)))


class LinkCounts(NamedTuple):
    """How many links there are, and how many stand on each basis."""

    all: int
    stated: int
    read: int


def count_links() -> LinkCounts:
    """Count every link of the register, by basis."""
    counts = MeasureLink.objects.aggregate(
        all=Count("pk"),
        stated=Count("pk", filter=Q(basis=LinkBasis.STATED_IN_SOURCE)),
        read=Count("pk", filter=Q(basis=LinkBasis.SAME_SUBJECT)),
    )
    return LinkCounts(**counts)


def unlinked() -> QuerySet[Measure]:
    """Measures that no link names, by Norwegian title."""
    later = MeasureLink.objects.filter(earlier_measure=OuterRef("pk"))
    earlier = MeasureLink.objects.filter(later_measure=OuterRef("pk"))
    return Measure.objects.filter(~Exists(later), ~Exists(earlier)).order_by(
        Collate("short_title", "nb-x-icu"), "ref"
    )


@dataclass(frozen=True)
class Outcome:
    """The latest measured figures of one indicator: more than one where sources disagree."""

    indicator: Indicator
    values: list[IndicatorValue]

    @property
    def year(self) -> int | None:
        """The year of the figures."""
        return self.values[0].year

    @property
    def target(self) -> Decimal | None:
        """What the figure should become, where a source says a year for it too."""
        return self.indicator.target_value if self.indicator.target_year else None


def latest_measured(values: Sequence[IndicatorValue]) -> list[IndicatorValue]:
    """Return the values of the latest year among `values`; those without a year are left out."""
    dated = [value for value in values if value.year is not None]
    latest = max((value.year or 0 for value in dated), default=None)
    return [value for value in dated if value.year == latest]


def outcomes_of(themes: Collection[int]) -> dict[int, list[Outcome]]:
    """Return, by theme number, each indicator that has a measured value, with its latest.

    Budgets, forecasts, estimates and targets are not outcomes and never appear as one.
    """
    measured = IndicatorValue.objects.filter(value_type=ValueType.ACTUAL).order_by(
        "-stated_on", "pk"
    )
    indicators = (
        Indicator.objects.filter(theme__number__in=themes)
        .select_related("theme")
        .prefetch_related(Prefetch("values", measured, to_attr="measured"))
        .order_by("pk")
    )
    found: dict[int, list[Outcome]] = {}
    for indicator in indicators:
        values = latest_measured(indicator.measured)
        if values and indicator.theme:
            found.setdefault(indicator.theme.number, []).append(Outcome(indicator, values))
    return found


def themes_by_number(numbers: Collection[int]) -> dict[int, Theme]:
    """Return the themes with these numbers."""
    return {theme.number: theme for theme in Theme.objects.filter(number__in=numbers)}
