"""Models to go on from, and what a run begins with then."""

from __future__ import annotations

import math

import pytest

from emotion.recipes import catalogue
from emotion.recipes.settings import TrainingConfig
from emotion.runs.run import RunPaths, Status, new_run, write_status
from emotion.system.errors import ConfigError, ModelError
from emotion.training import start_from
from emotion.training.start_from import StartingPoint
from tests.tiny_model import give_model


def trained(**config: object) -> RunPaths:
    paths = give_model(new_run(TrainingConfig(**config)))  # type: ignore[arg-type]
    write_status(paths, Status.COMPLETED)
    paths.keras_model.touch()
    return paths


def test_the_shipped_model_comes_first(home):
    run = trained()

    assert list(start_from.starting_points()) == ["pretrained", run.id]


def test_leaves_out_models_without_their_weights(home):
    trained().keras_model.unlink()
    trained().model.unlink()

    assert list(start_from.starting_points()) == ["pretrained"]


def test_knows_what_the_model_tells_apart(home):
    run = trained()

    assert start_from.starting_points()[run.id].info.classes == ("sad", "happy")


def test_tells_of_a_model_that_cannot_be_read(home):
    run = trained()
    run.model_info.write_text("{}", encoding="utf-8")

    with pytest.raises(ModelError, match=r"no readable model\.json"):
        _ = start_from.starting_points()[run.id].info


@pytest.mark.parametrize("name", catalogue.RECIPES)
def test_without_a_model_the_recipe_is_untouched(name):
    assert start_from.settings(name) == catalogue.config(name)


def point(home) -> StartingPoint:
    run = trained(seed=7, validation_split=0.3)
    return start_from.starting_points()[run.id]


SAME, OTHERS = ("sad", "happy"), ("cat", "dog")


def test_goes_on_in_the_small_steps_of_a_retraining(home):
    config = start_from.settings("quick", start := point(home), faces=10_000, classes=SAME)

    assert (config.start_from, config.freeze) == (start.reference, False)
    assert (config.epochs, config.learning_rate) == (catalogue.TOGETHER_EPOCHS, catalogue.TOGETHER_RATE)


@pytest.mark.parametrize("freeze", [False, True])
def test_a_new_last_layer_takes_larger_steps(home, freeze):
    same, others = (
        start_from.settings("quick", point(home), freeze=freeze, faces=100, classes=classes)
        for classes in (SAME, OTHERS)
    )

    assert others.learning_rate > same.learning_rate
    assert others.epochs > same.epochs


@pytest.mark.parametrize("faces", [4, 20, 200, 2_000, 20_000])
@pytest.mark.parametrize("freeze", [False, True])
def test_few_faces_make_as_many_steps_as_many_faces(home, faces, freeze):
    config = start_from.settings("quick", point(home), freeze=freeze, faces=faces, classes=OTHERS)

    steps = config.epochs * math.ceil((1 - config.validation_split) * faces / config.batch_size)

    assert steps >= start_from.ANEW_STEPS
    assert 4 <= config.batch_size <= catalogue.find("quick").batch_size


def test_keeps_the_recipes_variations_when_going_on(home):
    assert start_from.settings("quick", point(home)).augmentation == catalogue.find("quick").augmentation


def test_keeps_aside_the_faces_that_were_kept_aside_before(home):
    config = start_from.settings("quick", point(home))

    assert (config.seed, config.validation_split) == (7, 0.3)


def test_freezes_all_but_the_last_layer_on_request(home):
    assert start_from.settings("quick", point(home), freeze=True).freeze


def test_refuses_a_recipe_that_it_does_not_know():
    with pytest.raises(ConfigError, match="recipe: expected one of"):
        start_from.settings("slow")


def test_the_same_classes_take_the_models_order(home):
    assert start_from.in_the_order_of(point(home), ("happy", "sad")) == ("sad", "happy")


@pytest.mark.parametrize("classes", [("happy", "sad", "angry"), ("dog", "cat")])
def test_other_classes_keep_their_own_order(home, classes):
    assert start_from.in_the_order_of(point(home), classes) == classes


def test_classes_keep_their_order_without_a_model():
    assert start_from.in_the_order_of(None, ("dog", "cat")) == ("dog", "cat")
