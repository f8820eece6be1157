"""What each threshold does: precision, recall, accuracy and cost, for all of them at once.

Sorting the scores once answers for every threshold. Letters: N faces, M different scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from emotion.metrics.classification import wilson_interval

if TYPE_CHECKING:
    from emotion.metrics.classification import Floats


Truths = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

DIGITS = 4  # with which a threshold is told, where so few are enough


@dataclass(frozen=True)
class Costs:
    """What the two mistakes cost, in units of one's own.

    Attributes:
        wrong_positive: of a face that is called positive ("happy") and is not.
        wrong_negative: of a positive face that is not called so.
    """

    wrong_positive: float = 1.0
    wrong_negative: float = 1.0


@dataclass(frozen=True)
class Figures:
    """What one threshold does; a share that has no value, such as the precision without a positive answer, is None."""

    threshold: float
    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int

    @property
    def n(self) -> int:
        return self.true_positive + self.false_positive + self.true_negative + self.false_negative

    @property
    def right(self) -> int:
        return self.true_positive + self.true_negative

    @property
    def accuracy(self) -> float | None:
        return _share(self.right, self.n)

    @property
    def accuracy_interval(self) -> tuple[float, float]:
        return wilson_interval(self.right, self.n)

    @property
    def precision(self) -> float | None:
        return _share(self.true_positive, self.true_positive + self.false_positive)

    @property
    def precision_interval(self) -> tuple[float, float]:
        return wilson_interval(self.true_positive, self.true_positive + self.false_positive)

    @property
    def recall(self) -> float | None:
        return _share(self.true_positive, self.true_positive + self.false_negative)

    @property
    def false_positive_rate(self) -> float | None:
        return _share(self.false_positive, self.false_positive + self.true_negative)

    @property
    def recall_interval(self) -> tuple[float, float]:
        return wilson_interval(self.true_positive, self.true_positive + self.false_negative)

    @property
    def f1(self) -> float | None:
        return _share(2 * self.true_positive, 2 * self.true_positive + self.false_positive + self.false_negative)

    def cost(self, costs: Costs) -> float:
        """Of all mistakes together."""
        return costs.wrong_positive * self.false_positive + costs.wrong_negative * self.false_negative


@dataclass(frozen=True, eq=False)
class Sweep:
    """All thresholds that make a difference, rising: 0 and every score.

    Attributes:
        thresholds: (M or M + 1,) float64; a face is called positive above it.
        true_positive, false_positive: (same) int64, the counts at each.
        positives, negatives: how many faces there are of each kind.
    """

    thresholds: Numbers
    true_positive: Integers
    false_positive: Integers
    positives: int
    negatives: int

    @property
    def false_negative(self) -> Integers:
        return self.positives - self.true_positive

    @property
    def true_negative(self) -> Integers:
        return self.negatives - self.false_positive

    @property
    def recall(self) -> Numbers:
        """The true positive rate; NaN without positive faces."""
        return _shares(self.true_positive, np.int64(self.positives))

    @property
    def false_positive_rate(self) -> Numbers:
        return _shares(self.false_positive, np.int64(self.negatives))

    @property
    def precision(self) -> Numbers:
        """NaN where no answer is positive."""
        return _shares(self.true_positive, self.true_positive + self.false_positive)

    @property
    def accuracy(self) -> Numbers:
        return _shares(self.true_positive + self.true_negative, np.int64(self.positives + self.negatives))

    def cost(self, costs: Costs) -> Numbers:
        return costs.wrong_positive * self.false_positive + costs.wrong_negative * self.false_negative

    def at(self, threshold: float) -> Figures:
        """The counts at any threshold, by looking it up: no face is touched again."""
        place = int(np.searchsorted(self.thresholds, np.float32(threshold), side="right")) - 1
        if place < 0:
            return Figures(threshold, self.positives, self.negatives, 0, 0)
        hit, wrong = int(self.true_positive[place]), int(self.false_positive[place])
        return Figures(threshold, hit, wrong, self.negatives - wrong, self.positives - hit)


def sweep(scores: Floats, positive: Truths) -> Sweep:
    """Counts for every threshold.

    Args:
        scores: (N,) P(positive) in [0, 1]; compared as float32, as `metrics.decide` does with what a network gives.
        positive: (N,) the truth.
    """
    steps, where = np.unique(scores.astype(np.float32), return_inverse=True)
    of_each = [
        np.bincount(where, weights=kind, minlength=len(steps)).astype(np.int64) for kind in (positive, ~positive)
    ]
    yes, no = (np.concatenate([[each.sum()], each.sum() - np.cumsum(each)]) for each in of_each)
    positives, negatives = int(yes[0]), int(no[0])
    thresholds = np.concatenate([[0.0], steps.astype(np.float64)])
    first = 1 if len(steps) and steps[0] <= 0 else 0  # a score of 0 is at the lowest threshold already
    return Sweep(thresholds[first:], yes[first:], no[first:], positives, negatives)


def cheapest(swept: Sweep, costs: Costs) -> Figures:
    """The threshold with the least cost; of several the one nearest to 0.5, told with few digits."""
    cost = swept.cost(costs)
    places = np.flatnonzero(np.isclose(cost, cost.min()))
    lows, highs = swept.thresholds[places], np.append(swept.thresholds, 1.0)[places + 1]
    nearest = np.clip(0.5, lows, highs)
    best = int(np.abs(nearest - 0.5).argmin())
    return swept.at(_short(float(nearest[best]), float(lows[best]), float(highs[best])))


def _short(value: float, low: float, high: float) -> float:
    """The number with the fewest digits near `value` that is at least `low` and below `high`; else `low`."""
    for digits in range(1, DIGITS + 1):
        step = 10.0**-digits
        for candidate in (round(value, digits), round(value - step, digits), round(value + step, digits)):
            if low <= np.float32(candidate) < high:
                return candidate
    return low


@dataclass(frozen=True)
class Histogram:
    """How the probabilities of the two kinds of faces are spread.

    Attributes:
        edges: B + 1 rising values; a bin holds what is above its low edge up to its high one (the first: its low one
            too), so that a threshold on an edge cuts no bin.
        positive, negative: faces of each kind in each bin.
    """

    edges: tuple[float, ...]
    positive: tuple[int, ...]
    negative: tuple[int, ...]


def histogram(scores: Floats, positive: Truths, bins: int = 40) -> Histogram:
    """Counts the scores of each kind in bins of equal width from 0 to 1."""
    edges = np.linspace(0, 1, bins + 1)
    place = np.searchsorted(edges[1:-1], scores.astype(np.float64))
    yes, no = (np.bincount(place[kind], minlength=bins).tolist() for kind in (positive, ~positive))
    return Histogram(tuple(edges.tolist()), tuple(yes), tuple(no))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _shares(part: Integers, whole: Any) -> Numbers:
    whole = np.broadcast_to(whole, part.shape)
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
