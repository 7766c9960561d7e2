"""The kinds of cell: how each is read, where its value lies in the database, what it refers to."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import TextChoices
from django.utils.translation import gettext as _

from measures.choices import Precision
from measures.dates import FORM, PartialDate
from measures.exchange.problems import shown
from measures.exchange.words import FORMULA, clean, quoted, unquoted
from stakeholders.validators import validate_organisation_number

#: The natural key of a row: what identifies it in files, in events and in the database.
Key = tuple[Any, ...]
Values = Mapping[str, Any]
#: (table, natural key)
Reference = tuple[str, Key]
PrimaryKey = Callable[[str, Key], int | None]

YEARS = range(1900, 2101)


class Misread(Exception):
    """A cell cannot be read; the text says why, to the person who wrote it."""


@dataclass(frozen=True)
class Kind:
    """How one kind of cell is read and stored. The defaults fit a plain column of the model."""

    empty: ClassVar[Any] = None
    #: Other columns of the row without which the value has no meaning.
    read_with: ClassVar[tuple[str, ...]] = ()

    def read(self, cell: str) -> Any:
        """Return the value of a cell that is not empty. Raises Misread."""
        raise NotImplementedError

    def paths(self, name: str) -> tuple[str, ...]:
        """Say where in the database the value of column `name` lies, for `values_list`."""
        return (name,)

    def joined(self, *stored: Any) -> Any:
        """Make the value again from what lies at `paths`."""
        return stored[0]

    def attributes(self, name: str, values: Values, pk: PrimaryKey) -> dict[str, Any]:
        """Return the attributes of the model that hold the value."""
        return {name: values[name]}

    def identity(self, value: Any) -> Any:
        """Return what of the value counts in a natural key."""
        return value

    def references(self, name: str, values: Values) -> list[Reference]:
        """Return the rows that the cell speaks of."""
        return []

    def told(self, value: Any) -> Any:
        """Return the value as JSON can hold it, for events."""
        return value

    def cell(self, value: Any) -> str:
        """Return the cell that is read as `value`, for exports and forms."""
        return as_cell(self.told(value))

    def same(self, before: Any, after: Any) -> bool:
        """Whether a stored value and one that was read are the same."""
        return bool(before == after)


def as_cell(told: Any) -> str:
    """Return what an event tells of a value as the cell it came from."""
    if told is None:
        return ""
    if isinstance(told, bool):
        return "yes" if told else "no"
    return "|".join(told) if isinstance(told, list) else str(told)


@dataclass(frozen=True)
class Text(Kind):
    """Words. Too long ones are refused, never cut.

    One that begins like a formula is refused: whoever wrote it meant something else. Where the
    words do begin so (a report may), exports put an apostrophe before them, and it is read away.
    """

    empty: ClassVar[Any] = ""
    longest: int | None = None

    def read(self, cell: str) -> str:
        if cell.startswith(FORMULA):
            raise Misread(
                _(
                    "Teksten begynner med «%(sign)s», som regneark leser som en formel. "
                    "Skriv den om."
                )
                % {"sign": cell[0]}
            )
        cell = unquoted(cell)
        self.check_length(cell)
        return cell

    def cell(self, value: Any) -> str:
        return quoted(clean(value))

    def same(self, before: Any, after: Any) -> bool:
        # What a form stored may end in a space or hold å as two characters; a cell never does.
        return bool(before == after) or clean(before) == after

    def check_length(self, cell: str) -> None:
        if self.longest is not None and len(cell) > self.longest:
            raise Misread(
                _("Teksten er på %(length)s tegn. Det er plass til %(longest)s.")
                % {"length": len(cell), "longest": self.longest}
            )


@dataclass(frozen=True)
class Name(Text):
    """A natural key: only letters and digits as `pattern` says. `example` shows one."""

    pattern: str = r"[a-zA-Z0-9_-]+"
    example: str = "helse-2030"

    def read(self, cell: str) -> str:
        cell = unquoted(cell)
        self.check_length(cell)
        if not re.fullmatch(self.pattern, cell, re.ASCII):
            raise Misread(
                _("%(cell)s kan ikke brukes som nøkkel. Skriv den som «%(example)s».")
                % {"cell": shown(cell), "example": self.example}
            )
        return cell


@dataclass(frozen=True)
class OrganisationNumber(Kind):
    """Nine digits with a check digit, or nothing."""

    empty: ClassVar[Any] = ""

    def read(self, cell: str) -> str:
        try:
            validate_organisation_number(cell)
        except ValidationError as error:
            raise Misread(error.message) from error
        return cell


@dataclass(frozen=True)
class Choice(Kind):
    """One of the fixed words of the register."""

    empty: ClassVar[Any] = ""
    words: type[TextChoices]

    def read(self, cell: str) -> str:
        if cell not in self.words.values:
            raise Misread(
                _("%(cell)s er ikke et gyldig valg. Skriv ett av: %(words)s.")
                % {"cell": shown(cell), "words": ", ".join(self.words.values)}
            )
        return cell


@dataclass(frozen=True)
class YesNo(Kind):
    """`yes` or `no`."""

    def read(self, cell: str) -> bool:
        if cell not in {"yes", "no"}:
            raise Misread(_("%(cell)s: skriv yes eller no.") % {"cell": shown(cell)})
        return cell == "yes"


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number within bounds."""

    lowest: int
    highest: int

    def read(self, cell: str) -> int:
        # More digits than any column holds: int() itself refuses thousands of them.
        if not re.fullmatch(r"-?\d{1,30}", cell, re.ASCII):
            raise Misread(_("%(cell)s er ikke et heltall.") % {"cell": shown(cell)})
        number = int(cell)
        if not self.lowest <= number <= self.highest:
            raise Misread(
                _("%(cell)s er utenfor grensene. Skriv et tall fra %(lowest)s til %(highest)s.")
                % {"cell": shown(cell), "lowest": self.lowest, "highest": self.highest}
            )
        return number


