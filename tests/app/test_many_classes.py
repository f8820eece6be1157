"""Predict and Evaluate with models of more than two classes, with and without happy and sad among them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from emotion.data import collection
from emotion.models import live
from emotion.models.answers import Face
from emotion.recipes.settings import ModelInfo, TrainingConfig
from emotion.runs.run import RunPaths, Status, new_run, write_status
from emotion.system.files import write_json
from pages.ui.predict import downloads
from pages.ui.predict.answers import Shown
from pages.ui.shared import bars
from pages.ui.shared import live as live_
from tests.evaluate_page import elements_of, html_of
from tests.tiny_model import BRIGHTNESS, EMOTIONS, THREE_CLASSES, give_model

ROOT = Path(__file__).resolve().parents[2]
FROM_DARK_TO_BRIGHT = ("sad", "angry", "fear", "disgust", "neutral", "surprise", "happy")
FEAR = "test/fear/fear0.png"
PETS = {"classes": ["cat", "dog", "owl"], "positive": "cat"}  # dog for a bright picture, owl for a dark one


def grey(place: float) -> int:
    """Of the class with this place in `FROM_DARK_TO_BRIGHT`."""
    return round(255 * place / 6)


def write_faces(root: Path, faces: dict[str, list[int]]) -> str:
    """A data folder whose test pictures have these greys."""
    for name, greys in faces.items():
        folder = root / "test" / name
        folder.mkdir(parents=True)
        for number, value in enumerate(greys):
            Image.fromarray(np.full((48, 48), value, np.uint8)).save(folder / f"{name}{number}.png")
    return str(root)


def make_run(data: str, model: Path, **info: Any) -> RunPaths:
    paths = new_run(TrainingConfig(data=data, name="my run"))
    give_model(paths, model, **info)
    write_status(paths, Status.COMPLETED)
    return paths


@pytest.fixture
def seven(home: Path) -> RunPaths:
    """A model of seven emotions and 16 test faces: two of each class are right, and two fears are called angry."""
    faces = {name: [grey(place)] * 2 for place, name in enumerate(FROM_DARK_TO_BRIGHT)}
    faces["fear"] += [grey(1)] * 2
    return make_run(write_faces(home / "seven", faces), EMOTIONS)


@pytest.fixture
def pets(home: Path) -> RunPaths:
    """A model of three classes, neither happy nor sad among them; two of its four test faces are called wrongly."""
    faces = {"cat": [250], "dog": [250, 5], "owl": [5]}
    return make_run(write_faces(home / "pets", faces), THREE_CLASSES, **PETS)


def open_page(page: str, **address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    return app.switch_page(f"pages/{page}.py").run()


def ask(run: RunPaths, value: int) -> AppTest:
    """The page Predict with a picture of this grey."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((60, 60), value, np.uint8)).save(buffer, "PNG")
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params["model"] = run.id
    app.run().file_uploader(key="uploads").upload("face.png", buffer.getvalue(), "image/png")
    return app.run()


def told(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.caption).replace("\\", "")


def has_switch(app: AppTest) -> bool:
    return any(toggle.key == bars.KEY for toggle in app.toggle)


def gallery_of(app: AppTest) -> dict[str, Any]:
    return next(element for element in elements_of(app) if "faces" in element)


def matrix_of(app: AppTest) -> str:
    """The confusion matrix in words."""
    labels = [element.get("label", "") for element in elements_of(app)]
    return next(label for label in labels if label.startswith("Who was called what"))


def names(app: AppTest) -> list[str]:
    return [face["name"] for face in gallery_of(app)["faces"]]


# Predict


@pytest.mark.parametrize(("place", "said"), [(0, "looks sad"), (2, "unsure: looks most like fear"), (6, "looks happy")])
def test_seven_classes_answer_happy_or_sad_or_neither(seven: RunPaths, place: int, said: str) -> None:
    app = ask(seven, grey(place))

    assert f'aria-label="{said}' in html_of(app)
    assert 'class="bars"' not in html_of(app)


def test_the_reason_is_about_the_class_in_the_headline(seven: RunPaths) -> None:
    app = ask(seven, grey(2))
    (why,) = (key for key in (expander.proto.id for expander in app.expander) if "why_" in key)
    app.session_state[why.partition("why_")[1] + why.partition("why_")[2]] = True

    app.run()

    assert '<th scope="row">as it is</th><td class="violet">● fear</td>' in html_of(app)
    assert not app.exception


