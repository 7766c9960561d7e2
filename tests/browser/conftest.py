"""A real Chromium, a real server, the real register. Any 404, server error or console message
fails the test that met it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Response,
    expect,
    sync_playwright,
)

from scripts.running_site import ROOT, running_site

#: Milliseconds that what should come is waited for: a busy machine is slow, not wrong.
expect.set_options(timeout=15_000)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
#: Every public page, each kind of measure, actor and indicator that looks different.
PAGES = [
    "/",
    "/tiltak/",
    "/tiltak/?status=unreported&frist=none",
    "/tiltak/?q=finnesikke",
    "/tiltak/?status=tull&side=x",
    "/tiltak/EX-09/",
    "/tiltak/HM-C7/",
    "/tiltak/VK-13/",
    "/tiltak/HM-B4/",
    "/dokumenter/meldst18/",
    "/dokumenter/veikart2023/",
    "/dokumenter/eksport2024/",
    "/aktorer/",
    "/aktorer/lmi/",
    "/innspill/",
    "/aktorer/tlsc/",
    "/aktorer/hod/",
    "/aktorer/ehelse/",
    "/trad/",
    "/indikatorer/",
    "/indikatorer/export-income/",
    "/indikatorer/trials-applied/",
    "/indikatorer/export-other-series/",
    "/mangler/",
    "/mangler/?dokument=veikart2023&aktor=nfd",
    "/rettelser/",
    "/om/",
]

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, so that the other runs leave it out."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the running site."""
    with running_site(tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's own Chromium, started once."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(site: str, chromium: Browser) -> Iterator[OpenPage]:
    """Return a function that opens a path and gives the page; trouble fails the test at its end.

    Keyword arguments are Playwright's for a new context (viewport, color_scheme, …). `status` is
    the answer that is expected of the page itself, 200 unless told.
    """
    trouble: list[str] = []
    with ExitStack() as stack:

        def open_(path: str, *, status: int = 200, **options: Any) -> Page:
            context = chromium.new_context(**({"viewport": DESKTOP} | options))
            stack.callback(context.close)
            page = context.new_page()
            address = f"{site}{path}"

            def on_console(message: ConsoleMessage) -> None:
                if message.type in {"error", "warning"} and status == 200:
                    trouble.append(f"{path}: {message.text}")

            def on_response(response: Response) -> None:
                expected = status if response.url == address else 200
                if response.status >= 400 and response.status != expected:
                    trouble.append(f"{path}: {response.status} {response.url}")

            page.on("console", on_console)
            page.on("pageerror", lambda error: trouble.append(f"{path}: {error}"))
            page.on("response", on_response)
            answer = page.goto(address)
            if options.get("java_script_enabled", True):
                page.evaluate("document.fonts.ready.then(() => true)")
            assert answer is not None
            assert answer.status == status
            return page

        yield open_
    assert not trouble


@pytest.fixture(scope="session")
def axe_source() -> str:
    """The script of axe-core, from npm."""
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
