"""Fill an empty PostgreSQL database with a made-up register.

    python -m benchmarks.generate --measures 50000 --updates 20

writes to the database in DATABASE_URL, which must be migrated and hold no measures.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap.settings")
    django.setup()

from django.core.management.color import no_style
from django.db import connection, models, transaction
from psycopg import sql
from tqdm import tqdm

from benchmarks.history import Row
from benchmarks.register import BATCH, Register
from measures.actions.standing import recompute
from measures.models import (
    Ask,
    Deadline,
    Document,
    Event,
    Evidence,
    Indicator,
    IndicatorValue,
    Measure,
    MeasureLink,
    Owner,
    Priority,
    StatusUpdate,
    Theme,
)
from measures.search import reindex
from stakeholders.models import Organisation, User

#: The kinds of rows in a batch, with where each goes.
PER_MEASURE: dict[str, type[models.Model]] = {
    "measures": Measure,
    "owners": Owner,
    "deadlines": Deadline,
    "links": MeasureLink,
    "priorities": Priority,
    "updates": StatusUpdate,
    "evidence": Evidence,
    "events": Event,
}


class CannotGenerate(Exception):
    """The database is not one to generate in; the text says why."""


def check_database() -> None:
    """Raise CannotGenerate unless this is PostgreSQL without a register."""
    if connection.vendor != "postgresql":
        raise CannotGenerate("DATABASE_URL must name a PostgreSQL database to generate in")
    if Measure.objects.exists():
        raise CannotGenerate("The database holds measures already; generate in an empty one")


def generate(register: Register, *, quiet: bool = False) -> None:
    """Write all of `register`, and compute its standing and its search. Raises CannotGenerate.

    Rows go in as COPY, with triggers switched off for this session: a million updates would
    otherwise be inserted unpublished, given their evidence, and then each be rewritten to be
    published, which is more work and leaves the table half dead rows. CHECK and
    UNIQUE constraints hold as ever; that the rows also meet what triggers and foreign keys ask is
    tested on a small register (tests/test_benchmarks.py), made by the same code.
    """
    check_database()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
        write_frame(register)
        write_measures(register, quiet=quiet)
        reset_sequences()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
            # Autovacuum does this in time, on a database that lives longer than ours. Without
            # it PostgreSQL takes the tables for empty and computes the standing 15 times slower.
            cursor.execute("ANALYZE")
    for_each_batch("Standing", recompute, register.size, quiet=quiet)
    for_each_batch("Search", reindex, register.size, quiet=quiet)


def write_frame(register: Register) -> None:
    """Write what measures refer to, and what is not about single measures."""
    copy(User, register.users())
    copy(Organisation, register.organisations())
    copy(Theme, register.themes())
    copy(Document, register.documents())
    copy(Document.coordinators.through, register.coordinators())
    copy(Indicator, register.indicators())
    copy(IndicatorValue, register.indicator_values())
    copy(Ask, register.asks())


def write_measures(register: Register, *, quiet: bool) -> None:
    """Write the measures with their updates, and show how far it has come."""
    with tqdm(total=register.size, desc="Measures", unit="", disable=quiet or None) as bar:
        for batch in register.batches():
            for kind, model in PER_MEASURE.items():
                copy(model, getattr(batch, kind))
            bar.update(len(batch.measures))


def for_each_batch(
    title: str, act: Callable[[Sequence[int]], object], size: int, *, quiet: bool
) -> None:
    """Call `act` with the primary keys of measures 1 to `size`, some at a time.

    So what is computed from the history is computed by the site's own code.
    """
    with tqdm(total=size, desc=title, unit="", disable=quiet or None) as bar:
        for start in range(1, size + 1, BATCH):
            pks = range(start, min(start + BATCH, size + 1))
            act(pks)
            bar.update(len(pks))


# --- COPY ------------------------------------------------------------------------------------


def copy(model: type[models.Model], rows: Sequence[Row]) -> None:
    """COPY `rows` (column names to values, all with the same names) into the table of `model`.

    Columns that rows do not name get the default of the field, as a saved object would.
    """
    if not rows:
        return
    given = list(rows[0])
    fixed = defaults(model, given)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(map(sql.Identifier, chain(given, fixed))),
    )
    constants = tuple(fixed.values())
    with connection.cursor() as cursor, cursor.copy(statement) as stream:
        for row in rows:
            stream.write_row((*row.values(), *constants))


def defaults(model: type[models.Model], given: Sequence[str]) -> dict[str, Any]:
    """Return the columns of `model` that are not `given`, with the values to write there."""
    return {
        f.column: f.get_db_prep_save(f.get_default(), connection)
        for f in model._meta.concrete_fields
        if f.column and f.column not in given and not f.generated and not f.primary_key
    }


def reset_sequences() -> None:
    """Let the next row get a primary key that no row has."""
    written: list[type[models.Model]] = [
        User,
        Organisation,
        Theme,
        Document,
        Indicator,
        Ask,
        *PER_MEASURE.values(),
    ]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), written):
            cursor.execute(statement)


def main(arguments: Sequence[str] | None = None) -> int:
    """Generate what the command line asks for; return 0 when it is there."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--measures", type=int, default=87, help="how many (87)")
    parser.add_argument("--updates", type=int, default=20, help="status updates of each (20)")
    chosen = parser.parse_args(arguments)
    try:
        generate(Register(chosen.measures, chosen.updates))
    except CannotGenerate as error:
        print(error, file=sys.stderr)
        return 1
    # So that pages read a table as it is some minutes after such a load, not full of dead rows.
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return 0


if __name__ == "__main__":
    sys.exit(main())
