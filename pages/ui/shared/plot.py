"""Charts as HTML: a plot box with lines, bars and dots that can be picked. Pure functions of values; no Streamlit.

Places are shares of the box, 0 to 1, from the left and from the bottom. All colours are names of CSS classes.
"""

from __future__ import annotations

from collections.abc import Sequence

from pages.ui.shared import text as words

Point = tuple[float, float]
Mark = tuple[float, str]  # place, text


def box(
    inside: str,
    across: str = "",
    up: str = "",
    ticks: Sequence[Mark] = (),
    marks: Sequence[Mark] = (),
    height: float = 14,
) -> str:
    """The box with its axes.

    Args:
        inside: what stands in it.
        across, up: titles of the axes.
        ticks: (place, text) below the box.
        marks: (place, text) left of it, each with a faint line.
        height: in rem.
    """
    below = "".join(f'<span style="left:{place:.2%}">{words.markup(text)}</span>' for place, text in ticks)
    beside = "".join(f'<span style="bottom:{place:.2%}">{words.markup(text)}</span>' for place, text in marks)
    grid = "".join(f'<i style="bottom:{place:.2%}"></i>' for place, _ in marks)
    return (
        f'<div class="plot"><div class="up">{words.markup(up)}</div><div class="marks">{beside}</div>'
        f'<div class="inside" style="height:{height}rem"><div class="grid">{grid}</div>{inside}</div>'
        f'<div class="ticks">{below}</div><div class="across">{words.markup(across)}</div></div>'
    )


def line(points: Sequence[Point], tone: str) -> str:
    """A line through points; it keeps its width whatever the shape of the box. `tone`: CSS classes."""
    path = " ".join(f"{100 * x:.2f},{100 - 100 * y:.2f}" for x, y in points)
    return (
        f'<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">'
        f'<polyline class="{tone}" points="{path}"/></svg>'
    )


def bars(left: float, width: float, up: float, down: float, pieces: Sequence[tuple[str, str, str]]) -> str:
    """Two bars from the middle of the box, one upwards and one downwards; each half of the column takes a click.

    Args:
        up, down: heights as shares of half the box.
        pieces: tone, word to pick and label of the upper and the lower one.
    """
    style = f"left:{left:.3%};width:{width:.3%}"
    drawn = ""
    for half, height, (tone, pick, label) in zip(("upper", "lower"), (up, down), pieces, strict=True):
        inside = f'<b style="height:{height:.2%}"></b>'
        drawn += f'<button class="column {half} {tone}" style="{style}" {_picked(pick, label)}>{inside}</button>'
    return drawn


def dot(
    x: float,
    y: float,
    tone: str,
    reach: tuple[float, float] | None = None,
    pick: str = "",
    label: str = "",
    part: tuple[float, float] = (0, 1),
) -> str:
    """A dot with the reach of its interval.

    Args:
        pick, label: word and label, where it can be picked.
        part: of the box, from left to right: a click anywhere in it picks the dot, however close another one is.
    """
    whisker = (
        ""
        if reach is None
        else f'<b class="whisker" style="bottom:{reach[0]:.2%};height:{reach[1] - reach[0]:.2%}"></b>'
    )
    drawn = f'{whisker}<b class="dot" style="bottom:{y:.2%}"></b>'
    if not pick:
        return f'<div class="stem {tone}" style="left:{x:.2%}">{drawn}</div>'
    left, right = part
    style = f"left:{left:.2%};width:{right - left:.2%};--at:{(x - left) / (right - left):.2%}"
    return f'<button class="stem {tone}" style="{style}" {_picked(pick, label)}>{drawn}</button>'


def point(x: float, y: float, tone: str, pick: str = "", label: str = "") -> str:
    """A dot that takes a click on itself alone, for curves that others are close to."""
    style = f'style="left:{x:.2%};bottom:{y:.2%}"'
    if not pick:
        return f'<b class="point {tone}" {style} title="{words.markup(label)}"></b>'
    return f'<button class="point {tone}" {style} {_picked(pick, label)}></button>'


def upright(x: float, tone: str) -> str:
    """A line from top to bottom."""
    return f'<b class="upright {tone}" style="left:{x:.3%}"></b>'


def level(y: float, tone: str) -> str:
    """A line from side to side."""
    return f'<b class="level {tone}" style="bottom:{y:.2%}"></b>'


def button(inside: str, pick: str, label: str, tone: str = "", pressed: bool = False) -> str:
    """Any markup as a piece that can be picked."""
    state = ' aria-pressed="true"' if pressed else ""
    return f'<button class="{tone}" {_picked(pick, label)}{state}>{inside}</button>'


def _picked(pick: str, label: str) -> str:
    said = words.markup(label)
    return f'type="button" data-pick="{words.markup(pick)}" aria-label="{said}" title="{said}"'


def percent_marks(low: float = 0.0, high: float = 1.0, step: float = 0.25) -> list[tuple[float, str]]:
    """Marks of an axis of shares from `low` to `high`."""
    marks, value = [], -(-low // step) * step
    while value <= high + 1e-9:
        marks.append(((value - low) / (high - low), words.percent(value)))
        value += step
    return marks
