"""Small faces turned, blurred and looked up between their pixels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from emotion.evaluation import Faces, Values


def to_bytes(values: npt.NDArray[Any]) -> Faces:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def warped(faces: Faces, across: tuple[float, float], down: tuple[float, float]) -> Faces:
    """Each pixel from where a linear map about the centre says; beyond the picture its edge goes on.

    Args:
        across: (dx per x, dx per y) of the place that is looked up, in pixels; `down`: the same for its y.
    """
    size = faces.shape[1]
    middle = (size - 1) / 2
    y, x = np.mgrid[:size, :size] - middle
    return to_bytes(look_up(faces, across[0] * x + across[1] * y + middle, down[0] * x + down[1] * y + middle))


def look_up(faces: npt.NDArray[Any], x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> Values:
    """Bilinear values (N, S, S) at places (S, S) in pixels; beyond the picture its edge goes on."""
    last = faces.shape[1] - 1
    x, y = np.clip(x, 0, last), np.clip(y, 0, last)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, bottom = np.minimum(left + 1, last), np.minimum(top + 1, last)
    x_part, y_part = (x - left).astype(np.float32), (y - top).astype(np.float32)
    upper = faces[:, top, left] * (1 - x_part) + faces[:, top, right] * x_part
    lower = faces[:, bottom, left] * (1 - x_part) + faces[:, bottom, right] * x_part
    values: Values = upper * (1 - y_part) + lower * y_part
    return values


def rotate(faces: Faces, degrees: float) -> Faces:
    """Turns faces to the left (counter-clockwise), negative degrees to the right."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return warped(faces, (cosine, -sine), (sine, cosine))


def blur(faces: Faces, sigma: float) -> Faces:
    """Gaussian blur with this standard deviation in pixels."""
    reach = max(1, math.ceil(3 * sigma))
    weights = np.exp(-np.square(np.arange(-reach, reach + 1)) / (2 * sigma * sigma))
    weights = (weights / weights.sum()).astype(np.float32)
    values: npt.NDArray[Any] = faces.astype(np.float32)
    for axis in (1, 2):
        margin = [(0, 0)] * 3
        margin[axis] = (reach, reach)
        padded = np.pad(values, margin, mode="edge")
        size = faces.shape[axis]
        values = sum(weight * np.take(padded, range(k, k + size), axis) for k, weight in enumerate(weights))
    return to_bytes(values)
