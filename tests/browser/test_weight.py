"""What a visit to the front page moves over the wire, as the browser counts it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser

FIRST_VISIT = 110_000
SECOND_VISIT = 15_000


def visit(context: Any, address: str) -> int:
    """Open `address` in a new tab of `context`; return the bytes received, headers included."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda e: sizes.append(int(e["encodedDataLength"])))
    page.goto(address, wait_until="networkidle")
    page.close()
    assert sizes
    return sum(sizes)


def test_front_page_is_light(site: str, chromium: Browser) -> None:
    context = chromium.new_context()
    first, second = visit(context, f"{site}/"), visit(context, f"{site}/")
    context.close()
    assert first <= FIRST_VISIT
    assert second <= SECOND_VISIT
    assert second < first
