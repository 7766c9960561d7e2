"""Count the queries of pages, and the time the database takes for them.

    python -m benchmarks.queries / /tiltak/

asks for each address in this process, on the database in DATABASE_URL, and prints a line of JSON
for each. With --sql it prints the queries themselves, slowest first.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap.settings")
    django.setup()

from django.db import connection
from django.test import Client

TIMES = 5

Query = tuple[str, float]


class Watch:
    """Writes down each query with the milliseconds it took, as `connection.execute_wrapper`."""

    def __init__(self) -> None:
        self.queries: list[Query] = []

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.queries.append((sql, 1000 * (time.perf_counter() - began)))


def queries_of(path: str) -> list[Query]:
    """Return the queries of one request. Raises ValueError when the page is not a 200."""
    watch = Watch()
    with connection.execute_wrapper(watch):
        status = Client(headers={"host": "127.0.0.1"}).get(path).status_code
    if status != 200:
        raise ValueError(f"{path} answered {status}")
    return watch.queries


def summary(path: str) -> dict[str, float]:
    """Return the number of queries and their milliseconds in all: the median of some requests.

    The first request is left out: it also loads templates and opens the connection.
    """
    requests = [queries_of(path) for _ in range(TIMES + 1)][1:]
    milliseconds = [sum(ms for _, ms in queries) for queries in requests]
    return {"queries": len(requests[-1]), "sql_ms": statistics.median(milliseconds)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Look at the pages that the command line names; return 1 when one is not a page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("path", nargs="+", help="such as /tiltak/")
    parser.add_argument("--sql", action="store_true", help="print the queries, slowest first")
    chosen = parser.parse_args(arguments)
    for path in chosen.path:
        try:
            if chosen.sql:
                queries_of(path)
                for sql, ms in sorted(queries_of(path), key=lambda query: -query[1]):
                    print(f"{path} {ms:.1f} ms: {sql}")
            else:
                print(json.dumps({"path": path, **summary(path)}))
        except ValueError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
