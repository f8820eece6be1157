"""A last layer of its own for a few pictures: logistic regression on what a network sees in them.

The penalty is chosen, and the model scored, by answers about faces that were held out in turn (cross-validation): a
face, its varied copies and its identical twins are never on both sides.
Letters: N faces, C copies of each (the first is the face itself), F features, K classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from emotion import metrics
from emotion.metrics import calibration
from emotion.training import before_after

if TYPE_CHECKING:
    from emotion.metrics import Floats, Labels


PENALTIES = (3.0, 1.0, 0.3, 0.1, 0.03)  # features count in standard deviations; from stiff to loose
USUAL = 1.0  # where there are too few faces to choose by
FOLDS = 5
REPEATS, REPEATED_UP_TO = 3, 200  # faces; with more, one round says as much
FEWEST_TO_CALIBRATE = 20  # faces; with fewer, the temperature would be chance
COOLEST, HOTTEST = 1 / 3, 3.0  # temperatures: where every answer is right, the coolest of all would fit best


@dataclass(frozen=True, eq=False)
class Head:
    """A fitted last layer.

    Attributes:
        weights: (F, K) float32, on the features as the network gives them.
        bias: (K,) float32.
        temperature: by which its logits are divided to become probabilities.
        penalty: that was chosen.
        held_out: (N, K) float64, tempered: what a layer that did not learn from the face, nor from a copy or a twin
            of it, answers about it; None where a class has fewer than two different pictures.
        folds: that the faces were held out in; 0 without.
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float
    penalty: float
    held_out: Floats | None
    folds: int

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, K) float32, of faces with these features (N, F)."""
        logits: NDArray[np.float32] = features @ self.weights + self.bias
        return logits


def fit(features: NDArray[np.float32], labels: Labels, groups: Labels, classes: int, seed: int = 0) -> Head:
    """Fits a last layer; the same faces and seed give the same one.

    Every class counts the same, however many faces it has. The many small matrices are multiplied by one thread each:
    with more, these wait for one another, on a busy computer for ten times as long as the work takes.

    Args:
        features: (C, N, F) of the faces and their varied copies.
        labels: (N,) int, each class at least once.
        groups: (N,) int; faces of one number are held out together (identical pictures).
        classes: K, 2 or more.
        seed: of the folds.
    """
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        return _fit(features, labels, groups, classes, seed)


def _fit(features: NDArray[np.float32], labels: Labels, groups: Labels, classes: int, seed: int) -> Head:
    each = np.array([len(np.unique(groups[labels == label])) for label in range(classes)])
    if each.min() < 2:
        return _head(features, labels, USUAL, classes, 1.0, None, 0)
    folds = max(2, min(FOLDS, len(np.unique(groups))))
    repeats = REPEATS if len(labels) <= REPEATED_UP_TO else 1
    rounds = [
        _held_out(features, labels, _folds(groups, labels, folds, np.random.default_rng((seed, repeat))), classes)
        for repeat in range(repeats)
    ]  # each (penalties, N, K)
    weights = balanced(labels, classes)
    losses = np.mean([[_loss(said, labels, weights) for said in one] for one in rounds], axis=0)
    best = int(losses.argmin())
    temperature = 1.0
    if len(labels) >= FEWEST_TO_CALIBRATE:
        said = np.concatenate([one[best] for one in rounds])
        found = calibration.fit_temperature(said, np.tile(labels, repeats))
        temperature = round(float(np.clip(found, COOLEST, HOTTEST)), 4)
    held_out = metrics.temper(rounds[0][best], temperature)
    return _head(features, labels, PENALTIES[best], classes, temperature, held_out, folds)


def balanced(labels: Labels, classes: int) -> Floats:
    """How much each face (N,) counts so that every class counts the same."""
    weights: Floats = (1 / np.maximum(np.bincount(labels, minlength=classes), 1))[labels]
    return weights


def _head(
    features: NDArray[np.float32],
    labels: Labels,
    penalty: float,
    classes: int,
    temperature: float,
    held_out: Floats | None,
    folds: int,
) -> Head:
    learned = _learn(features, labels, penalty, classes)
    weights = learned.weights[:-1] / learned.scale[:, np.newaxis]
    bias = learned.weights[-1] - learned.mean @ weights
    return Head(weights.astype(np.float32), bias.astype(np.float32), temperature, penalty, held_out, folds)


def _learn(features: NDArray[np.float32], labels: Labels, penalty: float, classes: int) -> before_after.LayerChange:
    copies, faces, width = features.shape
    everything, repeated = features.reshape(copies * faces, width), np.tile(labels, copies)
    unknown = np.full((len(everything), classes), 1 / classes)
    return before_after.learn_last_layer(everything, unknown, repeated, balanced(repeated, classes), penalty)


def _held_out(features: NDArray[np.float32], labels: Labels, folds: Labels, classes: int) -> Floats:
    """(penalties, N, K): what layers that have not learned from the fold of a face answer about it."""
    said = np.empty((len(PENALTIES), len(labels), classes))
    unknown = np.full((len(labels), classes), 1 / classes)
    for fold in np.unique(folds):
        out = folds == fold
        for place, penalty in enumerate(PENALTIES):
            learned = _learn(features[:, ~out], labels[~out], penalty, classes)
            said[place, out] = learned.answer(features[0, out], unknown[out])
    return said


def _folds(groups: Labels, labels: Labels, folds: int, rng: np.random.Generator) -> Labels:
    """The fold (N,) of each face: groups stay whole, and every class is spread as evenly as its groups allow.

    The groups are dealt out like cards, class after class, and the dealing goes on where the last class ended.
    """
    fold_of: dict[int, int] = {}
    dealt = 0
    for label in range(int(labels.max()) + 1):
        for group in rng.permutation(np.unique(groups[labels == label])).tolist():
            if group not in fold_of:
                fold_of[group] = dealt % folds
                dealt += 1
    return np.array([fold_of[group] for group in groups.tolist()])


def _loss(said: Floats, labels: Labels, weights: Floats) -> float:
    right = np.clip(said[np.arange(len(labels)), labels], metrics.SMALLEST, None)
    return float(-(weights * np.log(right)).sum() / weights.sum())
