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


#: One measure per chapter or document, with a deadline, an end, a lead's contributor, an ask ...
FEW = ("HM-A1", "HM-C7", "HM-D4", "VK-01", "VK-02", "VK-13", "EX-01")


@cache
def _few() -> tuple[tuple[str, tuple[dict[str, str], ...]], ...]:
    register = real_register()
    updates = [row for row in register["status_updates"] if row["measure"] in FEW][::3]
    known = {row["key"] for row in updates}
    few = register | {
        "measures": [row for row in register["measures"] if row["ref"] in FEW],
        "owners": [row for row in register["owners"] if row["measure"] in FEW],
        "deadlines": [row for row in register["deadlines"] if row["measure"] in FEW],
        "priorities": [row for row in register["priorities"] if row["measure"] in FEW],
        "links": [r for r in register["links"] if {r["earlier"], r["later"]} <= LINKED],
        "indicators": register["indicators"][:3],
        "indicator_values": register["indicator_values"][:4],
        "asks": [row for row in register["asks"] if set(row["measures"].split("|")) <= {"", *FEW}],
        "status_updates": updates,
        "evidence": [row for row in register["evidence"] if row["update"] in known],
    }
    spoken_of = {"nfd", "hod", *(row["organisation"] for row in few["owners"] + few["asks"])}
    few["organisations"] = [r for r in register["organisations"] if r["key"] in spoken_of]
    return tuple((name, tuple(rows)) for name, rows in few.items())


LINKED = {*FEW, "DOC:meldst18", "DOC:veikart2023", "DOC:eksport2024"}


def small_register() -> Register:
    """A part of the real register, small enough to be tried thousands of times, and right."""
    return {name: [dict(row) for row in rows] for name, rows in _few()}


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


def problems_of(files: Mapping[str, bytes], limits: Limits = LIMITS) -> list[Problem]:
    """What is wrong with the files if the database is empty."""
    return list(plan_for_empty_database(files, limits=limits).problems)


def write_folder(folder: Path, register: Register) -> Path:
    """Write the register's files to a folder, and return it."""
    for name, content in as_files(register).items():
        (folder / name).write_bytes(content)
    return folder
