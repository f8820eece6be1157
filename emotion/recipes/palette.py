"""How a class looks wherever it is named: its colour, its shape and its letters, the same on every page and picture.

Colours are never alone: each has a shape. Of the twelve any two differ, also to people with protanopia, deuteranopia or
tritanopia, by at least 0.05 in OKLab on both grounds (`tests/unit/test_palette.py` sees them with such eyes).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

Point = tuple[float, float]  # across and down, -1 to 1


@dataclass(frozen=True)
class Tone:
    """How one class looks.

    Attributes:
        name: a word for style sheets.
        sign: its shape as a character.
        ink: "#rrggbb" of text on a light ground.
        fill: of surfaces on a light ground.
        dark: of both on a dark ground, and of marks on pictures.
        outline: its shape to be drawn, for pictures, where no font may have it.
    """

    name: str
    sign: str
    ink: str
    fill: str
    dark: str
    outline: tuple[Point, ...] = field(repr=False)


def _around(corners: int, first: float = 0.0, inner: float = 1.0, until: float = 360.0) -> tuple[Point, ...]:
    """Corners on a circle from the top to the right; every second one at `inner` of its radius."""
    step = until / (corners - (until < 360))
    angles = [math.radians(first + step * k) for k in range(corners)]
    return tuple(
        ((inner if k % 2 else 1.0) * math.sin(a), -(inner if k % 2 else 1.0) * math.cos(a))
        for k, a in enumerate(angles)
    )


_THIRD = 0.36  # half the width of a bar of the plus
_PLUS = tuple(
    (x, y)
    for x, y in (
        (-_THIRD, -1.0), (_THIRD, -1.0), (_THIRD, -_THIRD), (1.0, -_THIRD), (1.0, _THIRD), (_THIRD, _THIRD),
        (_THIRD, 1.0), (-_THIRD, 1.0), (-_THIRD, _THIRD), (-1.0, _THIRD), (-1.0, -_THIRD), (-_THIRD, -_THIRD),
    )
)  # fmt: skip

HAPPY = Tone("happy", "▲", "#8a4b00", "#d98a1b", "#f2b04e", ((0, -1), (1, 1), (-1, 1)))
SAD = Tone("sad", "▼", "#1d4f91", "#3f7cc8", "#8fbcf5", ((0, 1), (-1, -1), (1, -1)))
UNSURE = Tone("unsure", "◆", "#56616a", "#56616a", "#a5b0b8", _around(4))
OTHERS = (
    Tone("violet", "●", "#8a4ada", "#a86bfd", "#b688fe", _around(24)),
    Tone("green", "■", "#238000", "#298509", "#8bff70", ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9))),
    Tone("red", "★", "#d5213e", "#ed3e51", "#f8495a", _around(10, inner=0.42)),
    Tone("brown", "✚", "#785715", "#785715", "#998667", _PLUS),
    Tone("pink", "⬟", "#b34494", "#b54696", "#e051ba", _around(5)),
    Tone("teal", "⬢", "#1a463e", "#1a463e", "#44dcc4", _around(6)),
    Tone("navy", "◗", "#0e4eb1", "#0e4eb1", "#448dd4", _around(13, until=180.0)),
    Tone("sage", "✦", "#5e7559", "#71886c", "#bfedb5", _around(8, inner=0.35)),
    Tone("plum", "▬", "#5a3363", "#5a3363", "#edd4f3", ((-1, -0.4), (1, -0.4), (1, 0.4), (-1, 0.4))),
    Tone("wine", "◣", "#7c1c26", "#7c1c26", "#f58a8b", ((-0.9, -0.9), (0.9, 0.9), (-0.9, 0.9))),
)
TONES = (HAPPY, SAD, UNSURE, *OTHERS)

_VIOLET, _GREEN, _RED, _BROWN, _PINK, _TEAL = OTHERS[:6]
KNOWN = {
    "happy": HAPPY, "sad": SAD, "unsure": UNSURE, "fear": _VIOLET, "disgust": _GREEN, "angry": _RED,
    "neutral": _BROWN, "surprise": _PINK, "contempt": _TEAL,
}  # fmt: skip


def tone(label: str, among: Sequence[str] = ()) -> Tone:
    """How a class looks.

    Args:
        label: its name, or "unsure".
        among: all classes that it stands with, in any order. Known emotions always look the same; each of the others
            gets a look of its own among these, up to twelve. Without them a look that may be another's too.
    """
    if label in KNOWN:
        return KNOWN[label]
    taken = {KNOWN[name].name for name in among if name in KNOWN}
    free = [each for each in OTHERS if each.name not in taken]
    strangers = sorted(name for name in among if name not in KNOWN)
    place = strangers.index(label) if label in strangers else zlib.crc32(label.encode())
    return free[place % len(free)]


def letters(label: str, among: Sequence[str]) -> str:
    """As few of its first letters as no other of these classes begins with, such as "A" or "Fe"; else all of them."""
    for length in range(1, len(label)):
        if sum(name.startswith(label[:length]) for name in among) == 1:
            return label[:length].capitalize()
    return label.capitalize()
