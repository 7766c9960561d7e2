"""axe-core finds nothing to complain of (WCAG 2.0–2.2 A and AA), in either colour scheme."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import DESKTOP, PAGES, PHONE, OpenPage

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCREENS = {"desktop": DESKTOP, "phone": PHONE}


def violations(page: Any, axe_source: str) -> list[str]:
    """Return what axe finds: rule, and the first places."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate(axe_source)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [
        f"{v['id']}: {v['help']} {[n['target'] for n in v['nodes'][:3]]}"
        for v in found["violations"]
    ]


def assert_styled(page: Any) -> None:
    """axe passes an unstyled page: make sure that ours is dressed, in its own font."""
    assert "Inter" in page.evaluate("getComputedStyle(document.body).fontFamily")
    assert page.evaluate("document.fonts.check('16px Inter')")
    assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("path", PAGES)
def test_bokmal(path: str, screen: str, scheme: str, open_page: OpenPage, axe_source: str) -> None:
    page = open_page(path, viewport=SCREENS[screen], color_scheme=scheme)
    assert_styled(page)
    assert violations(page, axe_source) == []


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_not_found(screen: str, scheme: str, open_page: OpenPage, axe_source: str) -> None:
    page = open_page("/tiltak/XX-99/", status=404, viewport=SCREENS[screen], color_scheme=scheme)
    assert_styled(page)
    assert violations(page, axe_source) == []


def test_axe_would_notice(open_page: OpenPage, axe_source: str) -> None:
    page = open_page("/om/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\">')")
    assert any(v.startswith("image-alt") for v in violations(page, axe_source))
