"""The two curves of a run: what happened in training, as ECharts options. Pure functions; no Streamlit.

Training is a solid line, validation a dashed one, wherever they appear. The axes stand still while points arrive.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from emotion.system import N_, _
from pages.ui.shared.points import GRID, QUIET

if TYPE_CHECKING:
    from emotion.recipes import TrainingConfig
    from emotion.runs import History


MOST_POINTS = 400  # of the thin line within epochs
TRAINING, VALIDATION = N_("training faces"), N_("validation faces")
COLOURS = {"light": ("#0f766e", "#8a5a9e"), "dark": ("#35b3a6", "#c493d8")}  # no amber, no blue: they mean answers


def accuracy_chart(history: History, config: TrainingConfig, theme: str) -> dict[str, Any]:
    """The share of faces it got right, over epochs."""
    axis = {"min": _accuracy_floor(history, len(config.classes)), "max": 100, "axisLabel": {"formatter": "{value} %"}}
    return _chart("accuracy", _("got right (accuracy)"), history, config, theme, axis, "%.1f %%", scale=100)


def loss_chart(history: History, config: TrainingConfig, theme: str) -> dict[str, Any]:
    """The loss, which training makes small, over epochs."""
    axis = {"min": 0, "max": _loss_top(history), "axisLabel": {"formatter": "{value}"}}
    return _chart("loss", _("how wrong it is (loss)"), history, config, theme, axis, "%.3f")


def thinned(points: list[list[float]], most: int = MOST_POINTS) -> list[list[float]]:
    """At most `most` of the points, evenly, always with the last one."""
    step = math.ceil(len(points) / most)
    return points if step <= 1 else points[::-step][::-1]


def step_points(history: History, field: str, scale: float = 1) -> list[list[float]]:
    """[epochs gone by, value] within epochs, as measured so far in each."""
    return [[row["epoch"] - 1 + row["step"] / row["steps"], scale * row[field]] for row in history.steps]


def epoch_points(history: History, field: str, scale: float = 1) -> list[list[float]]:
    """[epoch, value] after each epoch."""
    return [[row["epoch"], scale * row[field]] for row in history.epochs]


def _accuracy_floor(history: History, classes: int) -> int:
    """Where the axis of the accuracy begins, in percent: below the lowest point, and no higher than it usually lies."""
    usual = 40 if classes == 2 else 0
    lowest = min(
        [100 * row["accuracy"] for row in [*history.steps, *history.epochs]]
        + [100 * row["val_accuracy"] for row in history.epochs],
        default=100.0,
    )
    return max(0, min(usual, 10 * math.ceil(lowest / 10) - 10))


def _loss_top(history: History) -> float:
    """The top of the loss axis: 1, or higher in whole steps where that is not enough."""
    values = [row[field] for row in history.epochs for field in ("loss", "val_loss")]
    return max(1, math.ceil(max(values, default=0)))


def _chart(
    field: str,
    title: str,
    history: History,
    config: TrainingConfig,
    theme: str,
    axis: dict[str, Any],
    figure: str,
    scale: float = 1,
) -> dict[str, Any]:
    solid, dashed = COLOURS[theme]
    label = {"color": QUIET[theme], "fontSize": 12}
    lines = {"axisLabel": label, "splitLine": {"lineStyle": {"color": GRID[theme]}}}
    axis = lines | axis | {"type": "value", "axisLabel": label | axis["axisLabel"]}
    return {
        "animation": False,
        "backgroundColor": "transparent",
        "title": {"text": title, "left": 0, "top": 6, "textStyle": label | {"fontSize": 14, "fontWeight": 600}},
        "legend": {"data": [_(TRAINING), _(VALIDATION)], "top": 30, "left": 0, "textStyle": label, "itemWidth": 34},
        "grid": {"left": 6, "right": 14, "top": 66, "bottom": 26, "containLabel": True},
        "tooltip": {"trigger": "axis", "valueFormatter": figure},
        "xAxis": lines | {"type": "value", "min": 0, "max": config.epochs, "name": _("epoch"), "nameLocation": "middle",
                          "nameGap": 26, "nameTextStyle": label, "minInterval": 1},
        "yAxis": axis,
        "series": [
            _line(_(TRAINING), thinned(step_points(history, field, scale)), solid, width=1, opacity=0.6, symbol="none"),
            _line(_(TRAINING), epoch_points(history, field, scale), solid, width=2.5),
            _line(_(VALIDATION), epoch_points(history, f"val_{field}", scale), dashed, width=2.5, kind="dashed"),
        ],
    }  # fmt: skip


def _line(
    name: str,
    points: list[list[float]],
    colour: str,
    width: float,
    kind: str = "solid",
    opacity: float = 1.0,
    symbol: str = "circle",
) -> dict[str, Any]:
    return {
        "name": name,
        "type": "line",
        "data": thinned(points),
        "symbol": symbol,
        "symbolSize": 6,
        "itemStyle": {"color": colour},
        "lineStyle": {"color": colour, "width": width, "type": kind, "opacity": opacity},
    }
