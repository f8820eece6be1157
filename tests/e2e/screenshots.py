"""Pictures of every page, on a desktop and on a telephone, light and dark: to look at before a change is called done.

    python tests/e2e/screenshots.py OUT [--home DIR] [--pages predict,train]

Not a test. Starts the app with the given home (its runs are shown; default: an empty one) and writes
OUT/<page>-<desktop|phone>-<light|dark>.png, each as tall as its page. For more than the bare pages, name an address
with its query, such as --pages "evaluate?run=latest", and with --upload a picture that is given to Predict.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from playwright.sync_api import sync_playwright

from tests.e2e.browser import Server, find_chromium, launch, pages, settled

SCREENS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
THEMES = ("light", "dark")
TALLEST = 6000  # pixels of one picture


def main() -> int:
    wanted = _arguments()
    chromium = find_chromium()
    if chromium is None:
        print("No Chromium found. Install it or name it with CHROMIUM=/path.", file=sys.stderr)
        return 1
    wanted.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as empty, sync_playwright() as driver:
        server = Server(Path(wanted.home or empty).resolve())
        browser = launch(driver, chromium)
        try:
            for screen in SCREENS:
                for theme in THEMES:
                    _take_all(browser, server, screen, theme, wanted)
        finally:
            browser.close()
            server.stop()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Takes pictures of the app's pages.")
    parser.add_argument("out", type=Path, help="folder for the pictures")
    parser.add_argument("--home", help="EMOTION_HOME of the app, default: an empty one")
    parser.add_argument("--pages", default=",".join(pages()), help="addresses, with commas between them")
    parser.add_argument("--upload", type=Path, help="a picture that is given to the first place for files")
    return parser.parse_args()


def _take_all(browser: Any, server: Server, screen: str, theme: str, wanted: argparse.Namespace) -> None:
    context = browser.new_context(
        base_url=server.url, viewport=SCREENS[screen], color_scheme=theme, is_mobile=screen == "phone", locale="en-US"
    )
    for address in wanted.pages.split(","):
        page = context.new_page()
        page.goto(f"/{address}")
        settled(page)
        if wanted.upload:
            _upload(page, wanted.upload)
        path = wanted.out / f"{re.sub('[^a-z0-9]+', '-', address.lower())}-{screen}-{theme}.png"
        _take(page, path, screen)
        print(path)
        page.close()
    context.close()


def _upload(page: Any, picture: Path) -> None:
    inputs = page.get_by_test_id("stFileUploaderDropzoneInput")
    if inputs.count():
        inputs.first.set_input_files([picture])
        page.wait_for_timeout(500)
        settled(page)


def _take(page: Any, path: Path, screen: str) -> None:
    """The page scrolls inside an element, so the window is made as tall as what is in it."""
    page.wait_for_timeout(1500)  # charts draw themselves after the page has come to rest
    needed = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
    width, height = SCREENS[screen]["width"], SCREENS[screen]["height"]
    page.set_viewport_size({"width": width, "height": max(height, min(needed, TALLEST))})
    page.wait_for_timeout(500)
    page.screenshot(path=path)


if __name__ == "__main__":
    sys.exit(main())
