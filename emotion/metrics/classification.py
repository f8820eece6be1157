"""Figures from probabilities and labels, with NumPy alone.

Letters: N faces, K classes. Probabilities are float in [0, 1], one row a face, one column a class in label order;
labels are int, the index of the true class. Every figure sums and counts over all N and divides once.
A figure that has no value, such as the precision of an answer that was never given, is None.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Labels = npt.NDArray[np.int64]

SMALLEST = 1e-7  # probabilities are kept this far from 0 and 1 before a logarithm, as Keras does
FEWEST_ANSWERS = 50  # of one kind: with fewer, where they become right often enough is anybody's guess
FEWEST_SURE = 20  # answers that must be beyond the unsure band, so that a few lucky ones do not end it


@dataclass(frozen=True)
class ClassFigures:
    """How one class fares.

    Attributes:
        precision: share of the answers with this class that are right.
        recall: share of the faces of this class that are answered with it.
        f1: 2 · precision · recall / (precision + recall).
        n: faces of this class.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    n: int


def decide(probabilities: Floats, threshold: float = 0.5) -> npt.NDArray[np.bool_]:
    """Says for each P(positive) whether the answer is the positive class: above the threshold, not at it.

    The one place where a threshold is applied.
    """
    return np.asarray(probabilities) > threshold


def answers(probabilities: Floats, threshold: float = 0.5, positive: int = 1) -> Labels:
    """Labels that a model answers with.

    Args:
        probabilities: (N, K).
        threshold: on P(positive), for two classes; more classes take the likeliest and have no threshold.
        positive: label of the positive class.

    Returns:
        (N,) int64.
    """
    if probabilities.shape[1] == 2:
        return np.where(decide(probabilities[:, positive], threshold), np.int64(positive), np.int64(1 - positive))
    likeliest: Labels = probabilities.argmax(axis=1).astype(np.int64)
    return likeliest


def restrict(probabilities: Floats, columns: Sequence[int]) -> Floats:
    """Probabilities when only some of the classes are asked for: their columns, scaled to a sum of one.

    Args:
        probabilities: (N, K).
        columns: labels of the classes that are asked for, in the order of the result.

    Returns:
        (N, len(columns)) of the same dtype; a face to which none of them is possible gets equal shares.
    """
    chosen = probabilities[:, list(columns)]
    total = chosen.sum(axis=1, keepdims=True)
    share = np.full_like(chosen, 1 / len(columns))
    restricted: Floats = np.divide(chosen, total, out=share, where=total > 0)
    return restricted


def temper(probabilities: Floats, temperature: float) -> Floats:
    """Probabilities (N, K) after dividing the logits by a temperature: above 1 less sure, below 1 surer.

    Softmax is invariant to a shift, so log(probability) stands for the logit; with two classes this is
    sigmoid(logit / temperature). See Guo et al. 2017, "On Calibration of Modern Neural Networks".
    """
    if temperature == 1.0:
        return probabilities
    logits = np.log(np.clip(probabilities.astype(np.float64), SMALLEST, None)) / temperature
    scaled = np.exp(logits - logits.max(axis=1, keepdims=True))
    tempered: Floats = (scaled / scaled.sum(axis=1, keepdims=True)).astype(probabilities.dtype)
    return tempered


def log_loss(probabilities: Floats, labels: Labels) -> float:
    """Mean of -log P(true class) in nats: binary cross-entropy for two classes, categorical for more."""
    true = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.log(np.clip(true, SMALLEST, 1 - SMALLEST)).mean())


def confusion_matrix(labels: Labels, answered: Labels, classes: int) -> Labels:
    """Counts (K, K) int64: rows are the truth, columns the answer."""
    cells = np.bincount(labels * classes + answered, minlength=classes * classes)
    return cells.reshape(classes, classes).astype(np.int64)


def accuracy(matrix: Labels) -> float:
    """Share of right answers, from a confusion matrix."""
    return float(np.trace(matrix) / matrix.sum())


def class_figures(matrix: Labels, label: int) -> ClassFigures:
    """Precision, recall and F1 of one class, from a confusion matrix."""
    right = int(matrix[label, label])
    truth, answered = int(matrix[label].sum()), int(matrix[:, label].sum())
    return ClassFigures(
        precision=_share(right, answered),
        recall=_share(right, truth),
        f1=_share(2 * right, truth + answered),
        n=truth,
    )


