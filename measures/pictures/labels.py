"""Room for words in a drawing: how much a label takes, and where it may stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

#: Size of the text, in the drawing's own units; the style sheet sets the same.
FONT = 15.0
#: Width of a character of that size, on the generous side.
CHARACTER = 0.64 * FONT
ASCENT, DESCENT = 0.78 * FONT, 0.24 * FONT
#: Room that two labels beside each other keep between them, each its share.
BETWEEN = 2.0
#: Room around a mark that labels keep free.
MARK = 7.0
#: How much worse it is to cross a line than to take the next best place.
CROSSES_LINE = 20


def plain(number: float) -> str:
    """Write a coordinate with at most one decimal, never in a language's own way."""
    return f"{round(number, 1) + 0.0:.1f}".removesuffix(".0")


@dataclass(frozen=True)
class Box:
    """The room that a label or a mark takes."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether any point belongs to both."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, x: float, y: float) -> bool:
        """Whether the point lies inside."""
        return self.left < x < self.right and self.top < y < self.bottom


@dataclass(frozen=True)
class Label:
    """A text at a place; `anchor` as in SVG; `lang` where it is not in the language of the page."""

    at: tuple[float, float]
    text: str
    anchor: str = "middle"
    look: str = ""
    lang: str = ""

    @property
    def x(self) -> str:
        return plain(self.at[0])

    @property
    def y(self) -> str:
        return plain(self.at[1])

    @property
    def box(self) -> Box:
        """The room the text takes, by our own reckoning of its width."""
        width = len(self.text) * CHARACTER
        share = {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]
        left = self.at[0] - width * share
        top, bottom = self.at[1] - ASCENT, self.at[1] + DESCENT
        return Box(left - BETWEEN, top, left + width + BETWEEN, bottom)


@dataclass
class Room:
    """The free room of a drawing: what is taken, and which lines labels had better not cross."""

    bounds: Box
    taken: list[Box] = field(default_factory=list)
    lines: list[tuple[float, float]] = field(default_factory=list)

    def price(self, box: Box, own: Box | None) -> float:
        """How bad it is to put a label in `box`; infinite when it is taken or outside."""
        inside = (
            box.left >= self.bounds.left
            and box.right <= self.bounds.right
            and box.top >= self.bounds.top
            and box.bottom <= self.bounds.bottom
        )
        if not inside or any(box.overlaps(t) for t in self.taken if t != own):
            return math.inf
        return CROSSES_LINE * any(box.holds(x, y) for x, y in self.lines)

    def place(self, labels: Sequence[Label], own: Box | None = None) -> Label | None:
        """Take the best of several places for one label; None when there is no room for it."""
        priced = [(self.price(label.box, own) + i, i) for i, label in enumerate(labels)]
        price, best = min(priced)
        if price == math.inf:
            return None
        self.taken.append(labels[best].box)
        return labels[best]
