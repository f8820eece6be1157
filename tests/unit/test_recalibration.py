"""Probabilities of a run made to mean what they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.evaluation import recalibrate
from emotion.metrics import calibration, classification
from emotion.models import preferences
from emotion.models.predictor import load_model
from emotion.recipes.settings import ModelInfo, TrainingConfig
from emotion.runs import run
from tests.tiny_model import give_model

RNG = np.random.default_rng(8)


def overconfident(n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of two classes that claim twice as much as they hold, and the truth."""
    logits = RNG.normal(0, 1.5, n)
    labels = (RNG.random(n) < 1 / (1 + np.exp(-logits))).astype(np.int64)
    happy = 1 / (1 + np.exp(-2 * logits))
    return np.stack([1 - happy, happy], axis=1), labels


def test_a_hundred_faces_choose_a_temperature_and_fewer_do_not() -> None:
    said, labels = overconfident()
    trained_with = ModelInfo(temperature=1.3)

    few, enough = (recalibrate.fitted(said[:n], labels[:n], trained_with) for n in (99, 100))

    assert few.adjustment.temperature == 1.3
    assert few.loss_after == few.loss_before
    assert enough.adjustment.temperature != 1.3


def test_few_faces_still_choose_a_band() -> None:
    said, labels = overconfident()

    found = recalibrate.fitted(said[:99], labels[:99], ModelInfo(temperature=2.0)).adjustment

    tempered = classification.temper(said[:99], 2.0)
    assert found.unsure_band == classification.unsure_band(tempered[:, 1], labels[:99] == 1)


def test_finds_the_temperature_and_lowers_the_loss() -> None:
    said, labels = overconfident()

    found = recalibrate.fitted(said, labels, ModelInfo())

    assert found.adjustment.temperature == pytest.approx(2, rel=0.1)
    assert found.loss_after < found.loss_before
    assert found.n == 4000


def test_the_percentages_mean_what_they_say_afterwards() -> None:
    said, labels = overconfident()
    found = recalibrate.fitted(said, labels, ModelInfo())

    def error(probabilities: np.ndarray) -> float:
        right = probabilities.argmax(axis=1) == labels
        return calibration.expected_calibration_error(calibration.reliability(probabilities.max(axis=1), right))

    assert error(classification.temper(said, found.adjustment.temperature)) < 0.03 < error(said)


@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_every_answer_stays_as_it_was(threshold: float) -> None:
    said, _ = overconfident()

    moved = recalibrate.moved_threshold(threshold, 1.0, 2.5)

    before = classification.decide(said[:, 1], threshold)
    assert (classification.decide(classification.temper(said, 2.5)[:, 1], moved) == before).all()


def test_the_band_is_that_of_the_new_probabilities() -> None:
    said, labels = overconfident()

    found = recalibrate.fitted(said, labels, ModelInfo()).adjustment

    tempered = classification.temper(said, found.temperature)
    assert found.unsure_band == classification.unsure_band(tempered[:, 1], labels == 1)


def test_fits_a_run_on_the_faces_it_kept_aside(home: Path) -> None:
    root = home / "faces"
    for name, greys in (("sad", range(10, 110)), ("happy", range(140, 240))):
        (root / "train" / name).mkdir(parents=True)
        for grey in greys:
            Image.fromarray(np.full((48, 48), grey, np.uint8)).save(root / "train" / name / f"{grey}.png")
    paths = give_model(run.new_run(TrainingConfig(data=str(root), validation_split=0.5)))
    model = load_model(paths.id)

    found = recalibrate.fit(run.read_run(paths), model)
    preferences.save(paths.model, model.info, found.adjustment)

    assert found.n == 100  # half
    assert found.adjustment.temperature < 1  # all of them are right: it may be surer
    assert load_model(paths.id).info.temperature == found.adjustment.temperature