def test_the_switch_shows_seven_bars_with_names(seven: RunPaths) -> None:
    app = ask(seven, grey(2))

    app.toggle(key=bars.KEY).set_value(True).run()

    shown = html_of(app)
    assert shown.count('class="name"') == 7
    assert all(f"</span> {name}</span>" in shown for name in FROM_DARK_TO_BRIGHT)
    assert 'aria-label="All 7 classes, the likeliest: fear"' in shown
    assert 'aria-label="looks like fear 79 %"' in shown


def test_only_the_likeliest_bar_is_marked(seven: RunPaths) -> None:
    app = ask(seven, grey(2))

    app.toggle(key=bars.KEY).set_value(True).run()

    assert html_of(app).count('likeliest">') == 1
    assert '<li class="violet likeliest">' in html_of(app)


def test_says_how_the_bars_and_the_answer_belong_together(seven: RunPaths) -> None:
    app = ask(seven, grey(2))

    app.toggle(key=bars.KEY).set_value(True).run()

    assert "share 100 % among all 7 classes" in told(app)
    assert "the likeliest is bold and is the answer" in told(app)


def test_the_switch_is_remembered_on_other_pages(seven: RunPaths) -> None:
    app = ask(seven, grey(2))
    app.toggle(key=bars.KEY).set_value(True).run()

    app.switch_page("pages/evaluate.py").run()
    app.switch_page("pages/predict.py").run()

    assert app.toggle(key=bars.KEY).value is True


def test_two_classes_have_no_switch(home: Path) -> None:
    run = make_run("demo", BRIGHTNESS)

    assert not has_switch(ask(run, 250))


def test_two_classes_show_no_bars_though_switched_on(seven: RunPaths) -> None:
    two = make_run("demo", BRIGHTNESS)
    app = ask(seven, 250)
    app.toggle(key=bars.KEY).set_value(True).run()

    app.query_params["model"] = two.id
    app.run()

    assert "looks happy" in html_of(app)
    assert 'class="bars"' not in html_of(app)


@pytest.mark.parametrize(("value", "name", "share"), [(250, "dog", "98 %"), (5, "owl", "98 %")])
def test_other_classes_are_named_with_their_probability(pets: RunPaths, value: int, name: str, share: str) -> None:
    app = ask(pets, value)

    assert f'aria-label="looks like {name} {share}"' in html_of(app)


def test_other_classes_are_what_the_page_promises(pets: RunPaths) -> None:
    app = ask(pets, 250)

    assert "It says which it looks most like: cat, dog or owl." in told(app)
    assert app.toggle(key=bars.KEY).label == "All classes"


def test_the_reason_for_another_class_tells_its_share(pets: RunPaths) -> None:
    app = ask(pets, 250)
    (why,) = (key for key in (expander.proto.id for expander in app.expander) if "why_" in key)
    app.session_state[why.partition("why_")[1] + why.partition("why_")[2]] = True

    app.run()

    assert "■ dog" in html_of(app)
    assert "Steady" in html_of(app)


@pytest.mark.parametrize("classes", [("cat", "dog", "owl")])
def test_another_class_can_be_the_correction(pets: RunPaths, classes: tuple[str, ...]) -> None:
    app = ask(pets, 250)
    buttons = {button.key.split("_")[0]: button for button in app.button if button.key and "_1" in button.key}

    buttons["owl"].click().run()

    assert set(classes) <= set(buttons)
    assert collection.counts() == {"owl": 1}
    assert not app.exception


def test_seven_classes_can_be_the_correction(seven: RunPaths) -> None:
    app = ask(seven, grey(2))

    keys = {button.key.split("_")[0] for button in app.button if button.key}

    assert set(FROM_DARK_TO_BRIGHT) <= keys


# What can be taken away


def face(**probabilities: float) -> Face:
    return Face((1, 2, 3, 4), 0.25, "sad", False, np.zeros((48, 48), np.uint8), probabilities)


def shown(*faces: Face) -> list[Shown]:
    return [Shown("a.png", list(faces), [("Dark.",)] * len(faces), (9, 9), None, None, b"")]


def rows(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))


def test_table_has_a_column_for_each_of_many_classes() -> None:
    three = ModelInfo(classes=("angry", "happy", "sad"))

    (row,) = rows(downloads.table(shown(face(angry=0.6, happy=0.1, sad=0.3)), three))

    assert (row["looks"], row["unsure"], row["share"]) == ("angry", "yes", "0.6000")
    assert (row["probability_happy"], row["likeliest"]) == ("0.2500", "angry")
    assert (row["class_angry"], row["class_happy"], row["class_sad"]) == ("0.6000", "0.1000", "0.3000")


def test_table_of_two_classes_has_no_further_columns() -> None:
    (row,) = rows(downloads.table(shown(face(sad=0.75, happy=0.25)), ModelInfo()))

    assert list(row)[-1] == "warnings"


