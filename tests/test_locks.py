"""The lock files: exact, checked by hash, and silent about where anything was downloaded."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = sorted(ROOT.glob("requirements*.txt"))
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==\S+")


def npm_lock() -> dict[str, dict[str, Any]]:
    """Every package in package-lock.json but the project itself."""
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages: dict[str, dict[str, Any]] = lock["packages"]
    return {name: package for name, package in packages.items() if name}


def test_there_is_a_lock_for_each_list_of_requirements() -> None:
    lists = sorted(path.with_suffix(".txt") for path in ROOT.glob("requirements*.in"))
    assert lists == REQUIREMENTS
    assert len(lists) == 3


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_everything_asked_for_is_locked(path: Path) -> None:
    """A package that is only asked for is missing on every machine but the one that added it."""
    asked = re.findall(r"^[a-z][a-z0-9._-]*", path.with_suffix(".in").read_text("utf-8"), re.M)
    text = path.read_text(encoding="utf-8")
    locked = {match[1] for match in map(PINNED.match, text.splitlines()) if match}
    assert asked
    assert set(asked) <= locked


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_requirements_name_no_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert "index-url" not in text
    assert "find-links" not in text


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_requirement_has_one_version_and_a_hash(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert PINNED.match(line), line
        assert "--hash=sha256:" in line, line


def test_development_has_the_versions_that_the_site_runs_on() -> None:
    def versions(name: str) -> set[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return {match.group() for match in map(PINNED.match, text.splitlines()) if match}

    assert versions("requirements.txt") <= versions("requirements-dev.txt")


def test_npm_packages_are_checked_by_hash_and_name_no_address() -> None:
    for name, package in npm_lock().items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


def test_npm_packages_run_no_code_when_installed() -> None:
    assert not any(package.get("hasInstallScript") for package in npm_lock().values())
    settings = (ROOT / ".npmrc").read_text(encoding="utf-8").splitlines()
    assert {"ignore-scripts=true", "omit-lockfile-registry-resolved=true"} <= set(settings)


def test_package_json_asks_for_exact_versions() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    wanted = package["dependencies"] | package["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    locked = {name.removeprefix("node_modules/"): p["version"] for name, p in npm_lock().items()}
    assert wanted.items() <= locked.items()
