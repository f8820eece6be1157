"""Where a model is weak: how often it is right among the dark faces, the blurred ones, the small ones.

Letters: N faces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from emotion.images import measure
from emotion.metrics.bootstrap import SEED
from emotion.metrics.classification import wilson_interval
from emotion.metrics.paired import CHANCE
from emotion.system import N_

PICTURE_SIZE = N_("picture size")  # a quantity, beside those that `emotion.images.measure` measures
PARTS = 5
FEWEST = 30  # faces a slice: with fewer its share says next to nothing
SHUFFLES = 2000
LOOKED_AT = 100  # files: when all of these are of one size, so are nearly all

Faces = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.floating[Any]]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Slice:
    """The faces with a quantity above `low` up to `high`; the first slice begins with `low` itself.

    Attributes:
        n: faces; `right` of them are answered right.
        accuracy: their share, with its 95 % `interval` (Wilson).
        weak: surely lower than that of all other faces: the two 95 % intervals do not meet.
    """

    low: float
    high: float
    n: int
    right: int
    accuracy: float
    interval: tuple[float, float]
    weak: bool

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"interval": list(self.interval)}


@dataclass(frozen=True)
class Slicing:
    """All faces cut into slices by one quantity.

    Attributes:
        name: of the quantity, such as "brightness".
        slices: from the lowest values to the highest.
        p_value: how often slices differ at least as much when the quantity does not matter at all (faces shuffled).
    """

    name: str
    slices: tuple[Slice, ...]
    p_value: float

    @property
    def matters(self) -> bool:
        return self.p_value < CHANCE

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "p_value": self.p_value, "slices": [one.to_json() for one in self.slices]}


def edges(values: Numbers, parts: int = PARTS) -> Numbers:
    """Ends of slices of about as many faces each: the lowest value, where to cut, the highest value.

    A slice begins above its first end and reaches to its second one. There are fewer slices where values repeat or
    faces are few, so that none has less than FEWEST; the first may hold a single value, which is both its ends then.
    """
    ordered, n = np.sort(values), len(values)
    cuts: list[float] = []
    done = 0  # faces up to the last cut
    for k in range(1, parts):
        cut = ordered[max(n * k // parts - 1, 0)]
        up_to = int(np.searchsorted(ordered, cut, side="right"))
        if up_to == n:  # the highest value begins before this place: cut below it
            up_to = int(np.searchsorted(ordered, cut, side="left"))
        if up_to - done >= FEWEST and n - up_to >= FEWEST:
            cuts.append(float(ordered[up_to - 1]))
            done = up_to
    return np.array([ordered[0], *cuts, ordered[-1]])


def places(values: Numbers, ends: Numbers) -> npt.NDArray[np.int64]:
    """The number of the slice of each face, from 0."""
    return np.searchsorted(ends[1:-1], values, side="left").astype(np.int64)


def by_quantity(name: str, values: Numbers, right: Truths, parts: int = PARTS) -> Slicing | None:
    """Cuts faces by a quantity and counts right answers in each slice.

    Args:
        name: of the quantity.
        values: (N,) its value for each face.
        right: (N,) whether the answer is right.
        parts: how many slices, where there are faces enough.

    Returns:
        None where nearly all faces have the same value or are too few to cut.
    """
    if not len(values):
        return None
    ends = edges(values, parts)
    if len(ends) == 2:
        return None
    place = places(values, ends)
    counts, rights = np.bincount(place), np.bincount(place, weights=right).astype(np.int64)
    slices = tuple(
        _slice(float(ends[k]), float(ends[k + 1]), int(counts[k]), int(rights[k]), len(right), int(right.sum()))
        for k in range(len(counts))
    )
    return Slicing(name, slices, _chance(place, right))


def _slice(low: float, high: float, n: int, hits: int, total: int, all_hits: int) -> Slice:
    interval = wilson_interval(hits, n)
    others = wilson_interval(all_hits - hits, total - n)
    return Slice(low, high, n, hits, hits / n, interval, n >= FEWEST and interval[1] < others[0])


def _chance(place: npt.NDArray[np.int64], right: Truths) -> float:
    """A permutation test of whether right answers are spread evenly: the chi-squared statistic of shuffled faces.

    With both sums fixed, a shuffle deals the right answers to the slices as a multivariate hypergeometric draw does.
    """
    counts = np.bincount(place)
    share = right.mean()
    if share in (0, 1):
        return 1.0
    dealt = np.random.default_rng(SEED).multivariate_hypergeometric(counts, int(right.sum()), SHUFFLES)
    expected = counts * share
    measured = (np.square(np.bincount(place, weights=right) - expected) / counts).sum()
    by_chance = (np.square(dealt - expected) / counts).sum(axis=1)
    return float((np.count_nonzero(by_chance >= measured * (1 - 1e-12)) + 1) / (SHUFFLES + 1))


def quantities(images: Faces) -> dict[str, Numbers]:
    """What of a face may make it hard, by name: values (N,) for faces (N, 48, 48)."""
    found = measure.measure(images)
    return {"brightness": found.brightness, "contrast": found.contrast, "sharpness": found.sharpness}


def by_size(root: Path, files: Sequence[str], right: Truths) -> Slicing | None:
    """Slices by the shorter side of each picture's file in pixels; None where nearly all are of one size.

    Of a large picture only the face counts, whose size is not kept; but large pictures tend to hold large faces.
    """
    some = files[:: max(1, len(files) // LOOKED_AT)]
    if len(np.unique(measure.headers(root, some).sizes.min(axis=1))) == 1:
        return None  # as in a collection of crops: thousands of files need not be opened
    sizes = measure.headers(root, files).sizes.min(axis=1)
    known = sizes > 0
    return by_quantity(PICTURE_SIZE, sizes[known].astype(float), right[known])
