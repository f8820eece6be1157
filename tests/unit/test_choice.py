"""Which model the person uses."""

import shutil
from pathlib import Path

import pytest

from emotion import choice, runs
from emotion.config import TrainingConfig
from emotion.errors import ModelMissingError

BRIGHTNESS = Path(__file__).resolve().parent.parent / "data" / "brightness"


@pytest.fixture
def trained(home):
    paths = runs.new_run(TrainingConfig())
    for name in ("model.tflite", "model.json"):
        shutil.copy(BRIGHTNESS / name, paths.root)
    return paths


def test_the_shipped_model_is_chosen_at_first(home):
    assert choice.chosen_model() == "pretrained"


def test_a_choice_lasts_until_the_next_one(trained):
    choice.choose_model(trained.id)
    assert choice.chosen_model() == trained.id

    choice.choose_model("pretrained")
    assert choice.chosen_model() == "pretrained"


def test_falls_back_when_the_chosen_model_is_gone(trained):
    choice.choose_model(trained.id)

    shutil.rmtree(trained.root)

    assert choice.chosen_model() == "pretrained"


def test_a_model_elsewhere_can_be_chosen(home):
    choice.choose_model(str(BRIGHTNESS / "model.tflite"))

    assert choice.chosen_model() == str(BRIGHTNESS / "model.tflite")


@pytest.mark.parametrize("reference", ["", "nowhere", "\0", "x" * 300])
def test_refuses_a_model_that_is_not_there(home, reference):
    with pytest.raises(ModelMissingError, match="No model called"):
        choice.choose_model(reference)

    assert choice.chosen_model() == "pretrained"


def test_refuses_a_run_without_a_model(home):
    empty = runs.new_run(TrainingConfig())

    with pytest.raises(ModelMissingError, match=empty.id):
        choice.choose_model(empty.id)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"model": 3}', '{"model": ""}', '{"model": "gone"}'])
def test_an_unreadable_choice_counts_as_none(home, text):
    (home / "choice.json").write_text(text, encoding="utf-8")

    assert choice.chosen_model() == "pretrained"
