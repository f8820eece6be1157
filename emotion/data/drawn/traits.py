"""What a drawn face looks like, drawn by lot.

Happiness, -1 to 1, is the hidden cause: mouth, brows and eyes follow it, each with a chance of its own, so that they
agree on a very happy or a very sad face and contradict one another near the middle. The other traits do not know it.
Lengths are in face units (`emotion.data.drawn.pen`), angles in degrees, shares from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from emotion.data.drawn.pen import Colour


SKINS: tuple[Colour, ...] = (
    (252, 226, 206), (245, 211, 183), (234, 192, 158), (220, 174, 138), (202, 154, 116), (180, 132, 98), (160, 116, 88),
)  # fmt: skip
HAIRS: tuple[Colour, ...] = (
    (44, 36, 40), (66, 48, 42), (98, 66, 46), (134, 90, 54), (176, 124, 70), (222, 188, 124), (170, 88, 56),
    (172, 170, 172), (226, 224, 220),
)  # fmt: skip
CLOTHES: tuple[Colour, ...] = (
    (94, 129, 172), (191, 110, 104), (118, 158, 126), (216, 176, 104), (142, 118, 166), (84, 92, 108), (226, 222, 214),
)  # fmt: skip
BACKGROUNDS: tuple[Colour, ...] = (
    (238, 234, 226), (214, 226, 236), (228, 220, 236), (218, 232, 218), (246, 228, 208), (200, 206, 214),
    (150, 162, 178), (108, 120, 136),
)  # fmt: skip
IRISES: tuple[Colour, ...] = ((58, 40, 34), (84, 58, 40), (72, 104, 132), (78, 112, 84), (44, 44, 52))
HAIR_STYLES = ("bald", "short", "parted", "fringe", "long", "bob", "bun", "curly", "spiky", "beanie", "headscarf")

MOUTH_SPREAD, BROW_SPREAD, EYE_SPREAD = 0.25, 0.45, 0.45  # standard deviation of each part round happiness
OPEN_SHARE, COVERED_SHARE, GLASSES_SHARE = 0.4, 0.12, 0.3

T = TypeVar("T")


@dataclass(frozen=True)
class Expression:
    """What is read as happy or sad. `mouth`, `brows` and `eyes` go from -1 (sad) to 1 (happy)."""

    mouth: float
    brows: float
    eyes: float
    opening: float  # of the mouth, 0 = a line
    teeth: bool
    eye_style: str
    tears: int  # drops on each cheek


@dataclass(frozen=True)
class Look:
    """Who it is: nothing in here depends on happiness."""

    skin: Colour
    hair: Colour
    clothes: Colour
    background: Colour
    iris: Colour
    head_width: float
    jaw: float  # 0 = round, 1 = pointed
    hair_style: str
    hairline: float  # y where the hair ends above the brow
    beard: bool
    moustache: bool
    glasses: str  # none, round, square, dark
    cover: str  # none, mouth (a hand), cheek (a hand), scarf
    eye_gap: float
    eye_size: float
    eye_height: float
    brow_height: float
    brow_width: float
    nose: int
    mouth_height: float
    mouth_width: float
    lips: float
    blush: float
    freckles: bool
    earrings: bool


@dataclass(frozen=True)
class Pose:
    """Where it is in the picture: x, y and size (half the head's height) are shares of the picture's side."""

    x: float
    y: float
    size: float
    tilt: float
    turn: float  # how far the features sit to the right of the middle of the head
    mirrored: bool


def _pick(rng: np.random.Generator, options: tuple[T, ...], shares: tuple[float, ...] | None = None) -> T:
    return options[int(rng.choice(len(options), p=shares))]


def draw_expression(rng: np.random.Generator, happiness: float, spread: float = 1.0) -> Expression:
    """Mouth, brows and eyes that follow `happiness`; `spread` scales how loosely.

    Tears and a mouth full of teeth lean to one side but happen on both: there are tears of joy.
    """
    mouth, brows, eyes = (
        float(np.clip(happiness + spread * rng.normal(0, loose), -1, 1))
        for loose in (MOUTH_SPREAD, BROW_SPREAD, EYE_SPREAD)
    )
    is_open = rng.random() < OPEN_SHARE
    opening = rng.uniform(0.25, 1.0) if is_open else 0.0
    teeth = rng.random() < 0.6
    style = "dots" if rng.random() < 0.25 else "open"
    if rng.random() < 0.45 * abs(eyes):
        style = "closed"
    cries = rng.random() < (0.3 if happiness < -0.35 else 0.04)
    return Expression(mouth, brows, eyes, opening, teeth, style, int(cries) * int(rng.integers(1, 4)))


def draw_look(rng: np.random.Generator, covered_share: float = COVERED_SHARE) -> Look:
    """Head, hair, glasses, colours. `covered_share`: how many have a hand or a scarf over the face."""
    bearded = rng.random() < 0.14
    return Look(
        skin=_pick(rng, SKINS),
        hair=_pick(rng, HAIRS),
        clothes=_pick(rng, CLOTHES),
        background=_pick(rng, BACKGROUNDS),
        iris=_pick(rng, IRISES),
        head_width=rng.uniform(0.74, 0.88),
        jaw=rng.uniform(0.0, 0.9),
        hair_style=_pick(rng, HAIR_STYLES),
        hairline=rng.uniform(-0.66, -0.5),
        beard=bearded and rng.random() < 0.6,
        moustache=bearded,
        glasses=_pick(rng, ("round", "square", "dark"), (0.5, 0.4, 0.1)) if rng.random() < GLASSES_SHARE else "none",
        cover=_pick(rng, ("mouth", "cheek", "scarf"), (0.3, 0.45, 0.25)) if rng.random() < covered_share else "none",
        eye_gap=rng.uniform(0.29, 0.36),
        eye_size=rng.uniform(0.13, 0.175),
        eye_height=rng.uniform(-0.1, 0.04),
        brow_height=rng.uniform(0.25, 0.32),
        brow_width=rng.uniform(0.05, 0.085),
        nose=int(rng.integers(4)),
        mouth_height=rng.uniform(0.47, 0.6),
        mouth_width=rng.uniform(0.28, 0.4),
        lips=rng.uniform(0.0, 1.0),
        blush=rng.uniform(0.0, 0.5),
        freckles=rng.random() < 0.15,
        earrings=rng.random() < 0.15,
    )


def draw_pose(rng: np.random.Generator, reach: float = 1.0) -> Pose:
    """Place, size, tilt and turn; `reach` scales how far from the middle of the picture."""
    return Pose(
        x=0.5 + reach * rng.uniform(-0.08, 0.08),
        y=0.53 + reach * rng.uniform(-0.08, 0.08),
        size=0.37 * float(np.exp(reach * rng.uniform(-0.17, 0.17))),
        tilt=reach * float(np.clip(rng.normal(0, 9), -22, 22)),
        turn=reach * rng.uniform(-0.11, 0.11),
        mirrored=rng.random() < 0.5,
    )
