"""Two texts side by side: which words went, and which came. Knows nothing of measures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

#: Words and the spaces between them, so that nothing of a text is left out.
TOKEN = re.compile(r"\s+|\S+")


@dataclass(frozen=True)
class Piece:
    """A stretch of a text, and whether the other text lacks it."""

    text: str
    is_changed: bool


def compare(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Return the pieces of the old text (kept or removed) and of the new one (kept or added).

    The pieces of each side, put together, are exactly that text. Words that are very common in a
    long text count as kept only beside other kept words: `SequenceMatcher` leaves them out, which
    keeps the time for 20,000 characters below a second.
    """
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    removed: list[Piece] = []
    added: list[Piece] = []
    for is_kept, a, b in _stretches(before, after):
        removed.append(Piece(a, not is_kept))
        added.append(Piece(b, not is_kept))
    return _put_together(removed), _put_together(added)


def whole(text: str, *, is_changed: bool) -> list[Piece]:
    """Return a text as one piece; none when it is empty."""
    return [Piece(text, is_changed)] if text else []


def _stretches(before: list[str], after: list[str]) -> Iterator[tuple[bool, str, str]]:
    """Yield whether a stretch is kept, and how it reads in each text. A lone space between two
    changed words is part of the change."""
    codes = SequenceMatcher(None, before, after).get_opcodes()
    last = len(codes) - 1
    for n, (tag, a, b, c, d) in enumerate(codes):
        text = "".join(before[a:b])
        is_kept = tag == "equal" and (bool(text.strip()) or n in (0, last))
        yield is_kept, text, "".join(after[c:d])


def _put_together(pieces: list[Piece]) -> list[Piece]:
    """Join neighbours of the same kind; leave out what is empty."""
    filled = [piece for piece in pieces if piece.text]
    return [
        Piece("".join(piece.text for piece in run), is_changed)
        for is_changed, run in groupby(filled, key=lambda piece: piece.is_changed)
    ]
