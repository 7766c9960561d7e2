"""The kinds of cell that name a row of another table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from measures.exchange.kinds import Kind, PrimaryKey, Reference, Values, Whole

DOCUMENT = "DOC:"


@dataclass(frozen=True)
class Ref(Kind):
    """The natural key of a row in `table`, whose model holds it in `path`."""

    table: str
    path: str = "key"
    number: bool = False

    def read(self, cell: str) -> Any:
        return Whole(0, 32_767).read(cell) if self.number else cell

    def paths(self, name: str) -> tuple[str, ...]:
        return (f"{name}__{self.path}",)

    def attributes(self, name: str, values: Values, pk: PrimaryKey) -> dict[str, Any]:
        value = values[name]
        return {f"{name}_id": None if value is None else pk(self.table, (value,))}

    def references(self, name: str, values: Values) -> list[Reference]:
        return [] if values[name] is None else [(self.table, (values[name],))]


@dataclass(frozen=True)
class ChapterRef(Kind):
    """The letter of a chapter in the row's own document."""

    read_with: ClassVar[tuple[str, ...]] = ("document",)

    def read(self, cell: str) -> str:
        return cell

    def paths(self, name: str) -> tuple[str, ...]:
        return (f"{name}__letter",)

    def attributes(self, name: str, values: Values, pk: PrimaryKey) -> dict[str, Any]:
        found = self.references(name, values)
        return {f"{name}_id": pk(*found[0]) if found else None}

    def references(self, name: str, values: Values) -> list[Reference]:
        if values[name] is None or values.get("document") is None:
            return []
        return [("chapters", (values["document"], values[name]))]


@dataclass(frozen=True)
class Many(Ref):
    """Natural keys of rows in `table`, separated by `|`; a set, so the order says nothing."""

    empty: ClassVar[Any] = ()

    def read(self, cell: str) -> tuple[str, ...]:
        return tuple(sorted({part.strip() for part in cell.split("|")}))

    def paths(self, name: str) -> tuple[str, ...]:
        return ()  # lies in a table of its own, see `measures.exchange.stored`

    def joined(self, *stored: Any) -> tuple[str, ...]:
        return tuple(sorted(stored))

    def attributes(self, name: str, values: Values, pk: PrimaryKey) -> dict[str, Any]:
        return {}

    def references(self, name: str, values: Values) -> list[Reference]:
        return [(self.table, (value,)) for value in values[name]]

    def told(self, value: Any) -> Any:
        return list(value)


@dataclass(frozen=True)
class LinkEnd(Kind):
    """The reference of a measure, or `DOC:` and the key of a whole document."""

    def read(self, cell: str) -> str:
        return cell

    def paths(self, name: str) -> tuple[str, ...]:
        return (f"{name}_measure__ref", f"{name}_document__key")

    def joined(self, *stored: Any) -> str:
        ref, key = stored
        return ref or f"{DOCUMENT}{key}"

    def attributes(self, name: str, values: Values, pk: PrimaryKey) -> dict[str, Any]:
        ((table, key),) = self.references(name, values)
        measure, document = (pk(table, key) if table == t else None for t in LINK_ENDS)
        return {f"{name}_measure_id": measure, f"{name}_document_id": document}

    def references(self, name: str, values: Values) -> list[Reference]:
        end: str = values[name]
        if end.startswith(DOCUMENT):
            return [("documents", (end.removeprefix(DOCUMENT),))]
        return [("measures", (end,))]


LINK_ENDS = ("measures", "documents")
