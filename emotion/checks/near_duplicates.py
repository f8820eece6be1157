"""Pictures that are nearly the same: saved again, shifted by a pixel or two, brightened, marked, or mirrored.

Two steps. The first compares a fingerprint of every picture with that of every other: its means over 8 × 8 fields,
as a matrix product. The second looks at the pairs that are left pixel by pixel: fine detail alone (each pixel less the
mean of the 25 around it), best of all shifts by up to two pixels, because two people in the same pose share their
light and shade but not their detail.

The bounds were chosen on FER-2013, all 32,298 pictures. The likeness of pairs from the first step has two heaps, around
0.2 and around 0.8, with the fewest between 0.5 and 0.6. Of 40 pairs looked at between 0.5 and 0.55 two showed different
people; of 40 each between 0.55 and 0.6, 0.6 and 0.7, and 0.7 and 0.8 none did. With the bounds below 2,761 pairs are
found; of 90 drawn at random all show one photograph, of all 33 mirrored ones 32 do. Of the pairs that a bound of 0.90
for the first step would give with a likeness above 0.6, that of 0.93 gives 91 %; it misses shifts by two pixels.
Letters: N pictures, P pairs, F fields.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIELDS = 8  # a side
ALIKE_AT_ALL = 0.93  # correlation of two fingerprints from which the pixels are looked at
FARTHEST = (2 - 2 * ALIKE_AT_ALL) ** 0.5 + 1e-4  # apart are two fingerprints that are alike, at most
ALIKE = 0.55  # correlation of the fine detail from which two pictures are nearly the same
REACH = 2  # pixels
MOST_NEIGHBOURS = 6  # of one picture go to the second step, the likest: a film of one face has thousands
ROWS, COLUMNS = 512, 2048  # compared at once: what lies in the processor's cache takes a third of the time
PAIRS = 512  # looked at pixel by pixel at once
FLAT = 8.0  # standard deviation of the greys below which a picture has no likeness to speak of

Grey = NDArray[np.uint8]
Places = NDArray[np.int64]
Values = NDArray[np.float32]


@dataclass(frozen=True)
class Pairs:
    """Pairs of pictures that are nearly the same.

    Attributes:
        first, second: int64 (P,), places; first < second.
        mirrored: bool (P,), whether one is the other's mirror image.
        likeness: float32 (P,), of their fine detail, ALIKE to 1.
    """

    first: Places
    second: Places
    mirrored: NDArray[np.bool_]
    likeness: Values

    def __len__(self) -> int:
        return len(self.first)


def fingerprints(grey: Grey) -> Values:
    """(N, F) float32 of length one: the means over fields, less the picture's own mean."""
    size = grey.shape[1] // FIELDS
    fields = grey.reshape(len(grey), FIELDS, size, FIELDS, size).mean(axis=(2, 4), dtype=np.float32)
    return _of_length_one(fields.reshape(len(grey), FIELDS * FIELDS))


def _of_length_one(rows: Values) -> Values:
    rows = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6), dtype=np.float32)


def detail(grey: Grey) -> Values:
    """(N, H, W) float32: each pixel less the mean of the 5 × 5 around it."""
    values = grey.astype(np.float32)
    height, width = grey.shape[1:]
    padded = np.pad(values, ((0, 0), (2, 2), (2, 2)), mode="edge")
    rows = padded[:, :height].copy()
    for y in range(1, 5):
        rows += padded[:, y : y + height]
    for x in range(5):
        values -= rows[:, :, x : x + width] / np.float32(25)
    return values


def likeness(first: Grey, second: Grey) -> Values:
    """Correlation (P,) of the fine detail of pairs (P, H, W), at the shift where they fit best."""
    height, width = first.shape[1] - 2 * REACH, first.shape[2] - 2 * REACH
    fine = detail(second)
    inner = detail(first)[:, REACH : REACH + height, REACH : REACH + width]
    still = _of_length_one(inner.reshape(len(first), -1))
    best = np.full(len(first), -1, dtype=np.float32)
    for y in range(2 * REACH + 1):
        for x in range(2 * REACH + 1):
            moved = fine[:, y : y + height, x : x + width].reshape(len(first), -1)
            best = np.maximum(best, np.einsum("ij,ij->i", still, _of_length_one(moved)))
    return best


