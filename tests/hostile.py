"""Files that mean harm, for tests: what looks like one thing and is another."""

from __future__ import annotations

import io
import zipfile

import xlsxwriter  # type: ignore[import-untyped]  # has no stubs

from measures.uploads import MEGABYTE
from tests.reports import office

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EXE = b"MZ\x90\0" + b"\0" * 60 + b"PE\0\0"


def with_formula(formula: str) -> bytes:
    """Return a real workbook with a formula in it."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held) as book:
        book.add_worksheet().write_formula("A1", formula)
    return held.getvalue()


def bomb() -> bytes:
    """Return a small workbook that unpacks to more than it may."""
    held = io.BytesIO(office())
    with zipfile.ZipFile(held, "a", zipfile.ZIP_DEFLATED) as archive:
        zeros = b"\0" * 30 * MEGABYTE
        for n in range(8):
            archive.writestr(f"xl/worksheets/sheet{n}.xml", zeros)
    return held.getvalue()
