"""Walks as a newcomer does, and counts clicks and seconds.

    python bench/newcomer.py [--show DIR]

From the first page of a fresh home to the faces that a model from 2 × 10 pictures gets wrong, to keeping that model, to
the zip to take along, and to the web page in it, which has to answer a photo as the app does. One drawn face lies in
the wrong class, as it happens to people. The web page's library comes from where `export --offline` takes it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import expect, sync_playwright

from emotion.data.drawn.write import draw_portrait
from emotion.models.bundle import web
from tests.e2e.browser import Server, find_chromium, launch, serve_the_library, served_folder, settled

COUNT = "window.clicks = 0; document.addEventListener('pointerdown', () => (window.clicks += 1), true);"
UPLOAD = '[data-testid="stFileUploaderDropzoneInput"]'
PATIENCE = 120_000  # ms
ASIDE = 0.02  # how far apart two answers may lie: the browser scales and cuts the photo by its own arithmetic


class Walk:
    """A page, and what its newcomer has done so far."""

    def __init__(self, page: Any, pictures: Path | None) -> None:
        self.page, self.pictures = page, pictures
        self.clicks, self.began = 0, time.monotonic()

    def step(self, words: str) -> None:
        """Tells how far it is; on each page its clicks are counted anew, so they are added up here."""
        self.clicks += self.page.evaluate("(() => { const n = window.clicks; window.clicks = 0; return n; })()")
        print(f"{time.monotonic() - self.began:6.1f} s {self.clicks:3d} clicks   {words}")
        if self.pictures:
            self.page.screenshot(path=self.pictures / f"{re.sub('[^a-z]+', '-', words.lower())}.png", full_page=True)


def drawn(folder: Path) -> dict[str, list[Path]]:
    """Ten faces a class; the last of the sad ones smiles."""
    found: dict[str, list[Path]] = {"happy": [], "sad": []}
    for name, paths in found.items():
        for number in range(10):
            paths.append(folder / f"{name}{number}.png")
            smiles = name == "happy" or number == 9
            draw_portrait(number + 100 * (name == "sad"), smiles).resize((96, 96)).save(paths[-1])
    return found


def own_model(walk: Walk, faces: dict[str, list[Path]]) -> None:
    page = walk.page
    page.get_by_role("link", name="Teach", exact=True).click()
    page.get_by_text("Drop a few pictures into each class").wait_for()
    settled(page)
    for place, paths in enumerate(faces.values()):
        page.locator(UPLOAD).nth(place).set_input_files(paths)
        expect(page.locator(".teach-count").nth(place)).to_have_text("10 faces")
        settled(page)
    page.get_by_text("right, each held out in turn").wait_for()
    settled(page)
    walk.step("its score and the faces it gets wrong")
    page.get_by_role("button", name="Keep this model").click()
    page.get_by_text("Kept as happy or sad").wait_for()
    settled(page)
    walk.step("a model of one's own")


def taken_along(walk: Walk, folder: Path) -> None:
    """Unpacks what "Take it with you" gives."""
    with walk.page.expect_download() as download:
        walk.page.get_by_role("button", name="Take it with you").click()
    with zipfile.ZipFile(download.value.path()) as file:
        file.extractall(folder)
    walk.step("the zip to take along")


def answered_here(walk: Walk, photo: Path) -> dict[str, float]:
    """What the app says of a photo: class → share."""
    page = walk.page
    page.get_by_role("button", name="Try it on a photo").click()
    page.get_by_role("heading", name="Try a photo").wait_for()
    settled(page)
    page.locator(UPLOAD).first.set_input_files([photo])
    page.get_by_text(re.compile("looks happy|looks sad|unsure")).first.wait_for()
    settled(page)
    walk.step("its answer to a new photo")
    with page.expect_download() as download:  # the page rounds what the file says whole
        page.get_by_role("button", name="Download JSON").click()
    (told,) = json.loads(download.value.path().read_text(encoding="utf-8"))
    probabilities: dict[str, float] = told["faces"][0]["probabilities"]
    return probabilities


def answered_there(walk: Walk, address: str, photo: Path, library: dict[str, bytes]) -> dict[str, float]:
    """What the web page of the zip says of it."""
    page = walk.page
    serve_the_library(page, library)
    page.goto(address)
    page.wait_for_function("document.body.dataset.selftest")
    page.locator("#file").set_input_files([photo])
    page.locator("li.bar").first.wait_for()
    walk.step("the answer of the web page")
    pairs = [row.locator("span").all_inner_texts() for row in page.locator("li.bar").all()]
    return {_word(name): _share(percent) for name, percent in pairs}


def _word(shown: str) -> str:
    return shown.split()[-1]  # behind the sign of its class


def _share(shown: str) -> float:
    return float(re.sub(r"[^\d.]", "", shown)) / 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--show", type=Path, metavar="DIR", help="puts a screenshot of each step there")
    chosen = parser.parse_args()
    if chosen.show:
        chosen.show.mkdir(parents=True, exist_ok=True)
    library, chromium = web.runtime(), find_chromium()
    if chromium is None:
        raise SystemExit("No Chromium found: install it, or name it with CHROMIUM=/path.")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        root = Path(scratch)
        for name in ("home", "zip"):
            (root / name).mkdir()
        faces, photo = drawn(root), root / "photo.png"
        draw_portrait(77, True).resize((96, 96)).save(photo)
        server = Server(root / "home")
        try:
            context = launch(driver, chromium).new_context(base_url=server.url, viewport={"width": 1280, "height": 900})
            context.add_init_script(COUNT)
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            expect.set_options(timeout=PATIENCE)
            walk = Walk(page, chosen.show)
            page.goto("/")
            settled(page)
            walk.step("the first page")
            own_model(walk, faces)
            taken_along(walk, root / "zip")
            here = answered_here(walk, photo)
            with served_folder(root / "zip") as address:
                there = answered_there(walk, f"{address}/index.html", photo, library)
        finally:
            server.stop()
    print(f"here {here}, there {there}")
    if here.keys() != there.keys() or any(abs(here[name] - there[name]) > ASIDE for name in here):
        raise SystemExit("The web page does not answer as the app does.")


if __name__ == "__main__":
    main()
