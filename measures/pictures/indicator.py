"""An indicator's figures as a chart: marks, labels and the same facts in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.utils.translation import gettext as _

from measures.choices import ValueType
from measures.models import IndicatorValue
from measures.pictures import chart
from measures.queries.indicators import MEASURED, Story

#: Writes a number in the language of the page.
Write = Callable[[float | Decimal], str]

#: Every kind of figure has its own shape, named by the legend. Filled is measured or decided;
#: hollow is reckoned or said.
LOOKS: dict[str, chart.Look] = {
    ValueType.ACTUAL: chart.Look("circle", "dot"),
    ValueType.BASELINE: chart.Look("square", "dot"),
    ValueType.ESTIMATE: chart.Look("circle", "dot-other"),
    ValueType.FORECAST: chart.Look("diamond", "dot-hollow"),
    ValueType.BUDGET: chart.Look("square", "dot-other"),
    ValueType.STATED: chart.Look("triangle", "dot-other"),
    ValueType.TARGET: chart.Look("bullseye", "dot"),
}


@dataclass(frozen=True)
class Key:
    """One line of the legend: the class and path of a kind's mark, and its word."""

    css: str
    word: str
    d: str


@dataclass(frozen=True)
class Picture:
    """A chart for wide and for narrow screens, what it shows in one text, and its legend."""

    wide: chart.Drawing
    narrow: chart.Drawing
    label: str
    keys: tuple[Key, ...]
    has_needed: bool
    has_words: bool


def kind_word(kind: str) -> str:
    """Return the word for a kind of figure, in the language of the page."""
    return str(ValueType(kind).label)


def label_of(value: IndicatorValue, amount: Decimal, write: Write) -> str:
    """Return what stands beside the mark: the number, and the kind where it is not measured."""
    text = write(amount)
    if value.value_type in MEASURED:
        return text
    return f"{text} {kind_word(value.value_type).lower()}"


def weight_of(value: IndicatorValue, story: Story) -> int:
    """Return how much the label matters: the latest and the target first, then what differs."""
    if value == story.latest or value.value_type == ValueType.TARGET:
        return chart.STRONG
    differs = any(value in s.values for s in story.same_year)
    return 2 if differs or value == story.expected else 0


def figures_of(story: Story, write: Write) -> list[chart.Figure]:
    """Return the figures that have a year and a number."""
    return [
        chart.Figure(
            year=v.year,
            value=float(v.value),
            kind=v.value_type,
            text=label_of(v, v.value, write),
            joined=v.value_type in MEASURED,
            weight=weight_of(v, story),
        )
        for v in story.values
        if v.year is not None and v.value is not None
    ]


def in_words(story: Story) -> list[chart.InWords]:
    """Return the measured figures that their source gives in words for a year."""
    texts = [
        (v.year, v.local_text("value_text"))
        for v in story.values
        if v.year is not None and v.value is None
    ]
    return [chart.InWords(year, text.text, text.foreign) for year, text in texts]


def needed_path(story: Story, write: Write) -> chart.Needed | None:
    """Return the path from the latest measured figure to the target."""
    if story.needed is None:
        return None
    way = story.needed
    text = _("%(percent)s %% i året trengs") % {"percent": write(way.percent)}
    return chart.Needed((way.start_year, way.start), (way.end_year, way.end), text)


def on_axis(write: Write, value: float) -> str:
    """Write a number of the axis: a whole one without decimals."""
    return write(int(value) if value == int(value) else value)


def said(value: IndicatorValue, write: Write) -> str:
    """Return "25,9 i 2024", or the source's words for that year."""
    words = value.local_text("value_text").text
    figure = words if value.value is None else write(value.value)
    return _("%(figure)s i %(year)s") % {"figure": figure, "year": value.year}


def in_one_text(story: Story, write: Write) -> str:
    """Say what the chart shows, for those who do not see it: every figure under its kind."""

    def parts() -> Iterator[str]:
        yield _("Diagram.")
        for kind in ValueType:
            of_kind = [v for v in story.values if v.value_type == kind and v.year]
            if of_kind:
                yield f"{kind_word(kind)}: {', '.join(said(v, write) for v in of_kind)}."
        if way := needed_path(story, write):
            yield f"{way.text}."

    return " ".join(parts())


def picture(story: Story, write: Write) -> Picture | None:
    """Draw the figures of an indicator; None where fewer than two years have one.

    Runs in the language of the page: labels are written in it, numbers through `write`.
    """
    if not story.has_course:
        return None
    figures, words = figures_of(story, write), in_words(story)
    needed = needed_path(story, write)
    wide, narrow = (
        chart.draw(figures, words, needed, frame, looks=LOOKS, write=partial(on_axis, write))
        for frame in (chart.WIDE, chart.NARROW)
    )
    shown = {f.kind for f in figures}
    return Picture(
        wide=wide,
        narrow=narrow,
        label=in_one_text(story, write),
        keys=tuple(
            Key(look.css, kind_word(kind), f"M9 9{chart.SHAPES[look.shape]}")
            for kind, look in LOOKS.items()
            if kind in shown
        ),
        has_needed=bool(wide.needed),
        has_words=bool(words),
    )
