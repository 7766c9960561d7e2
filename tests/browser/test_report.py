"""The desk and the report in a real browser: what is typed is kept, and the pages are for all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from scripts.running_site import running_site
from tests.browser.conftest import DESKTOP
from tests.browser.desk import session_of
from tests.browser.looking import assert_for_all, assert_styled

REPORTER = ("rapportor@example.no", "Rita Rapportør", "hod", "reporter")
REPORT = "/min-side/rapporter/EX-08/"


@contextmanager
def signed_in(chromium: Browser, address: str, folder: Path, **options: Any) -> Iterator[Page]:
    """Open a window in which the reporter has signed in."""
    key = session_of(folder, *REPORTER)
    context = chromium.new_context(**({"viewport": DESKTOP} | options))
    context.add_cookies([{"name": "sessionid", "value": key, "url": address}])
    try:
        yield context.new_page()
    finally:
        context.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk")


@pytest.fixture(scope="module")
def desk_site(folder: Path) -> Iterator[str]:
    with running_site(folder) as address:
        yield address


def fill_in_badly(page: Page) -> None:
    """Break every rule that one report can break."""
    page.check("#id_status input[value=discontinued], input[name=status][value=discontinued]")
    page.check("input[name=outlook][value=behind]")
    page.fill("#id_summary", "")
    page.fill("#id_date", "i fjor")
    page.fill("#id_carried_to", "XX-99")
    page.fill("#id_new_due", "snart")
    page.fill("#id_links-0-url", "ikke en adresse")


def test_the_pages_are_for_all_also_with_every_error_shown(
    desk_site: str, folder: Path, chromium: Browser, axe_source: str
) -> None:
    with signed_in(chromium, desk_site, folder, bypass_csp=True) as page:
        page.goto(f"{desk_site}/min-side/", wait_until="networkidle")
        assert_styled(page)
        assert_for_all(page, axe_source)
        page.goto(f"{desk_site}{REPORT}", wait_until="networkidle")
        assert_for_all(page, axe_source)
        fill_in_badly(page)
        page.click("button[name=send]")
        page.wait_for_selector(".ds-error-summary")
        expect(page).to_have_title(re.compile("^Feil:"))
        expect(page.locator(".ds-error-summary")).to_be_focused()
        assert page.locator(".ds-error-summary li").count() >= 8
        assert page.input_value("#id_date") == "i fjor"
        assert_for_all(page, axe_source)


def test_a_draft_is_saved_as_it_is_written_and_survives_a_closed_tab(
    desk_site: str, folder: Path, chromium: Browser
) -> None:
    with signed_in(chromium, desk_site, folder) as page:
        page.goto(f"{desk_site}{REPORT}")
        page.fill("#id_summary", "Dette har jeg skrevet.")
        page.wait_for_selector(".saved [data-version]")
        assert page.inner_text(".saved").startswith("Lagret kl. ")
        version = page.get_attribute(".saved [data-version]", "data-version")
        page.fill("#id_summary", "Dette har jeg skrevet, og mer.")
        page.wait_for_function(
            "v => document.querySelector('.saved [data-version]').dataset.version !== v",
            arg=version,
        )
    with signed_in(chromium, desk_site, folder) as page:
        page.goto(f"{desk_site}{REPORT}")
        assert page.input_value("#id_summary") == "Dette har jeg skrevet, og mer."


def test_without_a_session_the_text_stays_and_the_page_says_so(
    desk_site: str, folder: Path, chromium: Browser
) -> None:
    with signed_in(chromium, desk_site, folder) as page:
        page.goto(f"{desk_site}{REPORT}")
        page.context.clear_cookies(name="sessionid")
        page.fill("#id_summary", "Skrevet etter at økten tok slutt.")
        page.wait_for_selector(".saved[data-tone=warning]")
        assert "logget ut" in page.inner_text(".saved")
        assert page.input_value("#id_summary") == "Skrevet etter at økten tok slutt."
        page.click("button[name=lagre]")
        page.wait_for_selector("text=Teksten din er ikke lagret ennå")
        assert "Skrevet etter at økten tok slutt." in page.content()
        page.context.add_cookies(
            [{"name": "sessionid", "value": session_of(folder, *REPORTER), "url": desk_site}]
        )
        page.click("button[type=submit]")
        page.wait_for_selector("#id_summary")
        assert page.input_value("#id_summary") == "Skrevet etter at økten tok slutt."


def test_signed_in_again_in_another_tab_one_goes_on_writing(
    desk_site: str, folder: Path, chromium: Browser
) -> None:
    """Signing in gives new tokens: the page takes its own anew."""
    with signed_in(chromium, desk_site, folder) as page:
        page.goto(f"{desk_site}{REPORT}")
        page.context.clear_cookies()
        page.fill("#id_summary", "Før innlogging.")
        page.wait_for_selector(".saved[data-tone=warning]")
        again = {"sessionid": session_of(folder, *REPORTER), "csrftoken": "a" * 32}
        page.context.add_cookies(
            [{"name": name, "value": value, "url": desk_site} for name, value in again.items()]
        )
        page.fill("#id_summary", "Før og etter innlogging.")
        page.wait_for_selector(".saved [data-version]")
        page.click("button[name=lagre]")
        expect(page.locator(".saved")).to_contain_text("Kladden er lagret")
        assert page.input_value("#id_summary") == "Før og etter innlogging."


def test_sending_waits_for_what_is_being_saved(
    desk_site: str, folder: Path, chromium: Browser
) -> None:
    with signed_in(chromium, desk_site, folder) as page:
        held: list[Route] = []
        report = "/min-side/rapporter/EX-09/"
        page.goto(f"{desk_site}{report}")
        page.route("**/lagre/", lambda route: held.append(route))
        with page.expect_request("**/lagre/"):
            page.check("input[name=status][value=in_progress]")
            page.check("input[name=outlook][value=on_track]")
            page.fill("#id_summary", "Sendt mens det ble lagret.")
        page.click("button[name=send]")
        assert page.url.endswith(report)
        held[0].continue_()
        page.wait_for_url("**/sendt/**")
        assert "Sendt mens det ble lagret." in page.inner_text("main")


def test_without_javascript_a_draft_is_saved_too(
    desk_site: str, folder: Path, chromium: Browser
) -> None:
    with signed_in(chromium, desk_site, folder, java_script_enabled=False) as page:
        page.goto(f"{desk_site}{REPORT}")
        page.fill("#id_summary", "Uten skript.")
        page.click("button[name=lagre]")
        assert "Kladden er lagret" in page.inner_text(".saved")
        assert page.input_value("#id_summary") == "Uten skript."


def test_with_the_server_gone_the_text_stays_and_the_page_says_so(
    tmp_path: Path, chromium: Browser
) -> None:
    with running_site(tmp_path) as address:
        opened = signed_in(chromium, address, tmp_path)
        page = opened.__enter__()
        page.goto(f"{address}{REPORT}", wait_until="networkidle")
    try:
        page.fill("#id_summary", "Skrevet mens tjenesten var borte.")
        page.wait_for_selector(".saved[data-tone=warning]")
        assert "får ikke kontakt" in page.inner_text(".saved")
        assert page.input_value("#id_summary") == "Skrevet mens tjenesten var borte."
    finally:
        opened.__exit__(None, None, None)
