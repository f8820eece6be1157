"""What may make an answer wrong before the network is at fault: a face that is blurred, dark, tiny or cut off.

Every bound comes from the same two measurements, named beside it: how many of the 12,045 happy and sad training faces
of FER-2013 it would fire on ("fires on"), and how many of 2,409 held-out faces the shipped network gets right when
they are spoilt by that much ("right"; 82.4 % unspoilt). A bound lies where that falls by about 4 points or more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emotion.images import CROP

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

BLURRED_FACE = "The face is blurred."
DARK_FACE = "The face is very dark."
BRIGHT_FACE = "The face is very bright."
TINY_FACE = f"The face is tiny: less than {TINY} pixels high."
CUT_FACE = "A part of the face is outside the picture."


def warnings(image: Image.Image, box: Box | None, seen: Grey) -> tuple[str, ...]:
    """Says what is wrong with a face, so that its answer can be taken with care.

    Args:
        image: the upright picture that the face was cut out of.
        box: where the face is in it, in its pixels; None for the whole picture.
        seen: (48, 48) uint8, what the network saw.

    Returns:
        A short sentence for each fault, none for a good picture.
    """
    height = image.height if box is None else box[3] - box[1]
    tiny, dark = height < TINY, _is_dark(seen)
    faults = {
        TINY_FACE: tiny,
        BLURRED_FACE: not tiny and not dark and sharpness(seen) < SHARPNESS,  # of those two, blur is only a symptom
        DARK_FACE: dark,
        BRIGHT_FACE: bool(seen.mean() > BRIGHT),
        CUT_FACE: box is not None and _is_cut_off(box, image.size),
    }
    return tuple(sentence for sentence, is_so in faults.items() if is_so)


def sharpness(seen: Grey) -> float:
    """How much fine detail there is, whatever the contrast: the spread of the Laplacian over that of the greys.

    Returns:
        0 for a flat picture, about 0.8 for a face of FER-2013, 4 and more for noise.
    """
    grey = seen.astype(np.float32)
    laplacian = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    return float(laplacian.std() / (grey.std() + 1))  # 1 grey level: a flat picture has no detail, and no quotient


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
