"""Imports run one way: between the apps, and from right to left inside each."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: An app may import those to its right.
APPS = ["roadmap", "measures", "stakeholders"]
#: Inside an app a module may import those to its left, and its own package.
ROOMS = [
    *("choices", "dates", "word_diff", "facts", "validators", "zips", "uploads", "texts", "models"),
    *("search", "queries", "exchange", "forms", "filters", "pictures", "mail", "digests"),
    # A task is thin: it calls the action that does the work.
    *("actions", "tasks"),
    # An app inside an app, so that allauth finds the ministries' provider by its name.
    "signin",
    *(
        "context",
        "health",
        "metrics",
        "middleware",
        "resubmit",
        "views",
        "templatetags",
        "admin",
        "sitemaps",
        "urls",
    ),
    "management",
]
#: Django looks these up by name; they carry no rules.
OUTSIDE = {"apps", "migrations", "settings", "celery", "wsgi", "sqlite", "formats", "__init__"}
MODULES = [
    path
    for app in APPS
    for path in sorted((ROOT / app).rglob("*.py"))
    if "migrations" not in path.parts
]


def imports_of(path: Path) -> Iterator[str]:
    """Yield the full name of every module that the file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(parts: tuple[str, ...]) -> str:
    return parts[1] if len(parts) > 1 else "__init__"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_run_downhill(path: Path) -> None:
    own = path.relative_to(ROOT).with_suffix("").parts
    for name in imports_of(path):
        other = tuple(name.split("."))
        if other[0] not in APPS:
            continue
        assert APPS.index(own[0]) <= APPS.index(other[0]), f"{own[0]} may not import {name}"
        here, there = room(own), room(other)
        if own[0] == other[0] and there in ROOMS and here in ROOMS:
            assert ROOMS.index(there) <= ROOMS.index(here), f"{here} may not import {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_module_has_a_room(path: Path) -> None:
    parts = path.relative_to(ROOT).with_suffix("").parts
    assert room(parts) in {*ROOMS, *OUTSIDE}, "make it a room on purpose: add it to ROOMS"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_module_is_a_storehouse(path: Path) -> None:
    assert path.stem not in {"utils", "helpers", "misc", "common", "managers"}
    # All settings stand in one module: that is what makes them easy to find.
    limit = 600 if path.stem == "settings" else 400
    assert len(path.read_text(encoding="utf-8").splitlines()) <= limit, "split it by aggregate"
