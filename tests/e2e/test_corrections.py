"""A person whose picture was answered wrong: corrects it, retrains, sees before and after, keeps one model, deletes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from emotion.data import collection
from emotion.data.drawn import write
from emotion.runs.run import RunPaths, Status
from emotion.system.files import read_json
from tests.conftest import command_here
from tests.e2e.browser import Server, press, settled
from tests.waiting import wait_for_status

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, tiny_recipes: None) -> Iterator[Server]:
    """The app with one run that was trained for a moment on a few drawn faces."""
    home = tmp_path_factory.mktemp("home")
    write.write(home / "drawn_faces", train=200, test=80)
    words = ["--data", "demo", "--recipe", "tiny", "--epochs", "2", "--name", "the first"]
    assert command_here("train", *words, EMOTION_HOME=str(home)).returncode == 0
    running = Server(home, prepared=True)
    yield running
    running.stop()


@pytest.fixture
def first(server: Server) -> RunPaths:
    """The first run, with no picture corrected yet, whatever a test before has left."""
    shutil.rmtree(server.home / "mine", ignore_errors=True)
    return RunPaths(min((server.home / "runs").glob("2*")))


@pytest.fixture
def drawn(tmp_path: Path) -> list[Path]:
    """Two drawn faces as someone might have them: files of a picture."""
    files = [tmp_path / "one.png", tmp_path / "two.png"]
    for seed, path in enumerate(files, start=50):
        write.draw_portrait(seed, happy=seed % 2 == 0).save(path)
    return files


def give(page: Any, files: list[Path], model: RunPaths) -> None:
    page.goto(f"/predict?model={model.id}")
    settled(page)
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(files)
    page.get_by_text("Correct it:").wait_for()
    settled(page)


def correct(page: Any, label: str) -> None:
    kept = page.get_by_text(re.compile(f"Kept as {label} in your pictures"))
    press(page, page.get_by_role("button", name=label, exact=True), kept)
    settled(page)


def kept_in(server: Server) -> list[str]:
    return sorted(path.parent.name for path in (server.home / "mine" / "train").glob("*/*.png"))


def test_correct_retrain_compare_keep_delete(page: Any, server: Server, first: RunPaths, drawn: list[Path]) -> None:
    # gives two drawn faces: nothing is kept by that
    give(page, drawn, first)
    assert kept_in(server) == []

    # corrects both
    correct(page, "▼ sad")
    page.locator(".st-key-open_1 button").click()
    page.get_by_text("Correct it:").wait_for()
    correct(page, "▲ happy")
    assert kept_in(server) == ["happy", "sad"]

    # looks at what is kept, and retrains
    page.get_by_text("Your pictures", exact=True).click()
    expect(page.get_by_text("▲ 1 happy, ▼ 1 sad")).to_be_visible()
    page.get_by_role("button", name="Retrain with my pictures").click()
    page.wait_for_url(re.compile(r"/train\?run=2\d+"))
    new = RunPaths(server.home / "runs" / re.search(r"run=([\w-]+)", page.url)[1])
    wait_for_status(new, Status.COMPLETED)

    # sees before and after, on the test faces and on the own pictures
    expect(page.get_by_text(re.compile(r"^\d+ of 80 right$"))).to_have_count(2)
    expect(page.get_by_text(re.compile(r"^\d of 2 right$"))).to_have_count(2)
    expect(page.get_by_text(re.compile(r"right (than|as) before"))).to_have_count(2)

    # keeps the new model: Predict uses it
    page.get_by_role("button", name="Keep the new model").click()
    expect(page.get_by_text("Kept: the new model")).to_be_visible()
    assert read_json(server.home / "choice.json") == {"model": new.id}
    page.goto("/predict")
    expect(page.get_by_role("combobox", name="Model in use")).to_have_value("with 2 pictures of mine")
    settled(page)

    # deletes one, then all
    page.get_by_text("Your pictures", exact=True).click()
    one, two = (page.get_by_role("button", name=f"Delete {number}", exact=True) for number in (1, 2))
    one.wait_for()
    press(page, one, two, state="detached")
    assert len(kept_in(server)) == 1
    press(page, page.get_by_role("button", name="Delete all"), page.get_by_role("button", name="Yes, delete all"))
    page.get_by_role("button", name="Yes, delete all").click()
    expect(page.get_by_text("Your pictures", exact=True)).to_have_count(0)
    assert not (server.home / "mine").exists()


def test_kept_pictures_have_their_room_before_they_are_there(
    fresh_page: Any, server: Server, first: RunPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMOTION_HOME", str(server.home))
    collection.keep(write.draw_portrait(50, happy=True), "happy")
    fresh_page.route("**/media/**", lambda route: route.abort())
    fresh_page.goto(f"/predict?model={first.id}")
    settled(fresh_page)

    press(fresh_page, fresh_page.get_by_text("Your pictures", exact=True), fresh_page.get_by_text("Delete 1"))

    room = fresh_page.locator('.st-key-own_grid [data-testid="stElementContainer"]').first.bounding_box()
    assert room["height"] == pytest.approx(room["width"], abs=1)


def test_takes_a_correction_back(page: Any, server: Server, first: RunPaths, drawn: list[Path]) -> None:
    give(page, drawn[:1], first)
    correct(page, "▼ sad")

    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_text("Correct it:")).to_be_visible()
    assert kept_in(server) == []
