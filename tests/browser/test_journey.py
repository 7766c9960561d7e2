"""A report's whole way in a real browser: written, returned with a note, mended, published, read by
everybody. In bokmål with a script, in nynorsk on a phone without one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from scripts.running_site import running_site
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.desk import session_of

REPORTER = ("rapportor@example.no", "Rita Rapportør", "hod", "reporter")
APPROVER = ("godkjenner@example.no", "Gunnar Godkjenner", "hod", "approver")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journey")


@pytest.fixture(scope="module")
def desk_site(folder: Path) -> Iterator[str]:
    with running_site(folder) as address:
        yield address


@contextmanager
def window(
    chromium: Browser, address: str, folder: Path, who: tuple[str, ...], **options: Any
) -> Iterator[Page]:
    """Open a window in which a person has signed in; nobody at all where `who` is empty."""
    context = chromium.new_context(**options)
    if who:
        email, name, organisation, *roles = who
        key = session_of(folder, email, name, organisation, *roles)
        context.add_cookies([{"name": "sessionid", "value": key, "url": address}])
    try:
        yield context.new_page()
    finally:
        context.close()


def press(page: Page, selector: str) -> None:
    """Reach a button and press it as one does without a mouse."""
    page.focus(selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("prefix", "ref", "options"),
    [
        ("", "EX-08", {"viewport": DESKTOP}),
        ("/nn", "EX-09", {"viewport": PHONE, "java_script_enabled": False}),
    ],
    ids=["bokmal", "nynorsk on a phone without a script"],
)
def test_written_returned_mended_published_read(
    prefix: str, ref: str, options: Any, desk_site: str, folder: Path, chromium: Browser
) -> None:
    first, mended = f"Anbudet om {ref} er lyst ut.", f"Anbudet om {ref} er lyst ut 3. mars."
    note = f"Si hvilken dag det var, for {ref}."
    desk = f"{desk_site}{prefix}/min-side/"
    report = f"{desk}rapporter/{ref}/"
    with (
        window(chromium, desk_site, folder, REPORTER, **options) as reporter,
        window(chromium, desk_site, folder, APPROVER, **options) as approver,
        window(chromium, desk_site, folder, (), **options) as reader,
    ):
        reporter.goto(report)
        reporter.check("input[name=status][value=in_progress]")
        reporter.check("input[name=outlook][value=on_track]")
        reporter.fill("#id_summary", first)
        press(reporter, "button[name=send]")
        assert first in reporter.inner_text("main")

        approver.goto(desk)
        press(approver, "#godkjenne a[href*='/godkjenn/']")
        assert first in approver.inner_text("main")
        approver.fill("#id_note", note)
        approver.locator("#id_note").press("Tab")
        with approver.expect_navigation():
            approver.keyboard.press("Enter")

        reporter.goto(desk)
        assert note in reporter.inner_text("main")
        reporter.goto(report)
        assert note in reporter.inner_text("main")
        assert reporter.input_value("#id_summary") == first
        reporter.fill("#id_summary", mended)
        press(reporter, "button[name=send]")

        reader.goto(f"{desk_site}{prefix}/tiltak/{ref}/")
        assert first not in reader.inner_text("main")

        approver.goto(desk)
        press(approver, "#godkjenne a[href*='/godkjenn/']")
        press(approver, "button[formaction$='/publiser/']")

        reader.reload()
        assert mended in reader.inner_text("main")
        assert first not in reader.inner_text("main")
        assert note not in reader.inner_text("main")
