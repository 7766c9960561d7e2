"""Figures over years as plain geometry, to be drawn as SVG by a template.

Pure functions: figures and a frame in, coordinates (as text, with a decimal point) out. What the
drawing must never do:

- join figures of different kinds. One line runs through the measured figures only (`Figure.joined`,
  which the caller sets for actual figures and the baseline they count from). It breaks at a year
  with two differing measured figures, because it does not choose between publishers; at a year
  whose figure is given in words only; and over a gap of more than `LONGEST_GAP` years.
- look measured where it is not. The needed path is dotted, has no marks, and is compound growth,
  the same that the number beside it tells.
- start the axis anywhere but at zero, unless a value is negative.
- let two labels cover each other. A label that finds no free place is left out; the table beside
  the drawing has every figure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from measures.pictures.labels import ASCENT, CHARACTER, FONT, MARK, Box, Label, Room, plain

#: Over a longer gap, in years, nothing is known about the course between two figures.
LONGEST_GAP = 5
#: The path of each shape, drawn from its middle.
SHAPES = {
    "circle": "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
    "square": "m-5-5h10v10h-10z",
    "diamond": "m0-6.5l6.5 6.5-6.5 6.5-6.5-6.5z",
    "triangle": "m0-7l6.5 11.5h-13z",
    "bullseye": "m-9 0a9 9 0 1 0 18 0a9 9 0 1 0-18 0zm4 0a5 5 0 1 1 10 0a5 5 0 1 1-10 0z"
    "m1.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z",
}


@dataclass(frozen=True)
class Figure:
    """A value for a year. `kind` decides the mark, `text` is its label, `joined` says that it
    belongs to the line; labels of a greater `weight` are placed first."""

    year: int
    value: float
    kind: str
    text: str
    joined: bool = False
    weight: int = 0


@dataclass(frozen=True)
class InWords:
    """A figure for a year that the source gives in words: it has no height.

    `lang` is the language of the words where that is not the page's.
    """

    year: int
    text: str
    lang: str = ""


@dataclass(frozen=True)
class Needed:
    """The path of equal yearly growth from one (year, value) to another, and what to call it."""

    start: tuple[int, float]
    end: tuple[int, float]
    text: str = ""


@dataclass(frozen=True)
class Frame:
    """The size of the drawing, in its own units."""

    width: int
    height: int
    most_ticks: int = 4


WIDE = Frame(760, 340)
NARROW = Frame(350, 270, most_ticks=3)


class Look(NamedTuple):
    """How a kind of figure is drawn: a key of `SHAPES`, and a class of the style sheet."""

    shape: str
    css: str


@dataclass(frozen=True)
class Mark:
    """A figure's mark: where, and how it looks."""

    at: tuple[float, float]
    look: Look

    @property
    def d(self) -> str:
        return f"M{plain(self.at[0])} {plain(self.at[1])}{SHAPES[self.look.shape]}"

    @property
    def box(self) -> Box:
        x, y = self.at
        return Box(x - MARK, y - MARK, x + MARK, y + MARK)


@dataclass(frozen=True)
class Drawing:
    """All that a template needs to draw; every number is text."""

    frame: Frame
    left: str
    right: str
    grid: tuple[str, ...]
    columns: tuple[tuple[str, str, str], ...]
    lines: tuple[str, ...]
    needed: str
    marks: tuple[Mark, ...]
    labels: tuple[Label, ...]

    @property
    def view(self) -> str:
        """Width and height, for the view box."""
        return f"{self.frame.width} {self.frame.height}"


# --- What is joined --------------------------------------------------------------------------


