"""Text in cells: the same text is always the same characters, and never a formula elsewhere."""

from __future__ import annotations

import re
import unicodedata

#: A spreadsheet that opens a CSV file runs a cell that begins so as a formula.
FORMULA = ("=", "@", "+")
#: An ordinary sign in front of figures and in lists, so it is read as it stands; but it too can
#: begin a formula, so what we hand out has it quoted.
LISTED = "-"
_RUN = re.compile(r"'*[=@+-]")
_QUOTED = re.compile(r"'+[=@+-]")


def clean(cell: str) -> str:
    """Same text, same characters: å is one character also when it was typed as a and a ring."""
    cell = cell.strip().replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", cell)


def quoted(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula.

    A text that begins with apostrophes and such a sign gets one more, so that `unquoted` always
    gives the text back.
    """
    return f"'{text}" if _RUN.match(text) else text


def unquoted(cell: str) -> str:
    """Take away the apostrophe that `quoted` put there."""
    return cell[1:] if _QUOTED.match(cell) else cell
