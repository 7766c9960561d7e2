"""Looks at a page as axe-core does (WCAG 2.0–2.2 A and AA), on every screen and in every light."""

from __future__ import annotations

from itertools import product
from typing import Any

from tests.browser.conftest import DESKTOP, PHONE

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: axe also lists all that passes, unless told not to.
RUN = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: The smallest that WCAG asks for (1.4.10), a phone, a tablet, a laptop, a large screen.
WIDTHS = (320, 390, 768, 1280, 1920)
GROUND = "getComputedStyle(document.body).backgroundColor"
#: Colours that glide to their new value are looked at when they have arrived.
ARRIVED = "Promise.all(document.getAnimations().map(a => a.finished))"


def violations(page: Any, axe_source: str) -> list[str]:
    """Return what axe finds: rule, and the first places."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_source)
    found = page.evaluate(RUN, RULES)
    return [
        f"{v['id']}: {v['help']} {[n['target'] for n in v['nodes'][:3]]}"
        for v in found["violations"]
    ]


def assert_styled(page: Any) -> None:
    """axe passes an unstyled page: make sure that ours is dressed, in its own font."""
    assert "Inter" in page.evaluate("getComputedStyle(document.body).fontFamily")
    assert page.evaluate("document.fonts.check('16px Inter')")
    assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px"


def assert_for_all(page: Any, axe_source: str) -> None:
    """axe finds nothing, on a desktop and on a phone, in the light and in the dark, with everything
    on the page unfolded; and nothing sticks out on any screen."""
    grounds = set()
    for screen, scheme in product((DESKTOP, PHONE), ("light", "dark")):
        page.set_viewport_size(screen)
        page.emulate_media(color_scheme=scheme)
        page.evaluate(ARRIVED)
        grounds.add(page.evaluate(GROUND))
        found = violations(page, axe_source)
        assert not found, f"{page.url} {screen} {scheme}: {found}"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("innerWidth") == width
        assert page.evaluate(OVERFLOW) <= 0, f"{page.url} {width}"
    assert len(grounds) == 2, "the page is the same in the dark"
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light")
