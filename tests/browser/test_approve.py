"""Approving in a real browser: old beside new for all, nothing published by a slip of the hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.running_site import running_site
from tests.browser.conftest import DESKTOP
from tests.browser.desk import in_shell, session_of
from tests.browser.looking import assert_for_all, assert_styled

REPORTER = ("rapportor@example.no", "Rita Rapportør", "hod", "reporter")
APPROVER = ("godkjenner@example.no", "Gunnar Godkjenner", "hod", "approver")
#: Makes a report that awaits approval, about a measure of its own; prints its key.
HANDED_IN = """
import datetime
from django.utils import timezone
from measures.models import Measure, StatusUpdate
from stakeholders.models import Organisation, User
measure = Measure.objects.get(ref="EX-08")
old = measure.current_update
update = StatusUpdate.objects.create(
    key=f"EX-08-{timezone.now():%H%M%S%f}", measure=measure, date=timezone.localdate(),
    precision="day", status="in_progress", outlook="behind", origin="report",
    organisation=Organisation.objects.get(key="hod"), reason_kind="resources",
    author=User.objects.get(email="rapportor@example.no"), reason="Vi mangler folk.",
    summary=(old.summary if old else "") + " Anbudet er lyst ut.", next_step="Velge leverandør.",
    new_due_on=datetime.date(2027, 12, 31), new_due_precision="year",
    new_due_reason="Anbudet tok lengre tid.", submitted_at=timezone.now(),
)
update.evidence.create(
    title="Kunngjøringen", url="https://example.no/anbud", publisher="Doffin",
    publisher_kind="government",
)
print(update.pk)
"""
STATE = "from measures.models import StatusUpdate\nprint(StatusUpdate.objects.get(pk=%s).state)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("approve")


@pytest.fixture(scope="module")
def desk_site(folder: Path) -> Iterator[str]:
    with running_site(folder) as address:
        session_of(folder, *REPORTER)
        session_of(folder, *APPROVER)
        yield address


@contextmanager
def opened(
    chromium: Browser, address: str, folder: Path, pk: str, **options: Any
) -> Iterator[Page]:
    """Open the page of a report as the approver."""
    key = session_of(folder, *APPROVER)
    context = chromium.new_context(**({"viewport": DESKTOP} | options))
    context.add_cookies([{"name": "sessionid", "value": key, "url": address}])
    try:
        page = context.new_page()
        page.goto(f"{address}/min-side/godkjenn/{pk}/", wait_until="networkidle")
        yield page
    finally:
        context.close()


def handed_in(folder: Path) -> str:
    return in_shell(folder, HANDED_IN).strip()


def state(folder: Path, pk: str) -> str:
    return in_shell(folder, STATE % pk).strip()


def test_the_page_is_for_all_also_with_errors_and_when_decided(
    desk_site: str, folder: Path, chromium: Browser, axe_source: str
) -> None:
    with opened(chromium, desk_site, folder, handed_in(folder), bypass_csp=True) as page:
        assert_styled(page)
        assert page.locator("ins").count() >= 4
        line = "e => getComputedStyle(e).textDecorationLine"
        assert page.locator("ins").first.evaluate(line) == "underline"
        assert_for_all(page, axe_source)
        page.fill("#id_note", "Påbegynt")
        page.fill("#id_on", "snart")
        page.click("text=Godkjenn og publiser da")
        page.wait_for_selector(".ds-error-summary")
        expect(page).to_have_title(re.compile("^Feil:"))
        assert page.locator(".ds-error-summary li").count() == 2
        assert (page.input_value("#id_on"), page.input_value("#id_note")) == ("snart", "Påbegynt")
        assert_for_all(page, axe_source)
        page.fill("#id_on", "1.12.2099")
        page.fill("#id_clock", "9.30")
        page.click("text=Godkjenn og publiser da")
        page.wait_for_selector("text=Avlys tidspunktet")
        assert_for_all(page, axe_source)


def test_enter_in_a_field_decides_nothing(desk_site: str, folder: Path, chromium: Browser) -> None:
    pk = handed_in(folder)
    with opened(chromium, desk_site, folder, pk) as page:
        page.fill("#id_on", "1.12.2099")
        page.fill("#id_clock", "9.30")
        page.press("#id_clock", "Enter")
        page.wait_for_timeout(500)
        assert page.input_value("#id_clock") == "9.30"
    assert state(folder, pk) == "submitted"


def test_by_keyboard_alone_and_without_javascript(
    desk_site: str, folder: Path, chromium: Browser
) -> None:
    pk = handed_in(folder)
    with opened(chromium, desk_site, folder, pk, java_script_enabled=False) as page:
        page.focus("#id_note")
        page.keyboard.type("Si hvem som gjør det.")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=sendte den tilbake")
        expect(page.locator("main")).to_contain_text("Si hvem som gjør det.")
    assert state(folder, pk) == "returned"


def test_publishing_shows_it_to_everybody(desk_site: str, folder: Path, chromium: Browser) -> None:
    pk = handed_in(folder)
    with opened(chromium, desk_site, folder, pk) as page:
        page.click("text=Godkjenn og publiser nå")
        page.wait_for_selector("text=har godkjent. Publisert")
        page.click("text=Se tiltaket slik alle ser det")
        page.wait_for_load_state()
        expect(page.locator("main")).to_contain_text("Anbudet er lyst ut.")
    assert state(folder, pk) == "published"
