"""Pages work without JavaScript, and print."""

from __future__ import annotations

import pytest

from tests.browser.conftest import PAGES, OpenPage

PLAIN = [p for p in PAGES if "?" not in p]


@pytest.mark.parametrize("path", PLAIN)
def test_without_javascript(path: str, open_page: OpenPage) -> None:
    without = open_page(path, java_script_enabled=False)
    with_ = open_page(path)
    assert without.locator("main").inner_text() == with_.locator("main").inner_text()


@pytest.mark.parametrize("path", ["/", "/tiltak/", "/tiltak/EX-09/", "/trad/"])
def test_print_leaves_out_what_is_only_for_the_screen(path: str, open_page: OpenPage) -> None:
    page = open_page(path)
    page.emulate_media(media="print")
    assert not page.locator("header nav").first.is_visible()
    assert page.locator("h1").is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")
