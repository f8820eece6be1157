"""Makes docs/images/tour.gif: a drawn photo is dropped, answered, corrected, and the corrected model is better.

    python tools/tour.py [OUT]

Walks through the app of this checkout in Chromium, as tests/e2e do, with a model that is taught before by a few drawn
faces. No picture in it shows a person. Run it when these pages look different; `tests/e2e/test_tour.py` tells when.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

PLACE = ROOT / "docs" / "images" / "tour.gif"
WINDOW = {"width": 1120, "height": 700}
SIZE = (800, 540)  # pixels of the picture: the window, and a line of words below it
COLOURS = 96
TAUGHT, TEST = 8, 200  # drawn faces that the model learns from, and is tested on
FIRST_SEED, SEEDS = 1320, 20  # of the drawn photos among which one is looked for that the model gets wrong
UPLOAD = '[data-testid="stFileUploaderDropzoneInput"]'
GROUND, INK = "#0f766e", "#ffffff"
Frame = tuple[Image.Image, int]  # and for how many milliseconds it is shown


def teach(home: Path) -> str:
    """Teaches a model by four drawn faces a class, in a home of its own; returns the id of its run."""
    os.environ["EMOTION_HOME"] = str(home)
    from emotion.__main__ import main
    from emotion.data.drawn import write
    from emotion.runs import list_runs

    write.write(home / "drawn_faces", train=TAUGHT, test=TEST)
    if main(["train", "--data", "demo", "--recipe", "head", "--name", "four faces a class", "--seed", "1"]):
        raise SystemExit("The model for the tour could not be taught; the reason stands above.")
    return list_runs()[0].id


def wrong_photo(home: Path, run: str) -> tuple[Path, str]:
    """Draws a photo of a face that the model gets wrong, and from which it would learn most of those that were tried.

    Returns:
        Its path, and the class that it belongs to.
    """
    from emotion.data import Examples
    from emotion.data.drawn.write import draw_portrait
    from emotion.models.answers import answer
    from emotion.training.head import correct

    found = correct.ground(run)
    if found is None:
        raise SystemExit("What the model has learned from is gone: run this again.")
    best: tuple[float, Image.Image, str] | None = None
    for seed in range(FIRST_SEED, FIRST_SEED + SEEDS):
        truth = "happy" if seed % 2 else "sad"
        portrait, buffer = draw_portrait(seed, truth == "happy"), io.BytesIO()
        portrait.save(buffer, "PNG")
        faces = answer(buffer.getvalue(), found.base, "photo.png").faces
        if len(faces) != 1 or faces[0].headline(False).mark in (truth, "unsure"):
            continue
        classes = found.base.info.classes
        label = np.array([classes.index(truth)], np.int64)
        gain = correct.effect(
            found, Examples(faces[0].seen[np.newaxis], label, classes, ("photo",), (), "")
        ).test.difference
        if best is None or gain > best[0]:
            best = gain, portrait, truth
    if best is None:
        raise SystemExit(f"None of {SEEDS} drawn photos is answered wrongly: choose other seeds in tools/tour.py.")
    best[1].save(home / "photo.png")
    return home / "photo.png", best[2]


def walk(page: Any, run: str, photo: Path, truth: str) -> list[Frame]:
    """Goes the way in the browser and takes a picture of each step."""
    from tests.e2e.browser import press, settled

    page.goto(f"/predict?model={run}")
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Try it").first.wait_for()
    settled(page)
    frames = [(_picture(page, "A network that was taught with four drawn faces of each class"), 2500)]
    page.locator(UPLOAD).first.set_input_files([photo])
    page.locator(".answer").first.wait_for()
    settled(page)
    frames.append((_picture(page, "1  Drop a photo: the face is found and answered. This answer is wrong"), 4000))
    chip = page.locator('[class*="st-key-correct_"] button', has_text=truth)
    chip.hover()
    frames.append((_picture(page, "2  Correct it, by one click"), 2500))
    kept = page.get_by_role("button", name="Keep the corrected model")
    press(page, chip, kept, seconds=60)
    settled(page)
    page.get_by_test_id("stToast").wait_for(state="hidden")
    kept.scroll_into_view_if_needed()
    frames.append((_picture(page, f"3  What comes of that, for this face and for {TEST} others"), 4500))
    choice = page.get_by_role("button", name="Keep the new model")
    press(page, kept, choice, seconds=60)
    press(page, choice, page.get_by_text("Kept: the new model").first)
    page.get_by_role("link", name="Try a photo").click()
    page.locator(".answer").first.wait_for()
    settled(page)
    frames.append((_picture(page, "4  Keep the corrected model: now it is right"), 4000))
    return frames


def _picture(page: Any, words: str) -> Image.Image:
    page.wait_for_timeout(700)  # what moves has come to rest
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    whole = Image.new("RGB", SIZE, GROUND)
    height = round(SIZE[0] * shot.height / shot.width)
    whole.paste(shot.resize((SIZE[0], height), Image.Resampling.LANCZOS), (0, 0))
    pen = ImageDraw.Draw(whole)
    pen.text((16, (height + SIZE[1]) / 2), words, INK, ImageFont.load_default(18), anchor="lm")
    return whole


def save(frames: list[Frame], path: Path) -> None:
    """Writes the pictures as one that moves, with few colours, the same for all."""
    few = [picture.quantize(COLOURS, dither=Image.Dither.NONE) for picture, _ in frames]
    shown = [milliseconds for _, milliseconds in frames]
    few[0].save(path, save_all=True, append_images=few[1:], duration=shown, loop=0, optimize=True)


def record(path: Path) -> None:
    """The whole of it: teaches, looks for a photo, walks, and writes the file."""
    from playwright.sync_api import sync_playwright

    from tests.e2e.browser import Server, find_chromium, launch

    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("No Chromium found: install it, or name it with CHROMIUM=/path.")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        home = Path(scratch)
        run = teach(home)
        photo, truth = wrong_photo(home, run)
        server = Server(home)
        try:
            browser = launch(driver, chromium)
            person = {"base_url": server.url, "viewport": WINDOW, "color_scheme": "light", "locale": "en-US"}
            page = browser.new_context(**person).new_page()
            page.set_default_timeout(90_000)
            save(walk(page, run, photo, truth), path)
            browser.close()
        finally:
            server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, nargs="?", default=PLACE, help=f"default: {PLACE.relative_to(ROOT)}")
    record(parser.parse_args().out)


if __name__ == "__main__":
    main()
