"""A person brings their own photos: several faces, none that is found, from the clipboard, and many at once."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from emotion.data.drawn import write
from emotion.recipes.settings import TrainingConfig
from emotion.runs.run import Status, new_run, write_status
from tests.conftest import each_night
from tests.e2e.browser import Server, settled
from tests.tiny_model import EMOTIONS, give_model

SEVEN = "20260102-030405-seven"
UPLOAD = '[data-testid="stFileUploaderDropzoneInput"]'
PASTE = """async encoded => {
    const bytes = Uint8Array.from(atob(encoded), letter => letter.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], "image.png", { type: "image/png" }));
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def server(plain_server: Server) -> Server:
    return plain_server


@pytest.fixture(scope="module")
def two_faces(astronaut: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo with two faces: a smiling one, and beside it a small and dark one."""
    with Image.open(astronaut) as face:
        photo = Image.new("RGB", (1280, 960), "grey")
        photo.paste(face.resize((640, 640)), (20, 160))
        photo.paste(face.resize((320, 320)).point(lambda value: value // 4), (800, 300))
    path = tmp_path_factory.mktemp("photos") / "two faces.jpg"
    photo.save(path, quality=92)
    return path


@pytest.fixture(scope="module")
def in_fog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo in which no face is found; there is one in the middle, in thick fog."""
    noise = np.random.default_rng(0).integers(110, 150, (600, 900, 3), np.uint8)
    photo = Image.fromarray(noise)
    photo.paste(write.draw_portrait(3, happy=True, size=240).point(lambda value: 120 + value // 10), (330, 180))
    path = tmp_path_factory.mktemp("photos") / "in fog.png"
    photo.save(path)
    return path


@pytest.fixture(scope="module")
def seven(server: Server) -> str:
    """The id of a run whose model knows seven emotions; it goes by brightness alone."""
    paths = new_run(TrainingConfig(name="seven emotions"), server.home / "runs" / SEVEN)
    give_model(paths, EMOTIONS)
    write_status(paths, Status.COMPLETED)
    return SEVEN


def give(page: Any, *photos: Path) -> None:
    page.goto("/predict")
    settled(page)
    page.locator(UPLOAD).set_input_files(list(photos))


def paste(page: Any, picture: Path) -> None:
    page.evaluate(PASTE, base64.b64encode(picture.read_bytes()).decode())


def test_two_faces_get_two_answers_and_a_reason(page: Any, two_faces: Path) -> None:
    give(page, two_faces)

    expect(page.locator(".answer")).to_have_count(2)
    expect(page.locator(".answer").first).to_have_attribute("aria-label", re.compile("looks happy"))
    expect(page.get_by_text("The face is very dark.")).to_be_visible()
    page.get_by_text("Why?").first.click()
    expect(page.locator(".strip img")).to_have_count(4)
    expect(page.get_by_text("Steady")).to_be_visible()
    expect(page.locator(".variants tr")).to_have_count(6)


def test_a_box_drawn_with_the_mouse_is_answered(page: Any, in_fog: Path) -> None:
    give(page, in_fog)
    page.get_by_role("button", name="Draw the box").click()
    stage = page.locator(".stage")
    expect(stage.locator("img")).to_have_js_property("complete", True)
    place = stage.bounding_box()

    page.mouse.move(place["x"] + place["width"] * 0.35, place["y"] + place["height"] * 0.25)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] * 0.6, place["y"] + place["height"] * 0.6, steps=5)
    page.mouse.up()

    expect(page.locator(".answer")).to_have_count(1)
    expect(page.locator(".told")).to_have_text(re.compile(r"Box of 2\d\d by 2\d\d pixels, 31\d from the left"))
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("img", name="Your picture: face 1")).to_be_visible()


def test_a_box_moved_with_the_keys_is_answered(page: Any, in_fog: Path) -> None:
    give(page, in_fog)
    page.get_by_role("button", name="Draw the box").click()

    page.locator(".stage").focus()
    for key in ("ArrowLeft", "ArrowUp", "-", "-", "+"):
        page.keyboard.press(key)

    expect(page.locator(".answer")).to_have_count(1)
    expect(page.locator(".told")).to_have_text("Box of 348 by 348 pixels, 264 from the left, 114 from the top.")


