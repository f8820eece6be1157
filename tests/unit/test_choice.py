"""Which model the person uses."""

import shutil
from pathlib import Path

import pytest

from emotion.models import preferences
from emotion.recipes.settings import TrainingConfig
from emotion.runs import run
from emotion.system.errors import ModelError

BRIGHTNESS = Path(__file__).resolve().parent.parent / "data" / "brightness"


@pytest.fixture
def trained(home):
    paths = run.new_run(TrainingConfig())
    for name in ("model.tflite", "model.json"):
        shutil.copy(BRIGHTNESS / name, paths.root)
    return paths


def test_the_shipped_model_is_chosen_at_first(home):
    assert preferences.chosen_model() == "pretrained"


def test_a_choice_lasts_until_the_next_one(trained):
    preferences.choose_model(trained.id)
    assert preferences.chosen_model() == trained.id

    preferences.choose_model("pretrained")
    assert preferences.chosen_model() == "pretrained"


def test_falls_back_when_the_chosen_model_is_gone(trained):
    preferences.choose_model(trained.id)

    shutil.rmtree(trained.root)

    assert preferences.chosen_model() == "pretrained"


def test_a_model_elsewhere_can_be_chosen(home):
    preferences.choose_model(str(BRIGHTNESS / "model.tflite"))

    assert preferences.chosen_model() == str(BRIGHTNESS / "model.tflite")


@pytest.mark.parametrize("reference", ["", "nowhere", "\0", "x" * 300])
def test_refuses_a_model_that_is_not_there(home, reference):
    with pytest.raises(ModelError, match="No model called"):
        preferences.choose_model(reference)

    assert preferences.chosen_model() == "pretrained"


def test_refuses_a_run_without_a_model(home):
    empty = run.new_run(TrainingConfig())

    with pytest.raises(ModelError, match=empty.id):
        preferences.choose_model(empty.id)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"model": 3}', '{"model": ""}', '{"model": "gone"}'])
def test_an_unreadable_choice_counts_as_none(home, text):
    (home / "choice.json").write_text(text, encoding="utf-8")

    assert preferences.chosen_model() == "pretrained"
