"""A steward keeps the register in a real browser: by keyboard, without JavaScript, on a phone."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Response, expect

from scripts.running_site import ROOT, running_site
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.looking import assert_for_all, assert_styled, violations

SCREENS = {"desktop": DESKTOP, "phone": PHONE}
#: Makes a steward of both ministries, signed in, and prints the key of the session.
SIGN_IN = """
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from stakeholders.choices import Role
from stakeholders.models import Membership, Organisation, User
user = User.objects.create_user("steward@example.no", "et langt passord", name="Ola Fører")
for key in ("nfd", "hod"):
    ministry = Organisation.objects.get(key=key)
    Membership.objects.create(user=user, organisation=ministry, role=Role.STEWARD)
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
session["account_authentication_methods"] = [{"method": "mfa", "at": 0}]
session["account_authentication_methods_user"] = str(user.pk)
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(session.session_key)
"""
HEADER = "number,origin,title,title_en,title_en_is_official,summary,summary_en\n"

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Path]]:
    """A site of its own, since its register is changed: address, session and database."""
    folder = tmp_path_factory.mktemp("kept")
    with running_site(folder) as address:
        database = folder / "site.sqlite3"
        environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{database}",
            "DEBUG": "0",
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECRET_KEY": "only-for-a-site-that-lives-for-one-test-run-" + "x" * 20,
            "SITE_URL": address,
            "VAR_DIR": str(folder),
        }
        shell = [sys.executable, str(ROOT / "manage.py"), "shell", "-v0", "-c", SIGN_IN]
        printed = subprocess.run(
            shell, check=True, cwd=ROOT, env=environment, stdout=subprocess.PIPE
        )
        yield address, printed.stdout.decode().split()[-1], database


@pytest.fixture
def open_kept(kept: tuple[str, str, Path], chromium: Browser) -> Iterator[Open]:
    """Return a function that opens a page of the register as the steward."""
    address, session, _database = kept
    contexts = []
    trouble: list[str] = []

    def on_response(response: Response) -> None:
        if response.status >= 400:
            trouble.append(f"{response.status} {response.url}")

    def open_(path: str = "", **options: Any) -> Page:
        context = chromium.new_context(**({"viewport": DESKTOP} | options))
        contexts.append(context)
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("response", on_response)
        page.goto(f"{address}/min-side/register/{path}", wait_until="networkidle")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not trouble


def row(kept: tuple[str, str, Path], ref: str) -> str:
    """The path of a measure's row."""
    with sqlite3.connect(kept[2]) as database:
        (pk,) = database.execute("select id from measures_measure where ref = ?", [ref]).fetchone()
    return f"measures/{pk}/"


def upload(page: Page, *rows: str) -> None:
    text = HEADER + "".join(f"{line}\n" for line in rows)
    file = FilePayload(name="themes.csv", mimeType="text/csv", buffer=text.encode())
    page.set_input_files("#filer", files=[file])
    page.click("main form:has(#filer) button[type=submit]")


@pytest.mark.parametrize(
    "path",
    [
        *("", "measures/", "owners/?q=finnesikke", "links/ny/", "{measure}", "last-opp/"),
        *("{measure}historikk/", "owners/1/fjern/"),
    ],
)
def test_axe(path: str, kept: tuple[str, str, Path], open_kept: Open, axe_source: str) -> None:
    page = open_kept(path.format(measure=row(kept, "EX-02")))
    assert_styled(page)
    assert_for_all(page, axe_source)


def test_axe_with_every_error_shown(open_kept: Open, axe_source: str) -> None:
    page = open_kept("measures/ny/")
    page.click("main form.keeping-form button[type=submit]")
    expect(page).to_have_title(re.compile("^Feil:"))
    expect(page.locator(".ds-error-summary")).to_be_focused()
    assert page.locator(".ds-validation-message").count() >= 9
    assert_for_all(page, axe_source)


@pytest.mark.parametrize("line", ["1,tull,,,kanskje,,", "1,own,Nytt,,no,,"])
def test_axe_with_an_upload(line: str, open_kept: Open, axe_source: str) -> None:
    page = open_kept("last-opp/")
    upload(page, line)
    page.wait_for_load_state("networkidle")
    assert_for_all(page, axe_source)


def test_a_row_is_changed_by_keyboard_alone(kept: tuple[str, str, Path], open_kept: Open) -> None:
    page = open_kept(row(kept, "EX-03"))
    field = page.locator("#felt-short_title")
    for _n in range(60):
        if field.evaluate("f => f === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")  # sends the form from any field of one line
    page.wait_for_selector(".ds-error-summary")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the first link leads to the field
    assert field.evaluate("f => f === document.activeElement")
    page.keyboard.type("Nytt navn på tiltaket")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?lagret=1*")
    assert "Endringen er lagret" in page.inner_text("main")
    page.click("text=Historikk")
    expect(page.locator("main")).to_contain_text("Ola Fører")
    expect(page.locator("main")).to_contain_text("Nytt navn på tiltaket")


@pytest.mark.parametrize("language", ["", "nn", "en"])
def test_an_upload_without_javascript(language: str, open_kept: Open) -> None:
    page = open_kept(java_script_enabled=False, viewport=PHONE)
    prefix = f"/{language}" if language else ""
    page.goto(page.url.replace("/min-side", f"{prefix}/min-side") + "last-opp/")
    number = {"": 71, "nn": 72, "en": 73}[language]
    upload(page, f"{number},own,Prøvetema {number},,no,,")
    before = {"": "Ingenting er skrevet", "nn": "Ingenting er skrive", "en": "Nothing has been"}
    expect(page.locator("main")).to_contain_text(before[language])
    page.click("main button:has-text('1 ')")
    page.wait_for_url("**/?skrevet=1")
    page.goto(page.url.split("?")[0] + f"themes/?q=Prøvetema {number}")
    assert f"Prøvetema {number}" in page.inner_text("tbody")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_another_changed_meanwhile_is_shown(
    scheme: Any, kept: tuple[str, str, Path], open_kept: Open, axe_source: str
) -> None:
    path = row(kept, {"light": "EX-04", "dark": "EX-05"}[scheme])
    mine = open_kept(path, viewport=PHONE, color_scheme=scheme)
    theirs = open_kept(path)
    theirs.fill("#felt-short_title", "Deres tittel")
    theirs.fill("#felt-caveat", "Deres forbehold")
    theirs.click("main form.keeping-form button[type=submit]")
    theirs.wait_for_url("**/?lagret=1*")
    mine.fill("#felt-short_title", "Min tittel")
    mine.click("main form.keeping-form button[type=submit]")
    expect(mine.locator("main")).to_contain_text("Raden ble endret av en annen")
    assert mine.input_value("#felt-short_title") == "Min tittel"
    assert mine.input_value("#felt-caveat") == "Deres forbehold"
    assert violations(mine, axe_source) == []
    mine.click("main form.keeping-form button[type=submit]")
    mine.wait_for_url("**/?lagret=1")
