"""The site as it is deployed, on the real register: own database, collected files, gunicorn."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(address: str, server: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Return when /readyz answers 200. Raises RuntimeError when the server ends or time is up."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2):  # noqa: S310  # loopback
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the site did not become ready at {address}")


def environment_of(folder: Path, host: str, address: str) -> dict[str, str]:
    """Return production settings for a site that keeps all it has in `folder`."""
    return os.environ | {
        "ALLOWED_HOSTS": host,
        "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
        "DEBUG": "0",
        "DJANGO_SETTINGS_MODULE": "roadmap.settings",
        "LOG_LEVEL": "WARNING",
        "REDIS_URL": "",
        "SECRET_KEY": "only-for-a-site-that-lives-for-one-test-run-" + "x" * 20,
        "SITE_URL": address,
        "STATIC_ROOT": str(folder / "static"),
        "VAR_DIR": str(folder),
    }


@cache
def pattern() -> tempfile.TemporaryDirectory[str]:
    """Return a folder with the real register and the collected files, from which sites are copied;
    made once in a process, and gone when it ends."""
    made = tempfile.TemporaryDirectory(prefix="tiltak-site-", ignore_cleanup_errors=True)
    environment = environment_of(Path(made.name), "127.0.0.1", "http://127.0.0.1")
    for command in (["migrate", "-v0"], ["load_register", "fixtures/"], ["collectstatic", "-v0"]):
        subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *command],
            check=True,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
    return made


@contextmanager
def running_site(folder: Path, host: str = "127.0.0.1") -> Iterator[str]:
    """Serve the real register from `folder` with production settings; yield the address. Browsers
    let passkeys work at the host localhost, and at no number."""
    port = free_port()
    address = f"http://{host}:{port}"
    environment = environment_of(folder, host, address)
    shutil.copytree(pattern().name, folder, dirs_exist_ok=True)
    gunicorn = [sys.executable, "-m", "gunicorn", "roadmap.wsgi", "--bind", f"127.0.0.1:{port}"]
    options = ["--workers", "2", "--threads", "2", "--log-level", "warning"]
    server = subprocess.Popen([*gunicorn, *options], cwd=ROOT, env=environment)
    try:
        wait_until_ready(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)
