"""Dates as exactly as they are known: a year, a month or a day."""

from __future__ import annotations

import datetime
import re
from calendar import monthrange
from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.dateformat import format as format_date

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

    @classmethod
    def ending(cls, last: datetime.date, precision: Precision) -> PartialDate:
        """Return the date whose last day is `last`: how deadlines are stored."""
        first = last if precision == Precision.DAY else last.replace(day=1)
        if precision == Precision.YEAR:
            first = first.replace(month=1)
        return cls(first, precision)

    @property
    def last(self) -> datetime.date:
        """The last day that the date can mean: what a deadline "in 2026" runs to."""
        if self.precision == Precision.YEAR:
            return self.first.replace(month=12, day=31)
        if self.precision == Precision.MONTH:
            return self.first.replace(day=monthrange(self.first.year, self.first.month)[1])
        return self.first

    def contains(self, other: PartialDate) -> bool:
        """Say whether every day that `other` can mean is one that this date can mean."""
        return self.first <= other.first and other.last <= self.last

    def __str__(self) -> str:
        """Write the date as `parse` reads it."""
        return self.first.isoformat()[: LENGTH[self.precision]]


#: All days and hours of the record are Norwegian, whatever zone is active.
OSLO = timezone.get_default_timezone()


def start_of(day: datetime.date) -> datetime.datetime:
    """Return when a Norwegian day begins."""
    return moment_of(day, 0)


def end_of(day: datetime.date) -> datetime.datetime:
    """Return when a Norwegian day is over: the first moment that no longer belongs to it."""
    return start_of(day + datetime.timedelta(days=1))


def moment_of(day: datetime.date, hour: int) -> datetime.datetime:
    """Return the moment of a full hour of a Norwegian day. An hour that summer time leaves out is
    the same moment as the hour after; of one that comes twice, it is the first."""
    local = datetime.datetime.combine(day, datetime.time(hour), OSLO)
    return local.astimezone(datetime.UTC)


FORMATS = {Precision.DAY: "DATE_FORMAT", Precision.MONTH: "YEAR_MONTH_FORMAT"}


def when(date: PartialDate | datetime.date | None) -> str:
    """Write a date as exactly as it is known: 22. november 2026, november 2026, or 2026."""
    if date is None:
        return ""
    if isinstance(date, datetime.date):
        date = PartialDate(date, Precision.DAY)
    if date.precision == Precision.YEAR:
        return str(date.first.year)
    return format_date(date.first, formats.get_format(FORMATS[date.precision]))


def whole_months(start: datetime.date, end: datetime.date) -> int:
    """Return how many whole months lie between two days; negative when `end` is the earlier.

    The last day of a month is a whole month after the last day of the one before: from 31 January
    to 28 February is one month, as from 28 February to 31 March.
    """
    if end < start:
        return -whole_months(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    is_last = end.day == monthrange(end.year, end.month)[1]
    return months - (end.day < start.day and not is_last)


#: What people type: 17.5.2026, 5.2026, mai 2026. ISO's forms are read by `PartialDate.parse`.
DOTTED = re.compile(r"(?:(\d{1,2})\.\s*)?(\d{1,2})\.\s*(\d{4})", re.ASCII)
NAMED = re.compile(r"(?:(\d{1,2})\.?\s+)?([^\W\d]+)\.?\s+(\d{4})")
#: The months in bokmål and nynorsk, and in English where that is another word. The first three
#: letters are enough.
MONTHS = (
    ("januar", "january"),
    ("februar", "february"),
    ("mars", "march"),
    ("april",),
    ("mai", "may"),
    ("juni", "june"),
    ("juli", "july"),
    ("august",),
    ("september",),
    ("oktober", "october"),
    ("november",),
    ("desember", "december"),
)
#: Other years are slips of the finger.
YEARS = range(1900, 2200)


def typed(text: str) -> PartialDate:
    """Read a date as people type it: 17.5.2026, 17. mai 2026, mai 2026, 5.2026, 2026, or as
    `PartialDate.parse` does. Raises ValueError for anything else, also for years far from ours."""
    found = _spoken(" ".join(text.split()).casefold())
    if found.first.year not in YEARS:
        raise ValueError(text)
    return found


def _spoken(text: str) -> PartialDate:
    if match := DOTTED.fullmatch(text):
        day, month, year = match.groups()
        return _from_parts(day, int(month), int(year))
    if match := NAMED.fullmatch(text):
        day, name, year = match.groups()
        return _from_parts(day, _month(name), int(year))
    return PartialDate.parse(text)


def _from_parts(day: str | None, month: int, year: int) -> PartialDate:
    precision = Precision.DAY if day else Precision.MONTH
    return PartialDate(datetime.date(year, month, int(day or 1)), precision)


def _month(name: str) -> int:
    """Return the number of a month. Raises ValueError when it is none."""
    for number, names in enumerate(MONTHS, start=1):
        if any(full == name or (len(name) >= 3 and full.startswith(name)) for full in names):
            return number
    raise ValueError(name)
