"""The Evaluate page as a person meets it: a model, faces with known answers, the figures, the faces behind them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from emotion.data.drawn import write
from emotion.recipes.settings import TrainingConfig
from emotion.runs.run import RunPaths, Status, new_run, write_status
from emotion.system.files import read_json, write_json
from tests.evaluate_page import elements_of, html_of, open_evaluate
from tests.tiny_model import BRIGHTNESS, give_model

ROOT = Path(__file__).resolve().parents[2]
THREE_CLASSES = ROOT / "tests" / "data" / "three_classes"
BRIGHT, DARK = 240, 10
FACES = {  # 9 of 12 are answered right: 3 of 4 sad ones, 6 of 8 happy ones
    "sad": {"dark1": DARK, "dark2": DARK, "dark3": DARK, "bright": BRIGHT},
    "happy": {f"bright{number}": BRIGHT for number in range(6)} | {"dark1": DARK, "dark2": DARK},
}


def write_faces(root: Path, split: str, faces: dict[str, dict[str, int]]) -> None:
    for name, pictures in faces.items():
        folder = root / split / name
        folder.mkdir(parents=True)
        for file, grey in pictures.items():
            Image.fromarray(np.full((48, 48), grey, np.uint8)).save(folder / f"{file}.png")


def make_run(data: str, model: Path | None = BRIGHTNESS, name: str = "my run") -> RunPaths:
    paths = new_run(TrainingConfig(data=data, name=name))
    if model is not None:
        give_model(paths, model)
    write_status(paths, Status.COMPLETED)
    return paths


@pytest.fixture
def faces(home: Path) -> Path:
    """A data folder whose test faces are answered as `FACES` says."""
    root = home / "twelve faces"
    write_faces(root, "train", {"sad": {"dark": DARK}, "happy": {"bright": BRIGHT}})
    write_faces(root, "test", FACES)
    return root


@pytest.fixture
def run(faces: Path) -> RunPaths:
    """A finished run with a model, trained on those faces."""
    return make_run(str(faces))


def gallery_of(app: AppTest) -> dict[str, Any]:
    """What the gallery's element was given: its faces, its label, which one is open."""
    return next(element for element in elements_of(app) if "faces" in element)


def label_of(app: AppTest, start: str) -> str:
    """The label, for screen readers, of the element of ours that begins so."""
    return next(element["label"] for element in elements_of(app) if element["label"].startswith(start))


def names(app: AppTest) -> list[str]:
    return [face["name"] for face in gallery_of(app)["faces"]]


def test_shows_the_share_it_got_right_with_its_interval(run: RunPaths) -> None:
    app = open_evaluate()

    assert "75.0 %" in html_of(app)
    assert "12 faces" in html_of(app)
    assert "between 46.8 and 91.1 %" in html_of(app)  # Wilson, for 9 of 12
    assert not app.exception


def test_says_what_always_happy_would_get(run: RunPaths) -> None:
    app = open_evaluate()

    assert "Always saying “happy” would get 66.7 %" in html_of(app)


@pytest.mark.parametrize("term", ["accuracy", "95 % interval", "baseline", "balanced accuracy", "ROC AUC", "loss",
                                  "recall", "precision", "F1"])  # fmt: skip
def test_names_the_term_of_the_field_once(run: RunPaths, term: str) -> None:
    app = open_evaluate()

    assert html_of(app).count(f"({term})") == 1


def test_tells_the_confusion_matrix_in_words(run: RunPaths) -> None:
    app = open_evaluate()

    said = label_of(app, "Who was called what")
    assert "truth sad: 3 called sad, 1 called happy; truth happy: 2 called sad, 6 called happy" in said


def test_shows_all_faces_with_the_most_wrong_first(run: RunPaths) -> None:
    app = open_evaluate()

    assert sorted(names(app)[:3]) == ["bright.png", "dark1.png", "dark2.png"]
    assert len(names(app)) == 12


def test_marks_mistakes_in_words_too(run: RunPaths) -> None:
    app = open_evaluate(show="wrong")

    assert {face["words"].rsplit(", ", 1)[1] for face in gallery_of(app)["faces"]} == {"a mistake"}
    assert all(face["wrong"] for face in gallery_of(app)["faces"])


@pytest.mark.parametrize(("show", "count"), [("all", 12), ("wrong", 3), ("right", 9)])
def test_filter_shows_as_many_faces_as_it_says(run: RunPaths, show: str, count: int) -> None:
    app = open_evaluate()

    app.button_group(key="evaluate_show").set_value(show).run()

    assert len(names(app)) == count
    assert any(option.endswith(f" {count}") for option in app.button_group(key="evaluate_show").options)


def test_truth_and_answer_show_one_cell_of_the_matrix(run: RunPaths) -> None:
    app = open_evaluate()

    app.selectbox(key="evaluate_truth").select("happy").run()
    app.selectbox(key="evaluate_answer").select("sad").run()

    assert names(app) == ["dark1.png", "dark2.png"]


