"""Every check that runs no test: `python -m scripts.lint`, or `make lint`.

All of them run, also after one has failed, so that one run shows everything there is to mend.
"""

import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from scripts.services import ServiceError, run, stop_on_signals

ROOT = Path(__file__).resolve().parent.parent
#: Longer than any check takes; a check that hangs must not stop the rest.
SECONDS = 300

DEVELOPMENT = {"DEBUG": "1", "DATABASE_URL": "sqlite://:memory:", "REDIS_URL": ""}
#: A public site, as docs and .env.example describe it. The key is made up and opens nothing.
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "for-checks-only-" + "aB3dE6gH9k" * 6,
    "ALLOWED_HOSTS": "tiltak.example",
    "SITE_URL": "https://tiltak.example",
    "DATABASE_URL": "sqlite://:memory:",
    "REDIS_URL": "",
}


class Check(NamedTuple):
    """One command, run from the top folder, that exits with 0 when all is well."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = DEVELOPMENT


PYTHON = sys.executable
CHECKS = (
    Check("ruff check", (PYTHON, "-m", "ruff", "check", "--quiet", ".")),
    Check("ruff format", (PYTHON, "-m", "ruff", "format", "--check", ".")),
    Check("mypy", (PYTHON, "-m", "mypy", "--no-error-summary", ".")),
    Check("djlint", (PYTHON, "-m", "djlint", "--quiet", "--lint", "templates")),
    Check(
        "migrations",
        (PYTHON, "manage.py", "makemigrations", "--check", "--dry-run", "--verbosity", "1"),
    ),
    Check(
        "deployment",
        (PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        PRODUCTION,
    ),
)


def failed_checks(checks: tuple[Check, ...] = CHECKS) -> list[str]:
    """Run `checks` one after another, say how each went, and return the names that failed."""
    failed = []
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(prefix="tiltak-lint-") as var:
        for check in checks:
            began = time.monotonic()
            try:
                code = run(check.command, {**check.env, "VAR_DIR": var}, timeout=SECONDS)
            except ServiceError as error:
                print(error)
                code = 127
            seconds = time.monotonic() - began
            print(f"{check.name}: {'failed' if code else 'ok'} ({seconds:.0f} s)", flush=True)
            if code:
                failed.append(check.name)
    return failed


def main() -> int:
    """Run every check; return 1 when one failed."""
    stop_on_signals()
    return 1 if failed_checks() else 0


if __name__ == "__main__":
    sys.exit(main())
