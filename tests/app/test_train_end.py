"""The end of a run on the Train page: what it says of the result, and where it leads from there."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from emotion.data.drawn import write
from emotion.metrics import wilson_interval
from emotion.runs.run import RunPaths, Status
from emotion.system.files import write_json
from emotion.system.paths import drawn_faces_dir
from tests.app.test_train_page import open_train, run_in, words_on
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


def test_five_of_eight_are_grey_and_not_green() -> None:
    app = open_train(run_that_got(5, 8, data="demo").id)

    assert not app.success
    assert "62.5 % of 8 faces right" in said(app)
    assert "No better than guessing yet" in said(app)
    assert app.button(key="mend_pictures").proto.type == "primary"
    assert app.button(key="mend_transfer").proto.type == app.button(key="mend_check").proto.type == "secondary"


def test_a_result_above_guessing_is_green_and_offers_no_remedy() -> None:
    app = open_train(run_that_got(80, 100, data="demo").id)

    assert "80.0 % of 100 faces right" in app.success[0].value.replace("\\", "").replace("\N{NO-BREAK SPACE}", " ")
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
