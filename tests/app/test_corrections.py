"""Correcting an answer: what is kept, shown, deleted and learned from, and the choice between two models."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from emotion.data import collection
from emotion.metrics.paired import Comparison, compare
from emotion.models import preferences
from emotion.models.predictor import load_model
from emotion.recipes.settings import TrainingConfig
from emotion.runs.run import RunPaths, Status, list_runs, new_run, write_status
from emotion.system import tasks
from emotion.system.files import read_json, write_json
from emotion.training.head import correct as head_correct
from emotion.training.head import run as head_run
from pages.ui.shared import before_after
from tests.tiny_model import give_model
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]


def finished_run(**config: Any) -> RunPaths:
    paths = new_run(TrainingConfig(**config))
    give_model(paths)
    write_status(paths, Status.COMPLETED)
    return paths


@pytest.fixture
def model(home: Path) -> str:
    """The id of a finished run with a model that can be gone on from; its data is not here."""
    paths = finished_run(name="my run", data=str(home / "gone"))
    paths.keras_model.write_bytes(b"only ever looked for")
    return paths.id


def face(grey: int) -> Image.Image:
    return Image.fromarray(np.full((60, 60), grey, np.uint8))


def open_predict(model: str, grey: int | None = None) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params["model"] = model
    app.session_state["own_pictures"] = True  # the panel is open
    app.run()
    if grey is not None:
        buffer = io.BytesIO()
        face(grey).save(buffer, "PNG")
        app.file_uploader(key="uploads").upload("picture.png", buffer.getvalue(), "image/png").run()
    return app


def press(app: AppTest, start_of_key: str) -> AppTest:
    """Presses the only button whose key begins so."""
    (button,) = [button for button in app.button if button.key and button.key.startswith(start_of_key)]
    return button.click().run()


def keys(app: AppTest) -> list[str]:
    return [button.key for button in app.button if button.key]


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption]).replace("\\", "")


def keep(number: int, label: str) -> None:
    for grey in range(number):
        collection.keep(face(10 + grey if label == "sad" else 240 + grey), label)


def test_keeps_nothing_before_the_click(model: str) -> None:
    open_predict(model, 250)

    assert collection.listing() == []


def test_keeps_the_face_with_the_chosen_answer(model: str) -> None:
    app = press(open_predict(model, 250), "sad_")

    assert [kept.label for kept in collection.listing()] == ["sad"]
    assert "Kept as ▼ **sad**" in texts(app)
    assert "only the cut-out face" in app.toast[0].value


def test_an_unsure_answer_can_be_corrected_in_the_open(model: str, home: Path) -> None:
    info = home / "runs" / model / "model.json"
    write_json(info, read_json(info) | {"unsure_band": [0.0, 1.0]})
    app = open_predict(model, 250)

    offered = [button.label for button in app.button if button.key and button.key.startswith(("happy_", "sad_"))]
    press(app, "sad_")

    assert offered == ["▲ happy", "▼ sad"]
    assert "Correct it:" not in texts(app)
    assert collection.counts() == {"sad": 1}


def test_keeps_only_the_face_of_a_photo(model: str, astronaut: Path) -> None:
    app = open_predict(model)
    app.file_uploader(key="uploads").upload("photo.png", astronaut.read_bytes(), "image/png").run()

    press(app, "sad_")

    with Image.open(collection.listing()[0].path) as kept:
        assert kept.width == kept.height < 200


def test_takes_a_correction_back(model: str) -> None:
    app = press(open_predict(model, 250), "sad_")

    press(app, "undo_")

    assert collection.listing() == []
    assert any(key.startswith("sad_") for key in keys(app))


def test_shows_no_panel_while_nothing_is_kept(model: str) -> None:
    app = open_predict(model)

    assert "retrain" not in keys(app)


def test_counts_what_is_kept(model: str) -> None:
    keep(2, "happy")
    keep(3, "sad")

    app = open_predict(model)

    assert "▲ 2 happy, ▼ 3 sad" in texts(app)


def test_deletes_one_picture(model: str) -> None:
    keep(2, "sad")
    first = collection.listing()[0]

    press(open_predict(model), f"delete_{first.id}")

    assert first.id not in [kept.id for kept in collection.listing()]
    assert len(collection.listing()) == 1


def test_deletes_all_pictures_after_a_second_click(model: str, home: Path) -> None:
    keep(3, "sad")

    app = press(open_predict(model), "delete_all_yes")

    assert not (home / "mine").exists()
    assert "retrain" not in keys(app)


def test_forgets_a_correction_whose_picture_was_deleted(model: str) -> None:
    app = press(open_predict(model, 250), "sad_")

    press(app, "delete_all_yes")

    assert any(key.startswith("sad_") for key in keys(app))


@pytest.mark.parametrize(("sad", "may"), [(4, False), (5, True), (6, True)])
def test_refuses_to_learn_from_fewer_than_five_of_a_class_alone(model: str, sad: int, may: bool) -> None:
    keep(5, "happy")
    keep(sad, "sad")

    app = open_predict(model)

    assert app.button(key="retrain").disabled is not may
    assert ("at least 5 of each class" in texts(app)) is not may
    assert ("only its last layer is trained" in texts(app)) is may


def test_one_picture_is_enough_beside_the_old_data(home: Path) -> None:
    paths = finished_run(data="demo")
    paths.keras_model.write_bytes(b"only ever looked for")
    keep(1, "sad")

    app = open_predict(paths.id)

    assert not app.button(key="retrain").disabled
    assert "drawn faces (demo)" in texts(app)


def test_says_when_there_is_nothing_to_go_on_from(home: Path) -> None:
    keep(5, "happy")
    keep(5, "sad")

    app = open_predict(finished_run().id)

    assert app.button(key="retrain").disabled
    assert "model.keras" in texts(app)


def pair(before: int, after: int, n: int = 10) -> dict[str, Any]:
    right = np.arange(n)
    return {"before": {}, "after": {}, "comparison": compare(right < before, right < after).to_json()}


def retrained(old: str, **facts: Any) -> RunPaths:
    paths = finished_run(start_from=old, own=True)
    own = pair(3, 8) | {"how": "In turn.", "seen": 9, "base": old, "folds": 5}
    compared = {"base": old, "test": pair(700, 690, 1000), "own": own, "warning": ""} | facts
    write_json(paths.report, {"compared": compared, "warning": ""})
    return paths


def open_train(run: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params["run"] = run
    return app.switch_page("pages/train.py").run()


def html_of(app: AppTest) -> str:
    return " ".join(element.value if hasattr(element, "value") else element.proto.body for element in app.get("html"))


def test_shows_before_and_after_on_both(model: str) -> None:
    app = open_train(retrained(model).id)

    for figure in ("70.0", "69.0", "3 of 10 right", "8 of 10 right"):
        assert figure in html_of(app)
    assert "10 fewer right than before" in texts(app)
    assert "5 more right than before" in texts(app)


def test_says_that_answers_to_learned_pictures_prove_nothing(model: str) -> None:
    app = open_train(retrained(model).id)

    assert "answers 9 of 10 pictures right" in texts(app)


def test_says_why_there_are_no_test_faces(model: str) -> None:
    app = open_train(retrained(model, test=None).id)

    assert "no test faces" in texts(app)
    assert "8 of 10 right" in html_of(app)


def test_says_what_could_not_be_compared(model: str) -> None:
    app = open_train(retrained(model, test=None, own=None, warning="The model before is gone.").id)

    assert any("The model before is gone" in box.value.replace("\\", "") for box in app.warning)


def test_keeps_the_new_model_for_every_page(model: str) -> None:
    new = retrained(model).id
    app = open_train(new)

    app.button(key="keep_new").click().run()

    assert preferences.chosen_model() == new
    assert app.selectbox(key="model_choice").value == new
    assert "Kept: the new model" in texts(app)


def test_keeps_the_old_model_when_asked_to(model: str) -> None:
    app = open_train(retrained(model).id)

    app.button(key="keep_new").click().run()
    app.button(key="keep_old").click().run()

    assert preferences.chosen_model() == model
    assert app.selectbox(key="model_choice").value == model


def test_says_when_the_old_model_is_gone(model: str, home: Path) -> None:
    new = retrained(model).id
    shutil.rmtree(home / "runs" / model)
    app = open_train(new)

    app.button(key="keep_old").click().run()

    assert preferences.chosen_model() == "pretrained"
    assert app.error[0].value


def test_a_new_session_begins_with_the_kept_model(model: str) -> None:
    preferences.choose_model(model)

    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()

    assert app.selectbox(key="model_choice").value == model
    assert "model" not in app.query_params


@pytest.mark.parametrize(("n", "says"), [(99, "99 of 99 right"), (100, "100.0\N{NO-BREAK SPACE}% of 100 right")])
def test_counts_few_pictures_and_gives_shares_of_many(n: int, says: str) -> None:
    result = Comparison.from_json(pair(n, n, n)["comparison"])

    assert says in before_after.sides(result)


@pytest.fixture
def with_data(home: Path) -> str:
    """The id of a finished run whose data is here: 40 dark sad and bright happy pictures."""
    for split, count in (("train", 15), ("test", 5)):
        for label, grey in (("sad", 40), ("happy", 220)):
            folder = home / "data" / split / label
            folder.mkdir(parents=True)
            for number in range(count):
                Image.fromarray(np.full((48, 48), grey + number, np.uint8)).save(folder / f"{number}.png")
    return finished_run(name="my run", data=str(home / "data")).id


def measured(app: AppTest) -> AppTest:
    """After the work in the background that a correction is measured by."""
    wait_for(lambda: all(task.ended for task in tasks.list_tasks("correction")))
    return app.run()


def test_shows_at_once_what_a_correction_changes(with_data: str) -> None:
    app = measured(press(open_predict(with_data, 250), "sad_"))

    assert "With your 1 correction, this face: ▼ sad" in texts(app)
    assert any("of 10 right" in each.proto.body for each in app.get("html"))
    assert any(key.startswith("keep_") for key in keys(app))
    assert [run.config.recipe for run in list_runs()] == ["classic"]  # nothing is kept yet


def test_keeping_the_corrected_model_starts_a_run_that_makes_it(
    with_data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emotion.system.processes.start_command", lambda words, log: None)
    app = measured(press(open_predict(with_data, 250), "sad_"))

    press(app, "keep_")

    (run,) = [run for run in list_runs() if run.config.recipe == "head"]
    assert (run.config.start_from, run.config.own) == (with_data, True)
    head_run.work(run.paths, run.config, lambda phase: None, lambda row: None)
    report = read_json(run.paths.report)
    assert report["compared"]["base"] == with_data
    assert report["compared"]["test"]["comparison"]["n"] == 10
    assert load_model(run.id).info.classes == ("sad", "happy")


def test_offers_not_to_keep_what_costs_too_much(with_data: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_correct.Effect, "costs_too_much", True)
    app = measured(press(open_predict(with_data, 250), "sad_"))
    assert "Better not keep it" in app.warning[0].value

    press(app, "leave_")

    assert collection.listing() == []


def test_without_its_data_a_model_shows_no_effect(model: str) -> None:
    app = measured(press(open_predict(model, 250), "sad_"))

    assert "With your 1 correction" not in texts(app)
    assert "Kept as ▼ **sad**" in texts(app)