def test_table_names_the_class_of_its_probability() -> None:
    pair = ModelInfo(classes=("no", "yes"), positive="yes")
    others = ModelInfo(classes=("cat", "dog", "owl"), positive="cat")

    heads = [downloads.table([], info).decode("utf-8-sig").split(",")[5] for info in (pair, others)]

    assert heads == ["probability_yes", "probability"]


@pytest.mark.parametrize("all_classes", [False, True])
def test_table_and_json_say_what_the_page_says(all_classes: bool) -> None:
    given = shown(face(angry=0.3, happy=0.1, sad=0.6))
    said = given[0].faces[0].headline(all_classes)

    (row,) = rows(downloads.table(given, ModelInfo(classes=("angry", "happy", "sad")), all_classes))
    (told,) = json.loads(downloads.as_json(given, all_classes))[0]["faces"]

    assert (row["looks"], row["share"], row["unsure"]) == ("sad", f"{said.share:.4f}", "no")
    assert (told["label"], told["share"], told["unsure"]) == ("sad", said.share, False)
    assert said.share == (0.6 if all_classes else 0.75)


def test_json_has_all_classes_and_the_warnings() -> None:
    (picture,) = json.loads(downloads.as_json(shown(face(angry=0.6, happy=0.1, sad=0.3))))

    assert picture["file"] == "a.png"
    assert picture["faces"][0]["probabilities"] == {"angry": 0.6, "happy": 0.1, "sad": 0.3}
    assert picture["faces"][0]["likeliest"] == "angry"
    assert picture["faces"][0]["warnings"] == ["Dark."]


def test_live_faces_tell_all_classes() -> None:
    seen = live.LiveFace(1, (0, 0, 1, 1), face(angry=0.6, happy=0.1, sad=0.3))

    classes = live_._classes(seen, list(seen.face.probabilities))["classes"]

    assert [(one["name"], one["likeliest"]) for one in classes] == [("angry", True), ("happy", False), ("sad", False)]
    assert classes[0]["percent"] == "60\N{NO-BREAK SPACE}%"


# Evaluate


def test_evaluates_happy_or_sad_unless_asked_for_more(seven: RunPaths) -> None:
    app = open_page("evaluate")

    assert "4 faces" in html_of(app)
    assert app.button_group(key="evaluate_classes").options == ["happy or sad", "all 7 classes"]
    assert "classes" not in app.query_params


def test_evaluates_all_classes_when_asked_to(seven: RunPaths) -> None:
    app = open_page("evaluate")

    app.button_group(key="evaluate_classes").set_value("all").run()

    assert "87.5 %" in html_of(app)  # 14 of 16
    assert app.query_params["classes"] == "all"
    assert "truth fear: 2 called angry" in matrix_of(app)


def test_address_brings_back_all_classes(seven: RunPaths) -> None:
    app = open_page("evaluate", run=seven.id, classes="all", truth="fear", answer="angry")

    assert names(app) == ["fear2.png", "fear3.png"]
    assert all(face["words"].startswith("truth: fear, called angry with") for face in gallery_of(app)["faces"])


def test_going_back_to_two_classes_drops_a_filter_of_seven(seven: RunPaths) -> None:
    app = open_page("evaluate", run=seven.id, classes="all", truth="fear", answer="angry")

    app.button_group(key="evaluate_classes").set_value("pair").run()

    assert len(names(app)) == 4
    assert not {"classes", "truth", "answer"} & set(app.query_params)


def test_each_of_seven_classes_has_its_figures(seven: RunPaths) -> None:
    app = open_page("evaluate", classes="all")

    shown = html_of(app)
    assert "angry</button></th><td>2</td><td>100.0 %</td><td>50.0 %</td><td>66.7 %</td>" in shown
    assert "fear</button></th><td>4</td><td>50.0 %</td><td>100.0 %</td><td>66.7 %</td>" in shown
    assert "mean (macro)</th><td>16</td><td>92.9 %</td><td>92.9 %</td><td>90.5 %</td>" in shown


@pytest.mark.parametrize("term", ["accuracy", "95 % interval", "baseline", "balanced accuracy", "ROC AUC", "loss",
                                  "recall", "precision", "F1", "macro F1",
                                  "ROC AUC, one against the rest, averaged"])  # fmt: skip
def test_names_each_term_of_seven_classes_once(seven: RunPaths, term: str) -> None:
    app = open_page("evaluate", classes="all")

    assert html_of(app).count(f"({term})") == 1


