"""A last layer of its own for a few pictures: logistic regression on what a network sees in them.

How stiff it is is chosen, and the model scored, by answers about faces that were held out in turn (cross-validation):
a face, its varied copies and its identical twins are never on both sides. The score is nested: what is chosen for a
fold is chosen by the faces outside of it.
Letters: N faces, C copies of each (the first is the face itself), F features, S of an earlier stage, K classes.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from emotion import metrics
from emotion.metrics import calibration
from emotion.system import processes
from emotion.training import before_after
from emotion.training.head import choose
from emotion.training.head.choose import Fitting

if TYPE_CHECKING:
    from emotion.metrics import Floats, Labels


FOLDS = 5
REPEATS, REPEATED_UP_TO = 3, 200  # faces; with more, one round says as much
FEWEST_TO_CALIBRATE = 20  # faces; with fewer, the temperature would be chance
COOLEST, HOTTEST = 1 / 3, 3.0  # temperatures: where every answer is right, the coolest of all would fit best


@dataclass(frozen=True, eq=False)
class Head:
    """A fitted last layer.

    Attributes:
        weights: (F, K) or (F + S, K) float32, on the features as the network gives them; without S where the earlier
            stage counts nothing.
        bias: (K,) float32.
        temperature: by which its logits are divided to become probabilities.
        choice: how it was fitted.
        held_out: (N, K) float64, tempered: what layers that did not learn from the face, nor from a copy or a twin
            of it, answer about it, in the mean over the rounds; None where a class has fewer than two different
            pictures.
        folds: that the faces were held out in; 0 without.
        rounds: how often all of them were held out, each time in other folds; 0 without.
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float
    choice: Fitting
    held_out: Floats | None
    folds: int
    rounds: int

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, K) float32, of faces with these features (N, F + S) or, where that is enough, (N, F)."""
        logits: NDArray[np.float32] = features[:, : len(self.weights)] @ self.weights + self.bias
        return logits


def fit(
    features: NDArray[np.float32],
    labels: Labels,
    groups: Labels,
    classes: int,
    seed: int = 0,
    widths: tuple[int, int] | None = None,
) -> Head:
    """Fits a last layer; the same faces and seed give the same one.

    Every class counts the same, however many faces it has. The many small matrices are multiplied by one thread each:
    with more, these wait for one another, on a busy computer for ten times as long as the work takes. The folds, which
    know nothing of one another, are what the cores share.

    Args:
        features: (C, N, F + S) of the faces and their varied copies.
        labels: (N,) int, each class at least once.
        groups: (N,) int; faces of one number are held out together (identical pictures).
        classes: K, 2 or more.
        seed: of the folds.
        widths: F and S; None: all are features.
    """
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        return _fit(features, labels, groups, classes, seed, widths or (features.shape[-1], 0))


def _fit(
    features: NDArray[np.float32], labels: Labels, groups: Labels, classes: int, seed: int, widths: tuple[int, int]
) -> Head:
    if not _can_be_held_out(labels, groups, classes):
        return _head(features, labels, Fitting(), classes, widths)
    repeats = REPEATS if len(labels) <= REPEATED_UP_TO else 1
    rounds = [_folds(groups, labels, np.random.default_rng((seed, repeat))) for repeat in range(repeats)]
    weights = balanced(labels, classes)
    parts = [(number, int(fold)) for number, folds in enumerate(rounds) for fold in np.unique(folds)]

    def answer(part: tuple[int, int]) -> Floats:
        return _held_out(features, labels, groups, rounds[part[0]], part[1], classes, seed, widths)

    said = [np.empty((len(labels), classes)) for _ in rounds]
    with ThreadPoolExecutor(min(processes.cores(), 1 + len(parts))) as pool:
        chosen = pool.submit(choose.choose, features, labels, weights, widths, rounds, classes)
        for (number, fold), answers in zip(parts, pool.map(answer, parts), strict=True):
            said[number][rounds[number] == fold] = answers
        choice = chosen.result()
    temperature = 1.0
    if len(labels) >= FEWEST_TO_CALIBRATE:
        found = calibration.fit_temperature(np.concatenate(said), np.tile(labels, repeats))
        temperature = round(float(np.clip(found, COOLEST, HOTTEST)), 4)
    held_out = metrics.temper(np.mean(said, axis=0), temperature)
    return _head(features, labels, choice, classes, widths, temperature, held_out, int(rounds[0].max()) + 1, repeats)


def _can_be_held_out(labels: Labels, groups: Labels, classes: int) -> bool:
    """Whether each class has two different pictures."""
    return all(len(np.unique(groups[labels == label])) > 1 for label in range(classes))


def balanced(labels: Labels, classes: int) -> Floats:
    """How much each face (N,) counts so that every class counts the same."""
    weights: Floats = (1 / np.maximum(np.bincount(labels, minlength=classes), 1))[labels]
    return weights


def _head(
    features: NDArray[np.float32],
    labels: Labels,
    choice: Fitting,
    classes: int,
    widths: tuple[int, int],
    temperature: float = 1.0,
    held_out: Floats | None = None,
    folds: int = 0,
    rounds: int = 0,
) -> Head:
    learned = _learn(features, labels, choice, classes, widths)
    weights = learned.weights[:-1] / learned.scale[:, np.newaxis]
    bias = learned.weights[-1] - learned.mean @ weights
    return Head(weights.astype(np.float32), bias.astype(np.float32), temperature, choice, held_out, folds, rounds)


def _learn(
    features: NDArray[np.float32], labels: Labels, choice: Fitting, classes: int, widths: tuple[int, int]
) -> before_after.LayerChange:
    taken = choose.taken(features, widths, choice.way)
    everything, repeated = taken.reshape(-1, taken.shape[-1]), np.tile(labels, len(taken))
    unknown = np.full((len(everything), classes), 1 / classes)
    return before_after.learn_last_layer(
        everything, unknown, repeated, balanced(repeated, classes), choice.penalty, choose.stretch(widths, choice.way)
    )


def _held_out(
    features: NDArray[np.float32],
    labels: Labels,
    groups: Labels,
    folds: Labels,
    fold: int,
    classes: int,
    seed: int,
    widths: tuple[int, int],
) -> Floats:
    """What a layer that has not learned from the faces of a fold, nor was chosen by them, answers about them."""
    out = folds == fold
    inside, known, alike = features[:, ~out], labels[~out], groups[~out]
    choice = Fitting()
    if _can_be_held_out(known, alike, classes):
        inner = [_folds(alike, known, np.random.default_rng((seed, fold, 1)))]
        choice = choose.choose(inside, known, balanced(known, classes), widths, inner, classes)
    learned = _learn(inside, known, choice, classes, widths)
    unknown = np.full((int(out.sum()), classes), 1 / classes)
    return learned.answer(choose.taken(features[0, out], widths, choice.way), unknown)


def _folds(groups: Labels, labels: Labels, rng: np.random.Generator) -> Labels:
    """The fold (N,) of each face: groups stay whole, and every class is spread as evenly as its groups allow.

    The groups are dealt out like cards, class after class, and the dealing goes on where the last class ended.
    """
    folds = max(2, min(FOLDS, len(np.unique(groups))))
    fold_of: dict[int, int] = {}
    dealt = 0
    for label in range(int(labels.max()) + 1):
        for group in rng.permutation(np.unique(groups[labels == label])).tolist():
            if group not in fold_of:
                fold_of[group] = dealt % folds
                dealt += 1
    return np.array([fold_of[group] for group in groups.tolist()])
