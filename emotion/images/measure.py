"""Numbers about many pictures at once: how bright, how rich in contrast, how sharp, how large, in which mode.

Letters: N pictures, H × W their size, K classes.

What may make an answer wrong before the network is at fault: a face that is blurred, dark, tiny or cut off.

Every bound comes from the same two measurements, named beside it: how many of the 12,045 happy and sad training faces
of FER-2013 it would fire on ("fires on"), and how many of 2,409 held-out faces the shipped network gets right when
they are corrupted by that much ("right"; 82.4 % uncorrupted). A bound lies where that falls by about 4 points or more.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emotion.images.crop import CROP, to_input
from emotion.system import IMAGE_SIZE, N_, _

if TYPE_CHECKING:
    from emotion.images.load import Progress


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


def laplacian(images: NDArray[np.float32]) -> NDArray[np.float32]:
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
    brightness, contrast, sharpness = (np.zeros(len(images)) for _field in fields(Measures))
    for start in range(0, len(images), AT_ONCE):
        here = slice(start, start + AT_ONCE)
        chunk = images[here].astype(np.float32)
        sharpness[here] = _spread(laplacian(chunk))
        flat = chunk.reshape(len(chunk), -1)
        brightness[here] = flat.mean(axis=1)
        contrast[here] = np.sqrt(_spread(flat))
    return Measures(brightness, contrast, sharpness)


def share_below(values: Floats, index: int) -> float:
    """The share, 0 to 1, of values (N,) that lie below one of them: what a measure without a scale says to a person."""
    return float((values < values[index]).mean())


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
    rest = sum(number for _name, number in ranked[most:])
    return kept | ({"other": rest} if rest else {})


def size_words(sizes: NDArray[np.int64]) -> list[str]:
    """Each size as "48 × 48"; "unreadable" for 0."""
    return [f"{width} × {height}" if width else UNREADABLE for width, height in sizes.tolist()]


Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels; right and bottom are just outside
Grey = NDArray[np.uint8]
# Below it a face has lost its fine detail. Fires on 0.1 %. A blur of standard deviation 0.75 px of the 48 px (right:
# 78.5 %) leaves a median sharpness of 0.34, one of 1 px (76.3 %) 0.24; the astronaut's face has 0.61, 0.27 and 0.20.
SHARPNESS = 0.35
# The brightest twentieth of a face is darker than this. Fires on 0.2 %, and on 88 % of faces at 0.35 of their light
# (right: 74.8 %). Not the mean: dark skin in good light has bright spots too, and is not a dark picture.
DARK = 85
# The mean of a face is above this. Fires on 0.4 %, on 57 % of faces made 100 brighter (right: 77.7 %), 95 % at 150.
BRIGHT = 210
# Pixels of box height. Enlarged from 32 px 79.4 % are right, from 28 px 78.6 %, from 20 px 74.4 %.
TINY = 32
# Share of the crop that lies outside the picture and is filled with its edge. A third of a face replaced on one side:
# right 80.1 %; there the astronaut's crop lies 0.20 to 0.24 outside, with a fifth of the face gone 0.16 to 0.17.
OUTSIDE = 0.2
# Width / height of a box at the upper or lower edge of the picture: a detector clips its box, so a face without chin
# or forehead looks wide. Of 547 whole faces 0.2 % are wider (median 0.77). With the lowest fifth gone 77.3 % are
# right, and the astronaut's box has 1.02; with three tenths gone it has 1.12.
WIDE = 1.0

BLURRED_FACE = N_("The face is blurred.")
DARK_FACE = N_("The face is very dark.")
BRIGHT_FACE = N_("The face is very bright.")
TINY_FACE = N_("The face is tiny: less than {n} pixels high.")
CUT_FACE = N_("A part of the face is outside the picture.")


def warnings(image: Image.Image, box: Box | None, seen: Grey) -> tuple[str, ...]:
    """Says what is wrong with a face, so that its answer can be taken with care.

    Args:
        image: the upright picture that the face was cut out of.
        box: where the face is in it, in its pixels; None for the whole picture.
        seen: (S, S) or (S, S, 3) uint8, what the network saw.

    Returns:
        A short sentence for each fault, none for a good picture.
    """
    seen = to_input(Image.fromarray(seen)) if seen.ndim == 3 or len(seen) != IMAGE_SIZE else seen
    height = image.height if box is None else box[3] - box[1]
    tiny, dark = height < TINY, _is_dark(seen)
    faults = {
        _(TINY_FACE, n=TINY): tiny,
        _(BLURRED_FACE): not tiny and not dark and sharpness(seen) < SHARPNESS,  # of those two, blur is only a symptom
        _(DARK_FACE): dark,
        _(BRIGHT_FACE): bool(seen.mean() > BRIGHT),
        _(CUT_FACE): box is not None and _is_cut_off(box, image.size),
    }
    return tuple(sentence for sentence, is_so in faults.items() if is_so)


def sharpness(seen: Grey) -> float:
    """How much fine detail there is, whatever the contrast: the spread of the Laplacian over that of the greys.

    Returns:
        0 for a flat picture, about 0.8 for a face of FER-2013, 4 and more for noise.
    """
    grey = seen.astype(np.float32)
    return float(
        laplacian(grey[np.newaxis]).std() / (grey.std() + 1)
    )  # 1 grey level: a flat picture has no detail, and no quotient


def outside(box: Box, size: tuple[int, int]) -> float:
    """Share of the square that is cut out around a box which lies outside a picture of `size` (width, height)."""
    left, top, right, bottom = box
    side = max(1.0, CROP["side"] * (bottom - top))
    x, y = (left + right - side) / 2, (top + bottom - side) / 2
    wide = min(x + side, size[0]) - max(x, 0)
    high = min(y + side, size[1]) - max(y, 0)
    return 1 - max(0.0, wide) * max(0.0, high) / side**2


def _is_dark(seen: Grey) -> bool:
    return bool(np.percentile(seen, 95) < DARK)


def _is_cut_off(box: Box, size: tuple[int, int]) -> bool:
    left, top, right, bottom = box
    at_an_end = top <= 1 or bottom >= size[1] - 1
    return outside(box, size) > OUTSIDE or (at_an_end and right - left > WIDE * (bottom - top))
