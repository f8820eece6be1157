"""Which examples are kept aside for validation, so that none has an identical twin on the other side.

Letters: N examples, G groups of identical images, K classes.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray


def identical_groups(images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Numbers the different images in the order in which they appear.

    Args:
        images: uint8 (N, H, W).

    Returns:
        int64 (N,), from 0 to G - 1; the same number = the same image, pixel by pixel.
    """
    numbers: dict[bytes, int] = {}
    digests = [hashlib.blake2b(image, digest_size=16).digest() for image in np.ascontiguousarray(images)]
    return np.array([numbers.setdefault(digest, len(numbers)) for digest in digests], dtype=np.int64)


def hold_out(
    groups: NDArray[np.int64], labels: NDArray[np.int64], share: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Chooses whole groups at random until each class has given its share.

    Args:
        groups: int64 (N,), 0 to G - 1; a group is held out as a whole or not at all.
        labels: int64 (N,), 0 to K - 1; a group may hold several labels.
        share: of each class to hold out, above 0 and below 1.
        rng: decides which groups.

    Returns:
        bool (N,), True = held out. Every class is as close to its share as its groups let it come; a class of
        one group only is on one side.
    """
    counts = np.zeros((groups.max(initial=-1) + 1, labels.max(initial=-1) + 1), dtype=np.int64)
    np.add.at(counts, (groups, labels), 1)
    n = counts.sum(axis=0)
    wanted = np.clip(np.rint(share * n).astype(np.int64), 1, np.maximum(n - 1, 1))
    order = rng.permutation(len(counts))
    is_mixed = (counts > 0).sum(axis=1) > 1
    mixed = order[is_mixed[order]]
    held = _take(mixed[: round(share * len(mixed))], counts, wanted, np.zeros(len(counts), dtype=bool))
    held = _take(order[~is_mixed[order]], counts, wanted, held)
    return _with_every_class(held, counts)[groups]


def _take(
    candidates: NDArray[np.int64], counts: NDArray[np.int64], wanted: NDArray[np.int64], held: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Holds out each candidate that takes no class beyond what is wanted of it."""
    held = held.copy()
    room = (wanted - counts[held].sum(axis=0)).tolist()
    for group, row in zip(candidates.tolist(), counts[candidates].tolist(), strict=True):
        if all(count <= free for count, free in zip(row, room, strict=True) if count):
            held[group] = True
            room = [free - count for count, free in zip(row, room, strict=True)]
    return held


def _with_every_class(held: NDArray[np.bool_], counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Adds the smallest group of each class of which none is held, as long as some stay of all classes."""
    held = held.copy()
    n = counts.sum(axis=0)
    for label in range(counts.shape[1]):
        now = counts[held].sum(axis=0)
        if now[label]:
            continue
        can = [g for g in np.flatnonzero(counts[:, label]) if ((now + counts[g] < n) | (counts[g] == 0)).all()]
        if can:
            held[min(can, key=lambda group: int(counts[group].sum()))] = True
    return held
