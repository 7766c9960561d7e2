"""The form of one row of the register, made from the columns of its table.

It holds cells, as a file does: what is read, checked and refused is the exchange's business. The
form gives each column a label, the right sort of field and help, and shows problems where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from measures.exchange.columns import Column, Table
from measures.exchange.kinds import (
    Address,
    Choice,
    Day,
    Figure,
    Kind,
    Name,
    OrganisationNumber,
    Partial,
    Text,
    Values,
    YesNo,
    as_cell,
)
from measures.exchange.problems import Problem
from measures.exchange.references import ChapterRef, LinkEnd, Many, Ref
from measures.exchange.tables import TABLES
from measures.exchange.words import clean, quoted
from measures.models import Chapter, Document, Indicator, Measure, Theme
from stakeholders.models import Organisation

#: More choices than this are a list to open, fewer are shown at once.
MOST_RADIOS = 4
#: So many rows are suggested where another row is named; the rest are typed.
MOST_KNOWN = 300
#: Texts that may be longer than this are typed on several lines.
ONE_LINE = 300

Options = list[tuple[str, str]]

#: What the model has no one field for, or another name than the form needs.
LABELS = {
    ("links", "earlier"): pgettext_lazy("end of a link", "tidligere"),
    ("links", "later"): pgettext_lazy("end of a link", "senere"),
    ("asks", "measures"): gettext_lazy("tiltak som svarer på ønsket"),
}


@dataclass
class Field:
    """One column in the form. `widget` is line, area, radios or select; `known` are suggestions.

    `theirs` is what somebody else wrote in the cell after the form was opened.
    """

    column: Column
    label: str
    widget: str
    value: str = ""
    help: str = ""
    options: Options = field(default_factory=list)
    known: Options = field(default_factory=list)
    fixed: bool = False
    problems: list[str] = field(default_factory=list)
    theirs: str | None = None

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def required(self) -> bool:
        return self.column.required

    @property
    def id(self) -> str:
        return f"felt-{self.name}"

    @property
    def first_id(self) -> str:
        """The id of what takes focus: the first radio of a group."""
        return f"{self.id}-1" if self.widget == "radios" else self.id

    @property
    def is_strange(self) -> bool:
        """Whether the value is none of the options, and must be shown all the same."""
        return self.value not in dict(self.options)

    @property
    def their_words(self) -> str:
        """What somebody else wrote, as a person reads it."""
        return dict(self.options).get(self.theirs or "", self.theirs or "")

    @property
    def described_by(self) -> str:
        """The ids of what is said about the field, for aria-describedby."""
        said = {"hjelp": self.help, "feil": self.problems, "andre": self.theirs is not None}
        return " ".join(f"{self.id}-{part}" for part, is_said in said.items() if is_said)


@dataclass
class Form:
    """The fields of a row, in the order of the columns; `problems` are about the whole row."""

    table: Table
    fields: list[Field]
    problems: list[str] = field(default_factory=list)

    @property
    def has_problems(self) -> bool:
        """Whether there is anything to put right."""
        return bool(self.problems) or any(field.problems for field in self.fields)

    def tell(self, problems: Iterable[Problem]) -> None:
        """Put problems where they belong; those of what cannot be changed are the row's."""
        by_name = {field.name: field for field in self.fields if not field.fixed}
        for problem in problems:
            found = by_name.get(problem.column)
            (found.problems if found else self.problems).append(problem.message)

    def merge(self, theirs: Mapping[str, tuple[str, str]]) -> None:
        """Take in what somebody else changed since the form was opened (column → before, after).

        Where the person had changed nothing, the other's word is taken; else both are shown.
        """
        for item in self.fields:
            if item.name in theirs:
                before, after = theirs[item.name]
                if item.value == before:
                    item.value = after
                item.theirs = after


def form_of(table: Table, cells: Mapping[str, str], *, is_new: bool) -> Form:
    """Return the form with `cells` in it. The key of a row that is there is shown, not changed."""
    asked: dict[str, Options] = {}
    fields = [_field(table, column, cells.get(column.name, "")) for column in table.columns]
    for item in fields:
        item.fixed = not is_new and item.name in table.key
        if not item.fixed:
            item.known = _known(item.column.kind, asked)
    return Form(table, fields)


def cells_for_form(table: Table, values: Values) -> dict[str, str]:
    """Return a stored row as cells for the form."""
    return {c.name: cell_for_form(c, c.kind.told(values[c.name])) for c in table.columns}


