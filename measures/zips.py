"""Archives that people send in: Office documents, workbooks, tables packed together.

Both ways in, evidence (`measures.uploads`) and the register's files (`measures.exchange`), ask here
what an archive is, which errors mean that it is broken, and whether it carries programs.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterable

#: How an archive begins.
SIGNATURE = b"PK\x03\x04"
#: What reading a broken or hostile archive raises.
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, KeyError)
#: What reading one raises that is locked, or packed in a way that is not read.
LOCKED = (RuntimeError, NotImplementedError)
#: Word's and Excel's names for programs inside a document, in names of parts and in their types.
MACROS = ("vbaproject", "macroenabled", "macrosheet", "activex")


def has_programs(names: Iterable[str]) -> bool:
    """Say whether names of parts, or the list of their types, tell of macros or other programs."""
    return any(word in name.casefold() for name in names for word in MACROS)
