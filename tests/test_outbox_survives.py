"""The outbox with real processes on a bad day: workers, beats, Redis and the mail server die, and
everybody who should get a mail gets one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psycopg
import pytest

from scripts.services import (
    free_port,
    postgres,
    redis_answers,
    stop_group,
    wait_until_ready,
)
from tests.smtp import MailServer

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

ROOT = Path(__file__).resolve().parent.parent
#: Far longer than anything here takes, also on a machine that is busy with something else.
PATIENCE = 240
KILLS = 10
#: So many more mails are out before the next worker is killed.
BETWEEN = 100
#: So long the mail server is away, in seconds: that is what is tried, and nothing waits for it.
AWAY = 3.0
LEASE = 6
ROWS = """
    SELECT email, m.key, state, due_at, claim FROM measures_digest m
    JOIN measures_recipient r ON r.id = m.recipient_id
"""


@dataclass(frozen=True)
class Row:
    """What the outbox says of a mail."""

    email: str
    key: str
    state: str
    is_waiting: bool
    claim: str


@dataclass
class Program:
    """A program of the site, which can be killed with all it has started, and started again."""

    command: list[str]
    env: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> Program:
        """Start it."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=dict(self.env),
                stdout=output,
                stderr=output,
                process_group=0,
            )
        return self

    def kill(self) -> None:
        """Kill it and its children, which have no moment to notice."""
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text(encoding="utf-8")[-2000:]
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            stop_group(self.process)


