"""Curves of several runs in one chart, as options of ECharts. Pure functions.

Each run has a letter, a colour, a kind of line and a mark of its own, so that nobody needs the colours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from emotion.system import _
from pages.ui.shared import figure

LETTERS = "ABCDEF"
COLOURS = {
    "light": ("#0f766e", "#8a5a9e", "#b45309", "#1d4f91", "#56616a", "#9d174d"),
    "dark": ("#35b3a6", "#c493d8", "#f2b04e", "#8fbcf5", "#a5b0b8", "#f9a8d4"),
}
KINDS = ("solid", "dashed", "dotted", "solid", "dashed", "dotted")
MARKS = ("circle", "rect", "triangle", "diamond", "roundRect", "pin")

Curve = Sequence[float]  # share of the validation faces that were right, one value an epoch


def overlaid(curves: Sequence[tuple[Curve, int | None]], theme: str) -> figure.Spec:
    """The share of the validation faces that each run got right, over epochs.

    Args:
        curves: of each run, with the number of the epoch that it keeps; at most six.
        theme: "light" or "dark".
    """
    lowest = min((value for curve, _kept in curves for value in curve), default=0.0)
    longest = max((len(curve) for curve, _kept in curves), default=1)
    return figure.frame(
        theme,
        figure.axis(theme, _("epoch"), min=1 if longest > 1 else 0, max=max(longest, 1), minInterval=1),
        figure.axis(theme, min=10 * math.floor(10 * lowest), max=100, axisLabel=figure.PERCENT),
        [_line(number, curve, kept, theme) for number, (curve, kept) in enumerate(curves)],
        legend=figure.legend(theme, LETTERS[: len(curves)]),
        grid=figure.GRID_PLACE | {"right": 34},
        tooltip=figure.AT_A_PLACE | {"valueFormatter": "%.1f %%"},
    )


def _line(number: int, curve: Curve, kept: int | None, theme: str) -> figure.Spec:
    colour, mark = COLOURS[theme][number], MARKS[number]
    points = [[epoch, round(100 * value, 2)] for epoch, value in enumerate(curve, 1)]
    kept = kept if kept is not None and kept <= len(curve) else 0  # 0: as it began, which is no point of the curve
    return figure.line(
        LETTERS[number], points, colour, kind=KINDS[number], symbol=mark,
        endLabel={"show": True, "formatter": LETTERS[number], "color": colour, "fontWeight": 700, "fontSize": 14},
        markPoint=figure.large_mark(points[kept - 1] if kept else None, colour, mark),
    )  # fmt: skip
