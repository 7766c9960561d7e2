"""Register files for tests: the real ones as rows that a test can change, and what is wrong with
them without asking any database."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from measures.exchange.checking import check_cells
from measures.exchange.plan import Plan, plan
from measures.exchange.problems import Problem
from measures.exchange.reading import LIMITS, Limits, read_files
from measures.exchange.stored import Stored
from tests.make import TODAY

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"

#: Rows by table.
Register = dict[str, list[dict[str, str]]]


@cache
def real_files() -> Mapping[str, bytes]:
    """The real files as they are."""
    return {path.name: path.read_bytes() for path in sorted(FIXTURES.glob("*.csv"))}


def real_register() -> Register:
    """The real register as rows, fresh for every test."""
    return {
        name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(content.decode(), newline="")))
        for name, content in real_files().items()
    }


def as_csv(rows: list[dict[str, str]]) -> bytes:
    """Write rows as a file. There must be one at least."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_files(register: Register) -> dict[str, bytes]:
    """Write every table that has rows as a file."""
    return {f"{name}.csv": as_csv(rows) for name, rows in register.items() if rows}


def plan_for_empty_database(
    files: Mapping[str, bytes], today: datetime.date = TODAY, limits: Limits = LIMITS
) -> Plan:
    """Plan a load as if the database were empty, without asking it."""
    return plan(check_cells(read_files(files, limits), today), Stored())


def problems_of(files: Mapping[str, bytes], **options: Limits) -> list[Problem]:
    """What is wrong with the files if the database is empty."""
    return list(plan_for_empty_database(files, **options).problems)


def write_folder(folder: Path, register: Register) -> Path:
    """Write the register's files to a folder, and return it."""
    for name, content in as_files(register).items():
        (folder / name).write_bytes(content)
    return folder
