"""Hair, caps and headscarves of drawn faces: what lies behind the head and what lies over its brow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emotion.data.drawn.pen import curve, ellipse, joined, shade

if TYPE_CHECKING:
    from emotion.data.drawn.pen import Colour, Pen, Points
    from emotion.data.drawn.traits import Look


EDGE = 0.03


def _cap(look: Look, outline: Points, hairline: Points) -> Points:
    """The top of the head, a little larger than it, closed below by a hairline that runs from right to left."""
    top = outline[19:40]  # from the left ear over the crown to just before the right ear
    top = top[top[:, 1] < -0.02] * (1.06, 1.08)
    return joined(top, hairline)


def _hairline(look: Look) -> Points:
    """From the right temple to the left one."""
    w, y = look.head_width, look.hairline
    temples = (
        curve((w * 1.02, -0.1), (w * 0.86, y + 0.05), (w * 0.6, y)),
        curve((-w * 0.6, y), (-w * 0.86, y + 0.05), (-w * 1.02, -0.1)),
    )
    if look.hair_style == "parted":
        return joined(
            curve((w * 1.02, -0.05), (w * 0.95, y), (w * 0.45, y - 0.2)),
            curve((w * 0.45, y - 0.2), (-w * 0.3, y + 0.22), (-w * 1.03, 0.02)),
        )
    if look.hair_style in ("fringe", "bob"):
        x = np.linspace(w * 0.86, -w * 0.86, 13)
        teeth = y + 0.14 + 0.05 * (np.arange(13) % 2)
        side = np.array([(w * 1.02, 0.1)]), np.array([(-w * 1.02, 0.1)])
        return joined(side[0], np.stack([x, teeth], axis=1), side[1])
    if look.hair_style == "long":
        return joined(
            curve((w * 1.03, 0.3), (w * 0.95, -0.3), (0.05, y - 0.22)),
            curve((0.0, y - 0.22), (-w * 0.95, -0.3), (-w * 1.03, 0.3)),
        )
    return np.concatenate(temples)


def _hang(pen: Pen, colour: Colour, width: float, tip: tuple[float, float]) -> None:
    """Hair that covers the head and falls to `tip` on both sides."""
    turn = np.linspace(np.pi, 2 * np.pi, 24)
    top = np.stack([width * np.cos(turn), 0.1 + 1.22 * np.sin(turn)], axis=1)
    right = curve((width, 0.1), (width + 0.06, 0.6 * tip[1]), tip)
    pen.fill(joined(top, right, right[::-1] * (-1, 1)), colour, EDGE)


def back(pen: Pen, look: Look) -> None:
    """What hangs or stands behind the head. Drawn first."""
    colour, w = shade(look.hair, 0.12), look.head_width
    if look.hair_style == "long":
        _hang(pen, colour, w + 0.17, (w + 0.2, 1.6))
    elif look.hair_style == "bob":
        _hang(pen, colour, w + 0.2, (w - 0.02, 0.92))
    elif look.hair_style == "bun":
        pen.fill(ellipse(0.1, -1.16, 0.32, 0.28), look.hair, EDGE)
    elif look.hair_style == "curly":
        for angle in np.linspace(np.pi * 0.96, np.pi * 2.04, 11):
            pen.fill(ellipse(w * 1.04 * np.cos(angle), -0.16 + 0.86 * np.sin(angle), 0.27, 0.27), colour, EDGE)
    elif look.hair_style == "headscarf":
        pen.fill(ellipse(0, 0.14, w + 0.24, 1.3), shade(look.clothes, 0.1), EDGE)


def _curls(pen: Pen, look: Look) -> None:
    for angle in np.linspace(np.pi * 1.12, np.pi * 1.88, 8):
        x, y = look.head_width * 0.9 * np.cos(angle), 0.1 + 0.94 * np.sin(angle)
        pen.fill(ellipse(x, y, 0.2, 0.19), look.hair)


def _spikes(pen: Pen, look: Look) -> None:
    w, y = look.head_width, look.hairline
    points = [(w * 1.05, -0.12)]
    for index, angle in enumerate(np.linspace(-0.06, -np.pi + 0.06, 15)):
        reach = 1.3 if index % 2 else 1.05
        points.append((w * reach * np.cos(angle), reach * np.sin(angle) - 0.02))
    points.append((-w * 1.05, -0.12))
    line = np.stack([np.linspace(-w * 0.86, w * 0.86, 9), y - 0.02 + 0.1 * (np.arange(9) % 2)], axis=1)
    pen.fill(joined(np.array(points), line), look.hair, EDGE)


def _beanie(pen: Pen, look: Look) -> None:
    w, y = look.head_width, look.hairline
    brim = curve((w * 1.04, y + 0.02), (0, y - 0.12), (-w * 1.04, y + 0.02))
    top = curve((-w * 1.04, y), (-w * 1.1, -1.5), (0, -1.22)), curve((0, -1.22), (w * 1.1, -1.5), (w * 1.04, y))
    pen.fill(joined(*top, brim), look.clothes, EDGE)
    pen.fill(ellipse(0, -1.3, 0.17, 0.16), shade(look.clothes, 0.2), EDGE)
    band = joined(brim + np.array((0, -0.2)), brim[::-1] + np.array((0, 0.04)))
    pen.fill(band, shade(look.clothes, 0.2), EDGE)


def _headscarf(pen: Pen, look: Look) -> None:
    """A ring of cloth round the face, closed under the chin."""
    w = look.head_width
    turn = np.linspace(0, 2 * np.pi, 48)
    outer = np.stack([(w + 0.2) * np.cos(turn), 0.1 + 1.24 * np.sin(turn)], axis=1)
    inner = np.stack([w * 0.92 * np.cos(turn), 0.14 + 0.86 * np.sin(turn)], axis=1)
    pen.fill(joined(outer, inner[::-1]), look.clothes)
    pen.stroke(outer, shade(look.clothes, 0.45), EDGE)
    pen.stroke(inner, shade(look.clothes, 0.45), EDGE)
    pen.stroke(curve((-w * 0.6, 1.0), (0, 1.35), (w * 0.9, 0.9)), shade(look.clothes, 0.3), 0.04)


def front(pen: Pen, look: Look, outline: Points) -> None:
    """What lies over the brow. Drawn after the eyes, before the brows."""
    style = look.hair_style
    if style == "headscarf":
        _headscarf(pen, look)
    elif style == "beanie":
        _beanie(pen, look)
    elif style == "spiky":
        _spikes(pen, look)
    elif style != "bald":
        pen.fill(_cap(look, outline, _hairline(look)), look.hair, EDGE)
        if style == "curly":
            _curls(pen, look)
