"""Dates as exactly as they are known: a year, a month or a day."""

from __future__ import annotations

import datetime
import re
from calendar import monthrange
from dataclasses import dataclass

from measures.choices import Precision

FORM = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
#: How many characters of 2024-05-17 say a date of this precision.
LENGTH = {Precision.YEAR: 4, Precision.MONTH: 7, Precision.DAY: 10}


@dataclass(frozen=True)
class PartialDate:
    """A date and how exactly it is known. `year`, `month` and `day` of `first` beyond the
    precision are 1."""

    first: datetime.date
    precision: Precision

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read `2024`, `2024-05` or `2024-05-17`. Raises ValueError for anything else."""
        match = FORM.fullmatch(text)
        if not match:
            raise ValueError(text)
        year, month, day = match.groups()
        first = datetime.date(int(year), int(month or 1), int(day or 1))
        precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
        return cls(first, precision)

    @property
    def last(self) -> datetime.date:
        """The last day that the date can mean: what a deadline "in 2026" runs to."""
        if self.precision == Precision.YEAR:
            return self.first.replace(month=12, day=31)
        if self.precision == Precision.MONTH:
            return self.first.replace(day=monthrange(self.first.year, self.first.month)[1])
        return self.first

    def __str__(self) -> str:
        """Write the date as `parse` reads it."""
        return self.first.isoformat()[: LENGTH[self.precision]]
