"""How training faces are varied on the fly, whole batches at once: the kinds, how strongly, and what each does.

A kind is registered once, as a field of `Augmentation`: its range, its words, and the function that varies the pixels
stand there. `config.json`, `--augmentation`, the sliders and the preview of the page Train, and tuning read the fields.

Letters: N faces, S = 48 the side in pixels.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emotion.system import IMAGE_SIZE, N_, ConfigError, _, check_between, known_fields, stored

Faces = NDArray[np.uint8]
Floats = NDArray[np.float32]
Mirrored = NDArray[np.bool_] | None
Vary = Callable[[Faces, np.random.Generator, "Augmentation", Mirrored], Faces]

GREY = 128
GRAIN = (4.0, 24.0)  # standard deviation of the noise, in grey levels: seen, and a face still
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


PERCENT = "percent"  # a share that is written as one; other numbers say how themselves, such as "%d°"


@dataclass(frozen=True)
class AugmentationKind:
    """What is known of one strength of `Augmentation`.

    Attributes:
        title: on its slider; `says` is one sentence on what it does to a face.
        most: its largest value: beyond it a face is no longer the face that its label was given to.
        step: of its slider, whose values are `written` as a share ("percent") or by a format such as "%d°".
        usual: how far a tuning usually tries it; `tried` says there, in one sentence, what it changes.
        vary: faces uint8 (N, S, S), the generator of all chance, the strengths, and which faces are mirrored (None: by
            chance) → the varied faces, a new array. Kinds of one function are one step. None: `mix` does it.
    """

    title: str
    most: float
    step: float
    usual: float
    says: str
    tried: str
    vary: Vary | None
    written: str = PERCENT


def kind(*about: Any, **more: Any) -> Any:
    """A field of `Augmentation`, 0 by default: its strength, with what `AugmentationKind` wants to know."""
    return field(default=0.0, metadata={"kind": AugmentationKind(*about, **more)})


def share(change: Callable[[Faces, np.random.Generator], Faces], name: str) -> Vary:
    """A step in which `change` is done to some of the faces; the strength of that name is their share."""

    def vary(faces: Faces, rng: np.random.Generator, settings: Augmentation, _mirrored: Mirrored) -> Faces:
        chosen = rng.random(len(faces)) < getattr(settings, name)
        varied = faces.copy()
        varied[chosen] = change(faces[chosen], rng)
        return varied

    return vary


def _move(faces: Faces, rng: np.random.Generator, settings: Augmentation, mirrored: Mirrored) -> Faces:
    """Mirrored, then turned, zoomed and moved in one step, or only moved."""
    if settings.mirror:
        mirrored = rng.random(len(faces)) < 0.5 if mirrored is None else mirrored
        faces = np.where(mirrored[:, None, None], faces[:, :, ::-1], faces)
    if settings.zoom or settings.rotation or settings.shear:
        return _warp(faces, rng, settings)
    return _shift(faces, rng, settings.shift) if settings.shift else faces


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


def _light(faces: Faces, rng: np.random.Generator, settings: Augmentation, _mirrored: Mirrored) -> Faces:
    """Lighter or darker, and with more or less contrast around the face's own mean."""
    n = len(faces)
    mean = faces.mean(axis=(1, 2), dtype=np.float32)
    more = 1 + rng.uniform(-settings.contrast, settings.contrast, n).astype(np.float32)
    lift = rng.uniform(-settings.brightness, settings.brightness, n).astype(np.float32) * 255
    lit = faces * more[:, None, None]
    lit += (mean * (1 - more) + lift + np.float32(0.5))[:, None, None]
    return np.clip(lit, 0, 255, out=lit).astype(np.uint8)


def _shade(faces: Faces, rng: np.random.Generator, settings: Augmentation, _mirrored: Mirrored) -> Faces:
    """Some of the light taken away behind a straight edge, soft or hard, anywhere: on all of it, a part, or none."""
    n = len(faces)
    angle = rng.uniform(0, 2 * np.pi, n).astype(np.float32)
    place, hardness = rng.uniform(*SHADOW_EDGE, n), np.exp(rng.uniform(*SHADOW_HARDNESS, n))
    line = np.linspace(-1, 1, IMAGE_SIZE, dtype=np.float32)
    steep = hardness.astype(np.float32)[:, None]
    down = steep * (np.sin(angle)[:, None] * line - place.astype(np.float32)[:, None])
    across = steep * np.cos(angle)[:, None] * line
    taken = (settings.shadow * rng.random(n)).astype(np.float32)[:, None, None]
    kept = 1 - taken / (1 + np.exp(-(down[:, :, None] + across[:, None, :])))
    kept *= faces
    kept += np.float32(0.5)
    return kept.astype(np.uint8)