def test_guessing_among_seven_classes_has_its_own_loss(seven: RunPaths) -> None:
    app = open_page("evaluate", classes="all")

    assert "the same for every class has 1.95" in html_of(app)


def test_faces_of_seven_classes_carry_marks_of_their_own(seven: RunPaths) -> None:
    app = open_page("evaluate", classes="all", order="file")

    assert [face["sign"] for face in gallery_of(app)["faces"]][::2] == [
        "★A",
        "■D",
        "●F",
        "★A",
        "▲H",
        "✚N",
        "▼Sa",
        "⬟Su",
    ]
    assert "(★A angry, ■D disgust, ●F fear, ▲H happy, ✚N neutral, ▼Sa sad, ⬟Su surprise)" in told(app)


def test_an_open_face_tells_the_share_of_its_class(seven: RunPaths) -> None:
    app = open_page("evaluate", classes="all", face="test/fear/fear2.png")

    assert 'aria-label="looks angry 79 %"' in html_of(app)
    assert "● fear, ✕ a mistake" in html_of(app)


def test_an_open_face_tells_why_it_is_the_class_that_was_answered(seven: RunPaths) -> None:
    """Asked for all classes the reason is about the one answered; asked for two, about one of them."""
    reasons = {}
    for classes in ("all", "pair"):
        app = open_page("evaluate", classes=classes, face="test/sad/sad0.png" if classes == "pair" else FEAR)
        app.session_state["face_why"] = True
        reasons[classes] = html_of(app.run()).partition('class="variants"')[2]
        assert not app.exception

    assert '<th scope="row">as it is</th><td class="violet">● fear</td>' in reasons["all"]
    assert '<th scope="row">as it is</th><td class="sad">▼ sad</td>' in reasons["pair"]


def test_the_reason_takes_the_threshold_that_is_looked_at(home: Path) -> None:
    run = make_run(write_faces(home / "two", {"sad": [90, 20], "happy": [140, 230]}), BRIGHTNESS)
    tables = []
    for threshold in ("0.5", "0.9"):
        app = open_page("evaluate", run=run.id, look="threshold", threshold=threshold, face="test/happy/happy0.png")
        app.session_state["face_why"] = True
        tables.append(html_of(app.run()).partition('class="variants"')[2])

    assert '<th scope="row">as it is</th><td class="happy">' in tables[0]
    assert '<th scope="row">as it is</th><td class="sad">' in tables[1]


def test_the_band_holds_for_happy_or_sad_only(seven: RunPaths) -> None:
    give_model(seven, EMOTIONS, unsure_band=[0.0, 1.0])

    of_two = open_page("evaluate", face="test/sad/sad0.png")
    of_seven = open_page("evaluate", classes="all", face="test/sad/sad0.png")

    assert 'aria-label="unsure' in html_of(of_two)
    assert 'aria-label="looks sad' in html_of(of_seven)


def test_asks_only_for_what_the_test_faces_show(home: Path) -> None:
    make_run(write_faces(home / "two", {"happy": [255], "sad": [0]}), EMOTIONS)

    app = open_page("evaluate", classes="all")

    assert not any(group.key == "evaluate_classes" for group in app.button_group)
    assert "these test faces show none of angry, disgust, fear, neutral, surprise" in told(app)
    assert len(names(app)) == 2


def test_without_test_faces_says_only_that(home: Path) -> None:
    (home / "none" / "train" / "happy").mkdir(parents=True)
    make_run(str(home / "none"), EMOTIONS)

    app = open_page("evaluate")

    assert "has no test/ folder" in app.error[0].value
    assert "This model knows" not in told(app)


def test_says_which_figures_the_training_gave(seven: RunPaths) -> None:
    figures = {"accuracy": 0.7, "accuracy_interval": [0.4, 0.9], "n": 16, "classes": list(FROM_DARK_TO_BRIGHT)}
    write_json(seven.report, {"best": figures, "last": figures, "best_epoch": 3, "epochs": 5})

    app = open_page("evaluate")

    assert "of 16 test faces, asked for all 7 classes." in told(app)


def test_other_classes_are_evaluated_all(pets: RunPaths) -> None:
    app = open_page("evaluate")

    assert "50.0 %" in html_of(app)
    assert "truth dog: 0 called cat, 1 called dog, 1 called owl" in matrix_of(app)
    assert not any(group.key == "evaluate_classes" for group in app.button_group)


@pytest.mark.parametrize("word", ["pair", "all", "no", "../x"])
def test_passes_over_a_choice_that_other_classes_do_not_have(pets: RunPaths, word: str) -> None:
    app = open_page("evaluate", classes=word)

    assert len(names(app)) == 4
    assert not app.exception
