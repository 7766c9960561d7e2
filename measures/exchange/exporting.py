"""From the database to files that go in again with nothing changed: CSV by table, or a workbook.

What the layout cannot say is left out rather than said wrongly: owners' reports, confirmations and
corrections would come in again as public sources. So are drafts, and deadlines that owners set.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from typing import IO, Any

import xlsxwriter  # type: ignore[import-untyped]  # has no stubs
from django.db.models import QuerySet

from measures.choices import Origin
from measures.exchange.columns import Table
from measures.exchange.kinds import Text, Values
from measures.exchange.stored import CHUNK, stored_rows
from measures.exchange.tables import TABLES
from measures.models import StatusUpdate

#: Nothing that is written is anything but text, whatever it looks like.
WORDS_ONLY = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
#: How wide a column of words and any other column is in a workbook, in characters.
WIDE, NARROW = 50, 18
LONG = 100


def exported(table: Table) -> QuerySet[Any]:
    """Return the rows of a table that an export holds."""
    rows: QuerySet[Any] = table.model._default_manager.all()
    # What a correction has replaced is left out: the files cannot tell that it was wrong.
    told = StatusUpdate.objects.standing().filter(origin=Origin.PUBLIC_SOURCE)
    if table.name == "status_updates":
        return told
    if table.name == "evidence":
        return rows.filter(update__in=told.values("pk"))
    if table.name == "deadlines":
        return rows.filter(organisation=None, update=None)
    return rows


def cells_of(table: Table, values: Values) -> list[str]:
    """Return the cells of a row in the order of the columns."""
    return [column.kind.cell(values[column.name]) for column in table.columns]


def rows_of(table: Table) -> Iterator[list[str]]:
    """Yield the header and every row; never more than a thousand in memory."""
    yield list(table.by_name)
    rows, last = exported(table).order_by("pk"), 0
    while True:
        chunk = list(stored_rows(table, _piece(rows, last)))
        if not chunk:
            return
        yield from (cells_of(table, row.values) for row in chunk)
        last = chunk[-1].pk


def _piece(rows: QuerySet[Any], last: int) -> QuerySet[Any]:
    # By key and not by a slice: of a slice no set could be asked for.
    keys = list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:CHUNK])
    return rows.filter(pk__in=keys)


def write_archive(file: IO[bytes]) -> None:
    """Write a zip with one CSV file per table."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in TABLES.values():
            with (
                archive.open(table.file, "w") as member,
                io.TextIOWrapper(member, encoding="utf-8", newline="") as text,
            ):
                csv.writer(text, lineterminator="\n").writerows(rows_of(table))


def write_workbook(file: IO[bytes]) -> None:
    """Write a workbook with one sheet per table. Rows go to the disk as they come."""
    with xlsxwriter.Workbook(file, {"constant_memory": True, **WORDS_ONLY}) as workbook:
        head, words = formats(workbook)
        for table in TABLES.values():
            sheet = workbook.add_worksheet(table.name)
            prepare_sheet(sheet, table, words)
            for line, cells in enumerate(rows_of(table)):
                for place, cell in enumerate(cells):
                    if cell:
                        sheet.write_string(line, place, cell, head if line == 0 else words)


def formats(workbook: Any) -> tuple[Any, Any]:
    """Return the formats of headers and of cells: cells are text, so that a spreadsheet makes no
    date of 2024-05 and no number of 0042."""
    head = workbook.add_format({"bold": True, "num_format": "@"})
    return head, workbook.add_format({"num_format": "@", "valign": "top"})


def prepare_sheet(sheet: Any, table: Table, words: Any) -> None:
    """Set widths and formats, and let the header stand while rows scroll."""
    sheet.freeze_panes(1, len(table.key))
    for place, column in enumerate(table.columns):
        kind = column.kind
        is_long = isinstance(kind, Text) and (kind.longest is None or kind.longest > LONG)
        sheet.set_column(place, place, WIDE if is_long else NARROW, words)
