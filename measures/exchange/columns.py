"""What a table of the register is made of; the fourteen tables are in `tables`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Model

from measures.exchange.kinds import Key, Kind, Values
from measures.exchange.references import Many


@dataclass(frozen=True)
class Column:
    """One column of a file, named as the model's field."""

    name: str
    kind: Kind
    required: bool = False


@dataclass(frozen=True)
class Table:
    """One table of the register.

    `subject` is what events call a row. `key` names the columns of the natural key. Tables that
    are `small` are read whole from the database. Rows of a `final` table never change once they
    are stored. `vacate` gives the value that steps aside while values that must be unique are
    exchanged between rows. `extra` are columns of the model that no file has but checks need.
    `within` names the columns that say which document a row belongs to (see `keepers`); without
    any it belongs to none. `suggested` are columns that a template fills in beforehand: a row that
    says nothing more is passed over. Rows that are `removable` may be taken away again.
    """

    name: str
    model: type[Model]
    subject: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    small: bool = False
    final: bool = False
    vacate: dict[str, Any] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()
    removable: bool = False

    @property
    def file(self) -> str:
        """The name of the file."""
        return f"{self.name}.csv"

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """The columns by name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def many(self) -> tuple[Column, ...]:
        """The columns that hold a set of references."""
        return tuple(column for column in self.columns if isinstance(column.kind, Many))

    def key_of(self, values: Values) -> Key:
        """Return the natural key of a row."""
        return tuple(self.by_name[name].kind.identity(values[name]) for name in self.key)

    def label_of(self, values: Values) -> str:
        """Return the natural key as one text, for events."""
        return "/".join(str(self.by_name[name].kind.told(values[name])) for name in self.key)

    @property
    def first_path(self) -> str:
        """Where in the database the first column of the key lies."""
        name = self.key[0]
        return self.by_name[name].kind.paths(name)[0]
