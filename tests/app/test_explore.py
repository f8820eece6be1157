"""The sections of Evaluate: threshold, how sure, weak spots, two models, the game, the report; and the filters."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from emotion.data import dataset, edits, listing
from emotion.data.drawn import write
from emotion.evaluation import robustness
from emotion.evaluation.report import job
from emotion.models.predictor import load_model
from emotion.recipes.settings import TrainingConfig
from emotion.runs.run import RunPaths, Status, new_run, write_status
from emotion.system import tasks
from emotion.system.files import read_json
from pages.ui.evaluate import results
from tests.evaluate_page import elements_of, html_of, open_evaluate
from tests.patterns import examples
from tests.tiny_model import BRIGHTNESS, give_model

ROOT = Path(__file__).resolve().parents[2]
THREE_CLASSES = ROOT / "tests" / "data" / "three_classes"
SECTIONS = ("overview", "threshold", "sure", "weak", "alike", "compare", "beat", "report")


def write_faces(root: Path, count: int, classes: tuple[str, ...] = ("sad", "happy")) -> Path:
    """A data folder with as many faces in train as in test."""
    some = examples(classes, count)
    for split in ("train", "test"):
        for number, (image, label) in enumerate(zip(some.images, some.labels, strict=True)):
            folder = root / split / some.classes[label]
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image if split == "test" else 255 - (255 - image) // 2).save(folder / f"{number:03d}.png")
    return root


def make_run(data: Path, model: Path = BRIGHTNESS, name: str = "my run", validation_split: float = 0.2) -> RunPaths:
    paths = give_model(new_run(TrainingConfig(data=str(data), name=name, validation_split=validation_split)), model)
    write_status(paths, Status.COMPLETED)
    return paths


@pytest.fixture
def run(home: Path) -> RunPaths:
    """A finished run on 90 faces, of which some are answered wrong."""
    return make_run(write_faces(home / "faces", 90))


def captions(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.caption).replace("\\", "").replace("\N{NO-BREAK SPACE}", " ")


def shown(app: AppTest) -> str:
    """The label of the gallery, such as "12 faces, page 1 of 1. …"."""
    return next(element["label"] for element in elements_of(app) if "faces" in element)


@pytest.mark.parametrize("look", SECTIONS)
def test_every_section_opens(run: RunPaths, look: str) -> None:
    app = open_evaluate(look=look)

    assert not app.exception
    assert not app.error
    assert app.button_group(key="evaluate_look").value == look


@pytest.mark.parametrize("look", [look for look in SECTIONS if look != "compare"])
def test_every_section_opens_for_three_classes(home: Path, look: str) -> None:
    classes = ("angry", "happy", "sad")
    make_run(write_faces(home / "three", 90, classes), THREE_CLASSES)

    app = open_evaluate(look=look, classes="all")

    assert not app.exception
    assert not app.error


def test_a_second_model_of_other_classes_is_told(home: Path) -> None:
    faces = write_faces(home / "three", 90, ("angry", "happy", "sad"))
    run, other = make_run(faces, THREE_CLASSES), make_run(faces, name="of two")

    app = open_evaluate(run=run.id, look="compare", classes="all", **{"with": other.id})

    assert "knows only the classes sad, happy" in app.error[0].value.replace("\\", "")
    assert not app.exception


@pytest.mark.parametrize("look", ["no", "../x"])
def test_an_unknown_section_is_the_overview(run: RunPaths, look: str) -> None:
    assert open_evaluate(look=look).button_group(key="evaluate_look").value == "overview"


@pytest.mark.parametrize("look", SECTIONS)
def test_few_faces_are_no_trouble(home: Path, look: str) -> None:
    make_run(write_faces(home / "few", 4))

    app = open_evaluate(look=look)

    assert not app.exception


def test_another_threshold_changes_figures_matrix_and_faces(run: RunPaths) -> None:
    before, after = open_evaluate(look="threshold"), open_evaluate(look="threshold", threshold="0.9")

    answered = [sum(face["words"].find("called happy") > 0 for face in _faces(app)) for app in (before, after)]
    assert answered[1] < answered[0]
    assert "is the threshold, 0.9" in html_of(after)
    assert next(label for label in _labels(before) if label.startswith("Who was")) not in _labels(after)


def _faces(app: AppTest) -> list[dict[str, Any]]:
    return next(element["faces"] for element in elements_of(app) if "faces" in element)


def _labels(app: AppTest) -> list[str]:
    return [element.get("label", "") for element in elements_of(app)]


def test_the_slider_writes_the_threshold_into_the_address(run: RunPaths) -> None:
    app = open_evaluate(look="threshold")

    app.slider(key="evaluate_threshold_slider").set_value(0.7).run()

    assert app.query_params["threshold"] == "0.7"
    assert "this page looks at 0.7" in captions(app).lower()


def test_shows_what_every_threshold_would_do(run: RunPaths) -> None:
    charts = {element["label"]: element["markup"] for element in elements_of(open_evaluate(look="threshold"))
              if "markup" in element}  # fmt: skip

    assert 'aria-label="above 0.' in charts["Faces found and faces wrongly called happy, at every threshold"]
    assert "Precision against recall, at every threshold" in charts


def test_each_of_three_classes_is_shown_against_the_rest(home: Path) -> None:
    make_run(write_faces(home / "three", 30, ("angry", "happy", "sad")), THREE_CLASSES)
    app = open_evaluate(look="threshold", classes="all")

    chosen = app.selectbox(key="curves_class")
    chosen.set_value(chosen.options[1]).run()

    assert not app.exception
    assert f"ROC of {chosen.options[1]} against the rest" in _labels(app)


@pytest.mark.parametrize("word", ["2", "-1", "nan", "x"])
def test_passes_over_a_threshold_that_is_none(run: RunPaths, word: str) -> None:
    app = open_evaluate(look="threshold", threshold=word)

    assert app.slider(key="evaluate_threshold_slider").value == 0.5
    assert not app.exception


def test_a_saved_threshold_is_used_from_then_on(run: RunPaths) -> None:
    app = open_evaluate(look="threshold", threshold="0.7")

    app.button(key="save_threshold").click().run()

    assert load_model(run.id).info.threshold == 0.7
    assert read_json(run.model_info)["threshold"] == 0.5
    assert "threshold" not in app.query_params
    assert app.slider(key="evaluate_threshold_slider").value == 0.7
    assert "Saved: 0.7" in captions(app)


def test_a_saved_threshold_can_be_taken_back(run: RunPaths) -> None:
    app = open_evaluate(look="threshold", threshold="0.7")
    app.button(key="save_threshold").click().run()

    app.button(key="forget_threshold").click().run()

    assert load_model(run.id).info.threshold == 0.5
    assert app.slider(key="evaluate_threshold_slider").value == 0.5


def test_dear_mistakes_lead_to_another_threshold(run: RunPaths) -> None:
    app = open_evaluate(look="threshold")
    app.number_input(key="cost_wrong_positive").set_value(20.0).run()

    app.button(key="use_cheapest").click().run()

    assert float(app.query_params["threshold"]) > 0.5
    assert app.button(key="use_cheapest").disabled


def test_costs_stay_while_other_sections_are_looked_at(run: RunPaths) -> None:
    app = open_evaluate(look="threshold")
    app.number_input(key="cost_wrong_positive").set_value(20.0).run()

    app.button_group(key="evaluate_look").set_value("sure").run()
    app.button_group(key="evaluate_look").set_value("threshold").run()

    assert app.number_input(key="cost_wrong_positive").value == 20.0


def test_a_range_in_the_address_narrows_the_faces(run: RunPaths) -> None:
    app = open_evaluate(brightness="..100")

    dark = examples().images.mean(axis=(1, 2)) <= 100
    assert shown(app).startswith(f"{dark.sum()} faces")
    assert "Shown below: brightness up to 100" in captions(app)


def test_ranges_and_classes_narrow_one_another(run: RunPaths) -> None:
    app = open_evaluate(brightness="..100", truth="happy", show="wrong")

    some = examples()
    wrong = (some.images.mean(axis=(1, 2)) <= 100) & (some.labels == 1)
    assert shown(app).startswith(f"{wrong.sum()} face")


def test_a_filter_can_be_taken_off(run: RunPaths) -> None:
    app = open_evaluate(brightness="..100")

    app.button(key="off_brightness").click().run()

    assert shown(app).startswith("90 faces")
    assert "brightness" not in app.query_params


def test_a_slider_sets_a_range(run: RunPaths) -> None:
    app = open_evaluate()

    app.slider(key="evaluate_brightness_slider").set_value((0, 100)).run()

    assert app.query_params["brightness"] == "..100"


@pytest.mark.parametrize(
    "address", [{"brightness": "a..b"}, {"sure": "..."}, {"group": "99"}, {"group": "x"}, {"tilt": "9..1"}]
)
def test_passes_over_unknown_filters(run: RunPaths, address: dict[str, str]) -> None:
    app = open_evaluate(**address)

    assert shown(app).startswith("90 faces")
    assert not app.exception


def test_a_group_of_mistakes_can_be_linked_to(run: RunPaths) -> None:
    app = open_evaluate(look="weak", group="0")

    assert all(face["wrong"] for face in _faces(app))
    assert "group 1 of mistakes" in captions(app)


def test_the_most_typical_faces_can_come_first(run: RunPaths) -> None:
    app = open_evaluate(order="most typical")

    assert app.selectbox(key="evaluate_order").value == "most typical"
    assert len(_faces(app)) == 90


def test_tells_how_sure_every_figure_is(run: RunPaths) -> None:
    app = open_evaluate(look="sure")

    text = html_of(app)
    for name in ("accuracy", "balanced accuracy", "ROC AUC", "macro F1"):
        assert f"({name})" in text
    assert "sad: F1" in text
    assert "expected calibration error" in captions(app)


def test_a_temperature_is_fitted_and_saved(home: Path) -> None:
    run = make_run(write_faces(home / "many", 240), validation_split=0.5)
    app = open_evaluate(look="sure")

    app.button(key="fit_temperature").click().run()
    told = captions(app)
    app.button(key="save_temperature").click().run()

    assert "120 validation faces best" in told
    assert load_model(run.id).info.temperature != 1.0
    assert not app.exception


def test_few_validation_faces_choose_no_temperature(run: RunPaths) -> None:
    app = open_evaluate(look="sure")

    app.button(key="fit_temperature").click().run()

    assert "18 validation faces cannot choose a temperature: with fewer than 100 it is chance" in captions(app)
    assert not any(button.key == "save_temperature" for button in app.button)


def test_the_shipped_model_says_why_it_cannot_be_fitted(run: RunPaths, home: Path) -> None:
    write.write(home / "drawn_faces", train=2, test=6)

    app = open_evaluate(run="pretrained", data="demo", look="sure")

    assert "whose validation faces are known" in captions(app)
    assert not any(button.key == "fit_temperature" for button in app.button)


def test_offers_to_corrupt_faces_and_shows_what_came_of_it(run: RunPaths, home: Path) -> None:
    app = open_evaluate(look="weak")
    assert app.button(key="try_robustness").label == "Try it"
    faces = dataset.load(listing.scan(home / "faces"), "test", ("sad", "happy"))
    robustness.measure(load_model(run.id), faces)

    app.run()

    assert "How often it is right: darkening" in _labels(app)
    assert not any(button.key == "try_robustness" for button in app.button)


def test_compares_two_models_on_the_same_faces(run: RunPaths, home: Path) -> None:
    paths = make_run(home / "faces", name="the other")

    app = open_evaluate(run=run.id, look="compare", **{"with": paths.id})

    words = " ".join(element.value for element in app.markdown).replace("\\", "")
    assert "“my run” and “the other” get as many right." in words
    assert "second minus first" in html_of(app)


def test_alone_there_is_nothing_to_compare_with(run: RunPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emotion.models.predictor.PRETRAINED", Path("nowhere"))

    app = open_evaluate(look="compare")

    assert "no second model yet" in app.info[0].value
    assert app.button(key="train_second").label == "Train a model"


def test_a_game_ends_with_both_scores(run: RunPaths) -> None:
    app = open_evaluate(look="beat")
    app.button(key="game_start").click().run()

    for _ in range(20):
        app.button(key="say_1").click().run()

    assert app.subheader[0].value in ("You beat the model.", "The model beats you.", "A draw.")
    assert "10 of 20 right" in html_of(app)  # half of them are happy
    assert any(button.key == "game_again" for button in app.button)


def test_a_word_can_be_taken_back(run: RunPaths) -> None:
    app = open_evaluate(look="beat")
    app.button(key="game_start").click().run()
    app.button(key="say_0").click().run()

    app.button(key="game_back").click().run()

    assert app.session_state["beat_the_model"]["said"] == []


def test_an_open_face_tells_why(run: RunPaths, home: Path) -> None:
    sad = sorted(path.name for path in (home / "faces" / "test" / "sad").iterdir())[0]
    app = open_evaluate(face=f"test/sad/{sad}")
    app.session_state["face_why"] = True
    app.run()

    assert 'class="strip"' in html_of(app)
    assert not app.exception


def test_a_wrong_label_is_mended_where_it_is_seen(run: RunPaths, home: Path) -> None:
    sad = sorted(path.name for path in (home / "faces" / "test" / "sad").iterdir())[0]
    app = open_evaluate(face=f"test/sad/{sad}")

    app.button(key="relabel_happy").click().run()

    (taken,) = edits.read(home / "faces")
    assert [(change.action, change.files, change.to) for change in taken.changes] == [
        ("relabel", (f"test/sad/{sad}",), "happy")
    ]
    assert not app.exception


def test_the_report_says_what_it_holds(run: RunPaths) -> None:
    app = open_evaluate(look="report")

    assert app.button(key="make_report").label == "Make the report"
    assert "It holds test faces" in captions(app)


def test_a_report_that_is_made_while_the_page_is_drawn_is_there(run: RunPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    def page(_token: str) -> bytes | None:
        """At the first look it is not there yet."""
        nonlocal looks
        looks += 1
        return b"the report" if looks > 1 else None

    at_work = tasks.Task("report", "", "drawing", 0, 1, 0, ended=False, problem="", result="")
    monkeypatch.setattr(job, "page", page)
    monkeypatch.setattr(tasks, "find", lambda name: replace(at_work, ended=looks > 0))
    app = open_evaluate(look="report")

    assert [button.proto.label for button in app.get("download_button")][:1] == ["Download the report"]


def test_a_saved_threshold_answers_on_predict_too(run: RunPaths) -> None:
    buffer = io.BytesIO()
    Image.new("L", (48, 48), 220).save(buffer, "PNG")  # P(happy) = 0.95
    before = answer_on_predict(run, buffer.getvalue())
    app = open_evaluate(look="threshold", threshold="0.99")

    app.button(key="save_threshold").click().run()

    assert "looks happy" in before
    assert "looks sad" in answer_on_predict(run, buffer.getvalue())


def answer_on_predict(run: RunPaths, picture: bytes) -> str:
    """What the page Predict says of a picture that it takes whole."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params["model"] = run.id
    app.run().file_uploader(key="uploads").upload("a.png", picture, "image/png")
    return html_of(app.run())


