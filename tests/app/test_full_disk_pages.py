"""Buttons on a full, read-only or forbidden disk: each says so, the page stays, and later it works again."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from emotion.data import collection
from emotion.data.drawn import write
from emotion.models import preferences
from emotion.recipes.settings import TrainingConfig
from emotion.runs.queue import claim
from emotion.runs.run import RunPaths, Status, list_runs, new_run, write_status
from emotion.system import tasks
from emotion.system.paths import drawn_faces_dir
from tests.canned_tuning import give_tuning
from tests.full_disk import FULL, KINDS, SAID, strays, taking_nothing
from tests.tiny_model import give_model
from tests.waiting import wait_for
from tests.zips import write_archive, zip_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def drawn(home: Path) -> Path:
    """A home with a few drawn faces."""
    write.write(drawn_faces_dir(), train=24, test=8)
    return home


def finished() -> RunPaths:
    """A run with a model, which its person has not chosen."""
    paths = new_run(TrainingConfig(name="my run"))
    give_model(paths)
    write_status(paths, Status.COMPLETED)
    return paths


def page(name: str, **address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.switch_page(f"pages/{name}.py")
    for word, value in address.items():
        app.query_params[word] = value
    return app.run()


def train(home: Path) -> AppTest:
    return page("train", run="new")


def train_again(home: Path) -> AppTest:
    paths = new_run(TrainingConfig(name="failed"))
    write_status(paths, Status.FAILED, reason="There is no room left.")
    paths.last_checkpoint.write_bytes(b"only ever looked for")
    return page("train", run=paths.id)


def stop(home: Path) -> AppTest:
    paths = new_run(TrainingConfig(name="at work"))
    claim(paths, Status.RUNNING)
    return page("train", run=paths.id)


def use(home: Path) -> AppTest:
    return page("train", run=finished().id)


def tune(home: Path) -> AppTest:
    return page("tune")


def best(home: Path) -> AppTest:
    return page("tune", id=give_tuning().root.name)


def check(home: Path) -> AppTest:
    return page("data", part="check")


def bring(home: Path) -> AppTest:
    zipped = zip_of(write_archive(home / "elsewhere"), home.parent / "faces.zip")
    app = page("data", part="bring")
    app.file_uploader[0].upload("faces.zip", zipped.read_bytes(), "application/zip")
    return app.run()


def correct(home: Path) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params["model"] = finished().id
    app.run()
    buffer = io.BytesIO()
    Image.fromarray(np.full((60, 60), 250, np.uint8)).save(buffer, "PNG")
    app.file_uploader(key="uploads").upload("picture.png", buffer.getvalue(), "image/png").run()
    wait_for(lambda: all(task.ended for task in tasks.list_tasks("")))  # one in a thread writes when nothing is taken
    return app


def delete(home: Path) -> AppTest:
    collection.keep(Image.fromarray(np.full((60, 60), 250, np.uint8)), "happy")
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.session_state["own_pictures"] = True  # the panel is open
    return app.run()


def report(home: Path) -> AppTest:
    return page("evaluate", run=finished().id, data="demo", look="report")


BUTTONS: dict[str, tuple[Callable[[Path], AppTest], str]] = {
    "train": (train, "train"),
    "train again": (train_again, "retry"),
    "resume": (train_again, "resume"),
    "stop": (stop, "stop"),
    "use the model": (use, "use_model"),
    "tune": (tune, "tune"),
    "train the best": (best, "train_best"),
    "check": (check, "check"),
    "bring a zip in": (bring, "bring_zip_go"),
    "correct": (correct, "sad_"),
    "delete": (delete, "delete_"),
    "report": (report, "make_report"),
}
NEED_NO_ROOM = {"delete"}  # a full disk lets go of what it holds


def press(app: AppTest, beginning: str) -> AppTest:
    """Presses the first button whose key begins so."""
    return (
        next(one for one in app.button if (one.key or "").startswith(beginning) and one.key != "delete_all_yes")
        .click()
        .run()
    )


def said(app: AppTest) -> str:
    return "\n".join(str(one.value) for one in [*app.error, *app.toast]).replace("\\", "")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", BUTTONS)
def test_a_button_says_that_nothing_can_be_written(home: Path, name: str, kind: str) -> None:
    opened, key = BUTTONS[name]
    app = opened(home)
    before = {run.id for run in list_runs()}

    with taking_nothing(home, KINDS[kind]):
        press(app, key)

    assert not app.exception
    if not (name in NEED_NO_ROOM and KINDS[kind] == FULL):
        assert SAID[KINDS[kind]] in said(app)
    assert app.title or app.header or app.subheader
    assert {run.id for run in list_runs()} == before
    assert strays(home) == []


def test_a_model_can_be_chosen_when_there_is_room_again(home: Path) -> None:
    run = finished()
    app = page("train", run=run.id)
    with taking_nothing(home, FULL):
        press(app, "use_model")
    assert preferences.chosen_model() != run.id

    press(app, "use_model")

    assert preferences.chosen_model() == run.id
    assert said(app) == ""


def test_a_check_can_be_asked_for_when_there_is_room_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = check(home)
    with taking_nothing(home, FULL):
        press(app, "check")
    asked: list[str] = []
    monkeypatch.setattr(tasks, "start", lambda name, *_: asked.append(name))

    press(app, "check")

    assert len(asked) == 1
    assert said(app) == ""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["predict", "data", "teach", "train", "tune", "evaluate", "runs"])
def test_a_page_is_drawn_where_nothing_can_be_written(home: Path, name: str, kind: str) -> None:
    with taking_nothing(home, KINDS[kind]):
        app = page(name)

    assert not app.exception
    assert app.title or app.header or app.subheader
