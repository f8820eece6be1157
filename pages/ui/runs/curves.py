"""Curves of several runs in one chart, as ECharts options. Pure functions; no Streamlit.

Each run has a letter, a colour, a kind of line and a mark of its own, so that nobody needs the colours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from emotion.system import _
from pages.ui.shared.points import GRID, QUIET

LETTERS = "ABCDEF"
COLOURS = {
    "light": ("#0f766e", "#8a5a9e", "#b45309", "#1d4f91", "#56616a", "#9d174d"),
    "dark": ("#35b3a6", "#c493d8", "#f2b04e", "#8fbcf5", "#a5b0b8", "#f9a8d4"),
}
KINDS = ("solid", "dashed", "dotted", "solid", "dashed", "dotted")
MARKS = ("circle", "rect", "triangle", "diamond", "roundRect", "pin")

Curve = Sequence[float]  # share of the validation faces that were right, one value an epoch


def overlaid(curves: Sequence[tuple[Curve, int | None]], theme: str) -> dict[str, Any]:
    """The share of the validation faces that each run got right, over epochs.

    Args:
        curves: of each run, with the number of the epoch that it keeps; at most six.
        theme: "light" or "dark".
    """
    label = {"color": QUIET[theme], "fontSize": 12}
    lines = {"axisLabel": label, "splitLine": {"lineStyle": {"color": GRID[theme]}}}
    lowest = min((value for curve, _kept in curves for value in curve), default=0.0)
    longest = max((len(curve) for curve, _kept in curves), default=1)
    return {
        "animation": False,
        "backgroundColor": "transparent",
        "legend": {"data": list(LETTERS[: len(curves)]), "top": 0, "left": 0, "textStyle": label, "itemWidth": 34},
        "grid": {"left": 6, "right": 34, "top": 36, "bottom": 26, "containLabel": True},
        "tooltip": {"trigger": "axis", "valueFormatter": "%.1f %%"},
        "xAxis": lines | {"type": "value", "min": 1 if longest > 1 else 0, "max": max(longest, 1), "name": _("epoch"),
                          "nameLocation": "middle", "nameGap": 26, "nameTextStyle": label, "minInterval": 1},
        "yAxis": lines | {"type": "value", "min": 10 * math.floor(10 * lowest), "max": 100,
                          "axisLabel": label | {"formatter": "{value} %"}},
        "series": [_line(number, curve, kept, theme) for number, (curve, kept) in enumerate(curves)],
    }  # fmt: skip


def _line(number: int, curve: Curve, kept: int | None, theme: str) -> dict[str, Any]:
    colour = COLOURS[theme][number]
    points = [[epoch, round(100 * value, 2)] for epoch, value in enumerate(curve, 1)]
    kept = kept if kept is not None and kept <= len(curve) else 0  # 0: as it began, which is no point of the curve
    marked = [{"coord": points[kept - 1], "symbol": MARKS[number], "symbolSize": 14}] if kept else []
    return {
        "name": LETTERS[number],
        "type": "line",
        "data": points,
        "symbol": MARKS[number],
        "symbolSize": 6,
        "itemStyle": {"color": colour},
        "lineStyle": {"color": colour, "width": 2.5, "type": KINDS[number]},
        "endLabel": {"show": True, "formatter": LETTERS[number], "color": colour, "fontWeight": 700, "fontSize": 14},
        "markPoint": {"data": marked, "label": {"show": False}, "itemStyle": {"color": colour}},
    }
