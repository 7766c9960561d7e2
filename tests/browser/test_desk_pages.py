"""Every page of the desk that has no browser test of its own is for all (axe), and fits a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from scripts.running_site import running_site
from tests.browser.conftest import DESKTOP
from tests.browser.desk import in_shell, session_of
from tests.browser.looking import OVERFLOW, assert_for_all, assert_styled

#: One person with every role at the ministry that coordinates the roadmap.
PERSON = ("alt@example.no", "Alma Alt", "nfd", "reporter", "approver", "steward", "administrator")
MAKE = """
import datetime
from django.utils import timezone
from measures.actions.mailboxes import member_mailbox
from measures.actions.rounds import Days, open_round
from measures.models import Document, JobRun, StatusUpdate
from stakeholders.actions.inviting import invite
from stakeholders.choices import Role
from stakeholders.models import Organisation, User
user = User.objects.get(email="alt@example.no")
User.objects.filter(pk=user.pk).update(is_staff=True)
today = timezone.localdate()
days = Days(today, today, today + datetime.timedelta(days=7))
made = open_round(user, "Prøverunden", list(Document.objects.kept_by(user)), days)
invite("ny@example.no", Organisation.objects.get(key="nfd"), [Role.REPORTER], "nb", user)
now = timezone.now()
mine = member_mailbox(user, now - datetime.timedelta(days=7))
mine.mails.create(
    kind="digest", period="2026-W01", state="failed", last_error="refused: " + "5" * 200
)
JobRun.objects.create(name="publish_due", started_at=now - datetime.timedelta(days=2))
JobRun.objects.create(name="plan_digests", started_at=now, ended_at=now, error="E" * 200)
print(made.pk, user.pk, mine.pk)
"""
PATHS = (
    *("/min-side/folk/", "/min-side/folk/{person}/", "/min-side/runder/", "/min-side/runder/ny/"),
    *("/min-side/runder/{round}/endre/", "/runder/proverunden/", "/min-side/tiltak/VK-06/"),
    *("/min-side/avslutt/VK-06/", "/min-side/rapporter/VK-06/", "/konto/passord/"),
    *("/konto/sikring/", "/konto/okter/", "/drift/", "/drift/forhandsvis/?e-post=example"),
    "/drift/forhandsvis/?mottaker={mailbox}",
)
#: Django's own look; the rest of it is ours.
ADMIN = ("/admin/", "/admin/stakeholders/user/", "/admin/stakeholders/user/{person}/change/")
#: Pages with a form that is sent empty, so that every error shows.
EMPTY = ("/min-side/folk/", "/min-side/runder/ny/", "/min-side/avslutt/VK-06/", "/konto/passord/")


#: The site's address, a session, and the keys of what the addresses name.
Made = tuple[str, str, dict[str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk-pages")


@pytest.fixture(scope="module")
def made(folder: Path) -> Iterator[Made]:
    """A site with somebody who may do everything, a round and an invitation."""
    with running_site(folder) as address:
        session = session_of(folder, *PERSON)
        asking, person, mailbox = in_shell(folder, MAKE).split()
        yield address, session, {"round": asking, "person": person, "mailbox": mailbox}


@contextmanager
def opened(made: Made, chromium: Browser, path: str, *, for_axe: bool = True) -> Iterator[Page]:
    """Open a page on a desktop, and fail on anything that the console says. axe needs styles that
    the site's own policy forbids."""
    address, session, keys = made
    options: Any = {"viewport": DESKTOP, "bypass_csp": for_axe}
    context = chromium.new_context(**options)
    context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    page, said = context.new_page(), list[str]()
    expected = "422 (Unprocessable Entity)"

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and expected not in message.text:
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    answer = page.goto(address + path.format(**keys), wait_until="networkidle")
    assert answer is not None
    assert answer.status == 200
    yield page
    context.close()
    assert said == []


@pytest.mark.parametrize("path", PATHS)
def test_the_page_is_for_all(path: str, made: Made, chromium: Browser, axe_source: str) -> None:
    with opened(made, chromium, path) as page:
        assert_styled(page)
        assert_for_all(page, axe_source)


