"""Let reporters and approvers work at the same time, and see that nothing fails or is lost.

    python benchmarks/reporting.py --seconds 60

Fills a PostgreSQL database with a made-up register, serves the site on it with gunicorn
(production settings), and lets 20 reporters open the form, save as they write and hand in, over
HTTP, while 5 approvers publish and return, each in a process of its own. Prints how many requests
were made, how many failed (must be none), how many texts that the site said it had kept are not in
the database (must be none), and how long answers took, beside a bare Django view that as many
asked for in the same run. What it starts listens on 127.0.0.1 only, and is gone when it ends.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.client import percentile
from benchmarks.pages import BARE, VIEWS, table
from benchmarks.sites import ROOT, Failed, Site, sites
from scripts.services import ServiceError, stop_on_signals

#: For so long the bare view is asked, before and after; in seconds.
BARE_SECONDS = 5.0
#: How the steps of a report are called in the table.
STEPS = {
    "desk": "the desk",
    "form": "the form",
    "autosave": "saving as one writes",
    "hand in": "handing in",
}


def ask(module: str, *arguments: str, env: Mapping[str, str], given: Any = None) -> Any:
    """Run a Python module of ours with JSON on its input; return what it prints. Raises Failed."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        env=env,
        input=json.dumps(given),
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise Failed(f"This failed: {' '.join(command[1:])}")
    return json.loads(done.stdout)


def bare_p95(site: Site, seconds: float, clients: int) -> float:
    """Return how long 95 of 100 answers of a view that does nothing took, in milliseconds."""
    arguments = ["--port", str(site.port), "--path", VIEWS[BARE]]
    arguments += ["--seconds", str(seconds), "--clients", str(clients)]
    return float(ask("benchmarks.client", *arguments, env=site.env)["p95_ms"])


def run(site: Site, reporters: int, approvers: int, seconds: float) -> dict[str, Any]:
    """Let everybody work for so long, and return what happened. Raises Failed."""
    numbers = ["--reporters", str(reporters), "--approvers", str(approvers)]
    people = ask("benchmarks.desks", "people", *numbers, env=site.env)
    short = min(BARE_SECONDS, seconds)
    before = bare_p95(site, short, reporters + approvers)

    def reporting() -> Any:
        arguments = ["--port", str(site.port), "--seconds", str(seconds)]
        return ask("benchmarks.reporters", *arguments, env=site.env, given=people["reporters"])

    def approving(email: str, length: float) -> Any:
        arguments = ["approve", email, "--seconds", str(length)]
        return ask("benchmarks.desks", *arguments, env=site.env)

    with ThreadPoolExecutor(1 + approvers) as pool:
        wrote = pool.submit(reporting)
        decided = [pool.submit(approving, email, seconds) for email in people["approvers"]]
        written = wrote.result()
        decisions = [future.result() for future in decided]
    # Reporters finish what they have begun; the last of it is decided over afterwards.
    decisions += [approving(email, 0) for email in people["approvers"]]
    after = bare_p95(site, short, reporters + approvers)
    done = {
        name: sum(d["done"].get(name, 0) for d in decisions)
        for name in ("published", "returned", "told")
    }
    checked = ask(
        "benchmarks.desks",
        "check",
        env=site.env,
        given={"kept": written["kept"], "handed_in": written["handed_in"], **done},
    )
    errors = [*written["errors"], *(error for d in decisions for error in d["errors"])]
    errors += [f"events of {verb}: {n[0]} and not {n[1]}" for verb, n in checked["wrong"].items()]
    return {
        **done,
        **checked,
        "seconds": written["seconds"],
        "handed_in": written["handed_in"],
        "kept": len(written["kept"]),
        "told": done["told"] + sum(written["told"].values()),
        "errors": errors,
        "bare": (before + after) / 2,
    }


def report(result: Mapping[str, Any]) -> str:
    """Return the numbers, and the table of how long answers took."""
    every = [took for times in result["seconds"].values() for took in times]
    numbers = {
        "requests": len(every),
        "errors": len(result["errors"]),
        "texts kept": result["kept"],
        "lost texts": len(result["lost"]),
        "handed in": result["handed_in"],
        "published": result["published"],
        "returned": result["returned"],
        "told that another was first": result["told"],
    }
    lines = [["answer", "requests", "p95 ms", "p95, bare view = 1"]]
    named = {STEPS[name]: times for name, times in result["seconds"].items()}
    for name, times in {BARE: [], **named, "all of it": every}.items():
        p95 = 1000 * percentile(times, 0.95) if times else result["bare"]
        lines.append(
            [
                name,
                f"{len(times):,}" if times else "–",
                f"{p95:,.1f}",
                f"{p95 / result['bare']:,.1f}",
            ]
        )
    counted = "\n".join(f"{name}: {number:,}" for name, number in numbers.items())
    return f"{counted}\n\n{table(lines)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return 0 when there was no error and no text was lost."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    add = parser.add_argument
    add("--seconds", type=float, default=60, help="for how long they work (60)")
    add("--reporters", type=int, default=20, help="who report at the same time (20)")
    add("--approvers", type=int, default=5, help="who approve at the same time (5)")
    add("--measures", type=int, default=200, help="size of the register (200)")
    chosen = parser.parse_args(arguments)
    stop_on_signals()
    try:
        with sites([chosen.measures], 5) as (site,):
            result = run(site, chosen.reporters, chosen.approvers, chosen.seconds)
    except (Failed, ServiceError) as error:
        print(error, file=sys.stderr)
        return 1
    print(report(result))
    for line in [*result["errors"], *(f"lost: {text[-80:]}" for text in result["lost"])][:20]:
        print(line, file=sys.stderr)
    return 1 if result["errors"] or result["lost"] else 0


if __name__ == "__main__":
    sys.exit(main())
