"""Teach in a real browser: from nothing to a model of one's own in a few clicks, with a live answer on the way."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from emotion.data.drawn.write import draw_portrait
from emotion.models.predictor import load_model
from emotion.runs.run import RunPaths, Status, read_run
from tests.e2e.browser import Server, press, settled
from tests.e2e.conftest import PHONE
from tests.waiting import wait_for

UPLOAD = '[data-testid="stFileUploaderDropzoneInput"]'
LIVE = "Start the live picture"
PATIENCE = 90_000  # ms: features and folds of twenty faces, on two busy cores
# Every press of a person counts, wherever on the page; a file that is dropped is none.
COUNT_CLICKS = "window.clicks = 0; document.addEventListener('pointerdown', () => (window.clicks += 1), true);"
FILM_RUNS = """() => {
  const roots = [document, ...[...document.querySelectorAll('*')].map((each) => each.shadowRoot).filter(Boolean)];
  return roots.some((root) => root.querySelector('.hold video')?.videoWidth > 0);
}"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Ten drawn faces of each class."""
    folder = tmp_path_factory.mktemp("drawn")
    found: dict[str, list[Path]] = {"happy": [], "sad": []}
    for name, paths in found.items():
        for number in range(10):
            paths.append(folder / f"{name}{number}.png")
            draw_portrait(number + 100 * (name == "sad"), name == "happy").resize((96, 96)).save(paths[-1])
    return found


@pytest.fixture(autouse=True)
def nothing_taught(server: Server) -> None:
    """Each test begins with a home in which nobody has taught anything: one server does for all of them."""
    for folder in server.home.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)


def drop(page: Any, place: int, paths: list[Path]) -> None:
    """Puts files into a class, as dropping them does.

    By its own place: on busy cores the second class may have drawn where files are dropped before the first has.
    """
    page.locator(f".st-key-teach_class_{place} {UPLOAD}").set_input_files(paths)


def use_the_camera(page: Any, name: str) -> Any:
    """The button of a class; that of the second may be there first."""
    return page.locator(f".st-key-teach_hold_{name}").get_by_role("button", name="Use the camera")


def drop_ten(page: Any, place: int, paths: list[Path]) -> None:
    """Drops ten files and waits until they are kept.

    Asks the element that counts: "10 faces" is also what a "1" beside "0 faces" reads like. And a drop that meets the
    rerun of the one before is lost: Streamlit then throws away the answer that the upload waits for.
    """
    drop(page, place, paths)
    expect(page.locator(".teach-count").nth(place)).to_have_text("10 faces")
    settled(page)


def teach(page: Any, pictures: dict[str, list[Path]]) -> None:
    page.goto("/teach")
    settled(page)
    drop_ten(page, 0, pictures["happy"])
    drop_ten(page, 1, pictures["sad"])
    page.get_by_text("each held out in turn").wait_for(timeout=PATIENCE)
    settled(page)


def test_the_first_own_model_takes_four_clicks_at_most(
    fresh_page: Any, pictures: dict[str, list[Path]], server: Server
) -> None:
    fresh_page.add_init_script(COUNT_CLICKS)
    fresh_page.goto("/")
    settled(fresh_page)
    began = time.monotonic()

    fresh_page.get_by_role("link", name="Teach", exact=True).click()
    fresh_page.get_by_text("Drop a few pictures into each class").wait_for()
    settled(fresh_page)
    drop_ten(fresh_page, 0, pictures["happy"])
    drop_ten(fresh_page, 1, pictures["sad"])
    fresh_page.get_by_text("of 20 right, each held out in turn").wait_for()
    settled(fresh_page)
    fresh_page.get_by_role("button", name=LIVE).click()
    expect(fresh_page.locator(".live .class.likeliest .name")).to_have_text(re.compile("happy|sad"))
    fresh_page.get_by_role("button", name="Keep this model").click()
    fresh_page.get_by_text("Kept as happy or sad").wait_for()

    print(f"first own model: {fresh_page.evaluate('window.clicks')} clicks, {time.monotonic() - began:.1f} s")
    assert fresh_page.evaluate("window.clicks") <= 4
    (folder,) = [path for path in (server.home / "runs").iterdir() if path.is_dir()]
    run = read_run(RunPaths(folder))
    assert (run.status, run.config.recipe) == (Status.COMPLETED, "head")
    assert load_model(folder).info.classes == ("sad", "happy")


def test_a_removed_face_changes_the_answer_and_the_score(
    page: Any, pictures: dict[str, list[Path]], server: Server
) -> None:
    teach(page, pictures)
    expect(page.get_by_text("of 20 right, each held out in turn")).to_be_visible()

    page.get_by_role("button", name="Remove face 1 of happy").click()

    page.get_by_text("of 19 right, each held out in turn").wait_for()
    assert len(list((server.home / "datasets" / "my faces" / "pictures" / "happy").iterdir())) == 9
    page.get_by_role("button", name="Put the removed face back to happy").click()
    page.get_by_text("of 20 right, each held out in turn").wait_for()


def test_a_picture_more_changes_the_live_answer_without_a_click(page: Any, pictures: dict[str, list[Path]]) -> None:
    teach(page, pictures)
    page.get_by_role("button", name=LIVE).click()
    percent = page.locator(".live .class.likeliest .percent")
    percent.wait_for()
    wait_for(lambda: page.locator(".live").get_attribute("data-answers") not in (None, "1", "2"))
    before = page.locator(".live .class .percent").all_text_contents()

    drop(page, 1, pictures["happy"])  # the same faces on the other side: it can no longer tell them apart

    page.get_by_text("It cannot tell").wait_for()
    wait_for(lambda: page.locator(".live .class .percent").all_text_contents() not in ([], before))


def test_holding_the_button_teaches_a_class(page: Any, server: Server) -> None:
    page.goto("/teach")
    settled(page)
    folder = server.home / "datasets" / "my faces" / "pictures"
    use_the_camera(page, "happy").click()
    hold = page.get_by_role("button", name="Hold to take happy pictures")
    expect(hold).to_be_enabled()
    page.wait_for_function(FILM_RUNS)
    assert not folder.exists()
    settled(page)  # what is drawn again moves from under the pointer

    hold.scroll_into_view_if_needed()
    hold.hover()
    page.mouse.down()
    page.get_by_text(re.compile(r"\d+ taken, \d+ in all")).wait_for()
    page.mouse.up()

    wait_for(lambda: list((folder / "happy").glob("*.png")))
    page.get_by_text("Now a picture of sad").wait_for()
    assert list((folder / "sad").glob("*.png")) == []


def test_one_camera_is_on_at_a_time(page: Any) -> None:
    page.goto("/teach")
    settled(page)
    press(page, use_the_camera(page, "happy"), page.get_by_role("button", name="Hold to take happy pictures"))

    press(page, use_the_camera(page, "sad"), page.get_by_role("button", name="Hold to take sad pictures"))

    expect(page.get_by_role("button", name="Hold to take happy pictures")).to_be_hidden()


def test_fits_a_phone(page: Any, pictures: dict[str, list[Path]]) -> None:
    page.set_viewport_size(PHONE)
    teach(page, pictures)

    wide = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollWidth")

    assert wide <= PHONE["width"]
    expect(page.get_by_role("button", name="Keep this model")).to_be_visible()
