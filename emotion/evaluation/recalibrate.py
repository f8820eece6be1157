"""Making a run's probabilities mean what they say, after its training: a temperature from its validation faces.

The order of the answers stays as it is, and with it AUC and, since the threshold goes along, every answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emotion import metrics
from emotion.data import material
from emotion.evaluation import network_outputs
from emotion.metrics import calibration
from emotion.models import Adjustment, positive_probability

if TYPE_CHECKING:
    from emotion.metrics import Floats, Labels
    from emotion.models import Predictor
    from emotion.recipes import ModelInfo
    from emotion.runs import Run


ENOUGH = 100  # validation faces: with fewer, the temperature that fits them best is chance


@dataclass(frozen=True)
class Recalibration:
    """What fits the validation faces best.

    Attributes:
        adjustment: temperature, threshold and unsure band to save with the model. The temperature stays as it is where
            the faces are fewer than ENOUGH.
        n: validation faces.
        loss_before, loss_after: their mean log loss.
    """

    adjustment: Adjustment
    n: int
    loss_before: float
    loss_after: float


def fit(run: Run, predictor: Predictor) -> Recalibration:
    """Fits a run's temperature, and the unsure band that goes with it.

    Args:
        run: whose settings say which faces it kept aside for validation.
        predictor: its model.

    Raises:
        DataError: when the faces that it learned from are not there any more.
    """
    faces = material.read(run.config).validation
    said = network_outputs.ask(predictor, faces.images).probabilities
    return fitted(said, faces.labels, predictor.info)


def fitted(said: Floats, labels: Labels, info: ModelInfo) -> Recalibration:
    """The same from what a model says of faces that it did not learn from, at the end of a training and later.

    Args:
        said: (N, K) its probabilities at temperature 1, in the order of `info.classes`.
        labels: (N,) the truth, as places in `info.classes`.
        info: what the model says of itself now; below ENOUGH faces its temperature stays.
    """
    enough = len(labels) >= ENOUGH
    temperature = round(calibration.fit_temperature(said, labels), 4) if enough else info.temperature
    tempered = metrics.temper(said, temperature)
    threshold = moved_threshold(info.threshold, info.temperature, temperature)
    return Recalibration(
        Adjustment(threshold, temperature, _band(tempered, labels, info, threshold)),
        len(labels),
        metrics.log_loss(metrics.temper(said, info.temperature), labels),
        metrics.log_loss(tempered, labels),
    )


def moved_threshold(threshold: float, before: float, after: float) -> float:
    """The threshold that answers the same at another temperature."""
    if threshold in (0.0, 0.5, 1.0) or before == after:
        return threshold
    logit = math.log(threshold / (1 - threshold)) * before / after
    return 1 / (1 + math.exp(-logit))


def _band(tempered: Floats, labels: Labels, info: ModelInfo, threshold: float) -> tuple[float, float] | None:
    if info.pair is None:
        return None
    asked = np.isin(labels, [info.classes.index(name) for name in info.pair])
    positive = labels[asked] == info.positive_label
    return metrics.unsure_band(positive_probability(tempered, info)[asked], positive, threshold=threshold)
