"""SQLite that knows Norwegian: case-blind LIKE beyond ASCII, and Å after Ø in sorting.

PostgreSQL has both; SQLite folds and sorts ASCII only, so a search for "ØR" would miss "ørken".
The collation has PostgreSQL's name for it, so one query serves both databases.
"""

import functools
import re
import sqlite3
from typing import Any

from django.db.backends.sqlite3 import base

COLLATION = "nb-x-icu"
ALPHABET = {letter: rank for rank, letter in enumerate("0123456789abcdefghijklmnopqrstuvwxyzæøå")}


@functools.lru_cache(maxsize=65_536)
def sort_key(text: str) -> tuple[list[int], str]:
    """Order by letter first (space before all, other signs last), capital after small on a tie."""
    folded = text.casefold()
    return [-1 if c == " " else ALPHABET.get(c, 100 + ord(c)) for c in folded], text.swapcase()


def collate(left: str, right: str) -> int:
    """Compare two texts as Norwegian: -1, 0 or 1."""
    a, b = sort_key(left), sort_key(right)
    return (a > b) - (a < b)


@functools.lru_cache(maxsize=512)
def like_pattern(pattern: str, escape: str | None) -> re.Pattern[str]:
    """Turn an SQL LIKE pattern into a regular expression that folds every letter."""
    parts = []
    signs = iter(pattern)
    for sign in signs:
        if sign == escape:
            parts.append(re.escape(next(signs, sign)))
        else:
            parts.append({"%": ".*", "_": "."}.get(sign) or re.escape(sign))
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def like(pattern: Any, value: Any, escape: str | None = None) -> bool | None:
    """`value LIKE pattern ESCAPE escape`, for letters of any alphabet; None when either is NULL."""
    if pattern is None or value is None:
        return None
    return like_pattern(str(pattern), escape).fullmatch(str(value)) is not None


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite with the collation and LIKE above on every connection."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        connection.create_collation(COLLATION, collate)
        connection.create_function("like", 2, like, deterministic=True)
        connection.create_function("like", 3, like, deterministic=True)
        return connection
