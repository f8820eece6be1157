"""The two curves of a run: what happened in training, as options of ECharts. Pure functions.

Training is a solid line, validation a dashed one, wherever they appear, with a large mark at the epoch that is kept.
The axes stand still while points arrive.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from emotion.system import N_, _
from pages.ui.shared import figure

if TYPE_CHECKING:
    from emotion.recipes import TrainingConfig
    from emotion.runs import History


TRAINING, VALIDATION = N_("training faces"), N_("validation faces")
COLOURS = {"light": ("#0f766e", "#8a5a9e"), "dark": ("#35b3a6", "#c493d8")}  # no amber, no blue: they mean answers


def accuracy_chart(history: History, config: TrainingConfig, theme: str) -> figure.Spec:
    """The share of faces it got right, over epochs."""
    floor = _accuracy_floor(history, len(config.classes))
    axis = figure.axis(theme, min=floor, max=100, axisLabel=figure.PERCENT)
    return _chart("accuracy", _("got right (accuracy)"), history, config, theme, axis, "%.1f %%", scale=100)


def loss_chart(history: History, config: TrainingConfig, theme: str) -> figure.Spec:
    """The loss, which training makes small, over epochs."""
    axis = figure.axis(theme, min=0, max=_loss_top(history))
    return _chart("loss", _("how wrong it is (loss)"), history, config, theme, axis, "%.3f")


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
    axis: figure.Spec,
    digits: str,
    scale: float = 1,
) -> figure.Spec:
    solid, dashed = COLOURS[theme]
    best = history.best
    kept = [best["epoch"], scale * best[f"val_{field}"]] if best and best["epoch"] else None  # 0: as it began
    return figure.frame(
        theme,
        figure.axis(theme, _("epoch"), min=0, max=config.epochs, minInterval=1),
        axis,
        [
            figure.line(_(TRAINING), step_points(history, field, scale), solid, width=1, opacity=0.6, symbol="none"),
            figure.line(_(TRAINING), epoch_points(history, field, scale), solid),
            figure.line(_(VALIDATION), epoch_points(history, f"val_{field}", scale), dashed, kind="dashed",
                        markPoint=figure.large_mark(kept, dashed)),
        ],
        title={"text": title, "left": 0, "top": 6, "textStyle": figure.small(theme, fontSize=14, fontWeight=600)},
        legend=figure.legend(theme, (_(TRAINING), _(VALIDATION)), top=30),
        grid=figure.GRID_PLACE | {"top": 66},
        tooltip=figure.AT_A_PLACE | {"valueFormatter": digits},
    )  # fmt: skip
