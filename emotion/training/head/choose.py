"""How stiff a last layer is to be, and how much the earlier stage of the network counts in it, by held-out faces.

Every pair of the two is tried with least squares, whose answers about held-out faces follow from one decomposition
without fitting again (exactly: Stone 1974, the hat matrix); the layer itself is then fitted as a logistic regression.
Letters: M rows (faces and their copies), N faces, D columns, K classes.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emotion.metrics import SMALLEST

if TYPE_CHECKING:
    from emotion.metrics import Floats, Labels

# What the features and the earlier stage count. The network's own features serve where the classes are what it has
# learned (sad or neutral: 73 % of other faces with 10 of a class, 70 % with both stages alike); the earlier stage
# sees what it has thrown away (a hat on drawn faces: 69 %, 94 % with both). Medians of 10 draws.
WAYS = ((1.0, 0.0), (1.0, 0.3), (1.0, 1.0), (0.3, 1.0))
STIFFNESS = (30.0, 10.0, 3.0, 1.0, 0.3, 0.1, 0.03)  # from stiff to loose
MOST = 1000  # faces that are asked: more would take minutes to say the same
TOGETHER = 200  # rows for which all stiffnesses are worked out together
COLUMNS = 144  # any number of features counts as much together as this many in standard deviations


@dataclass(frozen=True)
class Fitting:
    """How to fit.

    Attributes:
        way: what the features and the earlier stage count, of `WAYS`.
        stiffness: the penalty of least squares on targets of 0 and 1, of `STIFFNESS`.
    """

    way: tuple[float, float] = WAYS[0]
    stiffness: float = 3.0  # where there are too few faces to choose by

    @property
    def penalty(self) -> float:
        """The same for a softmax: near even answers its loss bends half as much as least squares of the two logits."""
        return self.stiffness / 2


def taken(features: NDArray[np.float32], widths: tuple[int, int], way: tuple[float, float]) -> NDArray[np.float32]:
    """The columns that count: (…, F + S), or (…, F) where the earlier stage counts nothing."""
    return features if way[1] else features[..., : widths[0]]


def stretch(widths: tuple[int, int], way: tuple[float, float]) -> Floats:
    """By how much each column of `taken`, in standard deviations, is multiplied, (F + S,) or (F,)."""
    parts = [np.full(width, np.sqrt(COLUMNS * counts / width)) for width, counts in zip(widths, way, strict=True)
             if width and counts]  # fmt: skip
    return np.concatenate(parts)


def choose(
    features: NDArray[np.float32],
    labels: Labels,
    weights: Floats,
    widths: tuple[int, int],
    rounds: list[Labels],
    classes: int,
) -> Fitting:
    """The simplest choice that is not measurably worse than the best one (one standard error).

    Args:
        features: (C, N, F + S) of the faces and their copies; the first copy is the face itself.
        labels: (N,) int.
        weights: (N,) how much each face counts.
        widths: F and S; S is 0 where the network has no earlier stage.
        rounds: the fold (N,) of each face, once or several times.
        classes: K.
    """
    if len(labels) > MOST:
        some = np.sort(np.random.default_rng(0).permutation(len(labels))[:MOST])
        folds = [folds[some] for folds in rounds]
        return choose(features[:, some], labels[some], weights[some], widths, folds, classes)
    copies = len(features)
    targets = np.eye(classes)[np.tile(labels, copies)]
    counts = weights / weights.mean()
    share = np.tile(counts, copies)
    losses = []  # (stiffness, N) of each way
    ways = [way for way in WAYS if widths[1] or not way[1]]
    products = _Products(features, share, widths)
    for way in ways:
        found = products.decomposed(way)
        said = np.mean([_held_out(*found, targets, share, np.tile(folds, copies)) for folds in rounds], axis=0)
        wrong = ((said[:, : len(labels)] - targets[: len(labels)]) ** 2).sum(axis=2)
        losses.append(counts * wrong)
    best = [loss[loss.mean(axis=1).argmin()] for loss in losses]
    place = int(np.argmin([loss.mean() for loss in best]))
    if _as_good(best[0], best[place]):
        place = 0
    stiff = next(number for number, loss in enumerate(losses[place]) if _as_good(loss, best[place]))
    return Fitting(ways[place], STIFFNESS[stiff])


def _as_good(loss: Floats, best: Floats) -> bool:
    """Whether the losses of the same faces (N,) differ by no more than one standard error."""
    worse = loss - best
    return bool(worse.mean() <= worse.std() / np.sqrt(len(worse)))


def _standard(features: NDArray[np.float32], share: Floats) -> Floats:
    """(M, D) in standard deviations round the weighted mean."""
    columns = features.reshape(-1, features.shape[-1]).astype(np.float64)
    columns = columns - np.average(columns, axis=0, weights=share)
    scale = np.sqrt(np.average(columns**2, axis=0, weights=share))
    standard: Floats = columns / np.where(scale > SMALLEST, scale, 1.0)
    return standard


class _Products:
    """What columns of the same faces have in common with one another, worked out once: the ways only weigh it anew."""

    def __init__(self, features: NDArray[np.float32], share: Floats, widths: tuple[int, int]) -> None:
        """Standardises.

        Args:
            features: (C, N, F + S).
            share: (M,) how much each row counts.
            widths: F and S.
        """
        self._widths = widths
        self._columns = np.sqrt(share)[:, np.newaxis] * _standard(features, share)

    def decomposed(self, way: tuple[float, float]) -> tuple[Floats, Floats]:
        """Left singular vectors (M, R) and squared singular values (R,), from the smaller of the two squares."""
        stretched = stretch(self._widths, way)
        columns = self._columns[:, : len(stretched)]
        rows, width = columns.shape
        if rows <= width:
            parts = zip(way, self._widths, self._of_rows, strict=True)
            values, basis = np.linalg.eigh(sum(COLUMNS * counts / own * part for counts, own, part in parts if counts))
            return basis, np.maximum(values, 0)
        values, turns = np.linalg.eigh(self._of_columns[:width, :width] * np.outer(stretched, stretched))
        real = values > values[-1] * 1e-12
        return (columns * stretched) @ turns[:, real] / np.sqrt(values[real]), values[real]

    @functools.cached_property
    def _of_rows(self) -> list[Floats]:
        """(M, M) of the features and of the earlier stage."""
        return [part @ part.T for part in np.split(self._columns, [self._widths[0]], axis=1)]

    @functools.cached_property
    def _of_columns(self) -> Floats:
        """(F + S, F + S)."""
        product: Floats = self._columns.T @ self._columns
        return product


def _held_out(basis: Floats, values: Floats, targets: Floats, share: Floats, folds: Labels) -> Floats:
    """(stiffness, M, K): what least squares without the fold of a row answers about it, for each stiffness.

    `basis` and `values` are those of `_Products.decomposed`. With H the hat matrix and O the rows of a fold, these are
    t - (1 - H_OO)^-1 (t - H t)_O.
    """
    rows = len(basis)
    root = np.sqrt(share)[:, np.newaxis]
    even, aim = root / np.sqrt(rows), root * targets  # the intercept is a direction of its own, without a penalty
    turned = basis.T @ aim
    said = np.empty((len(STIFFNESS), *targets.shape))
    places = [np.flatnonzero(folds == fold) for fold in np.unique(folds)]
    # Together, unless it would not fit in memory: one by one, choosing took 3.9 times as long for 20 rows, 1.4 for 180.
    together = len(STIFFNESS) if rows <= TOGETHER else 1
    for first in range(0, len(STIFFNESS), together):
        some = slice(first, first + together)
        kept = values / (values + np.array(STIFFNESS[some])[:, np.newaxis] * rows)
        left = aim - basis @ (kept[..., np.newaxis] * turned) - even @ (even.T @ aim)
        for out in places:
            hat = (basis[out] * kept[:, np.newaxis]) @ basis[out].T + even[out] @ even[out].T
            error = np.linalg.solve(np.eye(len(out)) * (1 + 1e-9) - hat, left[:, out])
            said[some, out] = (aim[out] - error) / root[out]
    return said
