"""The pictures of a tuning: how the best value rose, and which values went with it. Pure functions.

The parallel coordinates lie on their side, one axis a line, so that they can be read on a telephone, and are drawn as
plain lines: ECharts' own kind has no marks to point at, and the ends of its axes cannot be said in words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from emotion import tuning
from emotion.system import _, ngettext
from emotion.tuning import TrialState, fields
from pages.ui.shared import figure
from pages.ui.shared import text as words
from pages.ui.shared.figure import QUIET

if TYPE_CHECKING:
    from emotion.tuning import Settings, Trial


BEST = figure.ACCENT
FAINT = {"light": "#c3cacf", "dark": "#4a555d"}
GROUND = {"light": "#ffffff", "dark": "#12171b"}
ROW, ABOVE, EDGE = 74, 30, 10  # pixels: an axis of the parallel coordinates, above the first, at the sides


def judged(trials: Sequence[Trial]) -> list[Trial]:
    """The trials that can be drawn: finished or stopped early, with a value."""
    return [trial for trial in trials if trial.state.counts and trial.value is not None]


def history(trials: Sequence[Trial], settings: Settings, theme: str) -> figure.Spec:
    """The value of each trial, in order, and the best until then as a line."""
    shown = judged(trials)
    finished = [trial for trial in shown if trial.state is TrialState.FINISHED]
    pruned = [trial for trial in shown if trial.state is TrialState.PRUNED]
    steps = [(number, _scaled(value, settings)) for number, value in tuning.best_so_far(shown, settings)]
    names = _("best so far"), _("finished"), _("stopped early (value then)")
    wanted = max(max((trial.number for trial in shown), default=1), settings.trials or 1)
    hollow = {"color": "transparent", "borderColor": QUIET[theme], "borderWidth": 1.5}
    hidden = {"showMinLabel": False, "showMaxLabel": False}  # 0, and one more than there will be
    return figure.frame(
        theme,
        figure.axis(theme, _("trial"), min=0, max=wanted + 1, minInterval=1, axisLabel=hidden),
        figure.axis(theme, scale=True, axisLabel={} if settings.goal == "loss" else figure.PERCENT),
        [
            figure.line(names[0], steps, BEST[theme], symbol="none", step="end", silent=True,
                        markLine=_own_line(tuning.first(shown), settings, theme)),
            _dots(finished, settings, names[1], {"color": BEST[theme]}),
            _dots(pruned, settings, names[2], hollow),
        ],
        legend=figure.legend(theme, [{"name": names[0], "itemStyle": {"opacity": 0}}, *names[1:]]),
        grid=figure.GRID_PLACE | {"top": 56},
        tooltip={"confine": True},
    )  # fmt: skip


def _scaled(value: float | None, settings: Settings) -> float:
    return (value or 0.0) * (1 if settings.goal == "loss" else 100)


def _dots(trials: Sequence[Trial], settings: Settings, name: str, look: figure.Spec) -> figure.Spec:
    points = [
        {"value": [trial.number, _scaled(trial.value, settings)], "tooltip": {"formatter": in_words(trial, settings)}}
        for trial in trials
    ]
    return {"type": "scatter", "name": name, "data": points, "symbolSize": 10, "itemStyle": look}


def _own_line(own: Trial | None, settings: Settings, theme: str) -> figure.Spec:
    if own is None:
        return {}
    label = figure.small(theme, formatter=tuning.own_settings(settings), position="insideEndBottom")
    return {"silent": True, "symbol": "none", "data": [{"yAxis": _scaled(own.value, settings)}], "label": label,
            "lineStyle": {"color": QUIET[theme], "width": 1, "type": "dashed"}}  # fmt: skip


def parallel(trials: Sequence[Trial], settings: Settings, theme: str) -> figure.Spec:
    """One line a trial through what was varied and, at the bottom, its value; the best one is thick."""
    shown = sorted(judged(trials), key=lambda trial: settings.sign * (trial.value or 0.0))
    best = tuning.best(shown, settings)
    last = max(1, len(shown) - 1)
    rows = len(settings.vary) + 1
    lines = [
        _line(trial, shown, settings, _look(trial, rank / last, trial == best, theme))
        for rank, trial in enumerate(shown)
    ]
    return figure.frame(
        theme,
        figure.axis(theme, show=False, min=0, max=1),
        figure.axis(theme, min=0, max=max(rows - 1, 1), inverse=True, interval=1, axisLabel={"show": False}),
        [*lines, _labels(shown, settings, theme)],
        grid={"left": EDGE, "right": EDGE, "top": ABOVE, "height": ROW * (rows - 1)},
        tooltip={"confine": True},
    )


def parallel_height(settings: Settings) -> int:
    """Of the chart, in pixels."""
    return ROW * len(settings.vary) + ABOVE + EDGE


def _look(trial: Trial, rank: float, is_best: bool, theme: str) -> dict[str, Any]:
    """The better, the stronger; trials that were stopped early are dotted."""
    pruned = trial.state is TrialState.PRUNED
    colour = BEST[theme] if is_best else mixed(FAINT[theme], BEST[theme], 0.0 if pruned else 0.7 * rank)
    return {"colour": colour, "width": 4 if is_best else 1.5, "kind": "dotted" if pruned else "solid",
            "symbolSize": 11 if is_best else 7}  # fmt: skip


def _line(trial: Trial, shown: Sequence[Trial], settings: Settings, look: dict[str, Any]) -> figure.Spec:
    ways = [place(name, trial.values[name], settings) for name in settings.vary]
    points = [(x, row) for row, x in enumerate([*ways, outcome_place(trial, shown, settings)])]
    return figure.line(str(trial.number), points, tooltip={"formatter": in_words(trial, settings)},
                       emphasis={"focus": "series"}, **look)  # fmt: skip


def place(name: str, value: float, settings: Settings) -> float:
    """Where a value stands between the ends of its range, 0 to 1; by factors where it is tried by factors."""
    low, high = settings.vary[name]
    if fields.FIELDS[name].scale == "log":
        low, high, value = math.log(low), math.log(high), math.log(value)
    return (value - low) / (high - low)


def outcome_place(trial: Trial, shown: Sequence[Trial], settings: Settings) -> float:
    """Where a trial's value stands between the worst (0) and the best (1) of those shown."""
    values = [settings.sign * (each.value or 0.0) for each in shown]
    low, high = min(values), max(values)
    return (settings.sign * (trial.value or 0.0) - low) / (high - low) if high > low else 1.0


