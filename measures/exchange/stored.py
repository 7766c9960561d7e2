"""What the database already holds of the rows that files speak of, in the same shape as theirs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet

from measures.exchange.checking import Checked
from measures.exchange.columns import Table
from measures.exchange.kinds import Key
from measures.exchange.tables import DOCUMENTS, TABLES
from measures.models import Document

#: So many keys are asked for in one query: every database takes them.
CHUNK = 1000


@dataclass(frozen=True)
class StoredRow:
    """A row of the database: its primary key and its values, as `Row` has them."""

    pk: int
    values: dict[str, Any]


@dataclass
class Stored:
    """Rows by table and natural key. Empty, it is an empty database.

    `registered` is how many measures each document has.
    """

    rows: dict[str, dict[Key, StoredRow]] = field(default_factory=dict)
    registered: dict[str, int] = field(default_factory=dict)

    def get(self, table: str, key: Key) -> StoredRow | None:
        """Return the row, or None where the database does not have it."""
        return self.rows.get(table, {}).get(key)


def look_up(checked: Checked) -> Stored:
    """Read from the database what the rows are or refer to: some queries per 1,000 rows."""
    firsts: dict[str, set[Any]] = {name: set() for name in TABLES}
    for name, rows in checked.rows.items():
        for row in rows:
            if row.named:
                firsts[name].add(row.key[0])
            for _column, (table, key) in row.references():
                firsts[table].add(key[0])
    stored = Stored({name: _look_up_table(TABLES[name], keys) for name, keys in firsts.items()})
    counted = Document.objects.annotate(n=Count("measures")).values_list("key", "n")
    stored.registered = dict(counted)
    return stored


def _look_up_table(table: Table, firsts: Collection[Any]) -> dict[Key, StoredRow]:
    found: dict[Key, StoredRow] = {}
    for queryset in _querysets(table, firsts):
        for row in stored_rows(table, queryset):
            found[table.key_of(row.values)] = row
    return found


def stored_rows(table: Table, queryset: QuerySet[Any]) -> Iterator[StoredRow]:
    """Yield the rows of a queryset of the table's model, in one query and one per set."""
    sets = {column.name: _sets(queryset, table, column.name) for column in table.many}
    for pk, values in _values(queryset, table):
        for name, by_pk in sets.items():
            values[name] = table.by_name[name].kind.joined(*by_pk.get(pk, ()))
        yield StoredRow(pk, values)


def _querysets(table: Table, firsts: Collection[Any]) -> Iterator[QuerySet[Any]]:
    rows = table.model._default_manager.order_by("pk")
    if not firsts and table is not DOCUMENTS:  # what stored measures stand in
        return
    if table.small:
        yield rows
        return
    keys = sorted(firsts)
    for start in range(0, len(keys), CHUNK):
        yield rows.filter(**{f"{table.first_path}__in": keys[start : start + CHUNK]})


def _values(queryset: QuerySet[Any], table: Table) -> Iterator[tuple[int, dict[str, Any]]]:
    columns = [column for column in table.columns if column not in table.many]
    paths = [column.kind.paths(column.name) for column in columns]
    flat = [path for several in paths for path in several]
    for pk, *cells in queryset.values_list("pk", *flat, *table.extra):
        rest = iter(cells)
        values = {
            column.name: column.kind.joined(*(next(rest) for _path in several))
            for column, several in zip(columns, paths, strict=True)
        }
        yield pk, values | dict(zip(table.extra, rest, strict=True))


def _sets(queryset: QuerySet[Any], table: Table, name: str) -> dict[int, list[Any]]:
    path = f"{name}__{table.by_name[name].kind.path}"  # type: ignore[attr-defined]  # only Many
    found: dict[int, list[Any]] = {}
    for pk, key in queryset.exclude(**{path: None}).values_list("pk", path):
        found.setdefault(pk, []).append(key)
    return found
