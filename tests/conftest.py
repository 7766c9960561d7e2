"""Fixtures that more than one test file uses."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client


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


@pytest.fixture
def client() -> Client:
    """An anonymous visitor whose server errors fail the test."""
    return Client(raise_request_exception=True)


@pytest.fixture(autouse=True)
def _uploads_of_their_own(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Keep what tests upload out of the site's own folder."""
    settings.MEDIA_ROOT = str(tmp_path / "uploads")  # type: ignore[attr-defined]
