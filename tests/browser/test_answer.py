"""Answering from a mail, on a phone that nobody has signed in on: for all, and in three taps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.running_site import running_site
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.desk import in_shell, session_of
from tests.browser.looking import assert_for_all, assert_styled
from tests.browser.test_journey import press, window

REPORTER = ("rapportor@example.no", "Rita Rapportør", "hod", "reporter")
OTHER = ("annen@example.no", "Arne Annen", "hod", "reporter")
APPROVER = ("godkjenner@example.no", "Gunnar Godkjenner", "hod", "approver")
#: Prints the token of a new link of the reporter about a measure, so many days old.
MAKE = """
from datetime import timedelta
from django.utils import timezone
from measures.mail.links import Purpose, token_for
from measures.models import AnswerLink, Measure
from stakeholders.models import User
made = timezone.now() - timedelta(days={days})
user = User.objects.get(email="rapportor@example.no")
link = AnswerLink.objects.create(
    user=user, measure=Measure.objects.get(ref="{ref}"), sign_outs=user.sign_outs,
    created_at=made, expires_at=made + timedelta(days=30),
)
print(token_for(Purpose.ANSWER, link.key))
"""
ENDRET, FRIST = "#id_summary", "#id_new_due"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("answer")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    with running_site(folder) as address:
        session_of(folder, *REPORTER)
        yield address


def path_of(folder: Path, ref: str, days: int = 0) -> str:
    """Make a link; return where it leads."""
    token = in_shell(folder, MAKE.replace("{ref}", ref).replace("{days}", str(days))).strip()
    return f"/svar/{token}/"


def choose(page: Page, answer: str) -> None:
    page.check(f"input[name=answer][value={answer}]")


def send(page: Page) -> None:
    press(page, "button:has-text('Send svar')")


@pytest.mark.parametrize(
    ("prefix", "options"),
    [
        ("", {"viewport": PHONE}),
        ("/nn", {"viewport": DESKTOP, "java_script_enabled": False}),
    ],
    ids=["a phone", "nynorsk without a script"],
)
def test_answered_approved_read(
    prefix: str, options: Any, site: str, folder: Path, chromium: Browser
) -> None:
    ref = "EX-09" if prefix else "EX-08"
    said = f"Anbudet om {ref} er lyst ut."
    address = f"{site}{prefix}{path_of(folder, ref)}"
    with (
        window(chromium, site, folder, (), **options) as reporter,
        window(chromium, site, folder, APPROVER, **options) as approver,
    ):
        reporter.goto(address)
        choose(reporter, "endret")
        reporter.check("input[name=status][value=in_progress]")
        press(reporter, "button.mail-answer__send")  # without a word about what has happened
        expect(reporter.locator(".ds-error-summary")).to_be_visible()
        assert reporter.is_checked("input[name=answer][value=endret]")
        assert reporter.is_checked("input[name=status][value=in_progress]")
        reporter.fill("#id_summary", said)
        press(reporter, "button.mail-answer__send")
        assert said in reporter.inner_text("main")
        reporter.goto(address)
        assert reporter.locator("button.mail-answer__send").count() == 0

        approver.goto(f"{site}{prefix}/min-side/")
        press(approver, f"#godkjenne li:has-text('{ref}') a[href*='/godkjenn/']")
        press(approver, "button[formaction$='/publiser/']")
        reporter.goto(f"{site}{prefix}/tiltak/{ref}/")
        assert said in reporter.inner_text("main")


def test_only_what_the_chosen_answer_asks_for_is_seen(
    site: str, folder: Path, chromium: Browser
) -> None:
    with window(chromium, site, folder, (), viewport=PHONE) as page:
        page.goto(site + path_of(folder, "HM-B4"))
        assert page.locator("input[name=answer]:checked").count() == 0
        for answer, seen, unseen in (
            ("ny-frist", FRIST, ENDRET),
            ("endret", ENDRET, FRIST),
        ):
            choose(page, answer)
            expect(page.locator(seen)).to_be_visible()
            expect(page.locator(unseen)).to_be_hidden()
        if page.locator("input[value=uendret]").count():
            choose(page, "uendret")
            expect(page.locator(ENDRET)).to_be_hidden()


def test_every_page_of_it_is_for_all(
    site: str, folder: Path, chromium: Browser, axe_source: str
) -> None:
    looks: dict[str, Any] = {"viewport": PHONE, "bypass_csp": True}

    def look(page: Page, path: str = "") -> None:
        if path:
            page.goto(site + path, wait_until="networkidle")
        assert_styled(page)
        assert_for_all(page, axe_source)

    with (
        window(chromium, site, folder, (), **looks) as page,
        window(chromium, site, folder, OTHER, **looks) as other,
    ):
        path = path_of(folder, "HM-B1")
        for prefix in ("", "/nn", "/en"):
            look(page, prefix + path)
        for answer in ("endret", "ny-frist"):
            choose(page, answer)
            look(page)
        page.goto(site + path)
        choose(page, "endret")
        send(page)
        look(page)
        look(other, path)
        page.check("input[name=status][value=in_progress]")
        page.fill("#id_summary", "Arbeidet går.")
        send(page)
        look(page)
        look(page, path_of(folder, "HM-B1", days=31))
        look(page, "/svar/tull/")
