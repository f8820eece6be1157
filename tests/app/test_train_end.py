"""The end of a run on the Train page: what it says of the result, and where it leads from there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from emotion.data.drawn import write
from emotion.metrics import wilson_interval
from emotion.models import preferences
from emotion.runs import film
from emotion.runs.history import append_history
from emotion.runs.queue import claim
from emotion.runs.run import RunPaths, Status
from emotion.system.files import read_json, write_json
from emotion.system.paths import drawn_faces_dir
from tests.app.test_train_page import html_on, open_train, run_in, words_on
from tests.tiny_model import give_model

pytestmark = pytest.mark.usefixtures("drawn_home")


@pytest.fixture
def drawn_home(home: object) -> None:
    write.write(drawn_faces_dir(), train=24, test=8)


def run_that_got(right: int, n: int, **config: object) -> RunPaths:
    """A run that ended well and answered so many of n test faces right, half of them happy."""
    paths, wrong = give_model(run_in(Status.COMPLETED, **config)), n - right
    half = [right // 2, right - right // 2]
    matrix = [[half[0], wrong // 2], [wrong - wrong // 2, half[1]]]
    best = {"n": n, "accuracy": right / n, "accuracy_interval": wilson_interval(right, n),
            "confusion_matrix": matrix, "classes": ["sad", "happy"]}  # fmt: skip
    write_json(paths.report, {"best": best})
    return paths


def said(app: AppTest) -> str:
    return words_on(app).replace("\\", "").replace("\N{NO-BREAK SPACE}", " ")


def tone(app: AppTest) -> str:
    """Of the box with the result: the word that its colour goes by."""
    (tone,) = [name.rpartition("-result_")[2] for name in _ids(app.main) if "-result_" in name]
    return tone


def _ids(block: Block) -> Iterator[str]:
    """Of all containers in a block."""
    for inside in block.children.values():
        if isinstance(inside, Block):
            yield inside.proto.id if inside.type == "flex_container" else ""
            yield from _ids(inside)


def test_five_of_eight_are_grey_and_not_green() -> None:
    app = open_train(run_that_got(5, 8, data="demo").id)

    assert tone(app) == "luck"
    assert "62.5 %</span><p>of 8 faces right" in html_on(app)
    assert "No better than guessing yet" in html_on(app)
    assert app.button(key="mend_pictures").proto.type == "primary"
    assert app.button(key="mend_transfer").proto.type == app.button(key="mend_check").proto.type == "secondary"


def test_a_result_above_guessing_is_green_and_offers_no_remedy() -> None:
    app = open_train(run_that_got(80, 100, data="demo").id)

    assert tone(app) == "good"
    assert "80.0 %</span><p>of 100 faces right" in html_on(app)
    assert not [button.key for button in app.button if (button.key or "").startswith("mend")]


def test_building_on_a_trained_model_opens_the_form_with_the_data_of_the_run() -> None:
    app = open_train(run_that_got(100, 200, data="demo").id)

    app.button(key="mend_transfer").click().run()

    assert app.radio(key="train_recipe").value == "head"
    assert app.selectbox(key="train_data").value == "demo"


def test_checking_the_data_opens_the_check_of_the_same_data() -> None:
    app = open_train(run_that_got(100, 200, data="demo", start_from="pretrained").id)

    app.button(key="mend_check").click().run()

    assert app.title[0].value == "Data"
    assert app.selectbox(key="data_set").value == "demo"


def test_the_other_figures_on_the_page_are_told_apart_below_the_one_large_one() -> None:
    app = open_train(run_that_got(80, 100).id)

    assert html_on(app).count('class="big"') == 1
    assert "Why three figures?" in [fold.label for fold in app.expander]
    assert "74.0 % of the validation faces, after epoch 2." in said(app)
    assert "70.0 % of the training faces in that epoch." in said(app)


def test_the_honest_score_is_among_the_other_figures() -> None:
    paths = run_that_got(80, 100)
    score = {"n": 90, "right": 72, "interval": [0.70, 0.87]}
    both = {"honest": score, "naive": score | {"n": 100}, "words": "Without 10 faces that are in train too."}
    write_json(paths.report, read_json(paths.report) | {"honest": both})

    app = open_train(paths.id)

    assert "80.0 % of 90 faces (70.0–87.0 %). The honest score. Without 10 faces" in said(app).replace("**", "")


def test_a_run_that_was_not_tested_says_so_without_a_large_figure() -> None:
    app = open_train(give_model(run_in(Status.COMPLETED)).id)

    assert "How good it is on the test faces is not known yet." in html_on(app)
    assert 'class="big"' not in html_on(app)


def filmed(paths: RunPaths) -> RunPaths:
    """A film of two faces over two epochs, in the second of which the first one changes its mind."""
    faces = np.zeros((2, 48, 48), np.uint8)
    film.begin(paths, faces, [0, 1], ("sad", "happy"))
    film.append(paths, 1, np.array([[0.4, 0.6], [0.3, 0.7]], np.float32))
    film.append(paths, 2, np.array([[0.9, 0.1], [0.2, 0.8]], np.float32))
    return paths


def test_the_film_stands_at_the_kept_epoch_and_can_be_wound_back() -> None:
    app = open_train(filmed(run_that_got(80, 100)).id)
    at_first = html_on(app)
    app.select_slider(key="film_epoch").set_value(1).run()

    assert "✓ sad</b><span>90 %</span><span>↻ was happy" in at_first
    assert "✕ happy</b><span>60 %</span><span></span>" in html_on(app)


def test_a_run_at_work_shows_its_faces_after_the_last_epoch() -> None:
    paths = filmed(run_in(Status.RUNNING))
    claim(paths, Status.RUNNING)

    app = open_train(paths.id)

    assert "✓ sad</b><span>90 %" in html_on(app)
    assert "After epoch 2." in said(app)


def test_tells_the_epoch_from_which_only_the_training_faces_got_better() -> None:
    paths = run_that_got(80, 100)
    for epoch in (3, 4):
        append_history(paths, event="epoch", epoch=epoch, loss=0.2 / epoch, accuracy=0.9, val_loss=0.5,
                       val_accuracy=0.7, seconds=1)  # fmt: skip

    app = open_train(paths.id)

    assert app.info[0].value.startswith("From epoch 3 on only the training faces got better")


def test_the_worst_mistakes_are_shown_as_faces() -> None:
    paths = run_that_got(80, 100)
    one = {"truth": "sad", "answer": "happy", "share": 0.97, "pixels": film.packed(np.zeros((1, 48, 48), np.uint8))}
    write_json(paths.report, read_json(paths.report) | {"mistakes": [one]})

    app = open_train(paths.id)

    assert "Its worst mistakes" in said(app)
    assert "✕ happy</b><span>97 %</span><span>is sad</span>" in html_on(app)


def test_the_model_can_be_used_on_every_page_with_one_click() -> None:
    paths = run_that_got(80, 100)
    app = open_train(paths.id)

    app.button(key="use_model").click().run()

    assert preferences.chosen_model() == paths.id
    assert app.selectbox(key="model_choice").value == paths.id
    assert app.button(key="use_model").label == "In use on every page"


def test_nothing_to_compare_draws_no_comparison_but_offers_the_model() -> None:
    paths = run_that_got(80, 100, start_from="pretrained")
    compared = {"base": "pretrained", "test": None, "own": None, "warning": ""}
    write_json(paths.report, read_json(paths.report) | {"compared": compared})

    app = open_train(paths.id)

    buttons = {button.key for button in app.button}
    assert "use_model" in buttons
    assert not {"keep_new", "keep_old"} & buttons