def test_faces_of_a_clicked_cell_stand_beside_the_matrix_and_nowhere_else(run: RunPaths) -> None:
    app = open_evaluate(truth="sad", answer="happy")
    assert "The faces" in [heading.value for heading in app.subheader]

    app.session_state["evaluate_beside"] = ("sad", "happy")  # as a click on the cell does
    app.run()

    headings = [heading.value for heading in app.subheader]
    assert "Sad, called happy" in headings
    assert "The faces" not in headings
    assert "page 1" in shown(app)

    app.selectbox(key="evaluate_truth").set_value("any").run()
    assert "The faces" in [heading.value for heading in app.subheader]


def test_the_map_has_a_point_a_face_and_opens_the_worst_mistakes_first(run: RunPaths) -> None:
    app = open_evaluate(look="alike")

    (chart,) = (json.loads(element.proto.spec) for element in app.get("echarts_chart"))
    assert len(chart["series"][0]["data"]) == 90
    app.segmented_control(key="map_by").set_value("right or wrong").run()
    (chart,) = (json.loads(element.proto.spec) for element in app.get("echarts_chart"))
    assert [one["label"] for one in chart["visualMap"]["pieces"]] == ["right", "✕ wrong"]
    mistakes = sum(kind == 1 for _x, _y, kind, _said in chart["series"][0]["data"])
    assert shown(app).startswith(f"{mistakes} face")


@pytest.mark.parametrize(("points", "told"), [([3], "24 faces"), ([3, 5, 8], "3 faces")])
def test_a_click_shows_the_faces_most_like_it_and_a_lasso_those_within(
    run: RunPaths, points: list[int], told: str
) -> None:
    app = open_evaluate(look="alike")
    result = list(results._results().results.values())[-1]

    app.session_state["evaluate_map_chosen"] = (result.base, points)  # as a click or a lasso does
    app.run()

    assert not app.exception
    assert shown(app).startswith(told)
