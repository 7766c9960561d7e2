"""docker-compose.yml and .env.example say what is true, and their commands work as they stand."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import yaml

from roadmap.settings import FOREIGN, KNOWN
from scripts.services import free_port, services, stop_group

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {"setup", "web", "worker", "beat"}
REQUIRED = {"SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "POSTGRES_PASSWORD"}


def example_names() -> set[str]:
    """The names in .env.example, also those that are commented out."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^#?([A-Z][A-Z_]+)=", text, re.MULTILINE))


def interpolations() -> list[tuple[str, str]]:
    """Every ${NAME…} of docker-compose.yml as (name, what follows it)."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    return re.findall(r"\$\{(\w+)([^}]*)\}", text)


def test_example_holds_every_setting() -> None:
    foreign = {name for name in example_names() if name.startswith(FOREIGN)}
    assert example_names() - foreign == KNOWN


def test_example_holds_everything_that_compose_asks_for() -> None:
    assert {name for name, _ in interpolations()} <= example_names()


def test_compose_refuses_to_start_without_what_has_no_default() -> None:
    """Above all: no secret has a value of ours."""
    assert {name for name, rest in interpolations() if rest.startswith(":?")} == REQUIRED
    assert all(rest.startswith((":?", ":-")) for _, rest in interpolations())


def test_every_setting_that_compose_passes_on_is_known() -> None:
    for name in OURS:
        passed = set(SERVICES[name]["environment"])
        assert {key for key in passed if not key.startswith(FOREIGN)} <= KNOWN


def test_our_services_run_one_image() -> None:
    assert {service["image"] for name, service in SERVICES.items() if name in OURS} == {"tiltak"}
    assert set(SERVICES) == OURS | {"postgres", "redis"}


def test_what_keeps_running_has_a_health_check_and_waits_for_setup() -> None:
    for name, service in SERVICES.items():
        assert ("healthcheck" in service) == (name != "setup"), name
    for name in OURS - {"setup"}:
        condition = SERVICES[name]["depends_on"]["setup"]["condition"]
        assert condition == "service_completed_successfully"


def test_image_runs_as_an_ordinary_user() -> None:
    last_stage = (ROOT / "Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2]
    assert re.search(r"^USER (?!root)\w+", last_stage, re.MULTILINE)


# --- The commands themselves -----------------------------------------------------------------


def filled_in(words: list[str]) -> list[str]:
    """A command as compose would run it: ${NAME:-default} and $$ replaced."""
    return [re.sub(r"\$\{\w+:-(\w+)\}", r"\1", word).replace("$$", "$") for word in words]


def health_check(name: str) -> list[str]:
    """The health check of the service `name` as a command."""
    kind, *words = filled_in(SERVICES[name]["healthcheck"]["test"])
    return ["sh", "-c", *words] if kind == "CMD-SHELL" else words


def call(command: list[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False, timeout=120
    )


@contextmanager
def running(name: str, env: Mapping[str, str], log: Path) -> Iterator[None]:
    """The service `name` of docker-compose.yml, without a container."""
    command = filled_in(SERVICES[name]["command"])
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=dict(env), stdout=output, stderr=output, process_group=0
        )
    try:
        yield
    finally:
        stop_group(process)


def becomes_healthy(name: str, env: Mapping[str, str]) -> bool:
    """Whether the service's own health check succeeds within a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if call(health_check(name), env).returncode == 0:
            return True
        time.sleep(0.5)
    return False


@pytest.fixture
def production(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a container: PostgreSQL, Redis, no DEBUG, nothing of this machine."""
    port = str(free_port())
    with services() as urls:
        yield {
            **urls,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "SECRET_KEY": "made-up-for-this-test-" + "aB3dE6gH9k" * 4,
            "ALLOWED_HOSTS": "localhost",
            "SITE_URL": f"http://localhost:{port}",
            "VAR_DIR": str(tmp_path),
            "STATIC_ROOT": str(tmp_path / "static"),
            "PORT": port,
            # In a container the network is its own; here nobody else shall reach us.
            "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port}",
        }


@pytest.mark.slow
@pytest.mark.postgres
def test_the_commands_of_compose_work(production: dict[str, str], tmp_path: Path) -> None:
    """Setup twice, then web, worker and beat at once, each asked by its own health check."""
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    assert call(collect, production).returncode == 0
    for _ in range(2):
        setup = call(filled_in(SERVICES["setup"]["command"]), production)
        assert setup.returncode == 0, setup.stderr
    logs = {name: tmp_path / f"{name}.log" for name in sorted(OURS - {"setup"})}
    with ExitStack() as stack:
        for name, log in logs.items():
            assert call(health_check(name), production).returncode != 0, name
            stack.enter_context(running(name, production, log))
        for name, log in logs.items():
            assert becomes_healthy(name, production), log.read_text(encoding="utf-8")
        with urlopen(f"{production['SITE_URL']}/", timeout=20) as page:
            assert page.status == 200
            assert "Helsenæringsmeldingen" in page.read().decode()