def _shrink(faces: Faces, rng: np.random.Generator) -> Faces:
    """As they look when they come from fewer pixels."""
    there_and_back = _small_and_back()[rng.integers(0, SMALLEST_TO - SMALLEST_FROM, len(faces))]
    small = there_and_back @ faces.astype(np.float32) @ there_and_back.swapaxes(1, 2)
    return np.clip(small + np.float32(0.5), 0, 255).astype(np.uint8)


@lru_cache(maxsize=1)
def _small_and_back() -> Floats:
    """What making a line of pixels smaller and larger again does to it, float32 (sizes, S, S)."""
    line = np.eye(IMAGE_SIZE, dtype=np.float32)
    whole, found = Image.fromarray(line), []
    for side in range(SMALLEST_FROM, SMALLEST_TO):
        small = whole.resize((side, IMAGE_SIZE), Image.Resampling.BOX)
        found.append(np.asarray(small.resize(line.shape, Image.Resampling.BICUBIC)).T)
    return np.stack(found)


def _blur(faces: Faces, _rng: np.random.Generator) -> Faces:
    """Softened with the binomial kernel 1 4 6 4 1 in both directions."""
    wide = np.pad(faces, ((0, 0), (2, 2), (2, 2)), mode="edge").astype(np.uint16)
    wide = wide[:, :-4] + 4 * (wide[:, 1:-3] + wide[:, 3:-1]) + 6 * wide[:, 2:-2] + wide[:, 4:]
    soft = wide[:, :, :-4] + 4 * (wide[:, :, 1:-3] + wide[:, :, 3:-1]) + 6 * wide[:, :, 2:-2] + wide[:, :, 4:]
    return ((soft + 128) >> 8).astype(np.uint8)  # 255 * 256 + 128 fits into 16 bits


def _jpeg(faces: Faces, rng: np.random.Generator) -> Faces:
    """As a JPEG of low quality gives them back; as many as are in a strip share its quality."""
    coded = faces.copy()
    for start in range(0, len(coded), STRIP):
        strip = coded[start : start + STRIP]
        file = io.BytesIO()
        quality = int(rng.integers(*JPEG_QUALITY))
        Image.fromarray(strip.reshape(-1, IMAGE_SIZE)).save(file, "JPEG", quality=quality)
        strip[:] = np.asarray(Image.open(file, formats=["JPEG"])).reshape(strip.shape)
    return coded


def _grain(faces: Faces, rng: np.random.Generator) -> Faces:
    """With noise of its own on each pixel, as of a camera in the dark."""
    size = rng.uniform(*GRAIN, len(faces)).astype(np.float32)[:, None, None]
    grainy = faces + rng.standard_normal(faces.shape, np.float32) * size + np.float32(0.5)
    return np.clip(grainy, 0, 255).astype(np.uint8)


def _erase(faces: Faces, rng: np.random.Generator) -> Faces:
    """A box painted over with grey (random erasing, Zhong et al. 2020, arXiv 1708.04896)."""
    n = len(faces)
    sides = (rng.uniform(*ERASED, (2, n)) * IMAGE_SIZE).astype(int)
    starts = (rng.random((2, n)) * (IMAGE_SIZE - sides + 1)).astype(int)
    line = np.arange(IMAGE_SIZE)
    rows, columns = (
        (line >= start[:, None]) & (line < (start + side)[:, None]) for start, side in zip(starts, sides, strict=True)
    )
    box = rows[:, :, None] & columns[:, None, :]
    return np.where(box, np.uint8(GREY), faces)


