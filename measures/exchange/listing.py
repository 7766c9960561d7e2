"""The register as lists for those who keep it: which rows, in which order, found by which words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from measures.exchange.columns import Table
from measures.exchange.keepers import kept_by
from measures.exchange.kinds import Choice, Values
from measures.exchange.stored import StoredRow, stored_rows
from measures.exchange.tables import TABLES
from measures.models import Measure
from measures.search import understand
from stakeholders.models import User

#: The tables that are changed by hand. The final ones are put right by corrections.
EDITABLE = {name: table for name, table in TABLES.items() if not table.final}

#: What a list shows of a row beside its key.
SHOWN = {
    "organisations": ("name", "kind"),
    "themes": ("title",),
    "documents": ("short_title", "announced_measures"),
    "chapters": ("title",),
    "measures": ("short_title", "document"),
    "owners": ("role",),
    "links": ("kind", "basis"),
    "indicators": ("name", "unit"),
    "indicator_values": ("value", "value_text"),
    "asks": ("title", "organisation"),
    "priorities": ("level",),
}
#: What a list is searched by. Tables that may be long are searched by how a key begins: there the
#: database has an index to look in.
SEARCHED = {
    "organisations": ("key__icontains", "name__icontains", "short_name__icontains"),
    "themes": ("title__icontains",),
    "documents": ("key__icontains", "short_title__icontains", "title__icontains"),
    "chapters": ("title__icontains", "document__key"),
    "owners": ("measure__ref__startswith", "organisation__key"),
    "links": (
        "earlier_measure__ref__startswith",
        "later_measure__ref__startswith",
        "earlier_document__key",
        "later_document__key",
    ),
    "indicators": ("key__icontains", "name__icontains"),
    "indicator_values": ("indicator__key", "indicator__name__icontains", "publisher__icontains"),
    "asks": ("key__istartswith", "title__icontains", "organisation__key"),
    "priorities": ("measure__ref__startswith", "organisation__key"),
}


def rows_for(table: Table, user: User, words: str = "") -> QuerySet[Any]:
    """Return the rows that the person keeps, those found by `words`, in order of the key."""
    return searched(table, kept_by(table, user), words).order_by(table.first_path, "pk")


def searched(table: Table, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Keep the rows that are found by what somebody typed; all for nothing."""
    words = words.strip()[:100]
    if not words:
        return rows
    if table.model is Measure:
        # A reference is one word to us, and two to the search.
        found = understand(words).narrow(Measure.objects.all())
        return rows.filter(Q(ref__startswith=words.upper()) | Q(pk__in=found.values("pk")))
    asked = [
        Q(**{path: words.upper() if path.endswith("ref__startswith") else words})
        for path in SEARCHED[table.name]
    ]
    return rows.filter(reduce(or_, asked))


@dataclass(frozen=True)
class Line:
    """One row of a list: its primary key, its label and some of its cells, in words."""

    pk: int
    label: str
    cells: list[str]


def lines(table: Table, pks: Sequence[int]) -> Iterator[Line]:
    """Yield the rows with these primary keys, in their order."""
    found = {
        row.pk: row for row in stored_rows(table, table.model._default_manager.filter(pk__in=pks))
    }
    for pk in pks:
        if row := found.get(pk):
            cells = [in_words(table, name, row.values) for name in SHOWN[table.name]]
            yield Line(pk, table.label_of(row.values), cells)


def in_words(table: Table, name: str, values: Values) -> str:
    """Return a cell as a person reads it."""
    kind = table.by_name[name].kind
    if isinstance(kind, Choice):
        return str(dict(kind.words.choices).get(values[name], ""))
    return kind.cell(values[name])


def row_at(table: Table, rows: QuerySet[Any], pk: int) -> StoredRow | None:
    """Return the row with the primary key, if it is among `rows`."""
    keys = list(rows.filter(pk=pk).values_list("pk", flat=True))
    return next(stored_rows(table, table.model._default_manager.filter(pk__in=keys)), None)
