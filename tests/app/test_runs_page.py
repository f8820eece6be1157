"""The Runs page as a person meets it: the table, and what can be done with the run that is ticked."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from emotion.models import bundle, load_model
from emotion.recipes import Augmentation, TrainingConfig
from emotion.runs import person
from emotion.runs.history import append_history
from emotion.runs.run import RunPaths, Status, list_runs, new_run, write_status
from emotion.system import tasks
from emotion.system.files import read_json, write_json
from emotion.tuning import Settings, folder
from pages.ui.runs import listed
from pages.ui.shared.bring_model import TASK
from tests.evaluate_page import elements_of, html_of
from tests.tiny_model import give_model

ROOT = Path(__file__).resolve().parents[2]


def run_in(status: Status, name: str = "mine", **settings: Any) -> RunPaths:
    paths = new_run(TrainingConfig(name=name, **({"epochs": 4} | settings)))
    for epoch in (1, 2):
        append_history(paths, event="epoch", epoch=epoch, loss=0.5, accuracy=0.7, val_loss=0.6 / epoch,
                       val_accuracy=0.4 * epoch, seconds=30)  # fmt: skip
    write_status(paths, status)
    return paths


def open_runs(opened: RunPaths | None = None, **state: Any) -> AppTest:
    """The page, with a run open and with these words in the session."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    if opened is not None:
        app.query_params["run"] = opened.id
    for name, value in state.items():
        app.session_state[name] = value
    return app.switch_page("pages/runs.py").run()


def table_of(app: AppTest) -> str:
    """The markup of the table, of both parts where a run is open."""
    pieces = [element["markup"] for element in elements_of(app) if 'class="runs"' in element.get("markup", "")]
    return "".join(pieces).replace("\N{NO-BREAK SPACE}", " ")


def names(app: AppTest) -> list[str]:
    """The names in the table, from top to bottom."""
    return re.findall(r'<th scope="row"><button [^>]*aria-label="([^"]*)"', table_of(app))


def keys(app: AppTest) -> set[str | None]:
    return {button.key for button in app.button}


def test_without_runs_says_so_and_offers_to_train(home: Path) -> None:
    app = open_runs()

    assert "Nothing has been trained here yet." in app.info[0].value
    assert "to_train" in keys(app)


def test_lists_a_run_with_its_state_figures_and_a_small_curve(home: Path) -> None:
    paths = give_model(run_in(Status.STOPPED))
    write_json(paths.report, {"best": {"n": 200, "accuracy": 0.8, "accuracy_interval": [0.74, 0.85]}})

    table = table_of(open_runs())

    for said in ("stopped and kept", "80.0 %<small>epoch 2 of 2", "<b>80.0 %</b><small>74.0–85.0 % of 200",
                 "drawn faces (demo)<small>classic", "<small>60 s", "40 % after the first of 2 epochs"):  # fmt: skip
        assert said in table
    assert table.count("<polyline") == 1


def test_a_run_that_was_stopped_too_soon_is_not_called_kept(home: Path) -> None:
    run_in(Status.STOPPED)

    table = table_of(open_runs())

    assert '<i class="badge">stopped</i>' in table


def test_lists_the_newest_run_first_and_in_another_order(home: Path) -> None:
    write_status(run_in(Status.COMPLETED, "old"), Status.COMPLETED, created=1.0)
    run_in(Status.COMPLETED, "young")
    app = open_runs()
    assert names(app) == ["young", "old"]

    app.selectbox(key="runs_order").set_value("name").run()

    assert names(app) == ["old", "young"]


def test_a_run_without_an_epoch_has_no_figures(home: Path) -> None:
    write_status(new_run(TrainingConfig(name="early")), Status.FAILED)

    table = table_of(open_runs())

    assert "failed" in table
    assert table.count('<span class="faint">–</span>') == 3


def test_note_and_tags_stand_in_the_table_and_are_escaped(home: Path) -> None:
    person.write(run_in(Status.COMPLETED).person, note="<b>those</b> with glasses", tags=["a&b"])

    table = table_of(open_runs())

    assert "&lt;b&gt;those&lt;/b&gt; with glasses" in table
    assert '<i class="badge tag">a&amp;b</i>' in table


def test_a_search_and_a_filter_leave_what_fits_and_can_be_taken_off(home: Path) -> None:
    person.write(run_in(Status.COMPLETED, "one").person, tags=["late"])
    run_in(Status.FAILED, "two")
    app = open_runs()

    app.text_input(key="runs_find").set_value("late").run()
    assert names(app) == ["one"]
    app.selectbox(key="runs_status").set_value("failed").run()
    assert "No run fits." in app.info[0].value

    app.button(key="show_all_runs").click().run()
    assert names(app) == ["two", "one"]