def test_orders_faces_by_file(run: RunPaths) -> None:
    app = open_evaluate()

    app.selectbox(key="evaluate_order").select("file").run()

    assert names(app)[:4] == ["bright.png", "dark1.png", "dark2.png", "dark3.png"]


def test_writes_the_filters_into_the_address(run: RunPaths) -> None:
    app = open_evaluate()

    app.selectbox(key="evaluate_truth").select("sad").run()

    assert app.query_params == {"run": run.id, "data": "own", "truth": "sad"}


def test_a_second_click_with_an_address_from_before_the_first_loses_neither(run: RunPaths) -> None:
    app = open_evaluate()
    before = dict(app.query_params)
    app.selectbox(key="evaluate_truth").select("sad").run()
    app.query_params.clear()
    app.query_params.update(before)  # the browser was quicker than the answer

    app.selectbox(key="evaluate_answer").select("happy").run()

    assert app.query_params == {"run": run.id, "data": "own", "truth": "sad", "answer": "happy"}
    assert (app.selectbox(key="evaluate_truth").value, app.selectbox(key="evaluate_answer").value) == ("sad", "happy")


def test_address_brings_back_what_was_shown(run: RunPaths) -> None:
    app = open_evaluate(run=run.id, truth="sad", answer="happy", order="least sure", face="test/sad/bright.png")

    assert names(app) == ["bright.png"]
    assert app.selectbox(key="evaluate_order").value == "least sure"
    assert "test/sad/bright.png" in html_of(app)


@pytest.mark.parametrize("address", [{"show": "no"}, {"truth": "../x"}, {"order": "no"}, {"face": "/etc/passwd"},
                                     {"page": "99"}, {"data": "/etc"}])  # fmt: skip
def test_passes_over_unknown_words_in_the_address(run: RunPaths, address: dict[str, str]) -> None:
    app = open_evaluate(**address)

    assert len(names(app)) == 12
    assert not app.exception


def test_never_takes_a_model_from_a_path_in_the_address(run: RunPaths) -> None:
    app = open_evaluate(run=str(BRIGHTNESS))

    assert app.selectbox(key="evaluate_run").value == run.id
    assert "not here" in app.info[0].value


def test_opens_a_face_with_truth_answer_and_name(run: RunPaths) -> None:
    app = open_evaluate(face="test/happy/dark1.png")

    assert "looks sad" in html_of(app)
    assert "▲ happy, ✕ a mistake" in html_of(app)
    assert "test/happy/dark1.png" in html_of(app)
    assert gallery_of(app)["selected"] is not None


def test_closes_the_open_face(run: RunPaths) -> None:
    app = open_evaluate(face="test/happy/dark1.png")

    app.button(key="close_face").click().run()

    assert "test/happy/dark1.png" not in html_of(app)
    assert "face" not in app.query_params


def test_says_that_no_face_fits(home: Path) -> None:
    write_faces(home / "perfect", "test", {"sad": {"dark": DARK}, "happy": {"bright": BRIGHT}})
    make_run(str(home / "perfect"))
    app = open_evaluate(show="wrong")

    app.button(key="show_all").click().run()

    assert names(app) == ["dark.png", "bright.png"] or names(app) == ["bright.png", "dark.png"]


def test_shows_many_faces_a_page_at_a_time(home: Path) -> None:
    many = {f"{number:03d}": BRIGHT for number in range(100)}
    write_faces(home / "many", "test", {"sad": {"dark": DARK}, "happy": many})
    make_run(str(home / "many"))

    app = open_evaluate(page="2")

    assert len(names(app)) == 5
    assert "101 faces, page 2 of 2" in gallery_of(app)["label"]


def test_a_new_filter_starts_at_the_first_page(home: Path) -> None:
    many = {f"{number:03d}": BRIGHT for number in range(100)}
    write_faces(home / "many", "test", {"sad": {"dark": DARK}, "happy": many})
    make_run(str(home / "many"))
    app = open_evaluate(page="2")

    app.selectbox(key="evaluate_truth").select("happy").run()

    assert "100 faces, page 1 of 2" in gallery_of(app)["label"]


def test_shows_a_file_name_as_plain_text(home: Path) -> None:
    name = "**bold** [x](y) <b>x"
    write_faces(home / "odd", "test", {"sad": {"dark": DARK}, "happy": {name: BRIGHT}})
    make_run(str(home / "odd"))

    app = open_evaluate(face=f"test/happy/{name}.png")

    assert f"{name}.png" in names(app)
    assert "<b>x" not in html_of(app)
    assert "**bold** [x](y) &lt;b&gt;x" in html_of(app)


def test_says_how_the_training_ended(run: RunPaths) -> None:
    figures = {"accuracy": 0.9, "accuracy_interval": [0.6, 0.98], "n": 12}
    write_json(run.report, {"best": figures, "last": figures | {"accuracy": 0.8}, "best_epoch": 3, "epochs": 5})

    app = open_evaluate()

    told = " ".join(caption.value for caption in app.caption).replace("\\", "")
    assert "best epoch (3, the one that is kept) 90.0" in told
    assert "last epoch (5) 80.0" in told


