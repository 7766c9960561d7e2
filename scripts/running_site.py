"""The site as it is deployed, on the real register: own database, collected files, gunicorn."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def running_site(folder: Path) -> Iterator[str]:
    """Serve the real register from `folder` with production settings; yield the address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "ALLOWED_HOSTS": "127.0.0.1",
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
    manage = [sys.executable, str(ROOT / "manage.py")]
    for command in (["migrate", "-v0"], ["load_register", "fixtures/"], ["collectstatic", "-v0"]):
        subprocess.run(
            [*manage, *command], check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
        )
    gunicorn = [sys.executable, "-m", "gunicorn", "roadmap.wsgi", "--bind", f"127.0.0.1:{port}"]
    options = ["--workers", "2", "--threads", "2", "--log-level", "warning"]
    server = subprocess.Popen([*gunicorn, *options], cwd=ROOT, env=environment)
    try:
        wait_until_ready(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)
