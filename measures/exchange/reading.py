"""From the bytes of CSV files to raw rows, or to problems. Knows nothing of what cells mean."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from measures import zips
from measures.exchange.columns import Table
from measures.exchange.problems import Problem, Problems, printable, shown
from measures.exchange.tables import TABLES
from measures.exchange.words import clean

# Python's own limit stops reading with a line number at best. Cells are measured below instead,
# where the column is known; the size of the whole file is limited before.
csv.field_size_limit(2**31 - 1)

#: Characters without a meaning in a text: all controls but tab and line breaks, and those that
#: turn the direction of reading, which make a text look other than it is.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
OTHER_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


@dataclass(frozen=True)
class Limits:
    """The most that is read: characters in a cell, rows and bytes in a file."""

    cell: int = 20_000
    rows: int = 200_000
    size: int = 200_000_000


LIMITS = Limits()


@dataclass(frozen=True)
class RawRow:
    """The cells of one row by column. `line` is where in the file it begins, from 1.

    Cells that could not be read are left out; their problems are told.
    """

    line: int
    cells: Mapping[str, str]


@dataclass
class Raw:
    """What was read: rows by table, and what was wrong. A table that is `unreadable` was there,
    but what it says is not known. `passed_over` counts rows of a template left as they were."""

    rows: dict[str, list[RawRow]] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    passed_over: Counter[str] = field(default_factory=Counter)
    problems: Problems = field(default_factory=Problems)


class Unreadable(Exception):
    """A file cannot be read at all, or not further; the sentence says why."""

    def __init__(self, message: str, line: int = 0, column: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def folder_files(folder: Path, limits: Limits = LIMITS) -> dict[str, bytes]:
    """Return the CSV files of a folder by name. Raises OSError.

    Of a file that is too big only so much is read that `read_files` sees that it is.
    """
    files = {}
    for path in sorted(folder.glob("*.csv")):
        if path.exists() and not path.is_file():
            # Nobody may ever write to a named pipe: reading it would wait for ever.
            raise OSError(_("%(name)s er ikke en vanlig fil.") % {"name": printable(path.name)})
        with path.open("rb") as file:
            files[printable(path.name)] = file.read(limits.size + 1)
    return files


def read_files(files: Mapping[str, bytes], limits: Limits = LIMITS) -> Raw:
    """Read files by name. Never raises: what cannot be read is a problem."""
    raw = Raw()
    known = {table.file: table for table in TABLES.values()}
    if not known.keys() & files.keys():
        names = ", ".join(known)
        message = _("Ingen av registerets filer er her. De heter: %(names)s.") % {"names": names}
        raw.problems.add(Problem(next(iter(files), "*.csv"), 0, "", message))
    for name, content in files.items():
        if name in known:
            _read_file(known[name], content, limits, raw)
        else:
            message = _("Registeret har ingen fil med dette navnet.")
            raw.problems.add(Problem(name, 0, "", message))
    return raw


def _read_file(table: Table, content: bytes, limits: Limits, raw: Raw) -> None:
    try:
        lines = _csv_rows(_text(content, limits))
    except Unreadable as error:
        raw.rows[table.name] = []
        refuse(table, error, raw)
    else:
        read_rows(table, lines, limits, raw)


def refuse(table: Table, error: Unreadable, raw: Raw) -> None:
    """Note that what a table says is not known, and why."""
    raw.unreadable.add(table.name)
    raw.problems.add(Problem(table.file, error.line, error.column, str(error)))


def read_rows(
    table: Table, lines: Iterator[tuple[int, list[str]]], limits: Limits, raw: Raw
) -> None:
    """Read lines of clean cells into raw rows of a table; the first that says anything is the
    header. `lines` may raise Unreadable."""
    rows: list[RawRow] = []
    raw.rows[table.name] = rows
    try:
        header = _header(table, lines)
        for line, cells in lines:
            if not any(cells):
                continue  # spreadsheets leave such rows behind
            if _only_suggested(table, header, cells):
                raw.passed_over[table.name] += 1
                continue
            if len(rows) >= limits.rows:
                raise Unreadable(
                    _("Filen har for mange rader. Det er plass til %(most)s.")
                    % {"most": limits.rows},
                    line,
                )
            rows.append(_row(table, header, line, cells, limits, raw))
    except Unreadable as error:
        refuse(table, error, raw)


def _only_suggested(table: Table, header: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether the row says no more than what a template had filled in."""
    said = {column for column, cell in zip(header, cells, strict=False) if cell}
    return bool(table.suggested) and said <= set(table.suggested) and len(cells) == len(header)