def balanced_accuracy(matrix: Labels) -> float:
    """Mean recall over the classes that are there: 0.5 for always the same answer of two, however uneven they are."""
    truth = matrix.sum(axis=1)
    there = truth > 0
    return float((matrix.diagonal()[there] / truth[there]).mean())


def wilson_interval(right: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Where a share that was measured as `right` of `n` may truly lie (Wilson 1927).

    Unlike the usual plus-or-minus it stays within 0 and 1 and holds for few faces and for shares near the ends.

    Args:
        right: 0 to n.
        n: 0 or more; nothing measured gives (0, 1).
        level: of confidence, between 0 and 1.
    """
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, spread = right / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def roc_auc(scores: Floats, positive: npt.NDArray[np.bool_]) -> float | None:
    """Chance that a positive face gets a higher score than another one; ties count half.

    Args:
        scores: (N,) any scale.
        positive: (N,) bool, the truth.

    Returns:
        0 to 1, or None when all faces are of one kind.
    """
    positives = int(positive.sum())
    negatives = len(positive) - positives
    if positives == 0 or negatives == 0:
        return None
    _, where, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[where]  # equal scores share their mean rank
    return float((ranks[positive].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def mean_auc(probabilities: Floats, labels: Labels) -> float | None:
    """Mean of each class against the rest, over the classes for which that is defined; None if there is none."""
    each = [roc_auc(probabilities[:, label], labels == label) for label in range(probabilities.shape[1])]
    defined = [value for value in each if value is not None]
    return sum(defined) / len(defined) if defined else None


def unsure_band(
    probabilities: Floats, positive: npt.NDArray[np.bool_], target: float = 0.85, threshold: float = 0.5
) -> tuple[float, float]:
    """Where around the threshold the answers are right less often than `target`.

    Positive and negative answers are looked at apart. For each kind the share of right ones is fitted as a function
    of the distance from the threshold that never falls (isotonic regression, Ayer et al. 1955), so that it needs no
    bins; the band reaches to the farthest answer at which this share is below `target`. An answer within the band,
    its ends included, is an unsure one.

    Args:
        probabilities: (N,) P(positive) of validation faces; the network must not have learned from them.
        positive: (N,) bool, the truth.
        target: share of right answers from which an answer is sure.
        threshold: as in `decide`.

    Returns:
        (low, high), low <= threshold <= high. An end is at the threshold where no band is needed on its side or where
        fewer than FEWEST_ANSWERS say so; at 0 or 1 where fewer than FEWEST_SURE answers would be left outside.
    """
    values, yes = np.asarray(probabilities, dtype=np.float64), decide(probabilities, threshold)
    below = _unsure_reach(threshold - values[~yes], ~positive[~yes], target)
    above = _unsure_reach(values[yes] - threshold, positive[yes], target)
    return max(0.0, threshold - below), min(1.0, threshold + above)


def _unsure_reach(distances: Floats, right: npt.NDArray[np.bool_], target: float) -> float:
    """Distance from the threshold to which answers of one kind are unsure: 0 for none, infinite for all."""
    if len(distances) < FEWEST_ANSWERS:
        return 0.0
    steps, where, counts = np.unique(distances, return_inverse=True, return_counts=True)
    fitted = rising_fit(np.bincount(where, weights=right) / counts, counts)
    unsure = fitted < target
    if counts[~unsure].sum() < FEWEST_SURE:
        return math.inf
    return float(steps[unsure].max(initial=0.0))


def rising_fit(values: Floats, weights: npt.NDArray[Any]) -> Floats:
    """The values (N,) that never fall and are nearest to these: neighbours that do fall share their weighted mean."""
    blocks: list[tuple[float, float, int]] = []  # mean, weight, how many values
    for mean, weight in zip(values.tolist(), weights.tolist(), strict=True):
        length = 1
        while blocks and blocks[-1][0] >= mean:
            before, heavy, many = blocks.pop()
            mean = (before * heavy + mean * weight) / (heavy + weight)
            weight, length = weight + heavy, length + many
        blocks.append((mean, weight, length))
    return np.repeat([block[0] for block in blocks], [block[2] for block in blocks])


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
