"""axe-core finds nothing to complain of (WCAG 2.0–2.2 A and AA), in either colour scheme."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DESKTOP, PAGES, PHONE, OpenPage
from tests.browser.looking import assert_for_all, assert_styled, violations

SCREENS = {"desktop": DESKTOP, "phone": PHONE}


@pytest.mark.parametrize("path", PAGES)
def test_bokmal(path: str, open_page: OpenPage, axe_source: str) -> None:
    page = open_page(path)
    assert_styled(page)
    assert_for_all(page, axe_source)


@pytest.mark.parametrize(
    ("language", "screen", "scheme"), [("nn", "phone", "dark"), ("en", "desktop", "light")]
)
@pytest.mark.parametrize("path", [p for p in PAGES if "?" not in p])
def test_other_languages(
    path: str, language: str, screen: str, scheme: str, open_page: OpenPage, axe_source: str
) -> None:
    page = open_page(f"/{language}{path}", viewport=SCREENS[screen], color_scheme=scheme)
    assert page.get_attribute("html", "lang") == language
    assert violations(page, axe_source) == []


def test_not_found(open_page: OpenPage, axe_source: str) -> None:
    page = open_page("/tiltak/XX-99/", status=404)
    assert_styled(page)
    assert_for_all(page, axe_source)


def test_axe_would_notice(open_page: OpenPage, axe_source: str) -> None:
    page = open_page("/om/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\">')")
    assert any(v.startswith("image-alt") for v in violations(page, axe_source))
