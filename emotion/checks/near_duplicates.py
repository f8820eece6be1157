"""Pictures that are nearly the same: saved again, shifted by a pixel or two, brightened, marked, or mirrored.

Two steps. The first finds pictures whose fingerprints are alike: their means over 8 × 8 fields. It compares each with
its neighbours only, in TABLES orders of all pictures. An order is by a hash, a band of bits of which each says on which
side of a plane through the middle of all fingerprints one lies: like fingerprints lie on the same sides of most planes,
so that in one order or another they stand side by side. However many pictures share a hash, each is compared with
WINDOW others at most, so that the work grows as sorting does. The second step looks at the pairs that are left pixel by
pixel: fine detail alone (each pixel less the mean of the 25 around it), best of all shifts by up to two pixels, because
two people in the same pose share their light and shade but not their detail.

The bounds were chosen on FER-2013, all 32,298 pictures. The likeness of pairs from the first step has two heaps, around
0.2 and around 0.8, with the fewest between 0.5 and 0.6. Of 40 pairs looked at between 0.5 and 0.55 two showed different
people; of 40 each between 0.55 and 0.6, 0.6 and 0.7, and 0.7 and 0.8 none did. Where every fingerprint was compared
with every other and the 6 likest of each looked at, 2,761 pairs were found; of 90 drawn at random all showed one
photograph, of all 33 mirrored ones 32 did. The hashes miss 4 of them, and the 12 likest give 44 more. Of the pairs that
a bound of 0.90 for the first step would give with a likeness above 0.6, that of 0.93 gives 91 %; it misses shifts by
two pixels.
Letters: N pictures, P pairs, F fields.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FIELDS = 8  # a side
ALIKE_AT_ALL = 0.93  # correlation of two fingerprints from which the pixels are looked at
ALIKE = 0.55  # correlation of the fine detail from which two pictures are nearly the same
REACH = 2  # pixels
MOST_NEIGHBOURS = 12  # of one picture go to the second step, the likest: a film of one face has thousands
FEW = 1_024  # pictures up to which every two are compared
TABLES, WINDOW = 32, 16  # orders, and how many that follow in one of them a picture is compared with
A_HASH = 4  # pictures share a hash, if all were different
SEED = 0  # of the planes
ROWS = 8_192  # compared at once
MOST_WAITING = 1_000_000  # pairs, before the likest of them are sought
PAIRS = 512  # looked at pixel by pixel at once
FLAT = 8.0  # standard deviation of the greys below which a picture has no likeness to speak of

Grey = NDArray[np.uint8]
Places = NDArray[np.int64]
Values = NDArray[np.float32]


class PictureRows(Protocol):
    """Pictures that are looked at a few at a time: an array (N, 48, 48), or the files that hold one."""

    def __getitem__(self, places: Places, /) -> Grey: ...


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


@dataclass(frozen=True)
class _Candidates:
    """Pairs whose fingerprints are alike: `owner` is twice the place of the first, one more where it is mirrored."""

    owner: Places
    second: Places
    alike: Values

    def at(self, places: Places | NDArray[np.bool_]) -> _Candidates:
        return _Candidates(self.owner[places], self.second[places], self.alike[places])


def fingerprints(grey: Grey) -> Values:
    """(N, F) float32 of length one: the means over fields, less the picture's own mean.

    The first half of a row is what a picture has in common with its mirror image; the second half is what sets them
    apart: there the mirror image has the opposite sign.
    """
    size = grey.shape[1] // FIELDS
    fields = grey.reshape(len(grey), FIELDS, size, FIELDS, size).mean(axis=(2, 4), dtype=np.float32)
    fields = _of_length_one(fields.reshape(len(grey), -1)).reshape(fields.shape)
    left, right = fields[:, :, : FIELDS // 2], fields[:, :, : FIELDS // 2 - 1 : -1]
    halves = np.stack([left + right, left - right], axis=1) / np.float32(math.sqrt(2))
    return np.asarray(halves.reshape(len(grey), -1), dtype=np.float32)


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


def _order(prints: Values, bits: int, rng: np.random.Generator) -> tuple[Places, Places]:
    """An order of all pictures in which like ones stand together, and their hashes in this order.

    A picture and its mirror image have the same hash, except those that lie close to a plane.
    """
    half = prints.shape[1] // 2
    turn = rng.standard_normal(half).astype(np.float32)
    planes = rng.standard_normal((2 * half, bits + 1)).astype(np.float32)
    sides = np.empty((len(prints), bits + 1), np.float32)
    for start in range(0, len(prints), ROWS):
        rows = prints[start : start + ROWS].copy()
        rows[:, half:] *= np.where(rows[:, half:] @ turn < 0, -1, 1)[:, np.newaxis]
        sides[start : start + ROWS] = rows @ planes
    hashes = np.zeros(len(prints), np.int64)
    for bit in range(bits):
        hashes |= (sides[:, bit] > np.median(sides[:, bit])).astype(np.int64) << bit
    order = np.lexsort((sides[:, bits], hashes))
    return order, hashes[order]


def _neighbours(prints: Values, order: Places, hashes: Places, window: int) -> Iterator[_Candidates]:
    """Pairs of pictures with the same hash, at most so many places apart, whose fingerprints are alike."""
    half = prints.shape[1] // 2
    for start in range(0, len(order), ROWS):
        here = order[start : start + ROWS + window]
        rows, same = prints[here], hashes[start : start + ROWS + window]
        for apart in range(1, min(window, len(here) - 1) + 1):
            n = min(ROWS, len(here) - apart)
            ones, others = rows[:n], rows[apart : apart + n]
            both = np.einsum("ij,ij->i", ones[:, :half], others[:, :half])
            turning = np.einsum("ij,ij->i", ones[:, half:], others[:, half:])
            usable = same[:n] == same[apart : apart + n]
            for turned, alike in enumerate((both + turning, both - turning)):
                found = np.flatnonzero(usable & (alike > ALIKE_AT_ALL))
                if len(found):
                    first, second = here[found], here[found + apart]
                    yield _Candidates(2 * np.minimum(first, second) + turned, np.maximum(first, second), alike[found])


def _likest(parts: Sequence[_Candidates]) -> _Candidates:
    """Each pair once, and at most MOST_NEIGHBOURS of an owner."""
    all_of_them = zip(*[(part.owner, part.second, part.alike) for part in parts], strict=True)
    one = _Candidates(*[np.concatenate(columns) for columns in all_of_them])
    one = one.at(np.lexsort((one.second, one.owner)))
    again = (np.diff(one.owner, prepend=-1) == 0) & (np.diff(one.second, prepend=-1) == 0)
    one = one.at(~again)
    one = one.at(np.lexsort((one.second, -one.alike, one.owner)))
    rank = np.arange(len(one.owner)) - np.searchsorted(one.owner, one.owner)
    return one.at(rank < MOST_NEIGHBOURS)


def _candidates(prints: Values, progress: Callable[[int, int], None] | None) -> _Candidates:
    """The likest pairs by their fingerprints."""
    n = len(prints)
    tables, bits, window = TABLES, max(0, round(math.log2(max(n, 1) / A_HASH))), WINDOW
    if n <= FEW:
        tables, bits, window = 1, 0, n
    rng = np.random.default_rng(SEED)
    kept = _Candidates(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))
    for table in range(tables):
        if progress and table:
            progress(n * table // (2 * tables), n)
        waiting, more = [kept], 0
        for found in _neighbours(prints, *_order(prints, bits, rng), window):
            waiting.append(found)
            more += len(found.owner)
            if more > MOST_WAITING:
                waiting, more = [_likest(waiting)], 0
        kept = _likest(waiting)
    return kept


def near_pairs(grey: PictureRows, places: Places, progress: Callable[[int, int], None] | None = None) -> Pairs:
    """Finds pictures that are nearly the same.

    Args:
        grey: pictures of 48 × 48.
        places: int64 (N,), rising: which of them; all different and none of them flat.
        progress: called with (done, all).

    Returns:
        The pairs, a mirrored one only where the pictures are not alike as they are. One whose fingerprints are barely
        alike may be missing.
    """
    n, prints = len(places), np.empty((len(places), FIELDS * FIELDS), np.float32)
    for start in range(0, n, ROWS):
        prints[start : start + ROWS] = fingerprints(grey[places[start : start + ROWS]])
    alike = _candidates(prints, progress)
    alike = _Candidates(2 * places[alike.owner // 2] + alike.owner % 2, places[alike.second], alike.alike)
    verified = _verified(grey, alike, n, progress)
    if progress:
        progress(n, n)
    return verified


def _verified(grey: PictureRows, alike: _Candidates, n: int, progress: Callable[[int, int], None] | None) -> Pairs:
    """Of the candidates those that are nearly the same pixel by pixel."""
    values = np.empty(len(alike.owner), np.float32)
    for start in range(0, len(values), PAIRS):
        if progress and start:
            progress((n + n * start // len(values)) // 2, n)
        part = slice(start, start + PAIRS)
        ones = grey[alike.owner[part] // 2]
        turned = alike.owner[part] % 2 == 1
        ones[turned] = ones[turned][:, :, ::-1]
        values[part] = likeness(ones, grey[alike.second[part]])
    first, mirrored = alike.owner // 2, alike.owner % 2 == 1
    places = np.flatnonzero(values >= ALIKE)
    places = places[np.lexsort((mirrored[places], alike.second[places], first[places]))]
    both = (np.diff(first[places], prepend=-1) == 0) & (np.diff(alike.second[places], prepend=-1) == 0)
    places = places[~both]
    return Pairs(first[places], alike.second[places], mirrored[places], values[places])