def test_a_box_gives_way_to_the_search_for_faces(page: Any, in_fog: Path) -> None:
    give(page, in_fog)
    page.get_by_role("button", name="Draw the box").click()
    page.locator(".stage").press("Enter")
    expect(page.locator(".answer")).to_have_count(1)

    page.get_by_role("button", name="Look for faces instead").click()

    expect(page.get_by_text("No face was found")).to_be_visible()


def test_a_pasted_picture_is_answered(page: Any, astronaut: Path) -> None:
    page.goto("/predict")
    settled(page)
    expect(page.get_by_text("or paste one (Ctrl+V)")).to_be_visible()

    paste(page, astronaut)

    expect(page.get_by_text("pasted picture", exact=True)).to_be_visible()
    expect(page.get_by_text("looks happy", exact=True)).to_be_visible()
    page.get_by_role("button", name="Remove the pasted pictures").click()
    expect(page.get_by_text("Or try one of these")).to_be_visible()


def test_text_pasted_into_a_field_is_left_alone(page: Any) -> None:
    page.goto("/predict")
    settled(page)

    page.evaluate("() => document.body.dispatchEvent(new ClipboardEvent('paste', { bubbles: true }))")

    expect(page.get_by_text("Or try one of these")).to_be_visible()


def test_marked_pictures_are_taken_away_in_one_file(page: Any, two_faces: Path, astronaut: Path) -> None:
    give(page, two_faces, astronaut)
    expect(page.locator('[class*="st-key-thumb"] img')).to_have_count(2)

    with page.expect_download() as download:
        page.get_by_role("button", name="Download marked pictures").click()

    archive = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert archive.namelist() == ["two faces.jpg", "astronaut.jpg"]
    assert Image.open(io.BytesIO(archive.read("two faces.jpg"))).size == (1280, 960)


def test_all_emotions_are_seven_bars_and_stay_chosen(page: Any, seven: str, astronaut: Path) -> None:
    page.goto(f"/predict?model={seven}")
    settled(page)
    page.locator(UPLOAD).set_input_files([astronaut])
    expect(page.get_by_text("unsure: looks most like disgust", exact=True)).to_be_visible()
    expect(page.locator("ul.bars")).to_have_count(0)

    page.get_by_text("All emotions", exact=True).click()

    expect(
        page.get_by_role("list", name="All 7 classes, the likeliest: disgust").get_by_role("listitem")
    ).to_have_count(7)
    expect(page.locator("ul.bars .likeliest")).to_have_text(re.compile(r"disgust\s*\d\d"))
    expect(page.locator("ul.bars .likeliest .name")).to_have_css("font-weight", "700")
    page.get_by_role("link", name="Runs", exact=True).click()
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    page.get_by_role("link", name="Try a photo", exact=True).click()
    expect(page.get_by_role("switch", name="All emotions")).to_be_checked()


@pytest.mark.parametrize("scheme", ["light", *each_night("dark")])
def test_seven_bars_fit_a_phone(tab: Any, seven: str, astronaut: Path, scheme: str) -> None:
    page = tab(phone=True, scheme=scheme)
    page.goto(f"/predict?model={seven}")
    settled(page)
    page.locator(UPLOAD).set_input_files([astronaut])

    page.get_by_text("All emotions", exact=True).click()

    percents = page.locator("ul.bars .percent")
    expect(percents).to_have_count(7)
    assert page.get_by_test_id("stMain").evaluate("it => it.scrollWidth <= it.clientWidth")
    assert all(bar["width"] >= 100 for bar in (bar.bounding_box() for bar in page.locator("ul.bars .bar").all()))
    assert all(box["x"] + box["width"] <= 390 for box in (one.bounding_box() for one in percents.all()))


def test_live_faces_show_seven_bars(page: Any, seven: str) -> None:
    page.goto(f"/predict?model={seven}")
    settled(page)
    page.get_by_text("All emotions", exact=True).click()
    expect(page.get_by_role("switch", name="All emotions")).to_be_checked()
    page.get_by_text("Live camera", exact=True).click()

    page.get_by_role("button", name="Start the live picture").click()

    expect(page.locator(".classes .class")).to_have_count(7)
    expect(page.locator(".classes .likeliest .name")).to_have_text("disgust")
