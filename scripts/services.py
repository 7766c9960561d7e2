"""Throw-away PostgreSQL and Redis for tests, benchmarks and trying things out.

    python scripts/services.py run -- COMMAND...

starts both on free ports of 127.0.0.1, runs COMMAND with DATABASE_URL and REDIS_URL set, stops and
removes both, and ends with COMMAND's exit code. Nothing is left behind, also after Ctrl-C or kill.

The cluster sorts in Norwegian (ICU nb-NO). It is fast rather than safe: it never waits for the
disk.
"""

import argparse
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import FrameType

START_SECONDS = 60
STOP_SECONDS = 15
#: A free port can be taken by somebody else before the server has it; then we try another.
ATTEMPTS = 3
DATABASE = "tiltak"
INSTALL = "run scripts/install_test_tools.sh, or install it with apt-get"


class ServiceError(Exception):
    """A service could not be started; the text says why and what to do."""


# --- Processes -------------------------------------------------------------------------------


def stop_on_signals() -> None:
    """Make Ctrl-C, kill and a closed terminal end this process through its `finally` blocks."""

    def stop(signum: int, frame: FrameType | None) -> None:
        # A second signal must not interrupt the cleaning up that the first one began.
        for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(other, signal.SIG_IGN)
        raise SystemExit(128 + signum)

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, stop)


def stop_process(process: subprocess.Popen[bytes], *, first: signal.Signals) -> None:
    """End `process` with the signal `first`, and with SIGKILL when that does not help."""
    for signum in (first, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(signum)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=STOP_SECONDS)


def stop_group(process: subprocess.Popen[bytes]) -> None:
    """End `process`, which leads its own process group, and every process it started."""
    for signum in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signum)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=STOP_SECONDS)


def run(command: Sequence[str], env: Mapping[str, str], timeout: float | None = None) -> int:
    """Run `command` with `env` added to the environment; return its exit code.

    However this ends (also by a signal, or after `timeout` seconds with code 124), nothing that
    the command started runs on. Raises ServiceError when there is no such command.
    """
    # A command on a terminal keeps its place there, so that it can read from the keyboard.
    own_group = not sys.stdin or not sys.stdin.isatty()
    try:
        process = subprocess.Popen(
            command, env={**os.environ, **env}, process_group=0 if own_group else None
        )
    except OSError as error:
        raise ServiceError(f"Could not run {command[0]}: {error.strerror}") from error
    try:
        return process.wait(timeout=timeout)
    except subprocess.TimeoutExpired:
        print(f"Stopped after {timeout:.0f} seconds: {' '.join(command)}", file=sys.stderr)
        return 124
    finally:
        if own_group:
            stop_group(process)
        else:
            stop_process(process, first=signal.SIGTERM)


# --- What both services need -----------------------------------------------------------------


def server_user() -> str | None:
    """Return the user to run servers as when we are root (PostgreSQL refuses to be root)."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise ServiceError(f"There is no user postgres, as PostgreSQL has: {INSTALL}") from None


def as_server_user(command: Sequence[str], user: str | None, *, dies_with_us: bool) -> list[str]:
    """Return `command` made to run as `user`, and to end when this process is killed outright."""
    setpriv = shutil.which("setpriv", path=f"{os.environ.get('PATH', '')}:/usr/bin:/bin")
    if setpriv is None:
        if user is not None:
            raise ServiceError("setpriv is missing: install the package util-linux")
        return list(command)
    options = ["--pdeathsig", "INT"] if dies_with_us else []
    if user is not None:
        options += [f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--init-groups"]
    return [setpriv, *options, "--", *command] if options else list(command)


def may_enter(folder: Path, user: str | None) -> bool:
    """Return whether `user` (None: we) can reach the folder."""
    command = as_server_user(["test", "-x", str(folder)], user, dies_with_us=False)
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@contextmanager
def temporary_folder(user: str | None) -> Iterator[Path]:
    """Yield a new folder that belongs to `user`, and remove it afterwards."""
    places = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108
    place = next((p for p in places if p.is_dir() and may_enter(p, user)), None)
    if place is None:
        raise ServiceError(f"The user {user} can enter none of {', '.join(map(str, places))}")
    folder = Path(tempfile.mkdtemp(prefix="tiltak-", dir=place))
    try:
        if user is not None:
            shutil.chown(folder, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def server(
    command_for: Callable[[int], list[str]],
    is_ready: Callable[[int], bool],
    log: Path,
    stop_signal: signal.Signals,
) -> Iterator[int]:
    """Run the server `command_for(port)` until the block ends; yield its port once it `is_ready`.

    Raises ServiceError, with the end of what the server wrote to `log`, when it never gets there.
    """
    for _ in range(ATTEMPTS):
        port = free_port()
        with log.open("wb") as output:
            # Its own session: Ctrl-C on a terminal reaches us, and we stop the server in order.
            process = subprocess.Popen(
                command_for(port), stdout=output, stderr=output, start_new_session=True
            )
        try:
            if wait_until_ready(process, partial(is_ready, port)):
                yield port
                return
        finally:
            stop_process(process, first=stop_signal)
    tail = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise ServiceError(f"{command_for(0)[0]} did not start:\n{tail}")


def wait_until_ready(process: subprocess.Popen[bytes], is_ready: Callable[[], bool]) -> bool:
    """Return True once `is_ready()`, False when the process ends or time runs out before that."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if is_ready():
            return True
        time.sleep(0.05)
    return False


