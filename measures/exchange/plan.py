"""What a load would do: which rows are new, which change and how, which stay as they are."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from measures.exchange.checking import Checked, Row, check_cells
from measures.exchange.columns import Table
from measures.exchange.keepers import Keeper
from measures.exchange.problems import Problem, Problems, shown
from measures.exchange.reading import LIMITS, Limits, read_files
from measures.exchange.relations import Both, check_relations
from measures.exchange.stored import Stored, StoredRow, look_up
from measures.exchange.tables import TABLES

#: Column → (before, after)
Changes = dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Changed:
    """A stored row that the files say otherwise about."""

    row: Row
    pk: int
    changes: Changes

    @property
    def columns(self) -> list[str]:
        """The columns to write: those that changed, and those that mean something else now."""
        return [
            column.name
            for column in self.row.table.columns
            if column.name in self.changes or self.changes.keys() & set(column.kind.read_with)
        ]

    def told(self) -> dict[str, list[Any]]:
        """The changes as an event tells them."""
        kinds = {name: self.row.table.by_name[name].kind for name in self.changes}
        return {
            name: [kinds[name].told(before), kinds[name].told(after)]
            for name, (before, after) in self.changes.items()
        }


@dataclass
class TablePlan:
    """What happens to one table."""

    table: Table
    created: list[Row] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    unchanged: int = 0


@dataclass
class Plan:
    """What a load would do, table by table in the order of writing; or why it cannot be done.

    With any problem nothing is planned. Rows of the database that no file speaks of are left
    alone: nothing is ever deleted.
    """

    tables: list[TablePlan]
    problems: Problems
    stored: Stored

    @property
    def work(self) -> int:
        """How many rows there are to write."""
        return sum(len(table.created) + len(table.changed) for table in self.tables)

    @property
    def fingerprint(self) -> str:
        """A text that is the same only for a plan that would do the very same."""
        acts = [
            [
                table.table.name,
                [{n: row.table.by_name[n].kind.told(v) for n, v in row.values.items()}],
            ]
            for table in self.tables
            for row in table.created
        ] + [
            [table.table.name, changed.pk, changed.told()]
            for table in self.tables
            for changed in table.changed
        ]
        return sha256(json.dumps(acts).encode()).hexdigest()


def prepare(files: Mapping[str, bytes], today: datetime.date, limits: Limits = LIMITS) -> Plan:
    """Read files (name → content), check them and compare them with the database.

    Never raises because of what the files say: look at `problems` of the plan.
    """
    checked = check_cells(read_files(files, limits), today)
    return plan(checked, look_up(checked))


def plan(checked: Checked, stored: Stored, keeper: Keeper | None = None) -> Plan:
    """Compare rows whose cells are checked with what is stored.

    With a `keeper` it is a problem when that person may not make a change; without one, everything
    may be changed (the loader, in the hands of the operator).
    """
    problems = checked.problems
    problems.extend(check_relations(checked, stored))
    problems.extend(_drafts(checked, stored))
    tables = [_compare(TABLES[name], rows, stored) for name, rows in checked.rows.items()]
    for table in tables:
        problems.extend(_refused(table, stored))
        if keeper:
            problems.extend(_not_kept(table, Both(checked, stored), keeper))
    return Plan([] if problems else tables, problems, stored)


def _compare(table: Table, rows: list[Row], stored: Stored) -> TablePlan:
    result = TablePlan(table)
    for row in rows:
        if not row.named:
            continue
        before = stored.get(table.name, row.key)
        if before is None:
            result.created.append(row)
        elif changes := _changes(row, before):
            result.changed.append(Changed(row, before.pk, changes))
        else:
            result.unchanged += 1
    return result


def _changes(row: Row, before: StoredRow) -> Changes:
    return {
        name: (before.values[name], value)
        for name, value in row.values.items()
        if not row.table.by_name[name].kind.same(before.values[name], value)
    }


def _drafts(checked: Checked, stored: Stored) -> Iterator[Problem]:
    """Status updates that somebody is writing here are not published by a file."""
    columns = {"status_updates": "key", "evidence": "update"}
    for name, column in columns.items():
        for row in checked.rows.get(name, ()):
            key = row.values.get(column)
            update = stored.get("status_updates", (key,))
            if update and update.values["published_at"] is None:
                yield row.problem(
                    column,
                    _("%(key)s er et utkast i registeret. Publiser eller slett utkastet først.")
                    % {"key": shown(key)},
                )


def _refused(table: TablePlan, stored: Stored) -> Iterator[Problem]:
    """What the database would not let happen: what is published stays as it was published."""
    if table.table.final:
        for changed in table.changed:
            for column in changed.changes:
                yield changed.row.problem(column, _final(table.table))
    if table.table.name == "evidence":
        for row in table.created:
            if stored.get("status_updates", (row.values["update"],)):
                yield row.problem("update", _final(table.table))


def _not_kept(table: TablePlan, both: Both, keeper: Keeper) -> Iterator[Problem]:
    for row in [*table.created, *(changed.row for changed in table.changed)]:
        before = both.stored.get(table.table.name, row.key)
        yield from keeper.problems(both, row, before.values if before else None)


def _final(table: Table) -> str:
    if table.name == "deadlines":
        return _(
            "Fristen er registrert med et annet innhold. Frister endres aldri. "
            "Legg inn en ny frist med ny dato for når den ble oppgitt."
        )
    return _(
        "Statusmeldingen er publisert med et annet innhold. Publiserte meldinger og kildene "
        "deres endres aldri. Legg inn en rettelse."
    )
