"""Varying faces on the fly: whole batches at once, in NumPy.

Letters: N faces, S = 48 the side in pixels.

A look at what the variations of training faces make of them, before a run begins.
"""

from __future__ import annotations

import io
import math
from dataclasses import asdict, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emotion.images import as_batch
from emotion.recipes.augmentation import NONE
from emotion.system import IMAGE_SIZE

if TYPE_CHECKING:
    from emotion.recipes.augmentation import Augmentation


Faces = NDArray[np.uint8]
Floats = NDArray[np.float32]
GREY = 128
ERASED = (0.15, 0.4)  # sides of the box that is painted over, in shares of the face's; at most 0.4 x 0.4 of it
JPEG_QUALITY = (12, 50)  # at 48 pixels, 12 leaves blocks of eight and the expression
SHADOW_EDGE = (-1.2, 1.2)  # how far from the middle, in halves of the side
SHADOW_HARDNESS = (math.log(1.5), math.log(15))  # of the edge: from a slope over the whole face to some pixels
SMALLEST_FROM, SMALLEST_TO = 12, 36  # pixels a side that a face is made of before it is enlarged
STRIP = 8  # faces in one JPEG: six times as quick a face as alone; its blocks of 8 pixels do not mix them
CHUNK = 8  # faces turned at a time, so that all of their numbers stay in the processor's cache: twice as quick
# Where the mean face of FER-2013 has the lower edge of its mouth, which says most about the label: pixels below the
# middle and to either side. No corner of it is moved farther from the middle than REACH, the last pixel but one.
MOUTH_DOWN, MOUTH_ASIDE = 15.0, 9.0
REACH = 22.5


def augment(
    faces: Faces, rng: np.random.Generator, settings: Augmentation, mirrored: NDArray[np.bool_] | None = None
) -> Faces:
    """The faces, each varied in its own way; all but mixup, which is `mix`.

    Args:
        faces: uint8 (N, S, S).
        rng: where all chance comes from; the same state gives the same faces.
        settings: which kinds, how strongly.
        mirrored: bool (N,), which faces are mirrored where `settings.mirror` says that any are; None: by chance.

    Returns:
        uint8 (N, S, S), always a new array where anything is varied.
    """
    if settings.mirror:
        mirrored = rng.random(len(faces)) < 0.5 if mirrored is None else mirrored
        faces = np.where(mirrored[:, None, None], faces[:, :, ::-1], faces)
    if settings.zoom or settings.rotation or settings.shear:
        faces = _warp(faces, rng, settings)
    elif settings.shift:
        faces = _shift(faces, rng, settings.shift)
    if settings.brightness or settings.contrast:
        faces = _light(faces, rng, settings)
    if settings.shadow:
        faces = _shade(faces, rng, settings.shadow)
    if settings.shrink:
        faces = _shrink(faces, rng, rng.random(len(faces)) < settings.shrink)
    if settings.blur:
        faces = _blur(faces, rng.random(len(faces)) < settings.blur)
    if settings.jpeg:
        faces = _jpeg(faces, rng, rng.random(len(faces)) < settings.jpeg)
    if settings.erase:
        faces = _erase(faces, rng, rng.random(len(faces)) < settings.erase)
    return faces


