"""Measure how fast the pages are, beside a bare Django view in the same run.

    python benchmarks/pages.py --measures 87,50000 --updates 20 --seconds 2 --rounds 7

Fills one PostgreSQL database per size with a made-up register, serves the site on each with
gunicorn (two sync workers, production settings), asks for the pages from a process of its own,
and prints a table. What it starts listens on 127.0.0.1 only, and is gone when it ends.

Everything is measured in rounds, one address after the other, so that a machine that is busy for
a while disturbs all of them alike; a page's cost is compared with the bare view of its own round,
and the table shows the medians. It uses the PostgreSQL server in DATABASE_URL if there is one,
where it needs to be superuser and leaves nothing behind, and else starts one for itself.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tqdm import tqdm

from benchmarks.sites import Failed, Site, output, sites
from scripts.services import ServiceError, stop_on_signals

BARE = "bare Django view"
#: Beside the pages, on the first site: see benchmarks/site.py.
VIEWS = {BARE: "/benchmark/bare", "the same, with middleware": "/benchmark/framed"}
#: The pages, as addresses in a register whose measures are named T-1, T-2 …
PAGES = {
    "front page": "/",
    "list": "/tiltak/",
    "one measure": "/tiltak/T-{middle}/",
    "filtered list": "/tiltak/?q=eksport&status=in_progress",
}


@dataclass
class Target:
    """One address, and how fast it was answered in each round. The times are milliseconds.

    `measures` is the size of the register, or nothing for a view that has none.
    """

    name: str
    path: str
    site: Site
    measures: int | None = None
    per_second: list[float] = field(default_factory=list)
    p95: list[float] = field(default_factory=list)
    bytes: int = 0
    queries: int = 0
    sql: float = 0.0


def targets(running: Sequence[Site]) -> list[Target]:
    """Return everything to measure, the bare view first."""
    found = [Target(name, path, running[0]) for name, path in VIEWS.items()]
    for name, path in PAGES.items():
        for site in running:
            address = path.format(middle=(site.measures + 1) // 2)
            found.append(Target(name, address, site, site.measures))
    return found


def count_queries(all_targets: Iterable[Target], site: Site) -> None:
    """Fill in how many queries each page of `site` makes, and the database's time for them."""
    its_pages = [t for t in all_targets if t.site == site and t.measures is not None]
    lines = output("benchmarks.queries", *(t.path for t in its_pages), env=site.env).splitlines()
    for target, line in zip(its_pages, lines, strict=True):
        counted = json.loads(line)
        target.queries, target.sql = counted["queries"], counted["sql_ms"]


def measure(target: Target, seconds: float, clients: int) -> None:
    """Ask for one address during `seconds`, and add the result of this round to `target`."""
    arguments = ["--port", str(target.site.port), "--path", target.path]
    arguments += ["--seconds", str(seconds), "--clients", str(clients)]
    pace = json.loads(output("benchmarks.client", *arguments, env=target.site.env))
    target.per_second.append(pace["per_second"])
    target.p95.append(pace["p95_ms"])
    target.bytes = pace["bytes"]


def measure_all(all_targets: Sequence[Target], rounds: int, seconds: float, clients: int) -> None:
    """Measure all in turn, `rounds` times, after each was asked for once to warm up."""
    with tqdm(total=len(all_targets) * (rounds + 1), desc="Pages", unit="", disable=None) as bar:
        for target in all_targets:
            measure(target, 0, clients)
            target.per_second.clear()
            target.p95.clear()
            bar.update()
        for _ in range(rounds):
            for target in all_targets:
                measure(target, seconds, clients)
                bar.update()


# --- The table -------------------------------------------------------------------------------

HEADINGS = (
    ("page", "measures", "requests/s", "p95 ms"),
    ("cost, bare view = 1", "p95, bare view = 1", "queries", "SQL ms", "kB"),
)


def ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """Return the median over the rounds of one measurement divided by the other."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def cells(target: Target, bare: Target) -> list[str]:
    """Return one line of the table."""
    has_queries = target.measures is not None
    return [
        target.name,
        f"{target.measures:,}" if target.measures is not None else "–",
        f"{statistics.median(target.per_second):,.0f}",
        f"{statistics.median(target.p95):,.1f}",
        f"{ratio(bare.per_second, target.per_second):,.1f}",
        f"{ratio(target.p95, bare.p95):,.1f}",
        str(target.queries) if has_queries else "–",
        f"{target.sql:,.1f}" if has_queries else "–",
        f"{target.bytes / 1000:,.1f}",
    ]


def table(lines: Sequence[Sequence[str]]) -> str:
    """Return the lines, the first of them headings, as a Markdown table; numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(
        "| "
        + " | ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        + " |"
        for line in (lines[0], rule, *lines[1:])
    )


def report(all_targets: Sequence[Target]) -> str:
    """Return the two tables: all that was measured, and what a larger register costs."""
    bare = next(target for target in all_targets if target.name == BARE)
    lines = [cells(target, bare) for target in all_targets]
    return f"{table([[h for part in HEADINGS for h in part], *lines])}\n\n{growth(all_targets)}"


def growth(all_targets: Sequence[Target]) -> str:
    """Return how many times as much each page costs in the largest register as in the smallest."""
    lines = [["page", "cost grows by", "p95 grows by"]]
    for name in PAGES:
        sizes = sorted(
            (t for t in all_targets if t.name == name), key=lambda target: target.measures or 0
        )
        small, large = sizes[0], sizes[-1]
        cost = ratio(small.per_second, large.per_second)
        lines.append([name, f"× {cost:.2f}", f"× {ratio(large.p95, small.p95):.2f}"])
    return table(lines)


def numbers(text: str) -> list[int]:
    """Read "87,50000". Raises ValueError for anything else, and for numbers below 1."""
    found = [int(part) for part in text.split(",")]
    if min(found) < 1:
        raise ValueError(text)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for and print the tables; return 0 when all was well."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    add = parser.add_argument
    add("--measures", type=numbers, default=[87, 50000], help="sizes of the register (87,50000)")
    add("--updates", type=int, default=20, help="status updates of each measure (20)")
    add("--seconds", type=float, default=2, help="per address and round (2)")
    add("--rounds", type=int, default=7, help="many short ones (7)")
    add("--clients", type=int, default=4, help="who ask at the same time (4)")
    chosen = parser.parse_args(arguments)
    stop_on_signals()
    try:
        with sites(chosen.measures, chosen.updates) as running:
            all_targets = targets(running)
            for site in running:
                count_queries(all_targets, site)
            measure_all(all_targets, chosen.rounds, chosen.seconds, chosen.clients)
        print(report(all_targets))
    except (Failed, ServiceError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
