"""Fixtures that more than one test file uses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from tests.guard import Guard

USES_A_DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use no database: one run of them is enough."""
    for item in items:
        if not USES_A_DATABASE.intersection(getattr(item, "fixturenames", ())) and not any(
            item.get_closest_marker(name) for name in ("django_db", "postgres")
        ):
            item.add_marker(pytest.mark.once)


@pytest.fixture(autouse=True)
def _plain_static_files(settings: pytest.FixtureRequest) -> None:
    """Serve static files by their plain names: a manifest would need collectstatic first."""
    settings.STORAGES = settings.STORAGES | {  # type: ignore[attr-defined]
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture(autouse=True)
def _quick_passwords(settings: pytest.FixtureRequest) -> None:
    """Hash passwords quickly: a cast of eight would take seconds otherwise."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _nothing_counted_before(settings: pytest.FixtureRequest) -> None:
    """Forget the attempts that other tests have made: they are counted in the cache, and tests that
    run beside each other would share one in Redis."""
    locmem = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    settings.CACHES = {"default": locmem}  # type: ignore[attr-defined]
    cache.clear()


@pytest.fixture
def client() -> Client:
    """An anonymous visitor whose server errors fail the test."""
    return Client(raise_request_exception=True)


@pytest.fixture(autouse=True)
def _uploads_of_their_own(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Keep what tests upload out of the site's own folder."""
    settings.MEDIA_ROOT = str(tmp_path / "uploads")  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _nothing_writes_past_the_actions() -> Iterator[None]:
    """Let a guard stand at the database: a request that writes the record otherwise fails."""
    guard = Guard()
    with connection.execute_wrapper(guard):
        yield
    assert guard.refused == []
