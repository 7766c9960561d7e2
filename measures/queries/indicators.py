"""What the published figures of an indicator say together.

The rules, for every indicator alike:

- **The latest figure** is the measured one (`actual`) of the latest year, and of those the one
  stated last. Where nothing is measured, the latest published figure of another kind stands in,
  and pages say which kind. A target is never "the latest figure".
- **The baseline is measured**: it is the level from which the document counts, so it belongs to
  the same series as the actual figures. Estimates, forecasts, budgets, targets and figures stated
  in passing do not.
- **Several figures for one year** stand side by side when at least two of those that tell how
  things were (measured, estimate, stated) differ. Nothing is averaged and nothing is left out.
- **Growth** is compound growth per year, see `yearly_growth`. It is computed only for amounts with
  a target year: for a percentage, growth in per cent of per cent misleads.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Case, F, Prefetch, Q, QuerySet, When

from measures.choices import DocumentKind, ValueType
from measures.models import Document, Indicator, IndicatorValue, Measure, Theme

#: One series, may be joined by a line.
MEASURED = (ValueType.ACTUAL, ValueType.BASELINE)
#: Figures that tell how things were; two of them can disagree about a year.
OBSERVED = (*MEASURED, ValueType.ESTIMATE, ValueType.STATED)
#: Figures for a year to come.
EXPECTED = (ValueType.FORECAST, ValueType.ESTIMATE)
#: Units (as stored, in bokmål) that are shares already: growth is not computed for them.
SHARES = ("prosent",)
#: So many indicators a measure's page shows at most; the rest are one link away.
MOST_ON_A_MEASURE = 12


def yearly_growth(start: float, end: float, years: int) -> float:
    """Return the growth per year, as a share (0.056 is 5.6 %), that leads from `start` to `end`.

    Compound annual growth: `(end / start) ** (1 / years) - 1`. Raises ValueError when either
    value is zero or negative, or when there is not at least one year between them.
    """
    if start <= 0 or end <= 0:
        raise ValueError("Growth per year needs two values above zero")
    if years < 1:
        raise ValueError("Growth per year needs at least one year between the values")
    return float((end / start) ** (1 / years) - 1)


@dataclass(frozen=True)
class Growth:
    """Growth per year from one figure to another, in the indicator's unit."""

    start_year: int
    start: float
    end_year: int
    end: float

    @property
    def rate(self) -> float:
        """The growth per year as a share."""
        return yearly_growth(self.start, self.end, self.end_year - self.start_year)

    @property
    def percent(self) -> float:
        """The growth per year in per cent."""
        return self.rate * 100

    @classmethod
    def between(cls, start: tuple[int, float], end: tuple[int, float]) -> Growth | None:
        """Return the growth from (year, value) to (year, value), or None where it has no sense."""
        growth = cls(*start, *end)
        try:
            growth.rate  # noqa: B018  # asks whether it can be computed
        except ValueError:
            return None
        return growth


@dataclass(frozen=True)
class SameYear:
    """Figures that different publications give for one year, as they stand."""

    year: int
    values: tuple[IndicatorValue, ...]


@dataclass(frozen=True)
class Story:
    """One indicator and what its figures say.

    `latest` is the latest measured figure; `shown` is that, or the latest of another kind.
    `so_far` runs from the baseline to `latest`, `needed` from `latest` to the target, and
    `needed_after` from `expected`, a figure for a year after `latest`, to the target.
    """

    indicator: Indicator
    values: tuple[IndicatorValue, ...]
    latest: IndicatorValue | None
    shown: IndicatorValue | None
    expected: IndicatorValue | None
    same_year: tuple[SameYear, ...]
    so_far: Growth | None
    needed: Growth | None
    needed_after: Growth | None

    @property
    def has_course(self) -> bool:
        """Whether there are figures for at least two years, so that a course can be drawn."""
        numbers = [v for v in self.values if v.year and v.value is not None]
        return bool(numbers) and len({v.year for v in self.values if v.year}) > 1

    @property
    def target_reached(self) -> bool:
        """Whether the latest measured figure is at the target or better."""
        target = self.indicator.target_value
        if target is None or self.latest is None or self.latest.value is None:
            return False
        if self.indicator.wanted_direction == "down":
            return self.latest.value <= target
        return self.latest.value >= target


def newest(values: Iterable[IndicatorValue]) -> IndicatorValue | None:
    """Return the figure of the latest year, of those the one stated last; None when empty.

    A figure without a year comes before all others, and so does one without a stated date among
    figures of the same year.
    """
    return max(
        values,
        key=lambda v: (v.year or 0, v.stated_on or datetime.date.min, v.pk),
        default=None,
    )


def same_year(values: Iterable[IndicatorValue]) -> tuple[SameYear, ...]:
    """Return the years for which figures differ, latest first, each with all its figures."""
    observed = [v for v in values if v.year and v.value_type in OBSERVED]
    by_year = groupby(sorted(observed, key=lambda v: v.year or 0), key=lambda v: v.year or 0)
    found = [SameYear(year, tuple(group)) for year, group in by_year]
    return tuple(
        reversed([s for s in found if len({(v.value, v.value_text) for v in s.values}) > 1])
    )


