"""An organisation asks, a ministry answers, everybody reads it: in a real browser, for all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.running_site import running_site
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.desk import in_shell
from tests.browser.looking import assert_for_all, assert_styled
from tests.browser.test_journey import press, window

VOICE = ("talsperson@example.no", "Tale Talsperson", "lmi", "voice")
REPORTER = ("rapportor@example.no", "Rita Rapportør", "nfd", "reporter")
APPROVER = ("godkjenner@example.no", "Gunnar Godkjenner", "nfd", "approver")
STEWARD = ("registerforer@example.no", "Reidun Registerfører", "nfd", "steward")

#: Leaves one of everything about VK-06, and prints their keys.
MAKE = """
from measures.actions.commenting import About, Said, open_comment, post_comment, save_comment
from measures.actions.moderating import report_comment
from measures.models import Measure
from stakeholders.models import Organisation, User
lmi, nfd = (Organisation.objects.get(key=key) for key in ("lmi", "nfd"))
voice = User.objects.get(email="talsperson@example.no")
reporter = User.objects.get(email="rapportor@example.no")
measure = Measure.objects.get(ref="VK-06")
def write(user, organisation, about, **said):
    draft = open_comment(user, about, organisation)
    return save_comment(user, draft, Said(**said), 0)
def post(user, organisation, about, **said):
    draft = write(user, organisation, about, **said)
    return post_comment(user, draft, version=draft.version)
here = About(measure)
text = "Første avsnitt.\\n\\n- et punkt\\n- https://example.no/en/lenke\\n\\nSlutt."
asked = post(voice, lmi, here, kind="question", body=text)
post(voice, lmi, here, kind="position", position="partly", body="Det er gjort halvveis.")
concern = post(voice, lmi, here, kind="concern", body="Det haster.")
report_comment(concern, "Det er reklame.")
sent = post(reporter, nfd, About(measure, answers=asked), body="Det kommer i mai.")
print(asked.pk, concern.pk, sent.pk)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("discussion")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    with running_site(folder) as address:
        yield address


@pytest.mark.parametrize(
    ("prefix", "ref", "answered", "options"),
    [
        ("", "VK-15", "Besvart", {"viewport": DESKTOP}),
        ("/nn", "VK-10", "Svart på", {"viewport": PHONE, "java_script_enabled": False}),
    ],
    ids=["bokmal", "nynorsk on a phone without a script"],
)
def test_asked_answered_published_read(
    prefix: str, ref: str, answered: str, options: Any, site: str, folder: Path, chromium: Browser
) -> None:
    question, reply = f"Når kommer {ref}?", f"{ref} kommer i mai."
    desk = f"{site}{prefix}/min-side/"
    with (
        window(chromium, site, folder, VOICE, **options) as voice,
        window(chromium, site, folder, REPORTER, **options) as reporter,
        window(chromium, site, folder, APPROVER, **options) as approver,
        window(chromium, site, folder, (), **options) as reader,
    ):
        voice.goto(f"{desk}innspill/ny/{ref}/")
        voice.check("input[name=kind][value=question]")
        voice.fill("#id_body", question)
        press(voice, "button[name=send]")
        assert question in voice.inner_text("main")

        reporter.goto(desk)
        press(reporter, f"#svare li:has-text('{ref}') a[href$='/svar/']")
        assert question in reporter.inner_text("main")
        reporter.fill("#id_body", reply)
        press(reporter, "button[name=send]")

        reader.goto(f"{site}{prefix}/tiltak/{ref}/")
        assert question in reader.inner_text("main")
        assert reply not in reader.inner_text("main")

        approver.goto(desk)
        press(approver, "#godkjenne-svar a[href$='/godkjenn/']")
        assert reply in approver.inner_text("main")
        press(approver, "button[formaction$='/publiser/']")

        reader.reload()
        assert reply in reader.inner_text("main")
        reader.goto(f"{site}{prefix}/aktorer/lmi/")
        section = reader.locator("#innspill")
        assert question in section.inner_text()
        assert answered in section.inner_text()
        reader.goto(f"{site}{prefix}/innspill/?fra=lmi&tiltak={ref}")
        assert answered in reader.inner_text("main")


def test_every_page_of_it_is_for_all(
    site: str, folder: Path, chromium: Browser, axe_source: str
) -> None:
    looks: dict[str, Any] = {"viewport": DESKTOP, "bypass_csp": True}
    with (
        window(chromium, site, folder, VOICE, **looks) as voice,
        window(chromium, site, folder, REPORTER, **looks) as reporter,
        window(chromium, site, folder, APPROVER, **looks) as approver,
        window(chromium, site, folder, STEWARD, **looks) as steward,
        window(chromium, site, folder, (), **looks) as reader,
    ):
        asked, concern, sent = in_shell(folder, MAKE).split()
        mine = "/min-side/innspill"

        def look(page: Page, path: str) -> None:
            page.goto(site + path, wait_until="networkidle")
            assert_styled(page)
            assert_for_all(page, axe_source)

        for path in ("/innspill/", f"/innspill/{asked}/", f"/innspill/{concern}/meld/"):
            look(reader, path)
        for path in ("/tiltak/VK-06/", "/tiltak/?dokument=veikart2023", "/aktorer/lmi/"):
            look(reader, path)
        for path in (f"{mine}/ny/VK-06/", f"{mine}/{asked}/utfyll/", f"{mine}/{asked}/trekk/"):
            look(voice, path)
        for path in ("/min-side/", "/min-side/onsker/", "/min-side/onsker/ny/"):
            look(voice, path)
        for path in ("/min-side/", f"{mine}/{concern}/svar/", f"{mine}/{concern}/"):
            look(reporter, path)
        look(approver, f"{mine}/{sent}/godkjenn/")
        look(steward, f"{mine}/{concern}/regler/")

        for page, path, button in (
            (reader, f"/innspill/{concern}/meld/", "main button[type=submit]"),
            (voice, f"{mine}/ny/VK-06/", "button[name=send]"),
            (voice, "/min-side/onsker/", "form[action$='/prioriter/'] button"),
            (voice, "/min-side/onsker/ny/", "main form.form button"),
            (approver, f"{mine}/{sent}/godkjenn/", "main button:not([formaction]):not([disabled])"),
            (steward, f"{mine}/{concern}/regler/", "form[action$='/skjul/'] button"),
        ):
            page.goto(site + path)
            page.locator(button).last.click()
            expect(page).to_have_title(re.compile("^Feil:"))
            assert_for_all(page, axe_source)
