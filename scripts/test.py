"""Everything that must hold, in one run: `python -m scripts.test`, or `make test`.

First the checks of scripts/lint.py, then the tests three times: on SQLite, on PostgreSQL with
Redis (without those that the choice of database cannot change), and in a real browser. A failure
never keeps the rest from running. The last line says `N passed, M failed` (and `, K skipped`),
summed over the three; a check that failed, and a run that ended before its tests did, each count as
one failed. The exit code is 0 only when nothing failed and every run had tests.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from scripts.lint import ROOT, failed_checks
from scripts.services import ServiceError, run, services, stop_on_signals

#: The whole must end within half an hour; what then still runs is stopped and counts as failed.
SECONDS = 29 * 60


class Count(NamedTuple):
    """How many tests passed, failed (errors too) and were skipped (expected failures too)."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def plus(self, other: "Count") -> "Count":
        """Return both together."""
        return Count(*(a + b for a, b in zip(self, other, strict=True)))

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


class Part(NamedTuple):
    """One run of pytest: which tests, in how many processes, on which services."""

    name: str
    marks: str
    folder: str = "tests"
    processes: int = 2
    with_services: bool = True


PARTS = (
    Part("sqlite", "not browser and not postgres", with_services=False),
    Part("postgres", "not browser and not once"),
    # One server and one Chromium in each process: two of them fill two cores.
    Part("browser", "browser", folder="tests/browser"),
)
LINT = "lint"


def outcome(case: ElementTree.Element) -> str:
    """Return what one entry of the report says of its test: the name of a field of Count."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "passed" if case.find("skipped") is None else "skipped"


def count_report(report: Path) -> Count:
    """Count the tests in pytest's XML report.

    A test that fails and then breaks in its teardown has two entries, and is one failed test.
    Raises OSError or ElementTree.ParseError when pytest ended before it wrote the report.
    """
    outcomes: dict[tuple[str | None, str | None], str] = {}
    # Our own pytest wrote this file a moment ago.
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314
        test = (case.get("classname"), case.get("name"))
        if outcomes.get(test) != "failed":
            outcomes[test] = outcome(case)
    return Count(*(list(outcomes.values()).count(name) for name in Count._fields))


def judge(code: int, report: Path) -> Count:
    """Return what a run with exit code `code` counts as; a run without tests counts as failed."""
    try:
        count = count_report(report)
    except (OSError, ElementTree.ParseError):
        count = Count()
    went_wrong = code != 0 or count.passed + count.failed == 0
    if went_wrong and count.failed == 0:
        return count.plus(Count(failed=1))
    return count


def run_part(part: Part, env: Mapping[str, str], folder: Path, timeout: float) -> Count:
    """Run the tests of `part` for at most `timeout` seconds; `folder` takes what they write."""
    report = folder / f"{part.name}.xml"
    command = [sys.executable, "-m", "pytest", part.folder, "-q", "-m", part.marks]
    command += ["-n", str(part.processes), f"--junitxml={report}", "-p", "no:cacheprovider"]
    home = folder / part.name
    home.mkdir()
    # What Chromium, hypothesis and others leave in the home and temporary folders goes with us.
    own = {"HOME": str(home), "TMPDIR": str(home), "VAR_DIR": str(home / "var"), "DEBUG": "1"}
    return judge(run(command, {**env, **own}, timeout), report)


def run_parts(parts: Iterable[Part], folder: Path, deadline: float) -> Count:
    """Run `parts` in order, starting PostgreSQL and Redis once for those that want them."""
    total = Count()
    alone = {"DATABASE_URL": "sqlite://:memory:", "REDIS_URL": ""}
    for with_services in (False, True):
        chosen = [part for part in parts if part.with_services == with_services]
        if not chosen:
            continue
        if with_services:
            with services() as env:
                total = total.plus(run_each(chosen, env, folder, deadline))
        else:
            total = total.plus(run_each(chosen, alone, folder, deadline))
    return total


def run_each(parts: Iterable[Part], env: Mapping[str, str], folder: Path, deadline: float) -> Count:
    """Run `parts` with the same environment, and say how each went."""
    total = Count()
    for part in parts:
        print(f"\n--- Tests: {part.name} ---", flush=True)
        began = time.monotonic()
        count = run_part(part, env, folder, max(deadline - began, 1))
        print(f"{part.name}: {count} in {time.monotonic() - began:.0f} s", flush=True)
        total = total.plus(count)
    return total


def run_everything(names: Sequence[str]) -> Count:
    """Run the checks and tests that `names` chooses (none: all of them)."""
    deadline = time.monotonic() + SECONDS
    os.chdir(ROOT)
    total = Count()
    if not names or LINT in names:
        print("--- Checks ---", flush=True)
        total = Count(failed=len(failed_checks()))
    parts = [part for part in PARTS if not names or part.name in names]
    with tempfile.TemporaryDirectory(prefix="tiltak-test-") as folder:
        try:
            return total.plus(run_parts(parts, Path(folder), deadline))
        except ServiceError as error:
            print(error, file=sys.stderr)
            return total.plus(Count(failed=1))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line chooses; return 0 when something passed and nothing failed."""
    parser = argparse.ArgumentParser(description="Run the checks and the tests.")
    choices = [LINT, *(part.name for part in PARTS)]
    parser.add_argument("part", nargs="*", help=f"only these: {', '.join(choices)}")
    names: list[str] = parser.parse_args(arguments).part
    if unknown := sorted(set(names) - set(choices)):
        parser.error(f"there is no {', '.join(unknown)}; choose among {', '.join(choices)}")
    stop_on_signals()
    total = run_everything(names)
    print(f"\n{total}", flush=True)
    nothing_but_checks = names == [LINT]
    return 0 if total.failed == 0 and (total.passed > 0 or nothing_but_checks) else 1


if __name__ == "__main__":
    sys.exit(main())
