"""Throw-away sites to measure: a filled database each, and the site served on it."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from scripts.services import postgres, server

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2


class Failed(Exception):
    """Something could not be set up or measured; the text says what."""


@dataclass(frozen=True)
class Site:
    """A running site with so many measures. `env` is what it runs with."""

    measures: int
    port: int
    env: Mapping[str, str]


def run(module: str, *arguments: str, env: Mapping[str, str]) -> None:
    """Run a Python module or script of ours on this terminal. Raises Failed."""
    where = (module,) if module.endswith(".py") else ("-m", module)
    command = [sys.executable, *where, *arguments]
    if subprocess.run(command, check=False, cwd=ROOT, env=env).returncode:
        raise Failed(f"This failed: {' '.join(command[1:])}")


def output(module: str, *arguments: str, env: Mapping[str, str]) -> str:
    """Return what a Python module of ours printed. Raises Failed."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, check=False, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise Failed(f"This failed: {' '.join(command[1:])}")
    return done.stdout


@contextmanager
def sites(sizes: Sequence[int], updates: int) -> Iterator[list[Site]]:
    """Yield one running site per size; stop and remove all of them afterwards.

    Raises Failed, and ServiceError when a server does not start.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="tiltak-benchmark-")))
        url = os.environ.get("DATABASE_URL", "")
        if not url.startswith(("postgres:", "postgresql:")):
            url = stack.enter_context(postgres())
        empty = stack.enter_context(database(url))
        env = production(empty, folder)
        run("manage.py", "collectstatic", "--noinput", "--verbosity", "0", env=env)
        run("manage.py", "migrate", "--verbosity", "0", env=env)
        running: list[Site] = []
        for size in sizes:
            env = production(stack.enter_context(database(url, like=empty)), folder)
            arguments = ("--measures", str(size), "--updates", str(updates))
            run("benchmarks.generate", *arguments, env=env)
            port = stack.enter_context(gunicorn(env, folder / f"gunicorn-{size}.log"))
            running.append(Site(size, port, env))
        yield running


def production(database_url: str, folder: Path) -> dict[str, str]:
    """Return the environment of a public site, but without https, and quiet."""
    own = {
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": "http://127.0.0.1",
        "DATABASE_URL": database_url,
        "REDIS_URL": "",
        "VAR_DIR": str(folder),
        "STATIC_ROOT": str(folder / "static"),
        "LOG_LEVEL": "WARNING",
    }
    return {**os.environ, **own}


@contextmanager
def database(server_url: str, like: str = "") -> Iterator[str]:
    """Yield the URL of a new database on the server of `server_url`, and drop it.

    It is empty, or a copy of the database at the URL `like`.
    """
    name = f"benchmark_{secrets.token_hex(4)}"
    template = urlsplit(like).path[1:] or "template1"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))


@contextmanager
def gunicorn(env: Mapping[str, str], log: Path) -> Iterator[int]:
    """Serve the site with gunicorn; yield its port. Raises ServiceError."""
    # `env` and not os.environ: two sites run at once.
    assignments = [f"{name}={value}" for name, value in env.items()]

    def command_for(port: int) -> list[str]:
        options = ["--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS), "--chdir", str(ROOT)]
        command = [sys.executable, "-m", "gunicorn", *options, "benchmarks.site:application"]
        return ["env", *assignments, *command]

    with server(command_for, answers, log, SIGTERM) as port:
        yield port


def answers(port: int) -> bool:
    """Return whether the site at `port` is alive."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5):
            return True
    except OSError:
        return False