def mix(
    faces: NDArray[np.float32], targets: NDArray[np.float32], rng: np.random.Generator, alpha: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Blends each face and its target with those of another face of the batch (mixup).

    Args:
        faces: float32 (N, S, S, 1).
        targets: float32 (N, K), the probability of each class or of label 1.
        rng: where all chance comes from.
        alpha: of the Beta distribution that the shares are drawn from, above 0.

    Returns:
        Both blended, of the same shapes; the first of the two always has the larger share.
    """
    other = rng.permutation(len(faces))
    share = rng.beta(alpha, alpha, len(faces)).astype(np.float32)
    share = np.minimum(share, 1 - share)  # of the other face
    blended = faces[other]
    blended -= faces  # in place: the sum of two products makes four arrays of the size of the batch
    blended *= share[:, None, None, None]
    blended += faces
    return blended, targets + (targets[other] - targets) * share[:, None]


def _shift(faces: Faces, rng: np.random.Generator, share: float) -> Faces:
    """Moved by whole pixels; what comes in at an edge repeats it."""
    most = round(share * IMAGE_SIZE)
    padded = np.pad(faces, ((0, 0), (most, most), (most, most)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (IMAGE_SIZE, IMAGE_SIZE), axis=(1, 2))
    up, left = rng.integers(-most, most + 1, (2, len(faces)))
    up = np.maximum(up, int(MOUTH_DOWN - REACH))
    return windows[np.arange(len(faces)), most + up, most + left]


def _warp(faces: Faces, rng: np.random.Generator, settings: Augmentation) -> Faces:
    """Turned, zoomed and moved around the middle in one step, with bilinear interpolation; edges repeat."""
    n, size = len(faces), IMAGE_SIZE
    turn = np.deg2rad(rng.uniform(-settings.rotation, settings.rotation, n)).astype(np.float32)
    zoom = np.exp(rng.uniform(-1, 1, n) * np.log1p(settings.zoom)).astype(np.float32)
    down, right = rng.uniform(-settings.shift * size, settings.shift * size, (2, n)).astype(np.float32)
    cosine, sine = np.cos(turn), np.sin(turn)
    # Sideways by so much a row, before all else; drawn last, so that without it nothing else is drawn otherwise.
    slant = rng.uniform(-settings.shear, settings.shear, n).astype(np.float32) if settings.shear else None
    aside = np.float32(MOUTH_ASIDE) + np.float32(MOUTH_DOWN) * (
        np.zeros(n, np.float32) if slant is None else np.abs(slant)
    )
    down, right = _keeping_the_mouth(down, right, zoom * cosine, zoom * sine, aside)
    middle = np.float32((size - 1) / 2)
    grid = np.arange(size, dtype=np.float32) - middle
    cosine, sine = (cosine / zoom)[:, None], (sine / zoom)[:, None]
    rows, columns = grid - down[:, None], grid - right[:, None]  # (N, S)
    warped = np.empty_like(faces)
    for some in (slice(start, start + CHUNK) for start in range(0, n, CHUNK)):
        # Where each pixel of the result comes from: a sum of a part by row and a part by column.
        y = (cosine[some] * rows[some] + middle)[:, :, None] + (sine[some] * columns[some])[:, None, :]
        x = (middle - sine[some] * rows[some])[:, :, None] + (cosine[some] * columns[some])[:, None, :]
        if slant is not None:
            x += slant[some, None, None] * (y - middle)
        warped[some] = _between_pixels(faces[some], y, x)
    return warped


def _keeping_the_mouth(
    down: Floats, right: Floats, cosine: Floats, sine: Floats, to_the_side: Floats
) -> tuple[Floats, Floats]:
    """The shifts (N,), less far where they would move a corner of the mouth, zoomed and turned, out of the picture."""
    lowest = cosine * MOUTH_DOWN + np.abs(sine) * to_the_side
    aside, half = sine * MOUTH_DOWN, cosine * to_the_side
    return np.minimum(down, REACH - lowest), np.clip(right, half - aside - REACH, REACH - half - aside)


def _between_pixels(faces: Faces, y: Floats, x: Floats) -> Floats:
    """The greys (N, S, S) at places between pixels, rounded when they are made whole; y and x are used up."""
    size = IMAGE_SIZE
    np.clip(y, 0, size - 1.001, out=y)
    np.clip(x, 0, size - 1.001, out=x)
    place, left = y.astype(np.int32), x.astype(np.int32)
    y -= place
    x -= left
    place *= size
    place += left + (np.arange(len(faces), dtype=np.int32) * (size * size))[:, None, None]
    flat = faces.reshape(-1)
    above = flat.take(place).astype(np.float32)
    above += (flat.take(place + 1) - above) * x
    place += size
    below = flat.take(place).astype(np.float32)
    below += (flat.take(place + 1) - below) * x
    return above + (below - above) * y + np.float32(0.5)


def _light(faces: Faces, rng: np.random.Generator, settings: Augmentation) -> Faces:
    """Lighter or darker, and with more or less contrast around the face's own mean."""
    n = len(faces)
    mean = faces.mean(axis=(1, 2), dtype=np.float32)
    more = 1 + rng.uniform(-settings.contrast, settings.contrast, n).astype(np.float32)
    lift = rng.uniform(-settings.brightness, settings.brightness, n).astype(np.float32) * 255
    lit = faces * more[:, None, None]
    lit += (mean * (1 - more) + lift + np.float32(0.5))[:, None, None]
    return np.clip(lit, 0, 255, out=lit).astype(np.uint8)


def _shade(faces: Faces, rng: np.random.Generator, most: float) -> Faces:
    """Some of the light taken away behind a straight edge, soft or hard, anywhere: on all of it, a part, or none."""
    n = len(faces)
    angle = rng.uniform(0, 2 * np.pi, n).astype(np.float32)
    place, hardness = rng.uniform(*SHADOW_EDGE, n), np.exp(rng.uniform(*SHADOW_HARDNESS, n))
    line = np.linspace(-1, 1, IMAGE_SIZE, dtype=np.float32)
    steep = hardness.astype(np.float32)[:, None]
    down = steep * (np.sin(angle)[:, None] * line - place.astype(np.float32)[:, None])
    across = steep * np.cos(angle)[:, None] * line
    taken = (most * rng.random(n)).astype(np.float32)[:, None, None]
    kept = 1 - taken / (1 + np.exp(-(down[:, :, None] + across[:, None, :])))
    kept *= faces
    kept += np.float32(0.5)
    return kept.astype(np.uint8)


def _shrink(faces: Faces, rng: np.random.Generator, chosen: NDArray[np.bool_]) -> Faces:
    """The chosen ones as they look when they come from fewer pixels."""
    there_and_back = _small_and_back()[rng.integers(0, SMALLEST_TO - SMALLEST_FROM, int(chosen.sum()))]
    small = there_and_back @ faces[chosen].astype(np.float32) @ there_and_back.swapaxes(1, 2)
    return _with(faces, chosen, np.clip(small + np.float32(0.5), 0, 255).astype(np.uint8))


@lru_cache(maxsize=1)
def _small_and_back() -> Floats:
    """What making a line of pixels smaller and larger again does to it, float32 (sizes, S, S)."""
    line = np.eye(IMAGE_SIZE, dtype=np.float32)
    whole, found = Image.fromarray(line), []
    for side in range(SMALLEST_FROM, SMALLEST_TO):
        small = whole.resize((side, IMAGE_SIZE), Image.Resampling.BOX)
        found.append(np.asarray(small.resize(line.shape, Image.Resampling.BICUBIC)).T)
    return np.stack(found)


def _blur(faces: Faces, chosen: NDArray[np.bool_]) -> Faces:
    """The chosen ones softened with the binomial kernel 1 4 6 4 1 in both directions."""
    wide = np.pad(faces[chosen], ((0, 0), (2, 2), (2, 2)), mode="edge").astype(np.uint16)
    wide = wide[:, :-4] + 4 * (wide[:, 1:-3] + wide[:, 3:-1]) + 6 * wide[:, 2:-2] + wide[:, 4:]
    soft = wide[:, :, :-4] + 4 * (wide[:, :, 1:-3] + wide[:, :, 3:-1]) + 6 * wide[:, :, 2:-2] + wide[:, :, 4:]
    return _with(faces, chosen, ((soft + 128) >> 8).astype(np.uint8))  # 255 * 256 + 128 fits into 16 bits


def _jpeg(faces: Faces, rng: np.random.Generator, chosen: NDArray[np.bool_]) -> Faces:
    """The chosen ones as a JPEG of low quality gives them back; as many as are in a strip share its quality."""
    coded = faces[chosen]
    for start in range(0, len(coded), STRIP):
        strip = coded[start : start + STRIP]
        file = io.BytesIO()
        quality = int(rng.integers(*JPEG_QUALITY))
        Image.fromarray(strip.reshape(-1, IMAGE_SIZE)).save(file, "JPEG", quality=quality)
        strip[:] = np.asarray(Image.open(file, formats=["JPEG"])).reshape(strip.shape)
    return _with(faces, chosen, coded)


def _erase(faces: Faces, rng: np.random.Generator, chosen: NDArray[np.bool_]) -> Faces:
    """A box of the chosen ones painted over with grey (random erasing, Zhong et al. 2020, arXiv 1708.04896)."""
    n = int(chosen.sum())
    sides = (rng.uniform(*ERASED, (2, n)) * IMAGE_SIZE).astype(int)
    starts = (rng.random((2, n)) * (IMAGE_SIZE - sides + 1)).astype(int)
    line = np.arange(IMAGE_SIZE)
    rows, columns = (
        (line >= start[:, None]) & (line < (start + side)[:, None]) for start, side in zip(starts, sides, strict=True)
    )
    box = rows[:, :, None] & columns[:, None, :]
    return _with(faces, chosen, np.where(box, np.uint8(GREY), faces[chosen]))


def _with(faces: Faces, chosen: NDArray[np.bool_], changed: Faces) -> Faces:
    faces = faces.copy()
    faces[chosen] = changed
    return faces


COUNT = 12
# The kinds in the order in which `augmenter.augment` applies them. Each group draws from a generator of its own, so
# that another strength of one kind leaves all others as they are.
GROUPS = (("mirror", "shift", "zoom", "rotation", "shear"), ("brightness", "contrast"), ("shadow",), ("shrink",),
          ("blur",), ("jpeg",), ("erase",))  # fmt: skip


def preview(images: NDArray[np.uint8], settings: Augmentation, seed: int) -> NDArray[np.uint8]:
    """Twelve faces as training would see them in one of its epochs.

    Args:
        images: uint8 (N, 48, 48), 1 or more; with fewer than twelve, some are taken more than once.
        settings: the kinds and their strengths, mixup too.
        seed: 0 or more; another one varies the same faces in another way.

    Returns:
        uint8 (12, 48, 48), in the order of the images.
    """
    faces = images[np.arange(COUNT) % len(images)]
    chosen = asdict(settings)
    mirrored = np.random.default_rng((seed, len(GROUPS))).permutation(COUNT) < COUNT // 2
    for number, kinds in enumerate(GROUPS):
        some = replace(NONE, **{kind: chosen[kind] for kind in kinds})
        faces = augment(faces, np.random.default_rng((seed, number)), some, mirrored)
    return _mixed(faces, settings.mixup, seed) if settings.mixup else faces


def _mixed(faces: NDArray[np.uint8], alpha: float, seed: int) -> NDArray[np.uint8]:
    labels = np.zeros((len(faces), 1), np.float32)  # blended too, and not shown
    blended, _ = mix(as_batch(faces), labels, np.random.default_rng((seed, len(GROUPS) + 1)), alpha)
    pixels: NDArray[np.uint8] = np.rint(blended[..., 0] * 255).astype(np.uint8)
    return pixels
