"""Numbers about many pictures at once: how bright, how rich in contrast, how sharp, how large, in which mode.

Letters: N pictures, H × W their size, K classes.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emotion.reading import Progress

Floats = NDArray[np.float64]
Greys = NDArray[np.uint8]

AT_ONCE = 128  # pictures measured together: few enough to stay in the processor's cache
TELL_EACH = 500  # files
UNREADABLE = "unreadable"
FORMATS = ("JPEG", "PNG", "BMP", "WEBP")


@dataclass(frozen=True)
class Measures:
    """Three numbers for each of N pictures.

    Attributes:
        brightness: mean grey value, 0 to 255.
        contrast: standard deviation of the grey values, 0 to 127.5.
        sharpness: variance of the Laplacian (4 neighbours), 0 for a blank picture, some thousands for a crisp one.
    """

    brightness: Floats
    contrast: Floats
    sharpness: Floats

    def __len__(self) -> int:
        return len(self.brightness)


@dataclass(frozen=True)
class Headers:
    """What N files say of themselves, without being decoded.

    Attributes:
        sizes: int64 (N, 2), width and height in pixels; 0 for a file that cannot be read.
        modes: N words of Pillow, such as "L" (grey) or "RGB"; "unreadable" for a file that cannot be read.
    """

    sizes: NDArray[np.int64]
    modes: tuple[str, ...]


def _spread(values: NDArray[np.float32]) -> Floats:
    """Variance of each row of (N, P); `values` are moved to their means, which keeps float32 exact enough."""
    values -= values.mean(axis=1, keepdims=True)
    squares = np.einsum("np,np->n", values, values)
    return np.asarray(squares, dtype=np.float64) / values.shape[1]


def _laplacian(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, H, W) → (N, (H - 2) (W - 2)): how far each inner pixel lies from its four neighbours."""
    edges = -4 * images[:, 1:-1, 1:-1]
    for neighbours in (images[:, :-2, 1:-1], images[:, 2:, 1:-1], images[:, 1:-1, :-2], images[:, 1:-1, 2:]):
        edges += neighbours
    return np.asarray(edges.reshape(len(images), -1))


def measure(images: Greys) -> Measures:
    """Measures pictures: 32,298 of 48 × 48 take about half a second.

    Args:
        images: uint8 (N, H, W), H and W at least 3.
    """
    brightness, contrast, sharpness = (np.zeros(len(images)) for _ in fields(Measures))
    for start in range(0, len(images), AT_ONCE):
        here = slice(start, start + AT_ONCE)
        chunk = images[here].astype(np.float32)
        sharpness[here] = _spread(_laplacian(chunk))
        flat = chunk.reshape(len(chunk), -1)
        brightness[here] = flat.mean(axis=1)
        contrast[here] = np.sqrt(_spread(flat))
    return Measures(brightness, contrast, sharpness)


def mean_faces(images: Greys, labels: NDArray[np.int64], classes: int) -> Greys:
    """The mean picture of each class.

    Args:
        images: uint8 (N, H, W).
        labels: int64 (N,), 0 to K - 1.
        classes: K.

    Returns:
        uint8 (K, H, W); grey 128 for a class without pictures.
    """
    means = np.full((classes, *images.shape[1:]), 128, np.uint8)
    for label in range(classes):
        mine = images[labels == label]
        if len(mine):
            means[label] = np.rint(mine.mean(axis=0, dtype=np.float64)).astype(np.uint8)
    return means


def standing_out(measures: Measures, count: int, seed: int = 0) -> NDArray[np.int64]:
    """Pictures for a chart that cannot show all: half of them the farthest from the middle, the others at random.

    Distance is counted in each measure by ranks of its spread (median and median distance from it), so that one
    measure with a long tail does not decide alone.

    Args:
        count: at most so many.
        seed: of the random half.

    Returns:
        Ascending places, int64.
    """
    n = len(measures)
    if n <= count:
        return np.arange(n)
    columns = np.stack([measures.brightness, measures.contrast, np.log1p(measures.sharpness)], axis=1)
    middle = np.median(columns, axis=0)
    spread = np.median(np.abs(columns - middle), axis=0)
    distance = (np.abs(columns - middle) / np.maximum(spread, 1e-9)).max(axis=1)
    far = np.argsort(-distance, kind="stable")[: count // 2]
    others = np.setdiff1d(np.arange(n), far)
    near = np.random.default_rng(seed).choice(others, count - len(far), replace=False)
    return np.sort(np.concatenate([far, near]))


def headers(root: Path, files: Sequence[str], progress: Progress | None = None) -> Headers:
    """Reads size and mode of files; decodes none.

    Args:
        files: N names relative to `root`, with "/".
        progress: called in this thread; what it raises ends the reading.
    """
    sizes = np.zeros((len(files), 2), dtype=np.int64)
    modes = []
    for place, file in enumerate(files):
        try:
            with Image.open(os.path.join(root, file), formats=FORMATS) as picture:
                sizes[place] = picture.size
                modes.append(picture.mode)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            modes.append(UNREADABLE)
        if progress and place % TELL_EACH == 0:
            progress(place, len(files))
    if progress:
        progress(len(files), len(files))
    return Headers(sizes, tuple(modes))


def most_common(values: Sequence[str], most: int = 12) -> dict[str, int]:
    """Values → how many, the most frequent first; those beyond the last place are summed up as "other"."""
    ranked = Counter(values).most_common()
    kept = dict(ranked[:most])
    rest = sum(number for _, number in ranked[most:])
    return kept | ({"other": rest} if rest else {})


def size_words(sizes: NDArray[np.int64]) -> list[str]:
    """Each size as "48 × 48"; "unreadable" for 0."""
    return [f"{width} × {height}" if width else UNREADABLE for width, height in sizes.tolist()]
