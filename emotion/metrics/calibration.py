"""Whether a probability means what it says: of the answers given with 80 %, are 80 % right?

Letters: N faces, K classes, B bins.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from emotion.metrics import classification

if TYPE_CHECKING:
    from emotion.metrics.classification import Floats, Labels


BINS = 10
COOLEST, HOTTEST = 0.05, 20.0  # temperatures between which the best one is looked for
STEPS = 60  # of halving: the temperature is then known to more digits than a float32 holds
POINTS = 200  # of a curve, at most

Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Bin:
    """The answers whose probability lies above `low` (the first bin: at it too) up to `high`.

    Attributes:
        n: how many.
        said: their mean probability; None for an empty bin, as are the others then.
        right: the share that came true; `interval` is where that lies with 95 % confidence (Wilson).
    """

    low: float
    high: float
    n: int
    said: float | None
    right: float | None
    interval: tuple[float, float] | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"interval": None if self.interval is None else list(self.interval)}


def reliability(said: Floats, came_true: Truths, bins: int = BINS) -> tuple[Bin, ...]:
    """The reliability diagram: what was said against how often it came true, in bins of equal width.

    Args:
        said: (N,) probabilities: P(class), or the confidence in the answer.
        came_true: (N,) whether the face is of that class, or the answer right.
    """
    said = said.astype(np.float64)
    edges = np.linspace(0, 1, bins + 1)
    place = np.searchsorted(edges[1:-1], said)
    counts = np.bincount(place, minlength=bins)
    sums = np.bincount(place, weights=said, minlength=bins)
    rights = np.bincount(place, weights=came_true, minlength=bins)
    return tuple(
        _bin(low, high, int(n), total, int(right))
        for low, high, n, total, right in zip(edges[:-1], edges[1:], counts, sums, rights, strict=True)
    )


def _bin(low: float, high: float, n: int, total: float, right: int) -> Bin:
    if not n:
        return Bin(float(low), float(high), 0, None, None, None)
    return Bin(float(low), float(high), n, float(total / n), right / n, classification.wilson_interval(right, n))


def expected_calibration_error(bins: tuple[Bin, ...]) -> float:
    """Mean distance of what was said from what came true, a bin counting by its faces (Naeini et al. 2015).

    Returns:
        0 (every probability means what it says) to 1.
    """
    total = sum(one.n for one in bins)
    return sum(one.n * abs(one.said - one.right) for one in bins if one.said is not None and one.right is not None) / (
        total or 1
    )


def brier_score(probabilities: Floats, labels: Labels) -> float:
    """Mean squared distance from the truth: for two classes (p - y)², 0 to 1; for more, summed over them, 0 to 2."""
    if probabilities.shape[1] == 2:
        return float(np.square(probabilities[:, 1].astype(np.float64) - (labels == 1)).mean())
    truth = np.eye(probabilities.shape[1])[labels]
    return float(np.square(probabilities.astype(np.float64) - truth).sum(axis=1).mean())


def fit_temperature(probabilities: Floats, labels: Labels) -> float:
    """The temperature with which the probabilities fit the truth best (Guo et al. 2017): the least log loss.

    The loss is convex in 1 / temperature, so its one zero of the slope is found by halving.

    Args:
        probabilities: (N, K) of validation faces at temperature 1; the network must not have learned from them.
        labels: (N,) the truth.

    Returns:
        To be put into `ModelInfo.temperature`, 0.05 to 20; 1 means that nothing is gained.
    """
    logits = np.log(np.clip(probabilities.astype(np.float64), classification.SMALLEST, None))
    true = logits[np.arange(len(labels)), labels]
    low, high = 1 / HOTTEST, 1 / COOLEST
    for _ in range(STEPS):
        middle = (low + high) / 2
        if _slope(logits, true, middle) > 0:
            high = middle
        else:
            low = middle
    return 2 / (low + high)


def _slope(logits: Floats, true: Floats, sharpness: float) -> float:
    """Of the log loss over 1 / temperature."""
    scaled = logits * sharpness
    weights = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    mean = (weights * logits).sum(axis=1) / weights.sum(axis=1)
    return float((mean - true).mean())


@dataclass(frozen=True)
class Coverage:
    """How many answers are left, and how many of them are right, when the least sure ones are held back.

    Attributes:
        share: of the faces that are answered, rising to 1.
        accuracy: share of these answers that are right, one for each share.
    """

    share: tuple[float, ...]
    accuracy: tuple[float, ...]


def coverage(sureness: Floats, right: Truths) -> Coverage:
    """Accuracy against coverage (a selective classifier, El-Yaniv and Wiener 2010). Equally sure answers go together.

    Args:
        sureness: (N,) any scale, higher is surer; N at least 1.
        right: (N,) whether the answer is right.
    """
    order = np.argsort(-sureness, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(sureness[order])), len(order) - 1)
    if len(ends) > POINTS:
        ends = np.unique(ends[np.linspace(0, len(ends) - 1, POINTS).round().astype(int)])
    kept = ends + 1
    accuracy = np.cumsum(right[order])[ends] / kept
    return Coverage(tuple((kept / len(order)).tolist()), tuple(accuracy.tolist()))


@dataclass(frozen=True)
class BandFigures:
    """What the unsure band does.

    Attributes:
        n, unsure: faces, and how many of them are answered with "unsure".
        right_outside, right_within: share of right answers among the sure and the unsure ones; None where there
            are none. The intervals are Wilson's.
    """

    n: int
    unsure: int
    right_outside: float | None
    interval_outside: tuple[float, float]
    right_within: float | None
    interval_within: tuple[float, float]

    @property
    def coverage(self) -> float:
        """Share of the faces with a sure answer."""
        return (self.n - self.unsure) / self.n if self.n else 0.0


def band_figures(unsure: Truths, right: Truths) -> BandFigures:
    """Counts right answers within and outside the unsure band; both (N,) bool."""
    outside, within = right[~unsure], right[unsure]
    (out_share, out_interval), (in_share, in_interval) = (_rate(part) for part in (outside, within))
    return BandFigures(len(right), int(unsure.sum()), out_share, out_interval, in_share, in_interval)


def _rate(right: Truths) -> tuple[float | None, tuple[float, float]]:
    n, hits = len(right), int(right.sum())
    return (hits / n if n else None), classification.wilson_interval(hits, n)