def cell_for_form(column: Column, told: Any) -> str:
    """Return what an event tells of a value as a cell for the form. Only what would be refused is
    quoted: a leading minus needs no apostrophe here."""
    cell = as_cell(told)
    if isinstance(column.kind, Text):
        cell = quoted(clean(cell))
    return cell[1:] if cell.startswith("'-") else cell


def label_of(table: Table, name: str) -> str:
    """Return what a column is called, in the reader's language."""
    words: Any = LABELS.get((table.name, name))
    if words is None:
        field_: Any = table.model._meta.get_field(name)
        is_unnamed = field_.is_relation and field_.verbose_name == name.replace("_", " ")
        words = (field_.related_model._meta if is_unnamed else field_).verbose_name
    return str(capfirst(str(words)))


#: What people see each cell as, for the page that shows them again when nothing could be saved.
TYPED = {
    column.name: lazy(label_of, str)(table, column.name)
    for table in TABLES.values()
    for column in table.columns
}


def in_words(column: Column, told: Any) -> str:
    """Return what an event tells of a value as a person reads it."""
    cell = as_cell(told)
    return dict(_options(column)).get(cell, cell) if cell else ""


def _field(table: Table, column: Column, value: str) -> Field:
    options = _options(column)
    made = Field(column, label_of(table, column.name), "line", value, _help(column.kind))
    if options:
        made.widget = "radios" if len(options) <= MOST_RADIOS else "select"
        made.options = options
    elif isinstance(column.kind, Text) and not isinstance(column.kind, Name | Address):
        longest = column.kind.longest
        made.widget = "area" if longest is None or longest > ONE_LINE else "line"
    return made


def _options(column: Column) -> Options:
    if isinstance(column.kind, YesNo):
        return [("yes", _("Ja")), ("no", _("Nei"))]
    if isinstance(column.kind, Choice):
        choices = [(value, str(label)) for value, label in column.kind.words.choices]
        shown_at_once = column.required and len(choices) <= MOST_RADIOS
        return choices if shown_at_once else [("", _("Ikke oppgitt")), *choices]
    return []


def _help(kind: Kind) -> str:
    return next((say(kind) for sort, say in HELP.items() if isinstance(kind, sort)), "")


def _name(kind: Any) -> str:
    return _("Skrives som %(example)s, og kan ikke endres siden.") % {"example": kind.example}


def _address(kind: Any) -> str:
    if kind.several:
        return _("Begynner med https://. Skill flere adresser med |.")
    return _("Begynner med https://.")


def _length(kind: Any) -> str:
    return _("Høyst %(longest)s tegn.") % {"longest": kind.longest} if kind.longest else ""


#: What a person needs to know to fill in a cell. The first sort that fits speaks.
HELP: dict[type[Kind], Callable[[Kind], str]] = {
    Name: _name,
    Address: _address,
    OrganisationNumber: lambda kind: _("Ni sifre."),
    Day: lambda kind: _("Skrives som 2024-05-17."),
    Partial: lambda kind: _("Så nøyaktig som den er kjent: 2024, 2024-05 eller 2024-05-17."),
    Figure: lambda kind: _("Skrives med punktum og uten mellomrom, som 25.9."),
    Many: lambda kind: _("Nøklene, med | mellom, som nfd|hod."),
    Ref: lambda kind: _("Nøkkelen. Du får forslag mens du skriver."),
    ChapterRef: lambda kind: _("Bokstaven til et kapittel i dokumentet."),
    LinkEnd: lambda kind: _("Referansen til et tiltak, eller DOC: og nøkkelen til et dokument."),
    Text: _length,
}


def _known(kind: Kind, asked: dict[str, Options]) -> Options:
    """Return the rows that a cell of this kind can name; each table is asked once."""
    if isinstance(kind, ChapterRef):
        return _once("chapters", asked)
    if isinstance(kind, LinkEnd):
        ends = [(f"DOC:{key}", name) for key, name in _once("documents", asked)]
        return [*ends, *_once("measures", asked)]
    return _once(kind.table, asked) if isinstance(kind, Ref) else []


def _once(name: str, asked: dict[str, Options]) -> Options:
    if name not in asked:
        model, *columns = KNOWN[name]
        rows = model.objects.order_by(columns[0]).values_list(*columns)[:MOST_KNOWN]
        asked[name] = [(str(key), str(words)) for key, words in rows]
    return asked[name]


KNOWN: dict[str, tuple[Any, str, str]] = {
    "chapters": (Chapter, "letter", "title"),
    "documents": (Document, "key", "short_title"),
    "measures": (Measure, "ref", "short_title"),
    "organisations": (Organisation, "key", "name"),
    "themes": (Theme, "number", "title"),
    "indicators": (Indicator, "key", "name"),
}
