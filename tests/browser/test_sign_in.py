"""Signing in in a real browser: a second factor is set up, codes and passkeys let one in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.running_site import running_site
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.desk import in_shell, session_of
from tests.browser.looking import assert_styled, violations
from tests.test_second_factor import code_of

PASSWORD = "et langt passord"
SET_PASSWORD = f"""
from stakeholders.models import User
user = User.objects.get(email=%r)
user.set_password({PASSWORD!r})
user.save()
"""
SAVE = ".form__save button"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sign-in")


@pytest.fixture(scope="module")
def own_site(folder: Path) -> Iterator[str]:
    with running_site(folder, host="localhost") as address:
        yield address


def approver(folder: Path, email: str) -> str:
    """Make an approver with a password; return the address that one signs in with."""
    session_of(folder, email, "Gunnar Godkjenner", "hod", "approver")
    in_shell(folder, SET_PASSWORD % email)
    return email


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    page.click(SAVE)


def press(page: Page, text: str) -> None:
    page.click(f"main a:has-text('{text}')")


@pytest.mark.parametrize(("screen", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_codes_and_passkeys_from_the_first_day(
    screen: Any, scheme: Any, own_site: str, folder: Path, chromium: Browser, axe_source: str
) -> None:
    email = approver(folder, f"{scheme}@example.no")
    context = chromium.new_context(viewport=screen, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()

    def check(title: str) -> None:
        page.wait_for_function("t => document.title.includes(t)", arg=title)
        assert_styled(page)
        assert violations(page, axe_source) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    page.goto(f"{own_site}/min-side/")
    check("Logg inn")
    sign_in(page, email, "galt")
    check("Feil: Logg inn")
    assert page.input_value("[name=login]") == email
    sign_in(page, email)
    check("Konto og sikring")
    press(page, "Slå på koder")
    check("Bekreft at det er deg")
    page.fill("[name=password]", PASSWORD)
    page.click(SAVE)
    check("Slå på koder fra en app")
    secret = page.inner_text(".secret").strip()
    page.fill("[name=code]", "000000")
    page.click(SAVE)
    check("Feil: Slå på koder fra en app")
    page.fill("[name=code]", code_of(secret, time.time()))
    page.click(SAVE)
    check("Reservekoder")
    assert page.locator(".codes li").count() == 10
    press(page, "Gå til Min side")
    check("Min side")
    page.goto(f"{own_site}/konto/sikring/")
    check("Konto og sikring")
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    authenticator = {
        **{"protocol": "ctap2", "transport": "internal", "hasResidentKey": True},
        **{"hasUserVerification": True, "isUserVerified": True},
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})
    press(page, "Legg til en passnøkkel")
    check("Legg til en passnøkkel")
    page.fill("[name=name]", "Jobb-PC")
    page.check("[name=passwordless]")
    page.click("#passkey_add")
    page.wait_for_url("**/konto/sikring/")
    press(page, "Se og endre")
    check("Passnøkler")
    expect(page.locator("main")).to_contain_text("Jobb-PC")
    page.goto(f"{own_site}/konto/okter/")
    check("Her er du logget inn")
    page.goto(f"{own_site}/konto/logg-ut/")
    check("Logg ut")
    page.click("main button:has-text('Logg ut')")
    page.goto(f"{own_site}/nn/min-side/")
    page.click("#passkey_login")
    page.wait_for_url(f"{own_site}/nn/min-side/")
    context.clear_cookies()
    page.goto(f"{own_site}/en/min-side/")
    sign_in(page, email)
    check("One more thing")
    page.fill("[name=code]", code_of(secret, time.time() + 30))
    page.click(SAVE)
    page.wait_for_url(f"{own_site}/en/min-side/")
    context.close()


def test_by_keyboard_alone_and_without_javascript(
    own_site: str, folder: Path, chromium: Browser
) -> None:
    email = "tastatur@example.no"
    session_of(folder, email, "Rita Rapportør", "hod", "reporter")
    in_shell(folder, SET_PASSWORD % email)
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{own_site}/nn/min-side/")
    page.focus("[name=login]")
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{own_site}/nn/min-side/")
    assert not page.is_visible("form.passkey")
    context.close()