@dataclass
class Site:
    """The site's programs, on a database, a Redis and a mail server of its own."""

    env: dict[str, str]
    folder: Path
    mail: MailServer
    redis: Program
    database: psycopg.Connection[tuple[object, ...]]
    workers: list[Program] = field(default_factory=list)
    others: list[Program] = field(default_factory=list)

    def program(self, name: str, *command: str, **env: str) -> Program:
        """Start a program with an environment of the site's."""
        made = Program(list(command), self.env | env, self.folder / f"{name}.log")
        self.others.append(made.start())
        return made

    def begin(self) -> None:
        """Start two workers and, though the site is to have but one, two beats: by the command
        lines of docker-compose.yml, with a quicker clock."""
        celery = ("celery", "-A", "tests.quick_celery")
        for n in (1, 2):
            worker = ("worker", "--loglevel", "WARNING", "--concurrency", "2", "-n", f"w{n}@%h")
            self.workers.append(self.program(f"worker{n}", *celery, *worker))
            folder = self.folder / f"beat{n}"
            folder.mkdir()
            beat = ("beat", "--pidfile=", "--loglevel", "WARNING")
            self.program(f"beat{n}", *celery, *beat, VAR_DIR=str(folder))

    def run(self, *command: str) -> str:
        """Run a command of the site's to its end; return what it wrote."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self) -> list[Row]:
        """Return all of the outbox."""
        found = self.database.execute(ROWS).fetchall()
        return [
            Row(str(email), str(key), str(state), bool(due_at), str(claim))
            for email, key, state, due_at, claim in found
        ]

    def in_hand(self) -> set[tuple[str, str]]:
        """Return the mails that somebody is sending, each with who it is."""
        return {(row.key, row.claim) for row in self.rows() if row.state == "sending"}

    def restart_redis(self) -> None:
        """Let Redis die with all that it holds, and come back empty."""
        self.redis.kill()
        begin_redis(self.redis)

    def end(self) -> str:
        """Stop everything; return the last lines that each program wrote."""
        for one in self.others:
            one.stop()
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"{log.name}: {log.read_text(errors='replace')[-1500:]}" for log in logs)


def begin_redis(redis: Program) -> None:
    port = int(redis.command[redis.command.index("--port") + 1])
    process = redis.start().process
    assert process is not None
    assert wait_until_ready(process, lambda: redis_answers(port)), redis.log.read_text()


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Return once the condition holds; fail when it never does."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, f"never: {what}"
        time.sleep(0.05)


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer(seed=20261128) as server:
        yield server


@pytest.fixture
def site(mail: MailServer, tmp_path: Path) -> Iterator[Site]:
    port = str(free_port())
    options = ["--bind", "127.0.0.1", "--dir", str(tmp_path), "--save", "", "--appendonly", "no"]
    with ExitStack() as stack:
        database_url = stack.enter_context(postgres())
        env = {
            "DATABASE_URL": database_url,
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "SECRET_KEY": "made-up-for-this-test-" + "aB3dE6gH9k" * 4,
            "ALLOWED_HOSTS": "localhost",
            "SITE_URL": "http://localhost",
            "VAR_DIR": str(tmp_path),
            "OUTBOX_RETRY_SECONDS": "1",
            "LOG_LEVEL": "WARNING",
        }
        redis = Program(
            ["redis-server", "--port", port, *options], dict(os.environ), tmp_path / "redis.log"
        )
        stack.callback(redis.stop)
        begin_redis(redis)
        database = stack.enter_context(psycopg.connect(database_url, autocommit=True))
        made = Site(env, tmp_path, mail, redis, database)
        stack.callback(lambda: sys.stdout.write(made.end()))
        made.run("manage.py", "migrate", "--noinput", "-v0")
        yield made


def has_taken(mail: MailServer, number: int) -> bool:
    """Whether the mail server took so many mails."""
    return len(mail.taken) >= number


def is_done(site: Site, everybody: int) -> bool:
    """Whether each recipient has a row, and none of them waits for anything."""
    rows = site.rows()
    waiting = [
        row
        for row in rows
        if row.state in ("planned", "sending") or (row.state == "failed" and row.is_waiting)
    ]
    return len(rows) >= everybody and not waiting


def check(site: Site, crowd: Mapping[str, list[str]]) -> int:
    """Hold the outbox against what the mail server took; return how many mails it took twice."""
    rows, taken = site.rows(), site.mail.taken
    told = set(crowd["told"])
    names: dict[str, set[str]] = {}
    for mail in taken:
        names.setdefault(mail.recipient, set()).add(mail.message_id)
    states = {row.email: row for row in rows}
    given_up = {e for e in told if states[e].state == "failed" and not states[e].is_waiting}

    assert len(states) == len(rows), "one row for each"
    assert set(names) <= told, "nobody else got anything"
    assert given_up == {e for e, known in site.mail.known.items() if not known}
    assert set(names) == told - given_up, "none is missing"
    assert {len(found) for found in names.values()} == {1}, "nobody got two"
    assert {f"<{row.key}@localhost>" for row in rows if row.state == "sent"} == {
        mail.message_id for mail in taken
    }
    assert {states[email].state for email in crowd["idle"]} == {"skipped_empty"}
    assert not states.keys() & set(crowd["others"])
    return len(taken) - len(names)


def test_everybody_gets_one_mail_though_everything_dies(site: Site) -> None:
    site.env["OUTBOX_LEASE_SECONDS"] = str(LEASE)
    crowd = json.loads(site.run("-m", "tests.crowd", "2000"))
    mail = site.mail
    mail.temporary, mail.permanent = 4, 2
    site.begin()
    began, dead = time.monotonic(), 0

    for n in range(KILLS):
        wait_for(partial(has_taken, mail, len(mail.taken) + BETWEEN), f"the mails before kill {n}")
        in_hand = site.in_hand()
        site.workers[n % 2].kill()
        site.workers[n % 2].start()
        # The other worker has gone on: what is in the same hand still, is in a dead one.
        wait_for(partial(has_taken, mail, len(mail.taken) + 5), f"mails after kill {n}")
        dead += len(in_hand & site.in_hand())
        if n == 2:
            manual = site.program("manual", sys.executable, "manage.py", "send_digests")
        if n == 4:
            site.restart_redis()
        if n == 7:
            with mail.away():
                time.sleep(AWAY)
    everybody = len(crowd["told"]) + len(crowd["idle"])
    wait_for(lambda: is_done(site, everybody), "all is sent")
    took = time.monotonic() - began

    assert manual.process is not None
    assert manual.process.wait(PATIENCE) == 0
    twice = check(site, crowd)
    sys.stdout.write(
        f"{len(mail.taken)} mails in {took:.0f} s over {mail.connections} connections, "
        f"{twice} of them twice; {dead} in hand when a worker died; refused: {mail.refused}\n"
    )
    assert mail.refused["451"] > 0
    assert mail.refused["550"] > 0
    assert dead > 0
    assert twice <= 4 * KILLS
    assert mail.connections < len(mail.taken) / 4


def test_two_beats_and_a_manual_run_send_nothing_twice(site: Site) -> None:
    crowd = json.loads(site.run("-m", "tests.crowd", "600"))
    site.begin()
    by_hand = [sys.executable, "manage.py", "send_digests"]
    # Named one by one, recipients get their mail whoever was asked to send it already.
    named = [f"--only={email}" for email in crowd["told"]]

    wait_for(lambda: len(site.mail.taken) > 0, "the workers send")
    runs = [site.program("all", *by_hand), site.program("named", *by_hand, *named)]
    wait_for(lambda: is_done(site, len(crowd["told"]) + len(crowd["idle"])), "all is sent")
    assert [run.process.wait(PATIENCE) for run in runs if run.process] == [0, 0]

    assert check(site, crowd) == 0
    assert Counter(row.state for row in site.rows())["sent"] == len(crowd["told"])
