"""Following by e-mail in a browser: for all; and the mail itself, as a mail program shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.running_site import running_site
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.desk import in_shell, session_of
from tests.browser.looking import assert_for_all, assert_styled
from tests.browser.test_journey import press

ADMINISTRATOR = ("adm@example.no", "Ada Administrator", "nfd", "administrator", "reporter")
#: Makes a mailbox that follows things, one that has stopped, and a question; prints their tokens.
MAKE = """
from django.utils import timezone
from measures.actions import following
from measures.mail.links import Purpose, token_for
from measures.models import Document, Measure
from measures.models.following import About
now, weekly = timezone.now(), following.Rhythm("weekly", 0, 7, "nb")
all_of_it = About()
for about in (
    About(measure=Measure.objects.get(ref="VK-06")),
    About(document=Document.objects.first()),
    About(query="status=in_progress"),
):
    asked = following.ask_to_follow("en@example.no", about, weekly, "Alt", now)
    one = following.confirm_subscription(asked, now).recipient
asked = following.ask_to_follow("to@example.no", all_of_it, weekly, "Alt", now)
two = following.confirm_subscription(asked, now).recipient
following.stop_mail(two, now)
asked = following.ask_to_follow("tre@example.no", all_of_it, weekly, "Alt", now)
print(token_for(Purpose.MAILBOX, one.key), token_for(Purpose.MAILBOX, two.key))
print(token_for(Purpose.CONFIRM, str(asked.pk)))
"""
SEND_ALL = """
from django.core.management import call_command
call_command("send_digests")
"""
#: Lets the demo's reporter get a digest with everything; prints nothing.
SEND = """
import datetime
from django.core.management import call_command
from django.utils import timezone
from measures.actions.mailboxes import member_mailbox
from measures.models import Recipient
from stakeholders.models import User
member_mailbox(User.objects.get(email="adm@example.no"), timezone.now())
Recipient.objects.update(
    since=timezone.now() - datetime.timedelta(days=40), next_at=timezone.now()
)
call_command("send_digests", "--only", "adm@example.no")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("following")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    with running_site(folder) as address:
        yield address


@pytest.fixture(scope="module")
def session(site: str, folder: Path) -> str:
    return session_of(folder, *ADMINISTRATOR)


@pytest.fixture(scope="module")
def tokens(site: str, folder: Path) -> list[str]:
    return in_shell(folder, MAKE).split()


def opened(chromium: Browser, address: str, **options: Any) -> Page:
    given: Any = {"viewport": DESKTOP, "bypass_csp": True} | options
    context = chromium.new_context(**given)
    page = context.new_page()
    page.goto(address)
    return page


def test_every_page_is_for_all(
    site: str, tokens: list[str], chromium: Browser, axe_source: str
) -> None:
    mailbox, stopped, question = tokens
    for path in (
        "/folg/",
        "/folg/?tiltak=VK-06",
        "/nn/folg/?utvalg=status%3Din_progress",
        "/folg/sendt/",
        f"/folg/bekreft/{question}/",
        "/en/folg/bekreft/tull/",
        f"/epost/{mailbox}/",
        f"/epost/{stopped}/",
        f"/stopp/{mailbox}/",
        f"/stopp/{stopped}/",
    ):
        page = opened(chromium, f"{site}{path}")
        assert_styled(page)
        assert_for_all(page, axe_source)
        page.context.close()


def test_members_pages_are_for_all(
    site: str, session: str, chromium: Browser, axe_source: str
) -> None:
    for path in ("/min-side/epost/", "/min-side/epost/nfd/"):
        options: Any = {"viewport": DESKTOP, "bypass_csp": True}
        context = chromium.new_context(**options)
        context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
        page = context.new_page()
        page.goto(f"{site}{path}")
        assert_for_all(page, axe_source)
        context.close()


def test_a_form_sent_empty_says_what_is_wrong(
    site: str, chromium: Browser, axe_source: str
) -> None:
    page = opened(chromium, f"{site}/folg/?tiltak=VK-06", viewport=PHONE)
    press(page, "button:has-text('Send meg lenken')")
    expect(page.locator(".ds-error-summary")).to_contain_text("Skriv e-postadressen din.")
    assert_for_all(page, axe_source)
    page.fill("#id_email", "noen@example.no")
    press(page, "button:has-text('Send meg lenken')")
    expect(page.locator("h1")).to_have_text("Se i innboksen")
    page.context.close()


def test_from_the_list_to_a_subscription_and_out_again(
    site: str, folder: Path, chromium: Browser
) -> None:
    """Follow a selection without JavaScript: choose, confirm by the mail, stop."""
    page = opened(chromium, f"{site}/tiltak/?status=completed", java_script_enabled=False)
    page.click("text=Følg dette utvalget på e-post")
    expect(page.locator(".lead")).to_contain_text("Status: Gjennomført")
    page.fill("#id_email", "folger@example.no")
    press(page, "button:has-text('Send meg lenken')")
    in_shell(
        folder, "from django.core.management import call_command; call_command('send_digests')"
    )
    (letter,) = (folder / "mail").glob("*folger*.eml")
    text = message_from_bytes(letter.read_bytes()).get_payload()[0].get_payload(decode=True)  # type: ignore[union-attr, index]
    (address,) = set(re.findall(r"https?://\S+/folg/bekreft/\S+/", text.decode()))  # type: ignore[union-attr]
    page.goto(f"{site}/{address.split('/', 3)[3]}")
    press(page, "button:has-text('Ja, send meg e-post')")
    expect(page.locator("h1")).to_have_text("Du følger tiltakene")
    page.click("text=Endre eller stopp")
    press(page, "button:has-text('Stopp all e-post')")
    expect(page.locator("h1")).to_have_text("E-posten er stoppet")
    page.context.close()


def test_the_mail_is_for_all(
    site: str, session: str, folder: Path, chromium: Browser, axe_source: str
) -> None:
    """The HTML of a digest with everything in it, as a mail program shows it: in the light and in
    the dark, narrow and wide, without a single request."""
    in_shell(folder, SEND)
    (letter,) = (folder / "mail").glob("*adm@example*.html")
    requests: list[str] = []
    page = opened(chromium, "about:blank")
    page.on("request", lambda request: requests.append(request.url))
    page.set_content(letter.read_text(encoding="utf-8"))
    expect(page.locator("h1")).to_contain_text("tiltak å rapportere")
    assert page.locator("a:has-text('Svar om ')").count() > 1
    assert_for_all(page, axe_source)
    assert requests == []
    page.context.close()
