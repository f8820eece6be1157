"""One model on one split: the same figures as an evaluation, with what galleries need."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from emotion.evaluation import scores, study
from emotion.metrics import thresholds
from emotion.models.predictor import load_model
from tests.patterns import examples

DATA = Path(__file__).resolve().parent.parent / "data"
THREE = ("angry", "happy", "sad")


def test_says_what_an_evaluation_says(home: Path) -> None:
    model, faces = load_model(DATA / "three_classes"), examples(THREE)

    looked = study.look(model, faces)

    assert looked.evaluation == scores.evaluate_model(model, faces)[0]
    assert looked.matrix.sum() == 90
    assert (looked.right == (looked.answered == faces.labels)).all()


def test_a_threshold_changes_answers_but_no_probability(home: Path) -> None:
    model = load_model(DATA / "brightness")
    looked = study.look(model, examples())
    info = dataclasses.replace(looked.info, threshold=0.8)

    moved = study.judged(model, info, looked.examples, looked.probabilities, looked.features)

    assert moved.answered.sum() < looked.answered.sum()
    assert moved.evaluation.auc == looked.evaluation.auc
    assert moved.evaluation.threshold == 0.8


def test_the_unsure_band_is_that_of_the_model(home: Path) -> None:
    model = load_model(DATA / "brightness")
    looked = study.look(model, examples())
    info = dataclasses.replace(looked.info, unsure_band=(0.3, 0.6))

    banded = study.judged(model, info, looked.examples, looked.probabilities, looked.features)

    happy = looked.probabilities[:, 1]
    assert (banded.unsure == ((happy >= np.float32(0.3)) & (happy <= np.float32(0.6)))).all()
    assert not looked.unsure.any()


def test_the_band_is_for_the_models_own_question_only(home: Path) -> None:
    model = load_model(DATA / "three_classes")
    model.info = dataclasses.replace(model.info, unsure_band=(0.0, 1.0))

    asked = {classes: study.look(model, examples(classes)).unsure.all() for classes in (("sad", "happy"), THREE)}

    assert asked == {("sad", "happy"): True, THREE: False}


def test_more_classes_ask_happy_or_sad_of_those_faces(home: Path) -> None:
    looked = study.look(load_model(DATA / "three_classes"), examples(THREE))

    asked = study.yes_or_no(looked)

    assert (asked.negative_name, asked.positive_name) == ("sad", "happy")
    assert set(looked.examples.labels[asked.places].tolist()) == {1, 2}
    both = looked.probabilities[asked.places][:, [2, 1]]
    assert asked.scores == pytest.approx(both[:, 1] / both.sum(axis=1), abs=1e-6)


def test_two_classes_ask_of_all_faces(home: Path) -> None:
    looked = study.look(load_model(DATA / "brightness"), examples())

    asked = study.yes_or_no(looked)

    at_half = asked.sweep().at(0.5)
    assert asked.places.tolist() == list(range(90))
    assert at_half.right == np.trace(looked.matrix)


def test_each_class_stands_against_the_rest(home: Path) -> None:
    looked = study.look(load_model(DATA / "three_classes"), examples(THREE))

    swept = study.against_rest(looked, 0)

    assert isinstance(swept, thresholds.Sweep)
    assert (swept.positives, swept.negatives) == (
        (looked.examples.labels == 0).sum(),
        (looked.examples.labels != 0).sum(),
    )


def test_another_network_has_another_fingerprint(home: Path) -> None:
    faces = examples()
    first, again, other = (study.look(load_model(DATA / name), faces) for name in ("brightness", "brightness", "mouth"))

    assert study.fingerprint(first) == study.fingerprint(again) != study.fingerprint(other)