def row_of(table: Table, cells: Mapping[str, str], limits: Limits = LIMITS) -> Raw:
    """Return one row of a table, typed by somebody, as a file that holds only that row."""
    raw = Raw()
    texts = [clean(cells.get(column.name, "")) for column in table.columns]
    raw.rows[table.name] = [_row(table, list(table.by_name), 1, texts, limits, raw)]
    return raw


def _text(content: bytes, limits: Limits) -> str:
    if len(content) > limits.size:
        raise Unreadable(
            _("Filen er for stor. Det er plass til %(most)s byte.") % {"most": limits.size}
        )
    if content.startswith(zips.SIGNATURE):
        raise Unreadable(_("Dette er et regneark eller en zip-fil. Lagre den som CSV i UTF-8."))
    if content.startswith(OTHER_ENCODINGS):
        raise Unreadable(_("Filen er lagret som UTF-16. Lagre den som CSV i UTF-8."))
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise Unreadable(_("Filen har nulltegn og er ikke ren tekst. Lagre som UTF-8."), line)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Unreadable(
            _("Her er et tegn som ikke er UTF-8. Lagre filen i UTF-8."), line
        ) from error
    if not text.strip():
        raise Unreadable(_("Filen er tom."))
    return text


def _csv_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line where each row begins, and its cells."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, [clean(cell) for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(
            _(
                'Anførselstegnene går ikke opp i raden som begynner her. Skriv "" for et '
                "anførselstegn inne i en celle."
            ),
            line,
        ) from error


def _header(table: Table, lines: Iterator[tuple[int, list[str]]]) -> Sequence[str]:
    line, header = next(((n, cells) for n, cells in lines if any(cells)), (1, []))
    if len(header) == 1 and ";" in header[0]:
        raise Unreadable(_("Kolonnene er skilt med semikolon. Skill dem med komma."), line)
    counted = Counter(header)
    wrong = {
        _("Kolonnen finnes to ganger: %(names)s."): [c for c, n in counted.items() if n > 1],
        _("Registeret har ingen slik kolonne: %(names)s."): counted.keys() - table.by_name.keys(),
        _("Kolonnen mangler: %(names)s."): table.by_name.keys() - counted.keys(),
    }
    found = {message: sorted(names) for message, names in wrong.items() if names}
    if found:
        sentences = [
            message % {"names": ", ".join(shown(name) for name in names[:20])}
            for message, names in found.items()
        ]
        first = next(iter(found.values()))[0]
        raise Unreadable(" ".join(sentences), line, first if first in table.by_name else "")
    return header


def _row(
    table: Table,
    header: Sequence[str],
    line: int,
    cells: Sequence[str],
    limits: Limits,
    raw: Raw,
) -> RawRow:
    read = dict(zip(header, cells, strict=False))
    if len(cells) != len(header):
        message = ngettext(
            "Raden har %(cells)s celle, men det er %(columns)s kolonner.",
            "Raden har %(cells)s celler, men det er %(columns)s kolonner.",
            len(cells),
        ) % {"cells": len(cells), "columns": len(header)}
        raw.problems.add(Problem(table.file, line, "", message))
        # The key mostly stands before the cell too many, and rows that speak of this one are
        # not to be blamed.
        return RawRow(line, {c: read[c] for c in table.key if c in read})
    for column, cell in list(read.items()):
        if message := _wrong_cell(cell, limits):
            raw.problems.add(Problem(table.file, line, column, message))
            del read[column]
    return RawRow(line, read)


def _wrong_cell(cell: str, limits: Limits) -> str:
    if len(cell) > limits.cell:
        return _("Cellen er på %(length)s tegn. Det er plass til %(most)s.") % {
            "length": len(cell),
            "most": limits.cell,
        }
    if CONTROLS.search(cell):
        return _("Cellen har et styretegn som ikke hører hjemme i tekst.")
    return ""