def runs(figures: Sequence[Figure], words: Sequence[InWords] = ()) -> list[list[Figure]]:
    """Return the stretches of figures that a line may join, each of at least two, by year."""
    joined = sorted((f for f in figures if f.joined), key=lambda f: f.year)
    unclear = {w.year for w in words}
    by_year: dict[int, Figure] = {}
    for figure in joined:
        if by_year.setdefault(figure.year, figure).value != figure.value:
            unclear.add(figure.year)
    stretches: list[list[Figure]] = [[]]
    for year in sorted({*by_year, *unclear}):
        last = stretches[-1][-1].year if stretches[-1] else year
        if year in unclear:
            stretches.append([])
        elif year - last > LONGEST_GAP:
            stretches.append([by_year[year]])
        else:
            stretches[-1].append(by_year[year])
    return [s for s in stretches if len(s) > 1]


def compound(needed: Needed, steps: int = 12) -> list[tuple[float, float]]:
    """Return points (year, value) of equal yearly growth; two points when it cannot be computed."""
    (first, start), (last, end) = needed.start, needed.end
    if start <= 0 or end <= 0:
        return [(first, start), (last, end)]
    steps = min(steps, last - first)
    return [
        (first + (last - first) * i / steps, start * (end / start) ** (i / steps))
        for i in range(steps + 1)
    ]


# --- The axes --------------------------------------------------------------------------------


def ticks(values: Sequence[float], most: int) -> list[float]:
    """Return round numbers for the axis, from zero (or below a negative value) past the highest."""
    low, high = min(0.0, *values), max(0.0, *values)
    if low == high:
        high = 1.0
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * s for s in (1, 2, 2.5, 5, 10) if power * s >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * n, 10) for n in range(first, last + 1)]


def year_ticks(first: int, last: int, most: int) -> list[int]:
    """Return at most `most` years up to `last`, evenly spaced; `first` is among them where the
    step allows it."""
    span = last - first
    if span < 1:
        return [first]
    least = math.ceil(span / max(1, most - 1))
    step = next((s for s in range(least, 2 * least + 1) if span % s == 0), least)
    return list(range(last, first - 1, -step))[::-1]


@dataclass(frozen=True)
class Scale:
    """Where a year and a value lie in the frame."""

    left: float
    right: float
    top: float
    bottom: float
    years: tuple[int, int]
    values: tuple[float, float]

    def x(self, year: float) -> float:
        first, last = self.years
        return self.left + (self.right - self.left) * (year - first) / (last - first)

    def y(self, value: float) -> float:
        low, high = self.values
        return self.bottom - (self.bottom - self.top) * (value - low) / (high - low)


# --- Labels ----------------------------------------------------------------------------------

#: Where a label may stand beside its mark: (dx, dy, anchor), best first.
PLACES = (
    (0, -13, "middle"),
    (0, 13 + ASCENT, "middle"),
    (12, 5, "start"),
    (-12, 5, "end"),
    (10, -10, "start"),
    (-10, -10, "end"),
    (10, 10 + ASCENT, "start"),
    (-10, 10 + ASCENT, "end"),
    (0, -30, "middle"),
    (0, 32 + ASCENT, "middle"),
)
#: Labels of this weight and more are written in bold.
STRONG = 3


def along(points: Sequence[tuple[float, float]], steps: int = 24) -> Iterator[tuple[float, float]]:
    """Yield points along a broken line."""
    for (x1, y1), (x2, y2) in pairwise(points):
        for i in range(steps + 1):
            yield x1 + (x2 - x1) * i / steps, y1 + (y2 - y1) * i / steps


def path(points: Sequence[tuple[float, float]]) -> str:
    """Write points as an SVG path."""
    return "M" + "L".join(f"{plain(x)} {plain(y)}" for x, y in points)


# --- The drawing -----------------------------------------------------------------------------


def fit(
    figures: Sequence[Figure], words: Sequence[InWords], frame: Frame, write: Callable[[float], str]
) -> tuple[Scale, list[Label], list[float]]:
    """Return the scale, the labels of the value axis, and the heights of its lines."""
    numbers = ticks([f.value for f in figures], frame.most_ticks)
    years = [*(f.year for f in figures), *(w.year for w in words)]
    edge = max(len(write(n)) for n in numbers) * CHARACTER + 6
    side = 2.4 * CHARACTER
    scale = Scale(
        left=edge + side,
        right=frame.width - side,
        top=28,
        bottom=frame.height - 36,
        years=(min(years), max(years)),
        values=(numbers[0], numbers[-1]),
    )
    labels = [
        Label((edge - 6, scale.y(n) + 0.36 * FONT), write(n), "end", "is-soft") for n in numbers
    ]
    return scale, labels, [scale.y(n) for n in numbers]


