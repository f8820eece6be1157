"""Corrupting faces in known ways and amounts, whole batches at once: what a model is tried on for robustness.

Letters: N faces, S = 48 the side in pixels. Every function takes and gives uint8 (N, S, S); nothing is random but
noise, whose seed is fixed.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion.images import blur, rotate, to_bytes, warped
from emotion.system import N_

Faces = npt.NDArray[np.uint8]
Values = npt.NDArray[np.float32]

ABREAST = 64  # faces side by side in the one JPEG that all of them go through
NOISE_SEED = 0
# Rows and columns of 48 that are covered: measured by eye on the mean face of each class.
EYES, MOUTH = (slice(12, 23), slice(6, 42)), (slice(31, 44), slice(12, 36))


@dataclass(frozen=True)
class Corruption:
    """One way to corrupt faces.

    Attributes:
        name: short, such as "rotation".
        says: what it does to a face, for a person.
        unit: of the strengths.
        strengths: from faint to strong; 0 is not among them.
        apply: faces, strength → faces.
    """

    name: str
    says: str
    unit: str
    strengths: tuple[float, ...]
    apply: Callable[[Faces, float], Faces]


def lean(faces: Faces, degrees: float) -> Faces:
    """Half of the faces turned to the left, half to the right, alternately."""
    turned = rotate(faces, degrees)
    turned[1::2] = rotate(faces[1::2], -degrees)
    return turned


def shift(faces: Faces, pixels: float) -> Faces:
    """Moves faces by whole pixels to the right, down, left and up in turn; the edge goes on behind them."""
    size, by = faces.shape[1], round(pixels)
    moved = np.empty_like(faces)
    for turn, (x, y) in enumerate(((by, 0), (0, by), (-by, 0), (0, -by))):
        rows = np.clip(np.arange(size) - y, 0, size - 1)
        columns = np.clip(np.arange(size) - x, 0, size - 1)
        moved[turn::4] = faces[turn::4][:, rows[:, np.newaxis], columns]
    return moved


def zoom(faces: Faces, times: float) -> Faces:
    """Enlarges (above 1) or shrinks (below 1) about the centre."""
    return warped(faces, (1 / times, 0), (0, 1 / times))


def add_noise(faces: Faces, sigma: float) -> Faces:
    """Normal noise with this standard deviation in grey levels, the same at each call."""
    noise = np.random.default_rng(NOISE_SEED).standard_normal(faces.shape, dtype=np.float32)
    return to_bytes(faces + sigma * noise)


def darken(faces: Faces, share: float) -> Faces:
    """Takes away this share of the light, 0 to 1."""
    return to_bytes(faces * np.float32(1 - share))


def jpeg(faces: Faces, quality: float) -> Faces:
    """Through JPEG at this quality, 1 to 95; all faces in one picture, whose 8 × 8 blocks no two of them share."""
    n, size = len(faces), faces.shape[1]
    columns = min(ABREAST, max(n, 1))
    rows = -(-n // columns)
    grid = np.zeros((rows * columns, size, size), np.uint8)
    grid[:n] = faces
    sheet = grid.reshape(rows, columns, size, size).swapaxes(1, 2).reshape(rows * size, columns * size)
    buffer = io.BytesIO()
    Image.fromarray(sheet).save(buffer, "JPEG", quality=round(quality))
    back = np.asarray(Image.open(buffer)).reshape(rows, size, columns, size).swapaxes(1, 2)
    return back.reshape(rows * columns, size, size)[:n].copy()


def _cover(faces: Faces, place: tuple[slice, slice], share: float) -> Faces:
    """Paints over the middle `share` of a place with the mean grey of each face."""
    covered = faces.copy()
    rows, columns = (_middle(part, share) for part in place)
    covered[:, rows, columns] = to_bytes(faces.mean(axis=(1, 2)))[:, np.newaxis, np.newaxis]
    return covered


def _middle(part: slice, share: float) -> slice:
    length = part.stop - part.start
    kept = round(length * share)
    start = part.start + (length - kept) // 2
    return slice(start, start + kept)


def cover_eyes(faces: Faces, share: float) -> Faces:
    return _cover(faces, EYES, share)


def cover_mouth(faces: Faces, share: float) -> Faces:
    return _cover(faces, MOUTH, share)


KINDS = (
    Corruption(N_("rotation"), N_("turned"), N_("degrees"), (5, 10, 20, 30, 45), lean),
    Corruption(N_("shift"), N_("moved"), N_("pixels of 48"), (1, 2, 4, 6, 8), shift),
    Corruption(N_("zoom in"), N_("cut closer"), N_("times"), (1.1, 1.2, 1.35, 1.5), zoom),
    Corruption(N_("zoom out"), N_("cut wider"), N_("times"), (0.9, 0.8, 0.7, 0.6), zoom),
    Corruption(N_("blur"), N_("blurred"), N_("pixels (standard deviation)"), (0.5, 0.75, 1, 1.5, 2), blur),
    Corruption(N_("noise"), N_("grainy"), N_("grey levels (standard deviation)"), (5, 10, 20, 40), add_noise),
    Corruption(N_("darkening"), N_("darker"), N_("of the light taken away"), (0.2, 0.4, 0.6, 0.8), darken),
    Corruption("JPEG", N_("saved as a small JPEG"), N_("quality"), (50, 25, 10, 5), jpeg),
    Corruption(N_("eyes covered"), N_("eyes covered"), N_("of their place"), (0.5, 1.0), cover_eyes),
    Corruption(N_("mouth covered"), N_("mouth covered"), N_("of its place"), (0.5, 1.0), cover_mouth),
)
