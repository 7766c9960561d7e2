"""The clock as a process of its own: it publishes, outlives a database that is away, and stops."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError, connections

from measures.actions import publishing
from measures.management.commands import clock
from scripts.running_site import ROOT

READY = """
from tests.cast import make_world
from tests.reports import scheduled
from measures.models import StatusUpdate
from django.utils import timezone
update = scheduled(make_world())
StatusUpdate.objects.filter(pk=update.pk).update(publish_at=timezone.now())
"""
STATE = """
from measures.models import StatusUpdate
print(StatusUpdate.objects.latest("pk").state)
"""


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("clock")
    manage(made, "migrate", "-v0")
    return made


@pytest.fixture
def folder(migrated: Path, tmp_path: Path) -> Path:
    """A site of its own with something that is due."""
    shutil.copy(migrated / "site.sqlite3", tmp_path)
    manage(tmp_path, "shell", "-v0", "-c", READY)
    return tmp_path


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
        "DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "roadmap.settings",
        "LOG_LEVEL": "INFO",
        "REDIS_URL": "",
        "VAR_DIR": str(folder),
    }


def manage(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        check=True,
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@contextmanager
def running(folder: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Run the clock ten times a second; give the process and the file with its log."""
    log = folder / "clock.log"
    with log.open("w") as told:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "clock", "--every", "0.1"],
            cwd=ROOT,
            env=environment(folder),
            stdout=told,
            stderr=told,
            text=True,
        )
        try:
            yield process, log
        finally:
            process.kill()
            process.wait()


def comes_true(found: Callable[[], bool]) -> bool:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if found():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_publishes_what_is_due_and_ends_cleanly(sign: signal.Signals, folder: Path) -> None:
    with running(folder) as (process, log):
        assert comes_true(lambda: "Published 1 status updates" in log.read_text())
        process.send_signal(sign)
        assert process.wait(timeout=20) == 0
        assert "Traceback" not in log.read_text()
    assert manage(folder, "shell", "-v0", "-c", STATE) == "published"


def test_it_outlives_a_database_that_is_away(folder: Path) -> None:
    database, away = folder / "site.sqlite3", folder / "away.sqlite3"
    database.rename(away)
    database.mkdir()  # what cannot be opened
    with running(folder) as (process, log):
        assert comes_true(lambda: "The database is away" in log.read_text())
        assert process.poll() is None
        database.rmdir()
        away.rename(database)
        assert comes_true(lambda: "Published 1 status updates" in log.read_text())
        process.terminate()
        assert process.wait(timeout=20) == 0


@pytest.mark.django_db
def test_an_error_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the database may be away: whatever else goes wrong ends the clock, and is seen."""

    def fails(error: Exception) -> Callable[..., int]:
        def publish(_now: object) -> int:
            raise error

        return publish

    monkeypatch.setattr(connections, "close_all", lambda: None)
    monkeypatch.setattr(publishing, "publish_due", fails(OperationalError("away")))
    clock.do_what_is_due()
    monkeypatch.setattr(publishing, "publish_due", fails(RuntimeError("ours")))
    with pytest.raises(RuntimeError):
        clock.do_what_is_due()