@dataclass(frozen=True)
class Figure(Kind):
    """A number with a decimal point, of so many digits that the column holds it exactly."""

    digits: int = 16
    places: int = 4

    def read(self, cell: str) -> Decimal:
        if not re.fullmatch(r"-?\d+(\.\d+)?", cell, re.ASCII):
            raise Misread(
                _("%(cell)s er ikke et tall. Skriv det med punktum og uten mellomrom, som 25.9.")
                % {"cell": shown(cell)}
            )
        whole, _point, decimals = cell.lstrip("-").partition(".")
        most = self.digits - self.places
        if len(whole.lstrip("0")) > most or len(decimals.rstrip("0")) > self.places:
            raise Misread(
                _(
                    "%(cell)s har for mange sifre. Det er plass til %(whole)s før og "
                    "%(places)s etter punktum."
                )
                % {"cell": shown(cell), "whole": most, "places": self.places}
            )
        return Decimal(cell)

    def told(self, value: Any) -> Any:
        return None if value is None else f"{value.normalize():f}"


def read_partial(cell: str) -> PartialDate:
    """Read a date of any precision. Raises Misread."""
    if not FORM.fullmatch(cell):
        raise Misread(
            _("%(cell)s er ikke en dato. Skriv 2024, 2024-05 eller 2024-05-17.")
            % {"cell": shown(cell)}
        )
    try:
        partial = PartialDate.parse(cell)
    except ValueError as error:
        raise Misread(_("Datoen %(cell)s finnes ikke.") % {"cell": shown(cell)}) from error
    if partial.first.year not in YEARS:
        raise Misread(
            _("Året i %(cell)s må være fra %(first)s til %(last)s.")
            % {"cell": shown(cell), "first": YEARS[0], "last": YEARS[-1]}
        )
    return partial


@dataclass(frozen=True)
class Day(Kind):
    """A date known to its day. `past` ones cannot lie in the future."""

    past: bool = False

    def read(self, cell: str) -> datetime.date:
        partial = read_partial(cell)
        if partial.precision != Precision.DAY:
            raise Misread(
                _("%(cell)s mangler dag. Skriv hele datoen, som 2024-05-17.")
                % {"cell": shown(cell)}
            )
        return partial.first

    def told(self, value: Any) -> Any:
        return None if value is None else value.isoformat()


@dataclass(frozen=True)
class Partial(Kind):
    """A date as exactly as it is known; `precision` is the column that says how exactly.

    `until` ones are deadlines: stored as the last day that they can mean.
    """

    precision: str
    past: bool = False
    until: bool = False

    def read(self, cell: str) -> PartialDate:
        return read_partial(cell)

    def paths(self, name: str) -> tuple[str, ...]:
        return (name, self.precision)

    def joined(self, *stored: Any) -> PartialDate | None:
        date, precision = stored
        if date is None:
            return None
        if precision != Precision.DAY:
            date = date.replace(day=1)
        if precision == Precision.YEAR:
            date = date.replace(month=1)
        return PartialDate(date, Precision(precision))

    def attributes(self, name: str, values: Values, pk: PrimaryKey) -> dict[str, Any]:
        value = values[name]
        if value is None:
            return {name: None, self.precision: ""}
        return {name: self.identity(value), self.precision: value.precision}

    def identity(self, value: Any) -> Any:
        return value.last if self.until else value.first

    def told(self, value: Any) -> Any:
        return None if value is None else str(value)


@dataclass(frozen=True)
class Address(Text):
    """A web address; `several` are separated by `|`."""

    longest: int | None = 500
    several: bool = False

    def read(self, cell: str) -> str:
        for address in cell.split("|") if self.several else [cell]:
            self.check_length(address)
            self.check_address(address)
        return cell

    @staticmethod
    def check_address(address: str) -> None:
        try:
            URLValidator(schemes=["https", "http"])(address)
        except ValidationError as error:
            raise Misread(
                _("%(cell)s er ikke en nettadresse. Den skal begynne med https:// eller http://.")
                % {"cell": shown(address)}
            ) from error
        # Addresses stand in unique indexes, whose rows PostgreSQL limits in bytes.
        if not address.isascii():
            raise Misread(
                _(
                    "Nettadressen %(cell)s har tegn utenfor a–z. Kopier den fra nettleserens "
                    "adressefelt."
                )
                % {"cell": shown(address)}
            )
