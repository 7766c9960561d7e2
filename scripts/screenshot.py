"""Take the README's picture of the front page: `python -m scripts.screenshot`.

Starts the site on the real register, opens it in Debian's Chromium and writes
docs/front-page.png, so that the picture shows what the code makes today.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from scripts.running_site import ROOT, running_site

PICTURE = ROOT / "docs" / "front-page.png"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def take(address: str, target: Path) -> None:
    """Write a picture of the top of the page at `address`. Chromium must be installed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1180})
        page.goto(address, wait_until="networkidle")
        page.screenshot(path=target)
        browser.close()


def main() -> int:
    """Start the site, take the picture, stop the site."""
    with tempfile.TemporaryDirectory() as folder, running_site(Path(folder)) as address:
        take(f"{address}/", PICTURE)
    print(f"Wrote {PICTURE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
