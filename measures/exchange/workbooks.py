"""From a workbook (XLSX) to raw rows: one sheet per table, named as the table.

What calamine reads is exactly what was unpacked and measured before: the parts are put together
again, unpacked. Two things are looked for in the sheets themselves, because calamine does not tell:
cells far outside (it would make room for all between), and formulas.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any
from xml.etree import ElementTree

import python_calamine as calamine
from django.utils.translation import gettext as _

from measures import zips
from measures.exchange.columns import Table
from measures.exchange.problems import Problem, printable
from measures.exchange.reading import LIMITS, Limits, Raw, Unreadable, read_rows, refuse
from measures.exchange.tables import TABLES
from measures.exchange.words import clean

#: Sheets that explain; they are not read.
EXPLANATIONS = ("Forklaring", "Explanation")
MOST_COLUMNS = 200
PARTS = ("[Content_Types].xml", "xl/workbook.xml")
#: What only a sheet has inside.
SHEET = b"sheetData"
#: What is read of the list of parts.
TYPES = 1 << 20
PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,7})(\d{1,10})["']""")
ROW = re.compile(rb"""\br\s*=\s*["'](\d{1,10})["']""")
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
CELL = re.compile(
    rb"""<(?:\w+:)?c\b[^<>]*?\br\s*=\s*["']([A-Za-z]+)(\d+)["'][^<>]*>\s*<(?:\w+:)?f[\s/>]"""
)


def is_workbook(members: Mapping[str, bytes]) -> bool:
    """Whether an unpacked zip is a workbook."""
    return PARTS[0] in members


def read_workbook(name: str, members: Mapping[str, bytes], limits: Limits = LIMITS) -> Raw:
    """Read the unpacked parts of a workbook. Never raises: what cannot be read is a problem."""
    raw = Raw()
    try:
        _check_parts(members, limits)
        with calamine.CalamineWorkbook.from_filelike(_packed(members)) as workbook:
            _read_sheets(workbook, members, limits, raw)
    except Unreadable as error:
        raw.problems.add(Problem(printable(name), 0, "", str(error)))
    except (calamine.CalamineError, ValueError, OSError, OverflowError):
        message = _("Regnearket er ødelagt eller låst. Lagre det på nytt som XLSX.")
        raw.problems.add(Problem(printable(name), 0, "", message))
    except BaseException as error:
        # What the reader in Rust did not foresee arrives as an exception outside Exception.
        if type(error).__name__ != "PanicException":
            raise
        raw.problems.add(Problem(printable(name), 0, "", _("Regnearket er ødelagt.")))
    return raw


def _check_parts(members: Mapping[str, bytes], limits: Limits) -> None:
    if PARTS[1] not in members:
        raise Unreadable(_("Dette er ikke et regneark vi leser. Lagre det som XLSX."))
    types = members[PARTS[0]][:TYPES].decode("utf-8", "replace")
    if zips.has_programs([types, *members]):
        raise Unreadable(_("Regnearket har makroer. Lagre det som XLSX uten makroer."))
    for content in members.values():
        if b"<!DOCTYPE" in content:
            raise Unreadable(_("Dette er ikke et regneark vi leser. Lagre det som XLSX."))
        # Wherever it lies: the book says where its sheets are.
        if SHEET in content:
            _check_extent(content, limits)


def _check_extent(sheet: bytes, limits: Limits) -> None:
    rows = {int(row) for row in ROW.findall(sheet)}
    places = PLACE.finditer(sheet)
    for match in places:
        if number_of(match[1].decode()) > MOST_COLUMNS or int(match[2]) > limits.rows + 1:
            raise Unreadable(_far(f"{match[1].decode()}{match[2].decode()}"))
    if rows and max(rows) > limits.rows + 1:
        raise Unreadable(_far(str(max(rows))))


def _far(place: str) -> str:
    return _("Et ark bruker celler langt utenfor tabellen (%(place)s). Slett dem.") % {
        "place": place[:20]
    }