@dataclass(frozen=True)
class Augmentation:
    """Strengths; 0 (or False) leaves a kind out. Every face draws its own values anew in every epoch.

    The kinds are applied in this order. `mirror` swaps left and right, by turns: a face that is mirrored in one epoch
    is not in the next. `mixup` is the alpha of the Beta distribution by which two faces and their labels are blended
    (Zhang et al. 2018, arXiv 1710.09412).
    """

    mirror: bool = False
    # fmt: off
    shift: float = kind(
        N_("Shift"), 0.2, 0.01, 0.12, N_("Moved up to this share of its side, up or down, left or right."),
        N_("How far faces are moved about."), _move)
    zoom: float = kind(
        N_("Zoom"), 0.3, 0.01, 0.2, N_("Larger or smaller by up to this share."),
        N_("How much larger or smaller faces get."), _move)
    rotation: float = kind(
        N_("Rotation"), 30.0, 1.0, 15.0, N_("Turned by up to so many degrees to either side."),
        N_("How far faces are turned, in degrees."), _move, "%d°")
    shear: float = kind(
        N_("Slant"), 0.2, 0.01, 0.1, N_("Top and bottom moved apart sideways by up to this share of its side."),
        N_("How far top and bottom of a face are moved apart."), _move)
    brightness: float = kind(
        N_("Brightness"), 0.5, 0.01, 0.3, N_("Lighter or darker by up to this share of black to white."),
        N_("How much lighter or darker faces get."), _light)
    contrast: float = kind(
        N_("Contrast"), 0.6, 0.01, 0.4, N_("More or less contrast, by up to this share."),
        N_("How much the contrast of faces changes."), _light)
    shadow: float = kind(
        N_("Shadow"), 0.95, 0.05, 0.6, N_("Up to this share of the light is taken away, from a side or all of it."),
        N_("How much light is taken away from a side."), _shade)
    shrink: float = kind(
        N_("Coarse"), 1.0, 0.05, 0.3, N_("This share of the faces is made small and enlarged again, as from afar."),
        N_("How many faces are made of fewer pixels."), share(_shrink, "shrink"))
    blur: float = kind(
        N_("Blur"), 1.0, 0.05, 0.3, N_("This share of the faces is softened."), N_("How many faces are softened."),
        share(_blur, "blur"))
    jpeg: float = kind(
        N_("JPEG"), 1.0, 0.05, 0.3, N_("This share of the faces gets the blocks of a strongly compressed picture."),
        N_("How many faces are stored badly and read back."), share(_jpeg, "jpeg"))
    erase: float = kind(
        N_("Erase"), 1.0, 0.05, 0.6, N_("A grey box is painted over this share of the faces."),
        N_("How many faces have a box painted over."), share(_erase, "erase"))
    grain: float = kind(
        N_("Grain"), 1.0, 0.05, 0.3, N_("This share of the faces gets grain, as of a camera in the dark."),
        N_("How many faces get grain."), share(_grain, "grain"))
    mixup: float = kind(
        N_("Mixup"), 1.0, 0.05, 0.4, N_("Two faces are blended, and their labels with them; more: more evenly."),
        N_("How strongly two faces and their labels are blended."), None, "%.2f")
    # fmt: on

    def __post_init__(self) -> None:
        if not isinstance(self.mirror, bool):
            raise ConfigError("augmentation.mirror", _("true or false"), self.mirror)
        for name, about in KINDS.items():
            check_between(f"augmentation.{name}", getattr(self, name), 0.0, about.most)

    def __bool__(self) -> bool:
        """Whether anything is varied at all."""
        return self != Augmentation()

    @classmethod
    def parse(cls, text: str) -> Augmentation:
        """From "mirror=1,shift=0.1"; "none" is nothing at all. ConfigError for anything else."""
        if text.strip().lower() == "none":
            return cls()
        values: dict[str, Any] = {}
        for part in text.split(","):
            name, _equals, number = (piece.strip() for piece in part.partition("="))
            try:
                values[name] = bool(float(number)) if name == "mirror" else float(number)
            except ValueError as error:
                raise ConfigError("augmentation", _("kinds with numbers such as mirror=1,shift=0.1"), text) from error
        return cls.from_json(values)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Augmentation:
        """The inverse of `dataclasses.asdict`; an unknown key is an error.

        Raises:
            ConfigError: for an unknown key, or a value outside its range.
            ValueError: for a value of another type.
        """
        return stored.typed(known_fields(cls, values, "augmentation"), cls)


KINDS: dict[str, AugmentationKind] = {
    one.name: one.metadata["kind"] for one in fields(Augmentation) if "kind" in one.metadata
}
NONE = Augmentation()


def _steps() -> list[tuple[Vary, tuple[str, ...]]]:
    """The functions that vary pixels, in the order of the fields, each with the names of its kinds."""
    steps: dict[Vary, tuple[str, ...]] = {_move: ("mirror",)}
    for name, about in KINDS.items():
        if about.vary is not None:
            steps[about.vary] = (*steps.get(about.vary, ()), name)
    return list(steps.items())


STEPS = _steps()


def augment(faces: Faces, rng: np.random.Generator, settings: Augmentation, mirrored: Mirrored = None) -> Faces:
    """The faces, each varied in its own way; all but mixup, which is `mix`.

    Args:
        faces: uint8 (N, S, S).
        rng: where all chance comes from; the same state gives the same faces.
        settings: which kinds, how strongly.
        mirrored: bool (N,), which faces are mirrored where `settings.mirror` says that any are; None: by chance.

    Returns:
        uint8 (N, S, S), always a new array where anything is varied.
    """
    for vary, names in STEPS:
        if any(getattr(settings, name) for name in names):
            faces = vary(faces, rng, settings, mirrored)
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
