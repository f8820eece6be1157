"""A drawn face from its traits, in any size. No chance in here: the same traits give the same picture.

`paint` is the list of what is drawn, back to front.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from emotion.data.drawn import features, hair
from emotion.data.drawn.pen import Pen, curve, ellipse, joined, mix, shade

if TYPE_CHECKING:
    from emotion.data.drawn.pen import Colour, Points
    from emotion.data.drawn.traits import Expression, Look, Pose


BLUSH: Colour = (238, 128, 118)
EDGE = 0.03  # width of the outlines
SIDES = (-1.0, 1.0)

_TURN = np.linspace(0, 2 * np.pi, 40, endpoint=False)
_ROUND = np.stack([np.sign(np.cos(_TURN)) * np.abs(np.cos(_TURN)) ** 0.86, np.sin(_TURN)], axis=1)  # a full round head


def head_outline(look: Look) -> Points:
    """(40, 2), clockwise from the right ear; a high `jaw` narrows the lower half towards the chin."""
    x = _ROUND[:, 0] * look.head_width * (1 - 0.3 * look.jaw * np.clip(_ROUND[:, 1], 0, 1) ** 2)
    return np.stack([x, _ROUND[:, 1]], axis=1)


def _body(pen: Pen, look: Look) -> None:
    shadow = shade(look.skin, 0.22)
    pen.fill(np.array([[-0.3, 0.6], [0.3, 0.6], [0.34, 1.5], [-0.34, 1.5]]), shadow)
    shoulders = joined(
        curve((-1.5, 2.6), (-1.35, 1.3), (-0.34, 1.22)),
        curve((-0.3, 1.22), (0, 1.5), (0.3, 1.22)),
        curve((0.34, 1.22), (1.35, 1.3), (1.5, 2.6)),
    )
    pen.fill(shoulders, look.clothes, EDGE)


def _head(pen: Pen, look: Look, turn: float) -> None:
    ear = shade(look.skin, 0.06)
    for side in SIDES:
        pen.fill(
            ellipse(side * look.head_width * 0.99 - turn * 0.3, 0.08, 0.11, 0.19), ear, EDGE, shade(look.skin, 0.5)
        )
        if look.earrings:
            pen.fill(ellipse(side * look.head_width * 1.02 - turn * 0.3, 0.31, 0.045, 0.045), (236, 200, 96), EDGE / 2)
    pen.fill(head_outline(look), look.skin, EDGE, shade(look.skin, 0.5))


def _skin_marks(pen: Pen, look: Look, turn: float) -> None:
    for side in SIDES:
        x = side * 0.46 + turn
        if look.blush > 0.15:
            pen.fill(ellipse(x, 0.33, 0.15, 0.095), mix(look.skin, BLUSH, look.blush))
        if look.freckles:
            for dx, dy in ((-0.08, 0.26), (0.02, 0.29), (0.1, 0.24)):
                pen.fill(ellipse(x + dx, dy, 0.016, 0.016), shade(look.skin, 0.4))


def _beard(pen: Pen, look: Look, turn: float) -> None:
    """Runs along the jaw from ear to ear and leaves the mouth free."""
    jaw = head_outline(look)[0:21] * (1.02, 1.04)  # from the right ear over the chin to the left ear
    side, low = look.head_width - 0.12, look.mouth_height + 0.26
    inner = joined(
        curve((-side, 0.1), (-side + 0.08, low), (turn - 0.06, low)),
        curve((turn + 0.06, low), (side - 0.08, low), (side, 0.1)),
    )
    pen.fill(joined(jaw, inner), look.hair, EDGE)


def _temples(pen: Pen, look: Look, turn: float) -> None:
    """The sides of the glasses, which go under the hair."""
    for side in SIDES:
        start = (side * (look.eye_gap + 0.24) + turn, look.eye_height - 0.02)
        pen.stroke(np.array([start, (side * look.head_width * 0.98, look.eye_height - 0.05)]), _frame(look), 0.035)


def _frame(look: Look) -> Colour:
    return shade(look.clothes, 0.6)


def _glasses(pen: Pen, look: Look, turn: float) -> None:
    frame, y = _frame(look), look.eye_height + 0.01
    for side in SIDES:
        x = side * look.eye_gap + turn
        rim = ellipse(x, y, 0.25, 0.23)
        if look.glasses == "square":
            rim = np.stack(
                [
                    x + 0.25 * np.clip(1.35 * (rim[:, 0] - x) / 0.25, -1, 1),
                    y + 0.19 * np.clip(1.35 * (rim[:, 1] - y) / 0.23, -1, 1),
                ],
                axis=1,
            )
        if look.glasses == "dark":
            pen.fill(rim, (46, 48, 58))
            pen.stroke(np.array([(x - 0.1, y - 0.02), (x, y - 0.12)]), (120, 126, 140), 0.035)
        pen.stroke(joined(rim, rim[:1]), frame, 0.04)
    pen.stroke(curve((turn - look.eye_gap + 0.24, y), (turn, y - 0.08), (turn + look.eye_gap - 0.24, y)), frame, 0.035)


def _hand(pen: Pen, look: Look, x: float, y: float) -> None:
    """Four fingers that come from below, finger tips at about (x, y)."""
    edge = shade(look.skin, 0.5)
    pen.stroke(np.array([(x + 0.12, y + 0.5), (x + 0.3, y + 2.2)]), edge, 0.5)
    pen.stroke(np.array([(x + 0.12, y + 0.5), (x + 0.3, y + 2.2)]), look.clothes, 0.44)
    pen.fill(ellipse(x + 0.02, y + 0.42, 0.3, 0.3), look.skin, EDGE, edge)
    for finger in range(4):
        fx = x - 0.21 + 0.14 * finger
        tip = (fx - 0.03 + 0.02 * finger, y - 0.06 * (1.5 - abs(finger - 1.5)))
        pen.stroke(np.array([(fx, y + 0.4), tip]), edge, 0.17)
        pen.stroke(np.array([(fx, y + 0.44), tip]), look.skin, 0.12)


def _scarf(pen: Pen, look: Look) -> None:
    top, width = look.mouth_height - 0.12, look.head_width + 0.1
    cloth = joined(
        curve((-width, top - 0.12), (0, top + 0.16), (width, top - 0.12)),
        curve((width + 0.06, 1.2), (0, 1.62), (-width - 0.06, 1.2)),
    )
    pen.fill(cloth, look.clothes, EDGE)
    for share in (0.25, 0.5):
        fold = curve((-width, top + share), (0, top + 0.28 + share), (width, top + share))
        pen.stroke(fold, shade(look.clothes, 0.25), 0.04)


def _cover(pen: Pen, look: Look) -> None:
    if look.cover == "mouth":
        _hand(pen, look, 0.12, look.mouth_height - 0.1)
    elif look.cover == "cheek":
        _hand(pen, look, 0.52, 0.3)
    elif look.cover == "scarf":
        _scarf(pen, look)


def paint(look: Look, expression: Expression, pose: Pose, size: int) -> Image.Image:
    """Paints one face, without light and noise.

    Args:
        look, expression, pose: the traits, see `emotion.data.drawn.traits`.
        size: side of the picture in pixels.

    Returns:
        A picture in mode RGB with hard edges: paint it large and shrink it.
    """
    image = Image.new("RGB", (size, size), look.background)
    pen = Pen(ImageDraw.Draw(image), (pose.x * size, pose.y * size), pose.size * size, pose.tilt, pose.mirrored)
    hair.back(pen, look)
    _body(pen, look)
    _head(pen, look, pose.turn)
    _skin_marks(pen, look, pose.turn)
    if look.beard:
        _beard(pen, look, pose.turn)
    features.nose(pen, look, pose.turn)
    features.mouth(pen, look, expression, pose.turn)
    if look.moustache:
        features.moustache(pen, look, expression, pose.turn)
    features.eyes(pen, look, expression, pose.turn)
    if look.glasses != "none":
        _temples(pen, look, pose.turn)
    hair.front(pen, look, head_outline(look))
    features.brows(pen, look, expression, pose.turn)
    features.tears(pen, look, expression, pose.turn)
    if look.glasses != "none":
        _glasses(pen, look, pose.turn)
    _cover(pen, look)
    return image