def year_labels(scale: Scale, frame: Frame) -> list[Label]:
    """Return the labels of the years under the drawing."""
    most = int((scale.right - scale.left) // (7 * CHARACTER)) + 1
    return [
        Label((scale.x(year), frame.height - 8), str(year), "middle", "is-soft")
        for year in year_ticks(*scale.years, most)
    ]


def draw(
    figures: Sequence[Figure],
    words: Sequence[InWords],
    needed: Needed | None,
    frame: Frame,
    *,
    looks: Mapping[str, Look],
    write: Callable[[float], str],
) -> Drawing:
    """Lay out the figures in `frame`.

    `looks` says how each kind is drawn; `write` writes a number for the axis.
    Raises ValueError when the figures cover fewer than two years: then there is no course to show.
    """
    if not figures or len({f.year for f in figures} | {w.year for w in words}) < 2:
        raise ValueError("A chart needs figures for at least two years")
    scale, axis, heights = fit(figures, words, frame, write)

    def at(year: float, value: float) -> tuple[float, float]:
        return scale.x(year), scale.y(value)

    joined = [[at(f.year, f.value) for f in run] for run in runs(figures, words)]
    course = [at(*p) for p in compound(needed)] if needed else []
    marks = [Mark(at(f.year, f.value), looks[f.kind]) for f in figures]
    below = year_labels(scale, frame)
    room = Room(
        Box(0, 0, frame.width, frame.height),
        [label.box for label in [*axis, *below]] + [m.box for m in marks],
        [p for line in [*joined, course] for p in along(line)],
    )
    return Drawing(
        frame=frame,
        left=plain(scale.left - 2.4 * CHARACTER),
        right=plain(frame.width),
        grid=tuple(plain(y) for y in heights),
        columns=tuple(
            (plain(scale.x(w.year)), plain(scale.top - 6), plain(scale.bottom)) for w in words
        ),
        lines=tuple(path(line) for line in joined),
        needed=path(course) if course else "",
        marks=tuple(marks),
        labels=(*axis, *below, *placed(figures, marks, words, needed, course, scale, room)),
    )


def placed(
    figures: Sequence[Figure],
    marks: Sequence[Mark],
    words: Sequence[InWords],
    needed: Needed | None,
    course: Sequence[tuple[float, float]],
    scale: Scale,
    room: Room,
) -> Iterator[Label]:
    """Yield the labels that find room: the weighty first, then by year from the newest."""
    pairs = sorted(
        zip(figures, marks, strict=True), key=lambda p: (-p[0].weight, -p[0].year, p[0].value)
    )
    for figure, mark in pairs:
        x, y = mark.at
        look = "is-strong" if figure.weight >= STRONG else ""
        options = [Label((x + dx, y + dy), figure.text, how, look) for dx, dy, how in PLACES]
        if label := room.place(options, mark.box):
            yield label
    for word in words:
        x = scale.x(word.year)
        beside = ((x, "middle"), (x - 6, "end"), (x + 6, "start"))
        heights = [scale.top - 10, *(scale.bottom - 10 - 18 * n for n in range(8))]
        options = [
            Label((w, y), word.text, how, "is-soft", word.lang)
            for y in heights
            for w, how in beside
        ]
        if label := room.place(options):
            yield label
    if needed and needed.text and course:
        middle = course[len(course) // 2]
        options = [
            Label((middle[0] + dx, middle[1] + dy), needed.text, how, "is-soft")
            for dx, dy, how in ((-12, -8, "end"), (14, 22, "start"), (-12, -28, "end"))
        ]
        if label := room.place(options):
            yield label
