"""The Runs page as a person meets it: the table, and what can be done with the run that is ticked."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from emotion.models import bundle, load_model
from emotion.recipes.settings import TrainingConfig
from emotion.runs.history import append_history
from emotion.runs.run import RunPaths, Status, list_runs, new_run, write_status
from emotion.system import tasks
from emotion.system.files import read_json, write_json
from pages.ui.shared.bring_model import TASK
from tests.tiny_model import give_model

ROOT = Path(__file__).resolve().parents[2]


def run_in(status: Status, name: str = "mine") -> RunPaths:
    paths = new_run(TrainingConfig(name=name, epochs=4))
    for epoch in (1, 2):
        append_history(paths, event="epoch", epoch=epoch, loss=0.5, accuracy=0.7, val_loss=0.6 / epoch,
                       val_accuracy=0.4 * epoch, seconds=30)  # fmt: skip
    write_status(paths, status)
    return paths


def open_runs(ticked: int | None = None) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    app.switch_page("pages/runs.py").run()
    if ticked is not None:
        app.session_state["runs_table"] = {"selection": {"rows": [ticked], "columns": [], "cells": []}}
        app.run()
    return app


def keys(app: AppTest) -> set[str | None]:
    return {button.key for button in app.button}


def test_without_runs_says_so_and_offers_to_train(home: Path) -> None:
    app = open_runs()

    assert "Nothing has been trained here yet." in app.info[0].value
    assert "to_train" in keys(app)


def test_lists_a_run_with_its_status_in_words(home: Path) -> None:
    run_in(Status.STOPPED)

    (row,) = open_runs().dataframe[0].value.to_dict("records")

    assert (row["run"], row["status"], row["epochs"], row["took"]) == ("mine", "stopped and kept", "2 of 4", "60 s")
    assert row["best"] == 80
    assert list(row["learning"]) == [0.4, 0.8]


def test_lists_the_newest_run_first(home: Path) -> None:
    write_status(run_in(Status.COMPLETED, "old"), Status.COMPLETED, created=1.0)
    run_in(Status.COMPLETED, "new")

    assert list(open_runs().dataframe[0].value["run"]) == ["new", "old"]


def test_a_run_without_an_epoch_has_no_figures(home: Path) -> None:
    write_status(new_run(TrainingConfig(name="early")), Status.FAILED)

    (row,) = open_runs().dataframe[0].value.to_dict("records")

    assert (row["status"], row["epochs"], row["took"]) == ("failed", "0 of 10", "")


def test_a_ticked_run_with_a_model_can_be_used(home: Path) -> None:
    give_model(run_in(Status.COMPLETED))

    app = open_runs(ticked=0)

    assert {"to_evaluate", "to_predict", "to_run"} <= keys(app)
    assert "resume" not in keys(app)


def test_a_ticked_lost_run_can_be_rescued_and_resumed(home: Path) -> None:
    paths = run_in(Status.RUNNING)
    paths.keras_model.touch()
    paths.last_checkpoint.touch()

    app = open_runs(ticked=0)

    assert {"rescue", "resume"} <= keys(app)
    assert "to_predict" not in keys(app)


def test_renames_a_run_in_the_persons_own_file(home: Path) -> None:
    paths = run_in(Status.COMPLETED)
    app = open_runs(ticked=0)

    app.text_input(key=f"name_{paths.id}").set_value("with **glasses**")
    app.button(key="rename").click().run()

    assert read_json(paths.person)["name"] == "with **glasses**"
    assert app.dataframe[0].value["run"][0] == "with **glasses**"


def test_open_leads_to_the_run_on_the_train_page(home: Path) -> None:
    give_model(run_in(Status.COMPLETED))
    app = open_runs(ticked=0)

    app.button(key="to_run").click().run()

    assert app.title[0].value == "Train"


def test_the_files_of_a_run_are_not_opened_again_at_the_next_rerun(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        paths = run_in(Status.STOPPED, name)
        write_json(paths.report, {"seconds": 60.0})
        for path in paths.root.iterdir():
            os.utime(path, (1_700_000_000, 1_700_000_000))
    opened: list[str] = []
    read_text = Path.read_text

    def counted(path: Path, *arguments: Any, **options: Any) -> str:
        if path.is_relative_to(home / "runs"):
            opened.append(f"{path.parent.name}/{path.name}")
        return read_text(path, *arguments, **options)

    monkeypatch.setattr(Path, "read_text", counted)

    app = open_runs()
    assert len(opened) == len(set(opened)) > 0
    opened.clear()
    app.run()

    assert opened == []
    assert set(app.dataframe[0].value["run"]) == {"one", "two"}


ELSEWHERE = ROOT / "tests" / "data" / "elsewhere"


def bring_in(app: AppTest, *given: tuple[str, bytes]) -> AppTest:
    """Uploads these files, presses the button and waits for what comes of it."""
    app.file_uploader(key="bundle").set_value([(name, content, "") for name, content in given]).run()
    return app


def awaited(app: AppTest) -> AppTest:
    app.button(key="bring_in_now").click().run()
    limit = time.monotonic() + 120
    while not (task := tasks.find(app.session_state[TASK])) or not task.ended:
        assert time.monotonic() < limit
        time.sleep(0.2)
    return app.run()


def test_a_model_of_teachable_machine_is_brought_in_and_tried(home: Path) -> None:
    app = open_runs()

    bring_in(app, *((name, (ELSEWHERE / name).read_bytes()) for name in ("model_unquant.tflite", "labels.txt")))
    awaited(app)

    assert app.success[0].value == "model\\_unquant is here, and is used like any other model\\."
    assert (app.dataframe[0].value["recipe"][0], app.dataframe[0].value["epochs"][0]) == ("made elsewhere", "")
    assert {"brought_to_predict", "brought_to_evaluate"} <= keys(app)
    app.button(key="brought_to_predict").click().run()
    assert not app.exception
    assert app.title[0].value != "Runs"


def test_what_a_model_does_not_say_is_asked_for(home: Path) -> None:
    app = bring_in(open_runs(), ("one.tflite", (ELSEWHERE / "one.tflite").read_bytes()))

    awaited(app)
    assert "nothing says what its 2 answers mean" in app.error[0].value
    app.text_area(key="bring_in_names").set_value("sad\nhappy")
    app.selectbox(key="bring_in_range").set_value("0 to 1")
    awaited(app)

    assert "one is here" in app.success[0].value
    info = load_model(list_runs()[0].id).info
    assert (info.classes, info.origin["range"]) == (("sad", "happy"), [0.0, 1.0])


def test_a_zip_that_was_taken_along_comes_back(home: Path) -> None:
    paths = give_model(run_in(Status.COMPLETED))
    app = bring_in(open_runs(), ("mine.zip", bundle.pack(paths.id)))

    awaited(app)

    assert "mine is here" in app.success[0].value
    assert list(app.dataframe[0].value["run"]) == ["mine", "mine"]


def test_a_run_made_elsewhere_opens_and_offers_what_it_can(home: Path) -> None:
    app = open_runs()
    bring_in(app, *((name, (ELSEWHERE / name).read_bytes()) for name in ("model_unquant.tflite", "labels.txt")))
    awaited(app)
    app.session_state["runs_table"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()

    app.button(key="to_run").click().run()

    assert not app.exception
    assert "to_predict" in keys(app)
    assert "again" not in keys(app)
