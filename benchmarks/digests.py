"""Measure how fast digests are planned and sent, beside a bare smtplib loop in the same run.

    python benchmarks/digests.py --recipients 1000,10000 --changes 5

For each size it fills a PostgreSQL database with a made-up register and recipients who follow so
many measures with news each, plans their digests, sends them over SMTP to a sink that says yes to
everything, and prints a table: mails per second, beside those of a loop that does nothing but hand
mails of the same size to the same sink, before and after; queries per mail; and the most memory
that planning and sending took, each in a process of its own. What it starts listens on 127.0.0.1
only, and is gone when it ends. The PostgreSQL server is that of DATABASE_URL, if there is one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.pages import numbers, table
from benchmarks.sites import ROOT, Failed, database, output, production, run
from scripts.services import ServiceError, postgres, stop_on_signals

#: The register is small: what costs is the number of mails.
MEASURES = 200
#: Mails of the bare loop, each time.
BARE = 2000
HEADINGS = (
    ("recipients", "planned/s", "queries per 1,000 planned", "planning, MB"),
    ("sent/s", "bare loop/s", "cost, bare loop = 1", "queries per mail", "kB", "sending, MB"),
)


@contextmanager
def sink(env: Mapping[str, str]) -> Iterator[int]:
    """Run the sink; yield its port. Raises Failed when it got no mail."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sink"],
        cwd=ROOT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None  # noqa: S101  # a pipe
    try:
        yield int(process.stdout.readline())
        counted = json.loads(process.communicate(timeout=20)[0])
        if not counted["mails"]:
            raise Failed("No mail came to the sink")
    finally:
        process.kill()
        process.wait()


def step(name: str, env: Mapping[str, str], **numbers: int) -> dict[str, Any]:
    """Run one step of benchmarks/mailing.py; return what it took. Raises Failed."""
    arguments = [word for key, value in numbers.items() for word in (f"--{key}", str(value))]
    found: dict[str, Any] = json.loads(output("benchmarks.mailing", name, *arguments, env=env))
    return found


def per_second(taken: Mapping[str, Any]) -> float:
    """Return the speed of a step."""
    return float(taken["mails"] / taken["seconds"])


def measure(recipients: int, changes: int, env: Mapping[str, str]) -> dict[str, Any]:
    """Plan and send the digests of so many recipients; return what it took. Raises Failed."""
    run("benchmarks.generate", "--measures", str(MEASURES), "--updates", "1", env=env)
    step("make", env, recipients=recipients, changes=changes)
    planned = step("plan", env)
    with sink(env) as port:
        mailing = {**env, "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
        bare = {"mails": min(BARE, recipients), "bytes": planned["bytes"]}
        before = step("bare", mailing, **bare)
        sent = step("send", mailing)
        after = step("bare", mailing, **bare)
    if (planned["mails"], sent["mails"], sent["left"]) != (recipients, recipients, 0):
        raise Failed(f"{recipients} mails should be planned and sent: {planned}, {sent}")
    speed = (per_second(before) + per_second(after)) / 2
    return {"recipients": recipients, "planned": planned, "sent": sent, "bare": speed}


def cells(found: Mapping[str, Any]) -> list[str]:
    """Return one line of the table."""
    planned, sent = found["planned"], found["sent"]
    return [
        f"{found['recipients']:,}",
        f"{per_second(planned):,.0f}",
        f"{1000 * planned['queries'] / planned['mails']:,.0f}",
        f"{planned['megabytes']:,.0f}",
        f"{per_second(sent):,.0f}",
        f"{found['bare']:,.0f}",
        f"{found['bare'] / per_second(sent):,.1f}",
        f"{sent['queries'] / sent['mails']:.2f}",
        f"{planned['bytes'] / 1000:,.1f}",
        f"{sent['megabytes']:,.0f}",
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for and print the table; return 0 when all was well."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    add = parser.add_argument
    add("--recipients", type=numbers, default=[1000, 10000], help="sizes (1000,10000)")
    add("--changes", type=int, default=5, help="measures with news for each (5)")
    chosen = parser.parse_args(arguments)
    stop_on_signals()
    lines = [[heading for part in HEADINGS for heading in part]]
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="tiltak-benchmark-")))
            url = os.environ.get("DATABASE_URL", "")
            if not url.startswith(("postgres:", "postgresql:")):
                url = stack.enter_context(postgres())
            empty = stack.enter_context(database(url))
            run("manage.py", "migrate", "--verbosity", "0", env=production(empty, folder))
            for size in chosen.recipients:
                own = stack.enter_context(database(url, like=empty))
                lines.append(cells(measure(size, chosen.changes, production(own, folder))))
    except (Failed, ServiceError) as error:
        print(error, file=sys.stderr)
        return 1
    print(table(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