def number_of(letters: str) -> int:
    """Return the number of a column from its letters, A = 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _packed(members: Mapping[str, bytes]) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for part, content in members.items():
            archive.writestr(part, content)
    packed.seek(0)
    return packed


def _read_sheets(
    workbook: calamine.CalamineWorkbook, members: Mapping[str, bytes], limits: Limits, raw: Raw
) -> None:
    parts = _parts(members)
    for sheet in workbook.sheets_metadata:
        if sheet.name in EXPLANATIONS:
            continue
        table = TABLES.get(sheet.name)
        if table is None:
            message = _("Registeret har ingen tabell med dette navnet.")
            raw.problems.add(Problem(printable(sheet.name), 0, "", message))
        elif sheet.visible != calamine.SheetVisibleEnum.Visible:
            _refuse(table, _("Arket er skjult. Vis det eller slett det."), 0, raw)
        elif (content := members.get(parts.get(sheet.name, ""))) is None:
            # calamine finds it all the same, under a name that is almost this one.
            raise Unreadable(_("Regnearket er ødelagt eller låst. Lagre det på nytt."))
        else:
            _read_sheet(table, workbook.get_sheet_by_name(sheet.name), content, limits, raw)
    if not raw.rows and not raw.problems:
        names = ", ".join(TABLES)
        raise Unreadable(
            _("Ingen av arkene er en tabell i registeret. De heter: %(names)s.") % {"names": names}
        )


def _parts(members: Mapping[str, bytes]) -> dict[str, str]:
    """Map the name of each sheet to the part that holds it. Raises Unreadable."""
    try:
        relations = ElementTree.fromstring(members["xl/_rels/workbook.xml.rels"])  # noqa: S314 no DTD, see _check_parts
        book = ElementTree.fromstring(members[PARTS[1]])  # noqa: S314 no DTD, see _check_parts
    except (KeyError, ElementTree.ParseError) as error:
        raise Unreadable(_("Regnearket er ødelagt eller låst. Lagre det på nytt.")) from error
    targets = {node.get("Id"): node.get("Target", "") for node in relations}
    found = {}
    for node in book.iter():
        if node.tag.endswith("}sheet"):
            target = next((targets.get(v, "") for k, v in node.items() if k.endswith("}id")), "")
            found[node.get("name", "")] = f"xl/{target}".replace("xl//xl/", "xl/")
    return found


def _refuse(table: Table, message: str, line: int, raw: Raw) -> None:
    raw.rows[table.name] = []
    refuse(table, Unreadable(message, line), raw)


def _read_sheet(
    table: Table, sheet: calamine.CalamineSheet, content: bytes, limits: Limits, raw: Raw
) -> None:
    for (row, _column), _end in sheet.merged_cell_ranges or []:
        _refuse(table, _("Celler er slått sammen her. Del dem."), row + 1, raw)
        return
    lines = _lines(sheet)
    header = next(lines, None)
    if header is None:
        _refuse(table, _("Arket er tomt."), 0, raw)
        return
    read_rows(table, chain([header], lines), limits, raw)
    for column, line in _formulas(content):
        place = number_of(column) - 1
        name = header[1][place] if place < len(header[1]) else column
        message = _("Cellen er en formel. Lim den inn som verdi.")
        raw.problems.add(Problem(table.file, line, printable(name), message))


def _formulas(sheet: bytes) -> Iterator[tuple[str, int]]:
    """Yield the column and the row of cells that are formulas; one too many if in doubt."""
    if FORMULA.search(sheet):
        yield from [(m[1].decode(), int(m[2])) for m in CELL.finditer(sheet)] or [("", 0)]


def _lines(sheet: calamine.CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are there, each as wide as the first one."""
    before = [""] * (sheet.start[1] if sheet.start else 0)
    width = 0
    for line, values in enumerate(sheet.iter_rows(), start=1):
        cells = before + [clean(as_text(value)) for value in values]
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if not width and not cells:
            continue
        width = width or len(cells)
        yield line, cells


def as_text(value: Any) -> str:
    """Return what a cell holds as the text that a CSV file would have."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        # As many digits as the spreadsheet itself shows, and never 1e+20.
        return f"{Decimal(f'{value:.15g}'):f}"
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time.min
        return (value.date() if midnight else value).isoformat()
    return value if isinstance(value, str) else str(value)
