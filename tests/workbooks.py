"""Workbooks for tests: made from rows, filled in, and taken apart."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # has no stubs
from python_calamine import CalamineWorkbook

Rows = list[dict[str, Any]]


def workbook(sheets: Mapping[str, Rows], change: Callable[[Any], object] | None = None) -> bytes:
    """Write rows as a workbook, one sheet per table; cells keep their types.

    `change` may do anything to the workbook before it is closed.
    """
    file = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with xlsxwriter.Workbook(file, options | {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for place, column in enumerate(rows[0] if rows else ()):
                sheet.write_string(0, place, column)
                for line, row in enumerate(rows, start=1):
                    if row[column] != "":
                        sheet.write(line, place, row[column])
        if change:
            change(book)
    return file.getvalue()


def filled_in(template: bytes, number: int) -> bytes:
    """Fill in the first rows of a template as a person would, and leave the rest as they are."""
    with CalamineWorkbook.from_filelike(io.BytesIO(template)) as book:
        header, *rows = book.get_sheet_by_name("measures").to_python()
    filled = [dict(zip(map(str, header), row, strict=True)) for row in rows]
    for n, row in enumerate(filled[:number]):
        row |= {
            "number_is_official": False,
            "theme": 3,
            "short_title": f"Tiltak {n}",
            "title": f"Ordlyden til tiltak {n}",
            "language": "nb",
            "wording": "official",
            "source_name": "Veikartet",
        }
    return workbook({"measures": filled, "Forklaring": [{"Kolonne": "ref"}]})


def repacked(content: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """Write a zip anew with each part changed; None leaves it out."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = change(name, old.read(name))
            if part is not None:
                new.writestr(name, part)
    return file.getvalue()
