"""How far a figure may be off because only so many faces were measured: bootstrap intervals (Efron 1979).

The faces are drawn anew with replacement, each class for itself (stratified), so that every drawing has as many faces
of a class as there are; an interval holds the middle 95 % of what the figure is in these drawings. Shares have
Wilson's interval, see `metrics.wilson_interval`; this is for the figures that are not plain shares.
Letters: N faces, K classes, D drawings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from emotion.metrics import classification

if TYPE_CHECKING:
    from emotion.metrics.classification import Floats, Labels


DRAWINGS = 2000  # of a confusion matrix
AUC_DRAWINGS, FEWEST_DRAWINGS = 2400, 300  # of faces, shared by the classes: 0.2 s of CPU for 7,000
LEVEL = 0.95
SEED = 0  # the same faces give the same interval
ROOM = 2_000_000  # weights at once: 16 MB

Counts = npt.NDArray[np.int64]  # (D, K, K) confusion matrices
Weights = npt.NDArray[np.int32]  # (N, D), how often each face was drawn


@dataclass(frozen=True)
class Interval:
    """A figure and where it may truly lie with 95 % confidence; all None where it has no value."""

    value: float | None
    low: float | None
    high: float | None

    def to_json(self) -> dict[str, float | None]:
        return {"value": self.value, "low": self.low, "high": self.high}


def interval(value: float | None, drawn: Floats, level: float = LEVEL) -> Interval:
    """The middle part of the drawn figures (percentile bootstrap); NaN marks a drawing without a value."""
    known = drawn[~np.isnan(drawn)]
    if value is None or not len(known):
        return Interval(value, None, None)
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high))


def drawn_matrices(matrix: Labels, drawings: int = DRAWINGS, seed: int = SEED) -> Counts:
    """Confusion matrices of `drawings` drawings.

    To draw the faces of a class with replacement and to count their answers is to draw the row of the matrix from a
    multinomial distribution: nothing else of a face matters to the figures that come from the matrix.

    Args:
        matrix: (K, K), rows are the truth. Not square for two models: their answers as one, K² columns.

    Returns:
        (D, K, K or K²) int64, each row with the sum that it has in `matrix`.
    """
    rng = np.random.default_rng(seed)
    totals = matrix.sum(axis=1)
    shares = matrix / np.maximum(totals, 1)[:, np.newaxis]
    rows = [
        rng.multinomial(total, share, size=drawings) if total else np.zeros((drawings, matrix.shape[1]), np.int64)
        for total, share in zip(totals.tolist(), shares, strict=True)
    ]
    return np.stack(rows, axis=1)


def f1_scores(matrices: Counts) -> Floats:
    """F1 of each class (…, K) for matrices (…, K, K); NaN for a class that neither is there nor was answered."""
    right = matrices.diagonal(axis1=-2, axis2=-1).astype(float)
    sizes = matrices.sum(axis=-1) + matrices.sum(axis=-2)
    return np.divide(2 * right, sizes, out=np.full(right.shape, np.nan), where=sizes > 0)


def macro_f1(matrices: Counts) -> Floats:
    """Mean F1 over the classes (…), those without a value left out."""
    scores = f1_scores(matrices)
    known = ~np.isnan(scores)
    total = np.where(known, scores, 0).sum(axis=-1)
    count = known.sum(axis=-1)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def balanced_accuracies(matrices: Counts) -> Floats:
    """Mean recall over the classes that are there (…)."""
    truth = matrices.sum(axis=-1)
    recall = matrices.diagonal(axis1=-2, axis2=-1) / np.maximum(truth, 1)
    return recall.sum(axis=-1) / np.maximum((truth > 0).sum(axis=-1), 1)


def matrix_intervals(matrix: Labels, drawings: int = DRAWINGS, seed: int = SEED) -> dict[str, Interval]:
    """Intervals of the figures that come from a confusion matrix (K, K).

    Returns:
        "macro_f1", "balanced_accuracy", and "f1 0" to "f1 K-1", the F1 of each class by label.
    """
    drawn = drawn_matrices(matrix, drawings, seed)
    figures: dict[str, Callable[[Counts], Floats]] = {"macro_f1": macro_f1, "balanced_accuracy": balanced_accuracies}
    found = {name: interval(_number(figure(matrix)), figure(drawn)) for name, figure in figures.items()}
    single, each = f1_scores(matrix), f1_scores(drawn)
    return found | {f"f1 {k}": interval(_number(single[k]), each[:, k]) for k in range(len(matrix))}


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def auc_interval(probabilities: Floats, labels: Labels, positive: int, drawings: int = 0, seed: int = SEED) -> Interval:
    """ROC AUC with its interval: of the positive class for two classes, else the mean of each against the rest.

    Args:
        probabilities: (N, K).
        labels: (N,) the truth.
        positive: label of the positive class.
        drawings: 0 takes as many as can be had in about half a second.
    """
    value = _auc(probabilities, labels, positive)
    if value is None:
        return Interval(None, None, None)
    drawn = [_weighted_auc(probabilities, labels, positive, weights) for weights in _weights(labels, drawings, seed)]
    return interval(value, np.concatenate(drawn))


def _auc(probabilities: Floats, labels: Labels, positive: int) -> float | None:
    if probabilities.shape[1] == 2:
        return classification.roc_auc(probabilities[:, positive], labels == positive)
    each = [classification.roc_auc(probabilities[:, k], labels == k) for k in range(probabilities.shape[1])]
    known = [value for value in each if value is not None]
    return sum(known) / len(known) if known else None


def _weights(labels: Labels, drawings: int, seed: int) -> Iterator[Weights]:
    """How often each face was drawn, (N, part of D), class by class, in parts that fit into memory."""
    rng = np.random.default_rng(seed)
    places = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    drawings = drawings or max(AUC_DRAWINGS // len(places), FEWEST_DRAWINGS)
    part = max(1, ROOM // max(len(labels), 1))
    for start in range(0, drawings, part):
        columns = min(part, drawings - start)
        weights = np.zeros((len(labels), columns), np.int32)
        for mine in places:
            picked = rng.integers(0, len(mine), (len(mine), columns), np.int32)
            cells = picked * np.int32(columns) + np.arange(columns, dtype=np.int32)
            weights[mine] = np.bincount(cells.ravel(), minlength=len(mine) * columns).reshape(len(mine), columns)
        yield weights


def _weighted_auc(probabilities: Floats, labels: Labels, positive: int, weights: Weights) -> Floats:
    """AUC (D,) of faces that count `weights` (N, D) times each."""
    if probabilities.shape[1] == 2:
        return _weighted_roc_auc(probabilities[:, positive], labels == positive, weights)
    there = [k for k in range(probabilities.shape[1]) if 0 < np.count_nonzero(labels == k) < len(labels)]
    return np.mean([_weighted_roc_auc(probabilities[:, k], labels == k, weights) for k in there], axis=0)


def _weighted_roc_auc(scores: Floats, positive: npt.NDArray[np.bool_], weights: Weights) -> Floats:
    """AUC (D,) of one score against the truth, each face counting as often as it was drawn.

    For each positive face: the negative ones below it, and half of those beside it.
    """
    order = np.argsort(scores, kind="stable")
    kinds, ranked = positive[order], scores[order]
    places, others = order[kinds], order[~kinds]  # positive and negative faces, rising by score
    below = np.concatenate(
        [np.zeros((1, weights.shape[1]), np.int32), np.cumsum(weights[others], axis=0, dtype=np.int32)]
    )
    left, right = (np.searchsorted(ranked[~kinds], ranked[kinds], side) for side in ("left", "right"))
    beaten = below[left] + below[right]  # twice as many
    total = np.einsum("nd,nd->d", weights[places], beaten, dtype=np.float64)
    return total / (2.0 * weights[places].sum(axis=0) * below[-1])


def auc_difference(
    first: Floats, second: Floats, labels: Labels, positive: int, drawings: int = 0, seed: int = SEED
) -> Interval:
    """AUC of the second model minus that of the first, both asked about the same drawn faces.

    Args:
        first, second: (N, K) probabilities of the same faces in the same order.
    """
    before, after = _auc(first, labels, positive), _auc(second, labels, positive)
    if before is None or after is None:
        return Interval(None, None, None)
    drawn = [
        _weighted_auc(second, labels, positive, weights) - _weighted_auc(first, labels, positive, weights)
        for weights in _weights(labels, drawings, seed)
    ]
    return interval(after - before, np.concatenate(drawn))


def macro_f1_difference(
    labels: Labels, first: Labels, second: Labels, classes: int, drawings: int = DRAWINGS, seed: int = SEED
) -> Interval:
    """Macro F1 of the second model minus that of the first, both asked about the same drawn faces.

    Args:
        labels: (N,) the truth.
        first, second: (N,) answers of the two models.
        classes: K.
    """
    cells = np.bincount((labels * classes + first) * classes + second, minlength=classes**3)
    joint = cells.reshape(classes, classes * classes)
    drawn = np.concatenate([joint[np.newaxis], drawn_matrices(joint, drawings, seed)])
    both = drawn.reshape(-1, classes, classes, classes)  # drawing, truth, answer of the first, of the second
    difference = macro_f1(both.sum(axis=2)) - macro_f1(both.sum(axis=3))
    return interval(_number(difference[0]), difference[1:])
