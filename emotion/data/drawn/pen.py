"""A pen that draws in face units, and the few shapes that drawn faces are made of.

Face units: the middle of the head is (0, 0), crown and chin are at y = -1 and y = 1, x grows to the right.
Shapes are (P, 2) float arrays of such points, so one code draws at 48 and at 480 pixels, upright or tilted.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import ImageDraw

Colour = tuple[int, int, int]  # red, green, blue, 0 to 255
Points = npt.NDArray[np.float64]  # (P, 2)

_TURN = np.linspace(0.0, 2.0 * np.pi, 28, endpoint=False)
_CIRCLE = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)  # (28, 2)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """A colour between two: share 0 gives the first, 1 the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def shade(colour: Colour, share: float) -> Colour:
    """The same colour in shadow: share 0 leaves it, 1 gives a warm black."""
    return mix(colour, (32, 20, 24), share)


def ellipse(x: float, y: float, half_width: float, half_height: float) -> Points:
    return _CIRCLE * (half_width, half_height) + (x, y)


def curve(start: Sequence[float], bend: Sequence[float], end: Sequence[float], count: int = 12) -> Points:
    """A quadratic Bézier curve from start to end, pulled towards bend; (count, 2)."""
    return _bernstein(count) @ np.array((start, bend, end), dtype=np.float64)


def joined(*parts: Points) -> Points:
    """One shape from several lines, end to start."""
    return np.concatenate(parts)


@functools.cache
def _bernstein(count: int) -> Points:
    """Weights of start, bend and end along a curve; (count, 3)."""
    t = np.linspace(0.0, 1.0, count)
    return np.stack([(1 - t) ** 2, 2 * t * (1 - t), t**2], axis=1)


@functools.cache
def _ramp(count: int) -> Points:
    return np.linspace(0.0, 1.0, count)[:, None]


def _normals(points: Points) -> Points:
    """Unit vectors across the line at each of its points; (P, 2)."""
    line = np.ascontiguousarray(points, dtype=np.float64).view(np.complex128)[:, 0]  # a quarter turn is times 1j
    along = np.empty_like(line)
    along[1:-1] = line[2:] - line[:-2]
    along[0], along[-1] = line[1] - line[0], line[-1] - line[-2]
    across = along * (1j / np.maximum(np.abs(along), 1e-9))
    return across.view(np.float64).reshape(-1, 2)


class Pen:
    """Draws shapes in face units onto a picture.

    Args:
        canvas: where to draw.
        centre: pixel position of the middle of the head.
        scale: pixels a face unit.
        tilt: degrees that the head leans to the right.
        mirrored: swaps left and right.
    """

    def __init__(
        self, canvas: ImageDraw.ImageDraw, centre: tuple[float, float], scale: float, tilt: float, mirrored: bool
    ) -> None:
        self._canvas = canvas
        self._centre = np.asarray(centre)
        self._scale = scale
        cos, sin = math.cos(math.radians(tilt)) * scale, math.sin(math.radians(tilt)) * scale
        self._matrix = np.array([[cos, sin], [-sin, cos]]) * ((-1.0,) if mirrored else (1.0,), (1.0,))

    def fill(self, points: Points, colour: Colour, outline: float = 0.0, outline_colour: Colour | None = None) -> None:
        """A filled shape; `outline` is the width of its edge in face units."""
        pixels: list[float] = (points @ self._matrix + self._centre).ravel().tolist()
        self._canvas.polygon(pixels, fill=colour)
        if outline > 0:
            width = max(1, round(outline * self._scale))
            edge = outline_colour or shade(colour, 0.45)
            self._canvas.line(pixels + pixels[:4], fill=edge, width=width, joint="curve")

    def stroke(self, points: Points, colour: Colour, width: float, taper: float = 1.0) -> None:
        """A line with round ends through the points; `taper` is the width of its end as a share of its start's."""
        half = 0.5 * width * (1.0 + (taper - 1.0) * _ramp(len(points)))
        across = half * _normals(points)
        self.fill(np.concatenate([points + across, (points - across)[::-1]]), colour)
        ends = (points[[0, -1]] @ self._matrix + self._centre).tolist()
        for (x, y), share in zip(ends, (1.0, taper), strict=True):
            r = 0.5 * width * share * self._scale
            self._canvas.ellipse((x - r, y - r, x + r, y + r), fill=colour)
