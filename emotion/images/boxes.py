"""Boxes around faces: clipping, scaling, covering a picture with tiles, and telling two boxes on one face.

Pixels of the picture, origin at the top left. Standard library only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels; right and bottom are just outside

TILE_OVERLAP = 0.25  # share of a tile's side; a face up to this size lies whole in at least one tile
SAME_FACE = 0.5  # share of the smaller box that lies in the other


@dataclass(frozen=True)
class Found:
    """A face in a picture.

    Attributes:
        box: left, top, right, bottom in pixels of that picture, inside it, at least 1 pixel wide and high.
        score: how sure the detector is, 0 to 1. Scores of two detectors cannot be compared.
    """

    box: Box
    score: float

    @property
    def height(self) -> int:
        return self.box[3] - self.box[1]

    @property
    def area(self) -> int:
        return (self.box[2] - self.box[0]) * self.height


def clipped(box: tuple[float, float, float, float], size: tuple[int, int]) -> Box | None:
    """The part of a box that lies in a picture of `size` (width, height), in whole pixels; None when nothing does."""
    width, height = size
    left, top = max(0, round(box[0])), max(0, round(box[1]))
    right, bottom = min(width, round(box[2])), min(height, round(box[3]))
    return (left, top, right, bottom) if right > left and bottom > top else None


def left_to_right(found: Iterable[Found]) -> list[Found]:
    """By the left edge of the box, then the top: the order in which faces are numbered."""
    return sorted(found, key=lambda face: face.box)


def largest(found: Iterable[Found]) -> Found | None:
    """The face with the largest box; None when there is none."""
    return max(found, key=lambda face: face.area, default=None)


def scaled(found: Iterable[Found], seen: tuple[int, int], size: tuple[int, int]) -> list[Found]:
    """Boxes in a picture of size `seen` as boxes in the same picture of size `size`."""
    if seen == size:
        return list(found)
    across, down = size[0] / seen[0], size[1] / seen[1]
    boxes = (
        (clipped((f.box[0] * across, f.box[1] * down, f.box[2] * across, f.box[3] * down), size), f.score)
        for f in found
    )
    return [Found(box, score) for box, score in boxes if box]


def tiles(size: tuple[int, int], side: int) -> Iterator[Box]:
    """Cover a picture of `size` (width, height) with overlapping squares of `side`, row by row, evenly spaced."""
    for top in _starts(size[1], side):
        for left in _starts(size[0], side):
            yield left, top, min(left + side, size[0]), min(top + side, size[1])


def _starts(length: int, side: int) -> list[int]:
    if length <= side:
        return [0]
    steps = math.ceil((length - side) / (side * (1 - TILE_OVERLAP)))
    return [round(step * (length - side) / steps) for step in range(steps + 1)]


def is_cut(box: Box, tile: Box, size: tuple[int, int]) -> bool:
    """Whether a box, in pixels of its tile, touches an edge of the tile that is not an edge of the picture."""
    width, height = tile[2] - tile[0], tile[3] - tile[1]
    return (
        (box[0] <= 0 < tile[0])
        or (box[1] <= 0 < tile[1])
        or (box[2] >= width and tile[2] < size[0])
        or (box[3] >= height and tile[3] < size[1])
    )


def without_doubles(found: list[Found]) -> list[Found]:
    """Of boxes on the same face the first one."""
    kept: list[Found] = []
    for face in found:
        if all(_shared(face, other) <= SAME_FACE for other in kept):
            kept.append(face)
    return kept


def _shared(one: Found, other: Found) -> float:
    """Area that both boxes cover, as a share of the smaller box: 0 to 1."""
    wide = min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])
    high = min(one.box[3], other.box[3]) - max(one.box[1], other.box[1])
    return max(0, wide) * max(0, high) / min(one.area, other.area)
