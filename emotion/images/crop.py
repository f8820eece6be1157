"""The one way in for pixels: picture file → upright RGB → face box → 48×48 grey → float32 in [0, 1].

Training data, test data, uploads, webcam and command line all pass through here, so that a network is never
asked about anything that was prepared differently from what it learned on. Files are opened in
`emotion.images.decode`; import its names from here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emotion.images.decode import SHRINK_FILTER, to_rgb
from emotion.system import IMAGE_SIZE, _

WORKING_SIDE = 1280  # pixels: every photo is worked on at no more than this; a face of 1/27 of it still fills the input
ENLARGE_FILTER = Image.Resampling.BICUBIC
BLOCKS_GAP = 3.0  # shrinking by more than this begins with means of whole blocks: faster, and no visible difference
CROP: dict[str, Any] = {
    "rule": "square",
    "side": 1.02,  # measured on FER-2013: faces.md's square on the box centre
    "of": "box height",
    "padding": "edge",
    "filter": SHRINK_FILTER.name.lower(),
}
WHOLE: dict[str, Any] = {"rule": "whole", "padding": "square"}  # of a `model.json` that says nothing of faces in photos
# Every rule that a model may have learned with, and the side of its square in box heights. A new rule becomes CROP and
# joins the others here, so that older models are served as they were. One that differs in more than the side needs a
# way of its own in `crop_face`; and as long as test pictures are cut by CROP alone (`load.largest_face`), an older
# model is evaluated on large pictures by the newer rule.
# A model that was made elsewhere may have learned from whole pictures, of which it takes the square in the middle.
PICTURE: dict[str, Any] = {"rule": "picture", "part": "middle square"}
SIDES: tuple[tuple[dict[str, Any], float], ...] = ((CROP, 1.02), (WHOLE, 1.02), (PICTURE, 1.02))


# Why Hamming: it averages over the area like Box, so nothing aliases, without Box's jumps; unlike Lanczos it draws no
# bright rims. A face shrunk with it has the same share of fine detail as the faces of FER-2013 (power in the highest
# bands within 0.1 decade; Bilinear has half of it).
def _resize(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    if size == image.size:
        return image
    shrinks = size[0] <= image.width and size[1] <= image.height
    return image.resize(size, SHRINK_FILTER if shrinks else ENLARGE_FILTER, reducing_gap=BLOCKS_GAP)


def _pad(image: Image.Image, left: int, top: int, right: int, bottom: int) -> Image.Image:
    """Adds rows and columns that repeat the outermost pixels."""
    pixels = np.asarray(image)
    around = ((top, bottom), (left, right)) + ((0, 0),) * (pixels.ndim - 2)
    return Image.fromarray(np.pad(pixels, around, mode="edge"))


def to_square(image: Image.Image) -> Image.Image:
    """Pads to a square with the outermost pixels, the picture in the middle; never squashes.

    Returns:
        A square of the longer side, same mode (L or RGB); the same object if it was square.
    """
    side = max(image.size)
    if image.size == (side, side):
        return image
    left, top = (side - image.width) // 2, (side - image.height) // 2
    return _pad(image, left, top, side - image.width - left, side - image.height - top)


def to_input(image: Image.Image, size: int = IMAGE_SIZE, channels: int = 1) -> NDArray[np.uint8]:
    """Turns a picture or a face crop into what the network sees.

    Grey is ITU-R 601 luma. The longer side becomes `size`; then the shorter is padded with its outermost pixels
    (in this order, so that a very long picture costs nothing).

    Args:
        image: any mode and size; L in size × size is handed on untouched.
        size: side of the input in pixels.
        channels: 1 for grey, 3 for red, green and blue.

    Returns:
        (size, size) uint8, of three channels (size, size, 3).
    """
    if channels == 3:
        image = to_rgb(image)
    elif image.mode != "L":
        image = to_rgb(image).convert("L")
    if image.size != (size, size):
        longest = max(image.size)
        fitted = (max(1, round(image.width * size / longest)), max(1, round(image.height * size / longest)))
        image = to_square(_resize(image, fitted))
    return np.asarray(image, dtype=np.uint8)


def knows(rule: object) -> bool:
    """Whether faces can be cut out by the rule that a model has learned with (`ModelInfo.crop`)."""
    return any(known == rule for known, _other in SIDES)


def takes_whole(rule: object) -> bool:
    """Whether a model with this rule is asked about whole pictures, not about the faces in them."""
    return rule == PICTURE


def cut_out(
    image: Image.Image, box: tuple[float, float, float, float] | None, rule: Mapping[str, Any] = CROP
) -> Image.Image:
    """What a model looks at: the face in a box, or the picture; of that the middle where its rule wants that."""
    if box is not None:
        return crop_face(image, box, rule)
    if not takes_whole(rule):
        return image
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def _side(rule: Mapping[str, Any]) -> float:
    for known, side in SIDES:
        if known == rule:
            return side
    raise ValueError(_("Expected a known crop rule, see `SIDES`. Received: {rule}.", rule=dict(rule)))


def crop_face(
    image: Image.Image, box: tuple[float, float, float, float], rule: Mapping[str, Any] = CROP
) -> Image.Image:
    """Cuts a face out as the faces of FER-2013 were: a square on the box centre, today of 1.02 × box height.

    Args:
        image: L or RGB, upright.
        box: left, top, right, bottom in pixels of `image`, right and bottom exclusive.
        rule: that of the model which is asked about the face.

    Returns:
        A square of the same mode; where it leaves the picture the outermost pixels are repeated.

    Raises:
        ValueError: for a rule that `knows` does not know.
    """
    left, top, right, bottom = box
    side = max(1, round(_side(rule) * (bottom - top)))
    x = math.floor((left + right - side) / 2 + 0.5)
    y = math.floor((top + bottom - side) / 2 + 0.5)
    # What lies inside the picture, at least one pixel even for a box that lies wholly outside.
    x0, x1 = min(max(x, 0), image.width - 1), max(min(x + side, image.width), 1)
    y0, y1 = min(max(y, 0), image.height - 1), max(min(y + side, image.height), 1)
    inside = image.crop((x0, y0, x1, y1))
    if inside.size == (side, side):
        return inside
    before_x, before_y = min(max(-x, 0), side - 1), min(max(-y, 0), side - 1)
    after_x, after_y = side - inside.width - before_x, side - inside.height - before_y
    return _pad(inside, before_x, before_y, after_x, after_y)


def as_batch(faces: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turns (48, 48) or (N, 48, 48) uint8 into the network's (N, 48, 48, 1) float32 in [0, 1].

    Faces of three channels come as (N, S, S, 3) and keep their shape.
    """
    stack = faces[np.newaxis] if faces.ndim == 2 else faces
    return (stack if stack.ndim == 4 else stack[..., np.newaxis]).astype(np.float32) / np.float32(255)


def fitted(faces: NDArray[np.float32], size: int, channels: int) -> NDArray[np.float32]:
    """Grey faces for a network that takes others: enlarged or shrunk as pictures are, the grey in every channel.

    Args:
        faces: (N, s, s, 1) in [0, 1].
        size: side of the input in pixels.
        channels: of the input.

    Returns:
        (N, size, size, channels) float32 in [0, 1].
    """
    if faces.shape[1:3] != (size, size):
        sized = [np.asarray(_resize(Image.fromarray(face), (size, size))) for face in faces[..., 0].astype(np.float32)]
        faces = np.clip(np.stack(sized), 0, 1)[..., np.newaxis]
    return np.repeat(faces, channels, axis=-1)
