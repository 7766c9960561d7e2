"""From raw rows to typed rows: each cell is read as its column says, and keys stand once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from measures.dates import PartialDate
from measures.exchange.columns import Column, Table
from measures.exchange.kinds import Key, Misread, Reference
from measures.exchange.problems import Problem, Problems
from measures.exchange.reading import Raw, RawRow
from measures.exchange.tables import TABLES


@dataclass(frozen=True)
class Row:
    """A row whose cells are read. `values` lacks the columns that could not be read."""

    table: Table
    line: int
    values: dict[str, Any]

    @property
    def key(self) -> Key:
        """The natural key."""
        return self.table.key_of(self.values)

    @property
    def label(self) -> str:
        """The natural key as one text, for events."""
        return self.table.label_of(self.values)

    @property
    def named(self) -> bool:
        """Whether all of the natural key could be read."""
        return all(name in self.values for name in self.table.key)

    @property
    def whole(self) -> bool:
        """Whether every cell could be read."""
        return len(self.values) == len(self.table.columns)

    def references(self) -> Iterator[tuple[str, Reference]]:
        """The rows it speaks of, with the column that does."""
        for column in self.table.columns:
            if column.name in self.values:
                for reference in column.kind.references(column.name, self.values):
                    yield column.name, reference

    def problem(self, column: str, message: str) -> Problem:
        """Say that `column` of this row is wrong."""
        return Problem(self.table.file, self.line, column, message)


@dataclass
class Checked:
    """Typed rows by table, those with a readable key also by key."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    by_key: dict[str, dict[Key, Row]] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    problems: Problems = field(default_factory=Problems)


def check_cells(raw: Raw, today: datetime.date) -> Checked:
    """Read every cell of every table. `today` is the last day that a past date can be."""
    checked = Checked(unreadable=raw.unreadable, problems=raw.problems)
    for name, table in TABLES.items():
        if name in raw.rows:
            rows = [_row(table, row, today, checked.problems) for row in raw.rows[name]]
            checked.rows[name] = rows
            checked.by_key[name] = _by_key(rows, checked.problems)
    return checked


def _row(table: Table, raw: RawRow, today: datetime.date, problems: Problems) -> Row:
    values = {}
    for column in table.columns:
        if column.name not in raw.cells:
            continue  # told of by the reading
        try:
            values[column.name] = _value(column, raw.cells[column.name], today)
        except Misread as error:
            problems.add(Problem(table.file, raw.line, column.name, str(error)))
    return Row(table, raw.line, values)


def _value(column: Column, cell: str, today: datetime.date) -> Any:
    if not cell:
        if column.required:
            raise Misread(_("Må fylles ut."))
        return column.kind.empty
    value = column.kind.read(cell)
    if getattr(column.kind, "past", False):
        first = value.first if isinstance(value, PartialDate) else value
        if first > today:
            raise Misread(_("Datoen er i framtiden."))
    return value


def _by_key(rows: list[Row], problems: Problems) -> dict[Key, Row]:
    found: dict[Key, Row] = {}
    for row in rows:
        if row.named:
            first = found.setdefault(row.key, row)
            if first is not row:
                message = _("Samme nøkkel (%(columns)s) står også på linje %(line)s.")
                names = {"columns": ", ".join(row.table.key), "line": first.line}
                problems.add(row.problem(row.table.key[0], message % names))
    return found