def test_counts_pictures_that_cannot_be_read(faces: Path, run: RunPaths) -> None:
    (faces / "test" / "sad" / "broken.png").write_bytes(b"no picture")

    app = open_evaluate()

    assert any("1 picture could not be read and is not counted." in caption.value for caption in app.caption)
    assert "12 faces" in html_of(app)


def test_shows_the_newest_run_first(run: RunPaths, faces: Path) -> None:
    newer = make_run(str(faces), name="newer")

    app = open_evaluate()

    assert app.selectbox(key="evaluate_run").value == newer.id


def test_shows_the_run_that_the_address_names(run: RunPaths, faces: Path) -> None:
    make_run(str(faces), name="newer")

    app = open_evaluate(run=run.id)

    assert app.selectbox(key="evaluate_run").value == run.id


def test_warns_of_a_model_that_saw_only_drawn_faces(run: RunPaths) -> None:
    write_json(run.model_info, read_json(run.model_info) | {"data": "demo"})

    app = open_evaluate()

    assert "nothing but drawn faces" in app.warning[0].value


def test_warns_of_drawn_faces_that_a_model_has_not_learned_from(home: Path, run: RunPaths) -> None:
    write.write(home / "drawn_faces", train=2, test=6)

    app = open_evaluate(data="demo")

    assert "did not learn from drawn faces" in app.warning[0].value


def test_does_not_warn_of_drawn_faces_that_only_a_last_layer_was_fitted_to(home: Path) -> None:
    write.write(home / "drawn_faces", train=2, test=6)
    make_run("demo")

    app = open_evaluate(data="demo")

    assert [warning for warning in app.warning if "did not learn" in warning.value] == []


def test_shows_each_class_of_a_model_of_three(home: Path) -> None:
    write_faces(home / "three", "test", {"anger": {"a": 120}, "fear": {"b": BRIGHT}, "joy": {"c": DARK}})
    paths = make_run(str(home / "three"), THREE_CLASSES)
    classes = {"classes": ["anger", "fear", "joy"], "positive": "joy"}
    write_json(paths.model_info, read_json(paths.model_info) | classes)

    app = open_evaluate()

    assert "truth joy: 0 called anger, 0 called fear, 1 called joy" in label_of(app, "Who was called what")
    assert app.selectbox(key="evaluate_truth").options == ["any", "■ anger", "● fear", "★ joy"]
    assert not app.exception


def test_without_a_run_leads_to_train(home: Path) -> None:
    app = open_evaluate()

    assert "No run has a model yet" in app.info[0].value
    app.button(key="to_train").click().run()
    assert app.title[0].value == "Train"


def test_run_without_a_model_leads_to_that_run(home: Path) -> None:
    paths = make_run("demo", model=None)

    app = open_evaluate(run=paths.id)

    assert "has no model" in app.info[0].value
    assert app.button(key="to_run").label == "Go to that run"


def test_broken_model_file_is_told_with_a_way_out(run: RunPaths) -> None:
    run.model.write_bytes(b"broken")

    app = open_evaluate()

    assert "cannot be used as a model" in app.error[0].value
    assert app.button(key="to_train").label == "Train a model"
    assert not app.exception


def test_data_folder_that_is_gone_gives_way_to_drawn_faces(home: Path, faces: Path, run: RunPaths) -> None:
    write.write(home / "drawn_faces", train=2, test=6)
    faces.rename(home / "elsewhere")
    app = open_evaluate()
    told = app.error[0].value

    app.button(key="use_demo").click().run()

    assert "No folder at" in told
    assert len(names(app)) == 6


def test_data_without_a_test_split_is_told(faces: Path, run: RunPaths) -> None:
    shutil.rmtree(faces / "test")

    app = open_evaluate()

    assert "has no test/ folder" in app.error[0].value
    assert app.button(key="use_demo").label == "Use the drawn faces"


def test_the_figures_and_the_faces_are_told_in_the_language_of_the_browser(run: RunPaths, german: None) -> None:
    """Sections, orders and filters keep their English words in the address."""
    app = open_evaluate(run=run.id)

    assert app.title[0].value == "Auswerten"
    assert "von <b>12 Gesichtern</b> richtig (Trefferquote)" in html_of(app)
    assert "75,0 %" in html_of(app)
    assert app.segmented_control(key="evaluate_show").options[1] == "✕ falsch 3"

    app.segmented_control(key="evaluate_show").set_value("wrong").run()

    assert not app.exception
    assert any(one.value.startswith("Unten gezeigt: falsch") for one in app.caption)
    assert "wrong" in app.query_params["show"]


@pytest.mark.parametrize("look", ["threshold", "sure", "weak", "alike", "compare", "beat", "report"])
def test_every_section_can_be_looked_at_in_german(run: RunPaths, german: None, look: str) -> None:
    app = open_evaluate(run=run.id, look=look)

    assert not app.exception
    shown = [*app.caption, *app.subheader, *app.markdown, *app.info]
    assert not [one.value for one in shown if " the " in one.value]