def test_many_runs_come_a_page_at_a_time(home: Path) -> None:
    for number in range(listed.A_PAGE + 2):
        write_status(new_run(TrainingConfig(name=f"run {number}")), Status.COMPLETED, created=float(number))

    app = open_runs()

    assert names(app) == [f"run {number}" for number in range(listed.A_PAGE + 1, 1, -1)]
    assert "27 runs on 2 pages." in [caption.value for caption in app.caption]


def test_trials_are_one_row_that_can_be_unfolded(home: Path) -> None:
    trials = [run_in(Status.COMPLETED, f"trial {number}") for number in (1, 2)]
    run_in(Status.COMPLETED, "mine")
    settings = Settings(TrainingConfig(recipe="quick"), {"learning_rate": (1e-4, 1e-2)}, name="my study")
    study = folder.new(settings)
    told = [{"number": n, "state": "finished", "values": {}, "run": run.id} for n, run in enumerate(trials, 1)]
    write_json(study.trials, {"trials": told})

    assert names(open_runs()) == ["mine", "▸ my study"]
    assert names(open_runs(runs_unfolded={study.id})) == ["mine", "▾ my study", "trial 2", "trial 1"]


def test_an_open_run_with_a_model_can_be_used(home: Path) -> None:
    app = open_runs(give_model(run_in(Status.COMPLETED)))

    assert {"to_evaluate", "to_predict", "to_run"} <= keys(app)
    assert "resume" not in keys(app)


def test_an_open_lost_run_can_be_rescued_and_resumed(home: Path) -> None:
    paths = run_in(Status.RUNNING)
    paths.keras_model.touch()
    paths.last_checkpoint.touch()

    app = open_runs(paths)

    assert {"rescue", "resume"} <= keys(app)
    assert "to_predict" not in keys(app)


def test_name_note_and_tags_are_saved_in_the_persons_own_file(home: Path) -> None:
    paths = run_in(Status.COMPLETED)
    app = open_runs(paths)

    app.text_input(key=f"name_{paths.id}").set_value("with **glasses**")
    app.text_area(key=f"note_{paths.id}").set_value("those of June")
    app.button(key="save_words").click().run()

    assert read_json(paths.person) == {"name": "with **glasses**", "note": "those of June", "tags": []}
    assert names(app) == ["with **glasses**"]
    assert "those of June" in table_of(app)


def test_a_note_alone_keeps_the_name_that_the_run_has_by_itself(home: Path) -> None:
    paths = run_in(Status.COMPLETED, "")
    app = open_runs(paths)

    app.text_area(key=f"note_{paths.id}").set_value("a try")
    app.button(key="save_words").click().run()

    assert read_json(paths.person)["name"] == ""


def test_open_leads_to_the_run_on_the_train_page(home: Path) -> None:
    app = open_runs(give_model(run_in(Status.COMPLETED)))

    app.button(key="to_run").click().run()

    assert app.title[0].value == "Train"


def test_an_open_run_stands_below_its_row(home: Path) -> None:
    paths = [run_in(Status.COMPLETED, name) for name in ("three", "two", "one")]

    app = open_runs(paths[1])

    parts = [element["markup"] for element in elements_of(app) if 'class="runs"' in element.get("markup", "")]
    assert [part.count("<tr class=") for part in parts] == [2, 1]
    assert names(app) == ["one", "two", "three"]


def test_a_deleted_run_comes_back_on_a_click(home: Path) -> None:
    paths = run_in(Status.COMPLETED)
    run_in(Status.COMPLETED, "other")
    app = open_runs(paths)

    app.button(key="delete").click().run()
    assert names(app) == ["other"]
    assert "“mine” lies in the bin now" in app.markdown[0].value
    assert f"restore_{paths.id}" in keys(app)

    app.button(key="undo_delete").click().run()
    assert names(app) == ["other", "mine"]
    assert not app.exception


def test_the_bin_is_emptied_on_a_click(home: Path) -> None:
    paths = run_in(Status.COMPLETED)
    app = open_runs(paths)
    app.button(key="delete").click().run()

    app.button(key="empty_bin_now").click().run()

    assert not (home / "runs" / ".bin" / paths.id).exists()
    assert "undo_delete" not in keys(app)


def test_several_ticked_runs_are_deleted_at_once(home: Path) -> None:
    ids = [run_in(Status.COMPLETED, name).id for name in ("one", "two")]
    run_in(Status.COMPLETED, "three")
    app = open_runs(runs_ticked=list(ids))

    app.button(key="delete_ticked").click().run()

    assert names(app) == ["three"]
    assert app.session_state["runs_ticked"] == []


def test_a_run_at_work_cannot_be_deleted(home: Path) -> None:
    paths = run_in(Status.QUEUED)

    assert "delete" not in keys(open_runs(paths))
    app = open_runs(runs_ticked=[paths.id])
    app.button(key="delete_ticked").click().run()
    assert "stop it first" in app.error[0].value


