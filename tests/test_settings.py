"""The site refuses to start half configured, in a sentence that says what to set."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from roadmap.settings import KNOWN, read_env_file

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "aB3dE6gH9k" * 6,
    "ALLOWED_HOSTS": "tiltak.example",
    "SITE_URL": "https://tiltak.example",
    "DATABASE_URL": "sqlite://:memory:",
}


def start(tmp_path: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `manage.py check --deploy` with exactly these settings."""
    kept = {k: v for k, v in os.environ.items() if k not in KNOWN}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=kept | {"VAR_DIR": str(tmp_path)} | settings,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_settings_give_no_warning(tmp_path: Path) -> None:
    done = start(tmp_path, **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "0 silenced" in done.stdout


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL"])
def test_a_missing_value_is_named(name: str, tmp_path: Path) -> None:
    done = start(tmp_path, **(PRODUCTION | {name: ""}))
    assert done.returncode != 0
    assert f"Set {name} in the environment" in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "short", "at least 50 characters"),
        ("SITE_URL", "tiltak.example", "SITE_URL must start with"),
        ("SITE_URL", "https://tiltak.example/sti", "SITE_URL must be a host and no more"),
        ("DATABASE_URL", "mysql://x/y", "runs on sqlite: or postgres: only"),
        ("DATABASE_URL", "sqlite:tiltak.sqlite3", "DATABASE_URL must name a database"),
        ("DATABASE_URL", "postgres://", "DATABASE_URL must name a database"),
        ("BEHIND_PROXY", "maybe", "BEHIND_PROXY must be true or false"),
        ("DEBUG", "tru", "DEBUG must be true or false"),
        ("REDIS_URL", "http://x", "REDIS_URL must start with"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL must be"),
    ],
)
def test_an_unknown_value_is_refused(name: str, value: str, sentence: str, tmp_path: Path) -> None:
    done = start(tmp_path, **(PRODUCTION | {name: value}))
    assert done.returncode != 0
    assert sentence in done.stderr


def test_hosts_may_have_spaces_between_and_redirects_go_to_the_site(tmp_path: Path) -> None:
    settings = PRODUCTION | {"ALLOWED_HOSTS": "tiltak.example, www.tiltak.example,"}
    code = "from roadmap import settings as s; print(s.ALLOWED_HOSTS, s.SECURE_SSL_HOST)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k not in KNOWN}
        | {"VAR_DIR": str(tmp_path)}
        | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split("]")[0] == "['tiltak.example', 'www.tiltak.example', '127.0.0.1'"
    assert done.stdout.split()[-1] == "tiltak.example"


def test_a_misspelt_name_in_the_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# ours\nSECRET_KEI=abc\nPOSTGRES_PASSWORD=x\n")
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEI"):
        read_env_file(file)


def test_the_example_file_names_only_what_the_site_knows() -> None:
    read_env_file(ROOT / ".env.example")
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert not [name for name in KNOWN if name not in text]


def test_development_needs_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k not in KNOWN}
        | {"DEBUG": "1", "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
