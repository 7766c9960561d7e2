"""The throw-away PostgreSQL and Redis (scripts/services.py), with real servers."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from scripts import services
from scripts.services import ServiceError, free_port, run

SCRIPT = services.__file__
SHOW_AND_WAIT = 'echo "$DATABASE_URL $REDIS_URL $$"; exec sleep 60'


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    with services.postgres() as url:
        yield url


def start(*command: str) -> subprocess.Popen[str]:
    """Start the command line of services.py in a session of its own, like a terminal would."""
    return subprocess.Popen(
        [sys.executable, SCRIPT, "run", "--", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def answers(url: str) -> bool:
    """Whether something listens at the address of `url`."""
    address = urlsplit(url)
    assert address.hostname
    assert address.port
    try:
        socket.create_connection((address.hostname, address.port), timeout=1).close()
    except OSError:
        return False
    return True


def data_directory(url: str) -> Path:
    """Where the cluster at `url` keeps its files."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row
    return Path(row[0])


def redis_folder(url: str) -> Path:
    """The folder that the Redis at `url` may write to."""
    with redis.Redis.from_url(url, decode_responses=True) as client:
        return Path(client.config_get("dir")["dir"])


@pytest.mark.slow
@pytest.mark.postgres
def test_database_sorts_as_norwegians_do(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT word FROM (VALUES ('Å'), ('Z'), ('Ø'), ('A'), ('Æ')) AS t (word) ORDER BY word"
        ).fetchall()
    assert [row[0] for row in rows] == ["A", "Z", "Æ", "Ø", "Å"]


@pytest.mark.slow
@pytest.mark.postgres
def test_database_lets_us_add_extensions(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        row = connection.execute("SELECT similarity('katapult', 'katapullt') > 0.5").fetchone()
    assert row == (True,)


@pytest.mark.slow
@pytest.mark.postgres
def test_command_gets_both_services_and_its_exit_code_comes_back() -> None:
    question = "import os, psycopg, redis; psycopg.connect(os.environ['DATABASE_URL']).close()"
    question += "; redis.Redis.from_url(os.environ['REDIS_URL']).ping(); raise SystemExit(7)"
    with start(sys.executable, "-c", question) as process:
        assert process.wait(timeout=60) == 7


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_server_outlives_us(signum: signal.Signals) -> None:
    with start("sh", "-c", SHOW_AND_WAIT) as process:
        assert process.stdout
        *urls, command_id = process.stdout.readline().split()
        assert all(map(answers, urls))
        folders = [data_directory(urls[0]).parent, redis_folder(urls[1])]
        process.send_signal(signum)
        if signum == signal.SIGKILL:
            # Nobody is left to end the command, but the kernel ends the servers.
            assert process.wait(timeout=60) == -signum
            os.kill(int(command_id), signal.SIGKILL)
        else:
            assert process.wait(timeout=60) == 128 + signum
            assert not any(folder.exists() for folder in folders)
    deadline = time.monotonic() + 10
    while any(map(answers, urls)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(answers, urls))
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.postgres
def test_a_port_that_somebody_took_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        ports = [somebody.getsockname()[1], free_port()]
        monkeypatch.setattr(services, "free_port", lambda: ports.pop(0))
        with services.postgres() as url:
            assert answers(url)
        assert ports == []


def test_a_server_that_never_starts_is_reported_with_its_own_words(tmp_path: Path) -> None:
    command = ["sh", "-c", "echo no such luck; exit 1"]
    log = tmp_path / "log"
    with (
        pytest.raises(ServiceError, match="no such luck"),
        services.server(lambda port: command, lambda port: False, log, signal.SIGTERM),
    ):
        pytest.fail("it cannot have started")


def test_a_missing_program_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ServiceError, match=r"redis-server is not installed.*apt-get"):
        services.redis().__enter__()
    with pytest.raises(ServiceError, match=r"Could not run psql"):
        run(["psql"], {})


def test_run_returns_the_exit_code_and_adds_to_the_environment() -> None:
    assert run(["sh", "-c", 'exit "$CODE"'], {"CODE": "3"}) == 3


def is_running(stat: Path) -> bool:
    """Say whether the process of /proc/<pid>/stat runs."""
    try:
        return ") Z " not in stat.read_text()
    except OSError:
        return False


def test_run_stops_everything_when_time_is_up(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    began = time.monotonic()
    assert run(["sh", "-c", f"sleep 60 & echo $! > {mark}; wait"], {}, timeout=1) == 124
    assert time.monotonic() - began < 30
    child = Path("/proc") / mark.read_text().strip() / "stat"
    # A child that nobody waited for may stay as a zombie (Z), which runs no more.
    until = time.monotonic() + 10
    while is_running(child) and time.monotonic() < until:
        time.sleep(0.01)  # the kernel takes a moment to end what was killed
    assert not is_running(child)