def test_two_ticked_runs_are_compared(home: Path) -> None:
    data = str(home / "faces")
    for split in ("train", "test"):
        for name, grey in (("sad", 10), ("happy", 240)):
            (home / "faces" / split / name).mkdir(parents=True)
            for number in range(8):
                other = grey if number or split == "train" else 250 - grey
                Image.new("L", (48, 48), other).save(home / "faces" / split / name / f"{number}.png")
    one = give_model(run_in(Status.COMPLETED, "one", data=data, epochs=4))
    two = give_model(run_in(Status.COMPLETED, "two", data=data, epochs=9), threshold=0.0)
    none = run_in(Status.FAILED, "three", data=data, epochs=4)
    compared = f"{one.id},{two.id},{none.id}"
    app = open_runs(runs_ticked=[one.id, two.id, none.id])

    app.button(key="compare").click().run()

    said = html_of(app)
    assert not app.exception
    assert app.query_params["compare"] in (compared, [compared])
    assert '<th scope="row">epochs</th><td>4</td><td>9</td><td>4</td>' in said
    assert "<b>A</b> one" in said
    assert "seed" not in said
    assert "87.5 %" in said
    assert "6 fewer right; this may be chance (about 7 in 100 times by luck alone)" in said
    assert "It has no model." in said
    app.button(key="compare_back").click().run()
    assert set(names(app)) == {"one", "two", "three"}


def test_an_address_that_names_one_run_to_compare_shows_the_table(home: Path) -> None:
    paths = run_in(Status.COMPLETED)
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    app.query_params["compare"] = f"{paths.id},gone"

    app.switch_page("pages/runs.py").run()

    assert "It takes two runs to compare" in app.info[0].value
    assert names(app) == ["mine"]


def test_train_again_opens_the_form_with_the_settings_of_the_run(home: Path) -> None:
    varied = Augmentation(mirror=True, shift=0.1)
    asked = {"recipe": "quick", "epochs": 7, "batch_size": 32, "learning_rate": 0.005, "validation_split": 0.3,
             "seed": 11, "label_smoothing": 0.1, "class_weights": "balanced", "drop_twins": True,
             "augmentation": varied, "classes": ("angry", "fear", "happy")}  # fmt: skip
    root = home / "faces"
    for split in ("train", "test"):
        for name in ("angry", "fear", "happy", "sad"):
            (root / split / name).mkdir(parents=True)
            Image.new("L", (48, 48), 99).save(root / split / name / "1.png")
    app = open_runs(run_in(Status.COMPLETED, data=str(root), **asked))

    app.button(key="again").click().run()

    assert app.title[0].value == "Train"
    assert app.text_input(key="train_folder").value == str(root)
    for name, value in asked.items():
        if name == "augmentation":
            assert app.slider(key="train_vary_shift").value == 0.1
        elif name == "classes":
            assert tuple(app.multiselect(key="train_classes").value) == value
        else:
            shown = round(100 * value) if name == "validation_split" else value
            assert app.session_state[f"train_{name}"] == shown, name


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
    assert set(names(app)) == {"one", "two"}


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
    assert "<small>made elsewhere</small>" in table_of(app)
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
    assert names(app) == ["mine", "mine"]


def test_a_run_made_elsewhere_opens_and_offers_what_it_can(home: Path) -> None:
    app = open_runs()
    bring_in(app, *((name, (ELSEWHERE / name).read_bytes()) for name in ("model_unquant.tflite", "labels.txt")))
    awaited(app)
    app.query_params["run"] = list_runs()[0].id
    app.run()

    app.button(key="to_run").click().run()

    assert not app.exception
    assert "to_predict" in keys(app)
    assert "again" not in keys(app)


def test_train_again_says_what_the_form_has_no_place_for(home: Path) -> None:
    app = open_runs(run_in(Status.COMPLETED, own=True, start_from="gone", recipe="quick"))

    app.button(key="again").click().run()

    assert "learned from your own pictures too" in app.info[0].value
    assert "is not here any more" in app.info[0].value
    assert not app.exception


def test_runs_are_listed_and_compared_in_the_language_of_the_browser(home: Path, german: None) -> None:
    """What stands in the address and in the files of a run stays as it is."""
    first, second = run_in(Status.STOPPED, name="one"), run_in(Status.COMPLETED, name="two")
    app = open_runs(first)

    assert app.title[0].value == "Läufe"
    assert ">behaltene Epoche</th>" in table_of(app)
    assert "Epoche 2 von 2" in table_of(app)
    assert app.selectbox(key="runs_order").options[0] == "neueste zuerst"

    app.query_params["compare"] = f"{first.id},{second.id}"
    app.run()

    assert not app.exception
    assert app.title[0].value == "Läufe nebeneinander"
    assert [one.value for one in app.subheader][:2] == ["Während sie lernten", "Was herauskam"]
