"""What is wrong with a file, said so that the person who made it can put it right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

#: So many are kept to be shown; the rest are only counted. A file of a million wrong cells must
#: not fill the memory with sentences that nobody reads.
KEPT = 5_000
#: How much of a wrong cell is repeated in a sentence.
SHOWN = 60


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong. `line` 0 means the whole file, `column` "" the whole row.

    `message` is a sentence in the language that was active when the problem was found.
    """

    file: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place += ", " + _("linje %(line)s") % {"line": self.line}
        if self.column:
            place += ", " + _("kolonne %(column)s") % {"column": self.column}
        return f"{place}: {self.message}"


class Problems:
    """All that is wrong: the first `KEPT` problems, and how many there are in all."""

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        self._kept: list[Problem] = []
        self.total = 0
        self.extend(problems)

    def add(self, problem: Problem) -> None:
        self.total += 1
        if len(self._kept) < KEPT:
            self._kept.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.add(problem)

    def __iter__(self) -> Iterator[Problem]:
        """The kept ones, by file, line and column."""
        return iter(sorted(self._kept))

    def __len__(self) -> int:
        return self.total


def printable(text: str) -> str:
    """Return the text with a mark for every sign that could play tricks on a terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def shown(cell: object) -> str:
    """Return a cell as it can stand in a sentence: in quotes, on one line, not too long."""
    text = printable(" ".join(str(cell).split()))
    return f"«{text[:SHOWN]}…»" if len(text) > SHOWN else f"«{text}»"