# --- PostgreSQL ------------------------------------------------------------------------------


def postgres_folder() -> Path:
    """Return the folder with PostgreSQL's server commands, the newest version if there are many."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0,
        reverse=True,
    )
    in_path = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    for folder in [*in_path, *versions]:
        if all((folder / name).is_file() for name in ("initdb", "postgres", "pg_isready")):
            return folder
    raise ServiceError(f"PostgreSQL (15 or newer) is not installed: {INSTALL}")


def checked(command: Sequence[str]) -> None:
    """Run `command` without a word. Raises ServiceError with what it wrote when it fails."""
    # The locale of this machine must not decide how the cluster behaves.
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    result = subprocess.run(
        command, check=False, capture_output=True, text=True, env=env, cwd="/", errors="replace"
    )
    if result.returncode:
        raise ServiceError(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the URL of an empty database in a new cluster, as superuser. Raises ServiceError."""
    binaries = postgres_folder()
    user = server_user()
    with temporary_folder(user) as folder:
        initdb = [str(binaries / "initdb"), "-D", str(folder / "data"), "--auth=trust"]
        initdb += ["--username=postgres", "--encoding=UTF8", "--no-sync"]
        initdb += ["--locale-provider=icu", "--icu-locale=nb-NO"]
        checked(as_server_user(initdb, user, dies_with_us=False))

        def command_for(port: int) -> list[str]:
            options = {
                "port": str(port),
                "listen_addresses": "127.0.0.1",
                "unix_socket_directories": str(folder),
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
                "shared_buffers": "256MB",
            }
            command = [str(binaries / "postgres"), "-D", str(folder / "data")]
            for name, value in options.items():
                command += ["-c", f"{name}={value}"]
            return as_server_user(command, user, dies_with_us=True)

        def is_ready(port: int) -> bool:
            ask = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
            return subprocess.run(ask, check=False).returncode == 0

        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients that forgot to leave.
        with server(command_for, is_ready, folder / "log", signal.SIGINT) as port:
            connect = ["-h", "127.0.0.1", "-p", str(port), "-U", "postgres"]
            checked([str(binaries / "createdb"), *connect, DATABASE])
            yield f"postgres://postgres@127.0.0.1:{port}/{DATABASE}"


# --- Redis -----------------------------------------------------------------------------------


def redis_answers(port: int) -> bool:
    """Return whether a Redis at `port` answers PING."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@contextmanager
def redis() -> Iterator[str]:
    """Yield the URL of a new, empty Redis that keeps nothing on disk. Raises ServiceError."""
    binary = shutil.which("redis-server")
    if binary is None:
        raise ServiceError(f"redis-server is not installed: {INSTALL}")
    with temporary_folder(None) as folder:

        def command_for(port: int) -> list[str]:
            options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
            options += ["--save", "", "--appendonly", "no"]
            return as_server_user([binary, *options], None, dies_with_us=True)

        with server(command_for, redis_answers, folder / "log", signal.SIGTERM) as port:
            yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def services() -> Iterator[dict[str, str]]:
    """Yield DATABASE_URL and REDIS_URL of a new PostgreSQL and a new Redis. Raises ServiceError."""
    with postgres() as database_url, redis() as redis_url:
        yield {"DATABASE_URL": database_url, "REDIS_URL": redis_url}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command on the command line beside both services; return its exit code."""
    parser = argparse.ArgumentParser(description="Run a command with a PostgreSQL and a Redis.")
    actions = parser.add_subparsers(required=True, metavar="run")
    runner = actions.add_parser("run", help="start both, run COMMAND, stop and remove both")
    runner.add_argument("command", nargs="+", metavar="COMMAND", help="after --")
    command = parser.parse_args(arguments).command
    stop_on_signals()
    try:
        with services() as env:
            return run(command, env)
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