def _along(straight: Values, mirrored: Values) -> Values:
    """(N,) where each fingerprint lies along the direction in which faces differ most, the same for its mirror image.

    Two fingerprints that are alike lie within FARTHEST of each other there: most of the others need no look.
    """
    both = straight + mirrored
    direction = np.linalg.eigh(both.T @ both)[1][:, -1]
    return np.asarray(straight @ direction, dtype=np.float32)


def _candidates(prints: Values, others: Values, along: Values, start: int) -> tuple[Places, Places]:
    """Pairs of one of ROWS pictures and a later one whose fingerprints are alike; at most MOST_NEIGHBOURS of each.

    Args:
        prints, others, along: (N, F), (N, F), (N,), in the rising order of the last.
        start: place of the first of the ROWS.
    """
    rows = prints[start : start + ROWS]
    end = int(np.searchsorted(along, along[start + len(rows) - 1] + FARTHEST, side="right"))
    found = [np.empty((0, 3))]
    for column in range(start, end, COLUMNS):
        alike = rows @ others[column : min(column + COLUMNS, end)].T
        if column == start:
            alike[np.tri(*alike.shape, dtype=np.bool_)] = -1  # itself, and what was compared the other way round
        if (alike > ALIKE_AT_ALL).any():
            first, second = np.nonzero(alike > ALIKE_AT_ALL)
            found.append(np.stack([first, second + column, alike[first, second]], axis=1))
    pairs = np.concatenate(found)
    pairs = pairs[np.lexsort((-pairs[:, 2], pairs[:, 0]))]
    rank = np.arange(len(pairs)) - np.searchsorted(pairs[:, 0], pairs[:, 0])
    likest = pairs[rank < MOST_NEIGHBOURS, :2].astype(np.int64)
    return likest[:, 0] + start, likest[:, 1]


def near_pairs(grey: Grey, progress: Callable[[int, int], None] | None = None) -> Pairs:
    """Finds pictures that are nearly the same.

    Args:
        grey: uint8 (N, 48, 48), all different and none of them flat.
        progress: called with (done, all).

    Returns:
        The pairs, a mirrored one only where the pictures are not alike as they are.
    """
    straight, mirrored = fingerprints(grey), fingerprints(grey[:, :, ::-1])
    along = _along(straight, mirrored)
    order = np.argsort(along, kind="stable")
    straight, mirrored, along = straight[order], mirrored[order], along[order]
    found: dict[tuple[int, int], tuple[bool, float]] = {}
    for start in range(0, len(grey), ROWS):
        for turned, prints in ((False, straight), (True, mirrored)):
            places = np.sort([order[part] for part in _candidates(prints, straight, along, start)], axis=0)
            for pair, value in _verified(grey, places[0], places[1], turned):
                found.setdefault(pair, (turned, value))
        if progress:
            progress(min(start + ROWS, len(grey)), len(grey))
    return _pairs(found)


def _pairs(found: dict[tuple[int, int], tuple[bool, float]]) -> Pairs:
    pairs = np.array(sorted(found), dtype=np.int64).reshape(-1, 2)
    facts = [found[first, second] for first, second in pairs.tolist()]
    return Pairs(
        pairs[:, 0],
        pairs[:, 1],
        np.array([turned for turned, _ in facts], dtype=np.bool_),
        np.array([value for _, value in facts], dtype=np.float32),
    )


def _verified(grey: Grey, first: Places, second: Places, turned: bool) -> list[tuple[tuple[int, int], float]]:
    kept = []
    for start in range(0, len(first), PAIRS):
        a, b = first[start : start + PAIRS], second[start : start + PAIRS]
        mine = grey[a][:, :, ::-1] if turned else grey[a]
        values = likeness(np.ascontiguousarray(mine), grey[b])
        kept += [
            ((i, j), value)
            for i, j, value in zip(a.tolist(), b.tolist(), values.tolist(), strict=True)
            if value >= ALIKE
        ]
    return kept