def _labels(shown: Sequence[Trial], settings: Settings, theme: str) -> figure.Spec:
    """The name of each axis above its middle, the ends above its ends: points that have nothing but words."""
    rows = [(_(fields.FIELDS[name].title), *map(fields.FIELDS[name].shown, ends))
            for name, ends in settings.vary.items()]  # fmt: skip
    values = sorted((trial.value or 0.0 for trial in shown), reverse=settings.goal == "loss")
    title = _("loss, better to the right") if settings.goal == "loss" else _("faces right")
    rows.append((title, *(tuning.shown(value, settings.goal) for value in (values[0], values[-1]))))
    loud = figure.small(theme, color=figure.TEXT[theme], fontSize=13, fontWeight=600)
    points = [
        {"value": [x, row], "label": look | {"formatter": word, "align": align}}
        for row, (title, low, high) in enumerate(rows)
        for x, align, word, look in ((0, "left", low, {}), (0.5, "center", title, loud), (1, "right", high, {}))
    ]
    label = figure.small(theme, show=True, position="top", distance=9, backgroundColor=GROUND[theme], padding=2)
    return {"type": "scatter", "data": points, "silent": True, "symbolSize": 1, "z": 9, "label": label,
            "itemStyle": {"color": "transparent"}}  # fmt: skip


def in_words(trial: Trial, settings: Settings) -> str:
    """One trial as text: what stands at the pointer."""
    values = "<br>".join(
        f"{_(fields.FIELDS[name].title)}: {fields.FIELDS[name].shown(value)}" for name, value in trial.values.items()
    )
    value = words.markup(tuning.shown(trial.value, settings.goal))
    headline = _("<b>trial {number}: {value}</b>", number=trial.number, value=value)
    if trial.state is TrialState.PRUNED:
        headline = _("<b>trial {number}: {value}</b>, stopped early", number=trial.number, value=value)
    return f"{headline}<br>{values}"


def spoken(trials: Sequence[Trial], settings: Settings) -> str:
    """All that the pictures show, for those who do not see them."""
    shown = judged(trials)
    parts = [
        _("trial {number} {value}", number=trial.number, value=tuning.shown(trial.value, settings.goal))
        for trial in shown
    ]
    said = ngettext("{n} trial: {values}.", "{n} trials: {values}.", len(shown), values=", ".join(parts))
    return f"{said} {tuning.best_sentence(trials, settings)}"


def mixed(low: str, high: str, part: float) -> str:
    """The colour so far from the first (0) to the second (1)."""
    ends = [tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5)) for colour in (low, high)]
    return "#" + "".join(f"{round(a + part * (b - a)):02x}" for a, b in zip(*ends, strict=True))