@pytest.mark.parametrize("path", EMPTY)
def test_the_page_is_for_all_with_its_errors(
    path: str, made: Made, chromium: Browser, axe_source: str
) -> None:
    with opened(made, chromium, path) as page:
        with page.expect_navigation():
            page.evaluate("[...document.querySelectorAll('main form')].at(-1).submit()")
        expect(page).to_have_title(re.compile("^Feil:"))
        expect(page.locator(".ds-error-summary")).to_have_count(1)
        assert_for_all(page, axe_source)


#: Words that no screen is wide enough for, in everything that people write.
LONG_WORDS = """
import datetime
from django.utils import timezone
from measures.actions.rounds import Days, open_round
from measures.models import Document, Evidence, Measure, StatusUpdate
from measures.actions.publishing import make_public
from measures.actions.standing import recompute
from stakeholders.models import Organisation, User
user = User.objects.get(email="alt@example.no")
other = User.objects.create_user("annen@example.no", name="L" + "a" * 150)
word, day = "h" * 300, timezone.localdate()
said = {"date": day, "precision": "day", "status": "in_progress", "summary": word, "author": other}
said |= {"organisation": Organisation.objects.get(key="nfd"), "approved_by": user}
said |= {"measure": Measure.objects.get(ref="VK-06"), "submitted_at": timezone.now()}
first = StatusUpdate.objects.create(key="lang-1", origin="report", reason=word, **said)
source = {"publisher": word[:100], "publisher_kind": "press", "url": "https://example.no/" + word}
Evidence.objects.create(update=first, title=word, **source)
make_public([first], timezone.now(), user)
said |= {"replaces": first, "correction_note": word, "summary": word + "e"}
second = StatusUpdate.objects.create(key="lang-2", origin="correction", **said)
make_public([second], timezone.now(), user)
recompute([first.measure_id])
del said["replaces"], said["correction_note"], said["approved_by"]
StatusUpdate.objects.create(key="lang-3", origin="report", **said)
days = Days(day, day, day + datetime.timedelta(days=7))
open_round(user, "R" + "u" * 94, list(Document.objects.kept_by(user)), days)
"""
WITH_LONG_WORDS = (
    *("/", "/tiltak/", "/tiltak/VK-06/", "/rettelser/", "/mangler/", "/min-side/"),
    *("/min-side/runder/", "/min-side/tiltak/VK-06/", "/min-side/rapporter/VK-06/"),
    *("/min-side/avslutt/VK-06/", "/min-side/folk/"),
)


def test_no_word_is_too_long_for_a_phone(made: Made, folder: Path, chromium: Browser) -> None:
    in_shell(folder, LONG_WORDS)
    for path in WITH_LONG_WORDS:
        with opened(made, chromium, path) as page:
            for width in (320, 390, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate(OVERFLOW) <= 0, f"{path} {width}"


def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(made: Made, chromium: Browser) -> None:
    """Under the site's own policy: the mail has its own style, and no link of it leads out."""
    path = "/drift/forhandsvis/?mottaker={mailbox}"
    with opened(made, chromium, path, for_axe=False) as page:
        frame = page.frame_locator("iframe.mail-frame")
        heading = frame.get_by_role("heading", name=re.compile("tiltak å rapportere")).first
        expect(heading).to_be_visible()
        assert heading.evaluate("getComputedStyle(document.body).margin") == "0px"


def test_an_operator_closes_an_account(made: Made, chromium: Browser, axe_source: str) -> None:
    for path in ADMIN:
        with opened(made, chromium, path) as page:
            assert_for_all(page, axe_source)
        with opened(made, chromium, path, for_axe=False):
            pass
    with opened(made, chromium, ADMIN[1], for_axe=False) as page:
        page.check("tr:has-text('alt@example.no') input[type=checkbox]")
        page.select_option("select[name=action]", "close")
        page.click("button[name=index]")
        expect(page.locator(".messagelist")).to_contain_text("egen konto")
