"""One square per measure, in groups: the gap is seen before it is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """One square. Without an address it stands for a measure that is not registered."""

    state: str
    title: str = ""
    url: str = ""
    by_owner: bool = False


@dataclass(frozen=True)
class Group:
    """The squares of one document. `text` says all its numbers in a sentence."""

    name: str
    lang: str
    sub: str
    text: str
    cells: list[Cell]


def squares(registered: Iterable[Cell], missing: int) -> list[Cell]:
    """Return the squares of registered measures, then one empty square per missing measure."""
    return [*registered, *([Cell("unregistered")] * missing)]
