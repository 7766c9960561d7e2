"""Shares of a whole, as one bar."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Part(NamedTuple):
    """A piece of a bar. `start` and `width` are percent of the whole, with a decimal point."""

    state: str
    start: str
    width: str


def parts(numbers: Iterable[tuple[str, int]], whole: int) -> list[Part]:
    """Return the pieces of a bar for (state, number) in the order given; zero draws nothing.

    Each piece ends where the next begins, so that rounding leaves no gaps. A `whole` of zero has
    no pieces.
    """
    if not whole:
        return []
    drawn: list[Part] = []
    done = 0
    for state, number in numbers:
        if number > 0:
            start, end = (round(100 * n / whole, 2) for n in (done, done + number))
            drawn.append(Part(state, f"{start:g}", f"{end - start:.2f}".rstrip("0").rstrip(".")))
        done += number
    return drawn