def point(value: IndicatorValue | None) -> tuple[int, float] | None:
    """Return (year, value) of a figure that has both."""
    if value is None or value.year is None or value.value is None:
        return None
    return value.year, float(value.value)


def growth(start: tuple[int, float] | None, end: tuple[int, float] | None) -> Growth | None:
    """Return the growth between two points that are both known."""
    return Growth.between(start, end) if start and end else None


def baseline(indicator: Indicator) -> tuple[int, float] | None:
    """Return the (year, value) that the document counts from."""
    if indicator.baseline_year is None or indicator.baseline_value is None:
        return None
    return indicator.baseline_year, float(indicator.baseline_value)


def target(indicator: Indicator) -> tuple[int, float] | None:
    """Return the (year, value) that is aimed at, for an amount; None for a percentage."""
    if indicator.target_year is None or indicator.target_value is None:
        return None
    if indicator.unit in SHARES:
        return None
    return indicator.target_year, float(indicator.target_value)


def expected_after(
    latest: IndicatorValue | None, values: Iterable[IndicatorValue]
) -> IndicatorValue | None:
    """Return the newest forecast or estimate for a year after the latest measured one."""
    year = latest.year if latest else None
    if year is None:
        return None
    return newest(v for v in values if v.value_type in EXPECTED and v.year and v.year > year)


def indicator_story(indicator: Indicator, values: Sequence[IndicatorValue] | None = None) -> Story:
    """Return what the figures of `indicator` say, after the rules at the top of this module.

    `values` are the indicator's figures in order; without them its prefetched ones are taken.
    """
    values = tuple(indicator.values.all() if values is None else values)
    latest = newest(v for v in values if v.value_type == ValueType.ACTUAL)
    shown = latest or newest(v for v in values if v.value_type != ValueType.TARGET)
    expected = expected_after(latest, values)
    goal = target(indicator)
    return Story(
        indicator=indicator,
        values=values,
        latest=latest,
        shown=shown,
        expected=expected,
        same_year=same_year(values),
        so_far=growth(baseline(indicator), point(latest)) if goal else None,
        needed=growth(point(latest), goal),
        needed_after=growth(point(expected), goal),
    )


def with_values() -> QuerySet[Indicator]:
    """Indicators with their figures in order, in two queries."""
    return Indicator.objects.select_related("document", "theme").prefetch_related(
        Prefetch("values", IndicatorValue.objects.in_order())
    )


def main_target() -> Story | None:
    """Return the figure that the newest export plan names as its own target, in two queries.

    None when no export plan has a target in numbers.
    """
    indicator = (
        with_values()
        .filter(
            belongs_to_document=True,
            document__kind=DocumentKind.EXPORT_PLAN,
            target_value__isnull=False,
            target_year__isnull=False,
        )
        .order_by("-document__published_on", "pk")
        .first()
    )
    return indicator_story(indicator) if indicator else None


def of_measure(measure: Measure) -> list[Story]:
    """Return the indicators that bear on a measure, in two queries, its theme's first.

    Those of the same theme, and of the document's own those that speak of the whole: they belong
    to no theme, or carry the document's target.
    """
    whole = Q(theme=None) | Q(target_value__isnull=False)
    own = Q(document=measure.document_id, belongs_to_document=True) & whole
    found = (
        with_values()
        .filter(Q(theme=measure.theme_id) | own)
        .order_by(Case(When(theme=measure.theme_id, then=0), default=1), "pk")
    )
    return [indicator_story(i) for i in found[:MOST_ON_A_MEASURE]]


@dataclass(frozen=True)
class ThemeGroup:
    """Indicators of one theme; `theme` is None for those that speak of the whole industry."""

    theme: Theme | None
    stories: tuple[Story, ...]


@dataclass(frozen=True)
class DocumentGroup:
    """Indicators of one document; `document` is None for goals set elsewhere."""

    document: Document | None
    themes: tuple[ThemeGroup, ...]

    @property
    def count(self) -> int:
        """How many indicators stand here."""
        return sum(len(t.stories) for t in self.themes)


def by_document() -> list[DocumentGroup]:
    """Return all indicators under their document and theme, in two queries.

    Documents as they were published, goals set elsewhere last; in a document first what speaks
    of the whole, then the themes by number.
    """
    stories = [
        indicator_story(i)
        for i in with_values().order_by(
            F("document__published_on").asc(nulls_last=True),
            "document_id",
            F("theme__number").asc(nulls_first=True),
            "pk",
        )
    ]
    groups = []
    for _, in_document in groupby(stories, key=lambda s: s.indicator.document_id):
        themes = [
            ThemeGroup(members[0].indicator.theme, members)
            for _, group in groupby(in_document, key=lambda s: s.indicator.theme_id)
            for members in [tuple(group)]
        ]
        groups.append(DocumentGroup(themes[0].stories[0].indicator.document, tuple(themes)))
    return groups
