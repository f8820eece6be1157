"""What a tuning is asked for, and what follows from its trials."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emotion.recipes import catalogue
from emotion.system import speaking
from emotion.system.errors import ConfigError
from emotion.tuning import fields
from emotion.tuning import trials as tuning
from emotion.tuning.trials import Settings, Trial, TrialState

RANGES = {"learning_rate": (1e-4, 1e-1), "shift": (0.0, 0.2)}


def settings(**changes):
    return Settings(**{"base": catalogue.config("quick"), "vary": RANGES} | changes)


def trial(number, value, state=TrialState.FINISHED, **changes):
    values = {"learning_rate": 1e-3, "shift": 0.1}
    return Trial(number=number, state=state, values=values, value=value, **changes)


def test_settings_come_back_from_json_as_they_were():
    asked = settings(minutes=12.5, goal="loss", name="for the night", validation_faces=400)

    assert Settings.from_json(asked.to_json()) == asked


def test_settings_refuse_an_unknown_key():
    with pytest.raises(ConfigError, match="tuning: expected only the fields"):
        Settings.from_json(settings().to_json() | {"trails": 3})


@pytest.mark.parametrize(
    ("vary", "told"),
    [
        ({}, "one or more of learning_rate"),
        ({"colour": (0, 1)}, "vary: expected one of"),
        ({"shift": (0.0, 0.3)}, "shift: expected a number from 0 to 0.2"),
        ({"shift": (0.1, 0.1)}, "second value is the higher one"),
        ({"shift": (0.2, 0.1)}, "second value is the higher one"),
        ({"learning_rate": (0.0, 0.1)}, "learning_rate: expected a number from 1e-06 to 1"),
        ({"epochs": (1.5, 3)}, "epochs: expected a whole number"),
        ({"shift": (0.1,)}, "a lowest and a highest value"),
    ],
)
def test_refuses_ranges_that_cannot_be_tried(vary, told):
    with pytest.raises(ConfigError, match=told):
        settings(vary=vary)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"trials": None}, "a number of trials, of minutes, or both"),
        ({"trials": 0}, "trials: expected a whole number from 1"),
        ({"minutes": 0}, "minutes: expected a number from 0.01"),
        ({"trial_epochs": 0}, "trial_epochs"),
        ({"jobs": 257}, "jobs: expected a whole number from 1 to 256"),
        ({"goal": "speed"}, "goal: expected one of accuracy, loss"),
        ({"name": "n" * 81}, "at most 80 characters"),
    ],
)
def test_refuses_settings_outside_their_limits(changes, told):
    with pytest.raises(ConfigError, match=told):
        settings(**changes)


def test_classic_has_neither_width_nor_weight_decay_to_vary():
    assert {"width", "weight_decay"} & set(fields.usable("classic")) == set()
    with pytest.raises(ConfigError, match="vary: expected one of"):
        settings(base=catalogue.config("classic"), vary={"width": (0.5, 1.0)})


def test_loss_cannot_be_the_goal_where_smoothing_varies():
    with pytest.raises(ConfigError, match="changes what the loss means"):
        settings(goal="loss", vary={"label_smoothing": (0.0, 0.2)})


@pytest.mark.parametrize("recipe", catalogue.RECIPES)
def test_usual_ranges_of_every_recipe_are_allowed(recipe):
    base = catalogue.config(recipe)
    vary = {name: fields.usual_range(name, base) for name in fields.usable(recipe)}

    assert Settings(base, vary).vary == vary


def test_values_reach_the_settings_of_a_run():
    config = settings(trial_epochs=3).config({"learning_rate": 0.01, "shift": 0.15}, "tuning, trial 1")

    assert (config.learning_rate, config.augmentation.shift, config.epochs) == (0.01, 0.15, 3)
    assert config.augmentation.mirror
    assert config.name == "tuning, trial 1"


def test_full_length_has_the_epochs_of_the_base():
    asked = settings(base=catalogue.config("quick", epochs=9), trial_epochs=3)

    assert asked.at_full_length({"shift": 0.1}, "best").epochs == 9


def test_full_length_has_the_epochs_that_were_found():
    asked = settings(vary={"epochs": (1, 20)})

    assert asked.at_full_length({"epochs": 17}, "best").epochs == 17


def test_own_values_are_brought_into_their_ranges():
    base = replace(catalogue.config("quick"), learning_rate=0.5, epochs=3)

    assert fields.own_values(base, {"learning_rate": (1e-3, 1e-1), "epochs": (4, 6)}) == {
        "learning_rate": 1e-1,
        "epochs": 4,
    }


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("epochs", 7.0, "7"),
        ("learning_rate", 0.00123456, "0.00123"),
        ("shift", 0.0000183, "0"),
        ("shift", 0.12345, "0.123"),
        ("rotation", 12.34, "12.3"),
        ("rotation", 20.0, "20"),
    ],
)
def test_values_are_shown_as_they_are_told_apart(name, value, shown):
    assert fields.FIELDS[name].shown(value) == shown
    with speaking("de"):
        assert fields.FIELDS[name].shown(value) == shown.replace(".", ",")


def test_best_is_the_highest_accuracy_of_the_finished():
    trials = [trial(1, 0.8), trial(2, 0.9), trial(3, 0.95, TrialState.PRUNED), trial(4, 0.9)]

    assert tuning.best(trials, settings()).number == 2


def test_best_is_the_lowest_loss():
    assert tuning.best([trial(1, 0.8), trial(2, 0.3)], settings(goal="loss")).number == 2


def test_nothing_is_best_before_a_trial_has_finished():
    trials = [trial(1, 0.8, TrialState.PRUNED), trial(2, None, TrialState.FAILED)]

    assert tuning.best(trials, settings()) is None
    assert tuning.best_sentence(trials, settings()) == "No trial has finished yet."


def test_best_so_far_never_falls():
    trials = [trial(1, 0.8), trial(2, 0.7), trial(3, 0.95, TrialState.PRUNED), trial(4, 0.9)]

    assert tuning.best_so_far(trials, settings()) == [(1, 0.8), (2, 0.8), (4, 0.9)]


def test_best_sentence_compares_with_the_recipes_own_settings():
    said = tuning.best_sentence([trial(1, 0.8), trial(2, 0.912)], settings())

    assert "91.2" in said
    assert "Trial 2: learning rate 0.001, shift 0.1" in said
    assert "With the recipe's own settings (trial 1): 80.0" in said


def test_best_sentence_tells_where_the_recipes_own_lie_outside():
    said = tuning.best_sentence([trial(1, 0.8)], settings(vary={"shift": (0.1, 0.2)}))

    assert "These are the values nearest to the recipe's own settings (trial 1: learning rate" in said


def test_doubt_sentence_says_what_is_chance():
    said = tuning.doubt_sentence([trial(1, 0.9)], settings(validation_faces=400))

    assert said.startswith("With 400 validation faces, differences up to about 3.0 points are chance.")


def test_chance_is_half_of_the_interval():
    assert tuning.chance(0.9, 400) == pytest.approx(0.0295, abs=5e-4)


def test_only_finished_and_pruned_trials_use_the_number():
    states = [TrialState.FINISHED, TrialState.PRUNED, TrialState.FAILED, TrialState.LOST, TrialState.RUNNING]
    trials = [trial(number, 0.5, state) for number, state in enumerate(states, start=1)]

    assert tuning.share_done(trials, settings(trials=4)) == 0.5


def test_time_is_used_by_every_trial():
    trials = [trial(1, 0.5, seconds=30.0), trial(2, None, TrialState.FAILED, seconds=15.0)]

    assert tuning.share_done(trials, settings(trials=None, minutes=1)) == 0.75


def test_trial_comes_back_from_json_as_it_was():
    made = trial(3, 0.5, TrialState.PRUNED, run="r", curve=(0.1, 0.2), why="worse")

    assert Trial.from_json(made.to_json()) == made
