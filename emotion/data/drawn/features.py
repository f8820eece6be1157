"""Nose, eyes, brows, mouth and tears of drawn faces: the parts that show the expression.

`turn` is how far the features sit to the right of the middle of the head; `side` is -1 for the left half and 1 for
the right one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emotion.data.drawn.pen import curve, ellipse, joined, mix, shade

if TYPE_CHECKING:
    from emotion.data.drawn.pen import Colour, Pen, Points
    from emotion.data.drawn.traits import Expression, Look


WHITE: Colour = (252, 252, 250)
MOUTH_INSIDE: Colour = (104, 30, 40)
TONGUE: Colour = (222, 112, 116)
LIP: Colour = (188, 76, 84)
TEAR: Colour = (206, 234, 255)
TEAR_EDGE: Colour = (96, 150, 196)
INK: Colour = (40, 28, 32)
SIDES = (-1.0, 1.0)


def nose(pen: Pen, look: Look, turn: float) -> None:
    line, x, y = shade(look.skin, 0.42), turn * 1.5, look.eye_height + 0.3
    if look.nose == 0:
        pen.stroke(curve((x - 0.09, y), (x, y + 0.1), (x + 0.09, y)), line, 0.04)
    elif look.nose == 1:
        pen.fill(ellipse(x, y, 0.095, 0.075), shade(look.skin, 0.14))
        pen.stroke(curve((x - 0.1, y + 0.02), (x, y + 0.13), (x + 0.1, y + 0.02)), line, 0.032)
    elif look.nose == 2:
        side = 0.1 if turn >= 0 else -0.1
        pen.stroke(
            curve((x - side * 0.2, y - 0.2), (x + side * 2.2, y + 0.08), (x - side * 0.6, y + 0.05)), line, 0.036
        )
    else:
        for side in SIDES:
            pen.fill(ellipse(x + side * 0.055, y + 0.02, 0.026, 0.02), line)


def _lid(x: float, y: float, width: float, bend: float, slope: float, side: float) -> Points:
    """A line across an eye: `bend` > 0 arches it up, `slope` > 0 lets the outer corner hang."""
    return curve((x - side * width, y - slope), (x, y - 2 * bend), (x + side * width, y + slope))


def _closed_eye(pen: Pen, x: float, y: float, width: float, eyes: float, side: float) -> None:
    """A smiling arch, or lowered lids with lashes."""
    if eyes > 0:
        pen.stroke(_lid(x, y + 0.05, width * 1.05, width * 0.62, 0.0, side), INK, 0.062)
        return
    pen.stroke(_lid(x, y, width, -width * 0.4, 0.03, side), INK, 0.055)
    for share in (0.35, 0.85):
        start = (x + side * width * share, y + 0.03 + width * 0.25 * (1 - share))
        pen.stroke(np.array([start, (start[0] + side * 0.04, start[1] + 0.06)]), INK, 0.026)


def _open_eye(pen: Pen, look: Look, x: float, y: float, eyes: float, side: float) -> None:
    """Happy eyes are pushed up from below by the cheek; sad ones have hanging outer corners and look down."""
    width, top, bottom = look.eye_size, look.eye_size * 0.95, look.eye_size * (0.9 - 0.45 * max(eyes, 0))
    slope = 0.055 * max(-eyes, 0) - 0.015 * max(eyes, 0)
    white = ellipse(x, y, width, 1.0)
    white[:, 1] = y + np.where(white[:, 1] < y, top - 0.3 * top * max(-eyes, 0), bottom) * (white[:, 1] - y)
    white[:, 1] += side * slope * (white[:, 0] - x) / width
    pen.fill(white, WHITE)
    iris = min(0.66 * width, 0.5 * (top + bottom) * 0.8)
    gaze = y + 0.25 * width * max(-eyes, 0) - 0.1 * width * max(eyes, 0)
    pen.fill(ellipse(x, gaze, iris, iris), look.iris)
    pen.fill(ellipse(x, gaze, iris * 0.55, iris * 0.55), INK)
    pen.fill(ellipse(x - 0.3 * iris, gaze - 0.4 * iris, iris * 0.32, iris * 0.32), WHITE)
    lid = top * (1 - 0.3 * max(-eyes, 0))
    pen.stroke(_lid(x, y, width * 1.06, lid, slope, side), INK, 0.05)
    if eyes > 0.25:
        pen.stroke(_lid(x, y, width * 0.9, -bottom, 0.0, side), shade(look.skin, 0.4), 0.03)


def eyes(pen: Pen, look: Look, expression: Expression, turn: float) -> None:
    for side in SIDES:
        x, y = side * look.eye_gap + turn, look.eye_height
        if expression.eye_style == "closed":
            _closed_eye(pen, x, y, look.eye_size, expression.eyes, side)
        elif expression.eye_style == "dots":
            height = look.eye_size * (0.72 - 0.22 * expression.eyes)
            pen.fill(ellipse(x, y, look.eye_size * 0.5, height), INK)
            pen.fill(ellipse(x - 0.025, y - height * 0.4, 0.026, 0.026), WHITE)
            pen.stroke(
                _lid(x, y - height * 0.6, look.eye_size * 0.95, 0.05, 0.05 * max(-expression.eyes, 0), side), INK, 0.036
            )
        else:
            _open_eye(pen, look, x, y, expression.eyes, side)


def brows(pen: Pen, look: Look, expression: Expression, turn: float) -> None:
    """Sad: the inner ends rise and the rest hangs. Happy: the whole brow is a high arch."""
    colour = shade(look.skin, 0.7) if look.hair_style == "bald" else mix(look.hair, INK, 0.5)
    slope = 0.12 * min(expression.brows, 0) + 0.02 * max(expression.brows, 0)
    y = look.eye_height - look.brow_height - 0.05 * expression.brows
    for side in SIDES:
        inner = (side * (look.eye_gap - 0.16) + turn, y + slope)
        outer = (side * (look.eye_gap + 0.2) + turn, y - slope + 0.03)
        bend = (side * (look.eye_gap + 0.04) + turn, y - 0.08 - 0.08 * max(expression.brows, 0))
        pen.stroke(curve(inner, bend, outer), colour, look.brow_width, taper=0.55)


def _lip_lines(look: Look, expression: Expression, turn: float) -> tuple[Points, Points]:
    """Upper and lower edge of the mouth, (16, 2) each, sharing their corners."""
    t = np.linspace(-1, 1, 16)
    arch = 1 - t**2
    middle = 0.27 * expression.mouth * (arch - 0.5)
    above, below = 0.5 - 0.42 * expression.mouth, 0.5 + 0.42 * expression.mouth
    depth = 0.34 * expression.opening * np.sqrt(np.clip(arch, 0, 1))
    width = look.mouth_width * (1 + 0.12 * expression.mouth - 0.25 * expression.opening * (1 - abs(expression.mouth)))
    x, y = turn * 1.15 + width * t, look.mouth_height
    return np.stack([x, y + middle - above * depth], axis=1), np.stack([x, y + middle + below * depth], axis=1)


def mouth(pen: Pen, look: Look, expression: Expression, turn: float) -> None:
    upper, lower = _lip_lines(look, expression, turn)
    line = mix(INK, LIP, 0.25 + 0.35 * look.lips)
    if expression.opening == 0:
        pen.stroke(upper, line, 0.07 + 0.025 * look.lips)
        if look.beard:
            return
        x, y = upper[8]  # a crease above the chin
        pen.stroke(curve((x - 0.09, y + 0.13), (x, y + 0.17), (x + 0.09, y + 0.13)), shade(look.skin, 0.22), 0.028)
        return
    pen.fill(joined(upper, lower[::-1]), MOUTH_INSIDE)
    tongue = lower[4:12] + 0.42 * (upper - lower)[4:12] * np.sin(np.linspace(0, np.pi, 8))[:, None]
    pen.fill(joined(tongue, lower[4:12][::-1]), TONGUE)
    if expression.teeth:
        teeth = upper[1:15] + 0.34 * (lower - upper)[1:15]
        pen.fill(joined(upper[1:15], teeth[::-1]), WHITE)
    for lip in (upper, lower):
        pen.stroke(lip, line, 0.05 + 0.02 * look.lips)


def moustache(pen: Pen, look: Look, expression: Expression, turn: float) -> None:
    upper, _ = _lip_lines(look, expression, turn)
    x, y = turn * 1.2, min(float(upper[:, 1].min()) - 0.03, look.mouth_height - 0.12)
    for side in SIDES:
        pen.stroke(curve((x, y - 0.03), (x + side * 0.16, y - 0.08), (x + side * 0.27, y + 0.03)), look.hair, 0.12, 0.3)


def tears(pen: Pen, look: Look, expression: Expression, turn: float) -> None:
    for side in SIDES:
        for drop in range(expression.tears):
            x, y = side * (look.eye_gap + 0.06 + 0.03 * drop) + turn, look.eye_height + 0.24 + 0.22 * drop
            shape = joined(
                curve((x, y - 0.13), (x + 0.1, y + 0.1), (x, y + 0.08)),
                curve((x, y + 0.08), (x - 0.1, y + 0.1), (x, y - 0.13)),
            )
            pen.fill(shape, TEAR, 0.022, TEAR_EDGE)
