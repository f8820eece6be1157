"""The pictures of a tuning: how the best value rose, and which values went with it. Pure functions; no Streamlit.

Both are figures for Plotly. The parallel coordinates lie on their side, one axis a line, so that they can be read on a
telephone, and are drawn as plain lines: Plotly's own kind needs WebGL and shows nothing when one points at a line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from emotion import tuning
from emotion.system import _, ngettext
from emotion.tuning import TrialState, fields
from pages.ui.shared import text as words
from pages.ui.shared.points import GRID, QUIET

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from emotion.tuning import Settings, Trial


BEST = {"light": "#0f766e", "dark": "#35b3a6"}
FAINT = {"light": "#c3cacf", "dark": "#4a555d"}
TEXT = {"light": "#1c2429", "dark": "#e8edf0"}
GROUND = {"light": "#ffffff", "dark": "#12171b"}
ROW = 74  # pixels an axis of the parallel coordinates


def judged(trials: Sequence[Trial]) -> list[Trial]:
    """The trials that can be drawn: finished or stopped early, with a value."""
    return [trial for trial in trials if trial.state.counts and trial.value is not None]


def history(trials: Sequence[Trial], settings: Settings, theme: str) -> Figure:
    """The value of each trial, in order, and the best until then as a line."""
    import plotly.graph_objects as go

    shown = judged(trials)
    finished = [trial for trial in shown if trial.state is TrialState.FINISHED]
    pruned = [trial for trial in shown if trial.state is TrialState.PRUNED]
    steps = tuning.best_so_far(shown, settings)
    line = {
        "type": "scatter", "mode": "lines", "name": _("best so far"), "hoverinfo": "skip",
        "x": [number for number, _value in steps], "y": [_scaled(value, settings) for _number, value in steps],
        "line": {"color": BEST[theme], "width": 2.5, "shape": "hv"},
    }  # fmt: skip
    return go.Figure(
        [
            line,
            _dots(finished, settings, _("finished"), {"color": BEST[theme], "size": 9}),
            _dots(pruned, settings, _("stopped early (value then)"),
                  {"color": QUIET[theme], "size": 9, "symbol": "circle-open", "line": {"width": 1.5}}),
        ],
        _history_layout(shown, settings, theme),
    )  # fmt: skip


def _scaled(value: float | None, settings: Settings) -> float:
    return (value or 0.0) * (1 if settings.goal == "loss" else 100)


def _dots(trials: Sequence[Trial], settings: Settings, name: str, marker: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "name": name, "marker": marker, "hoverinfo": "text",
        "x": [trial.number for trial in trials], "y": [_scaled(trial.value, settings) for trial in trials],
        "hovertext": [in_words(trial, settings) for trial in trials],
    }  # fmt: skip


def _history_layout(shown: Sequence[Trial], settings: Settings, theme: str) -> dict[str, Any]:
    last = max((trial.number for trial in shown), default=1)
    wanted = max(last, settings.trials or 1)
    lines = {"gridcolor": GRID[theme], "zeroline": False, "tickfont": {"color": QUIET[theme]}, "fixedrange": True}
    title = {"text": _("trial"), "font": {"color": QUIET[theme]}}
    own = tuning.first(shown)
    return _plain(theme) | {
        "height": 330,
        "margin": {"l": 0, "r": 8, "t": 10, "b": 0},
        "xaxis": lines | {"title": title, "range": [0.3, wanted + 0.7], "tickformat": "d"},
        "yaxis": lines | {"ticksuffix": "" if settings.goal == "loss" else " %", "automargin": True},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        "shapes": [] if own is None else [_own_line(own, settings, theme)],
    }


def _own_line(own: Trial, settings: Settings, theme: str) -> dict[str, Any]:
    height = _scaled(own.value, settings)
    label = {"text": tuning.own_settings(settings), "textposition": "end", "yanchor": "top",
             "font": {"color": QUIET[theme], "size": 12}}  # fmt: skip
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": height, "y1": height, "label": label,
            "line": {"color": QUIET[theme], "width": 1, "dash": "dash"}}  # fmt: skip


def parallel(trials: Sequence[Trial], settings: Settings, theme: str) -> Figure:
    """One line a trial through what was varied and, at the bottom, its value; the best one is thick."""
    import plotly.graph_objects as go

    shown = sorted(judged(trials), key=lambda trial: settings.sign * (trial.value or 0.0))
    best = tuning.best(shown, settings)
    last = max(1, len(shown) - 1)
    lines = [
        _line(trial, shown, settings, _look(trial, rank / last, trial == best, theme))
        for rank, trial in enumerate(shown)
    ]
    return go.Figure(lines, _parallel_layout(shown, settings, theme))


def _look(trial: Trial, rank: float, is_best: bool, theme: str) -> dict[str, Any]:
    """The better, the stronger; trials that were stopped early are dotted."""
    pruned = trial.state is TrialState.PRUNED
    colour = BEST[theme] if is_best else mixed(FAINT[theme], BEST[theme], 0.0 if pruned else 0.7 * rank)
    return {
        "line": {"color": colour, "width": 4 if is_best else 1.5, "dash": "dot" if pruned else "solid"},
        "marker": {"color": colour, "size": 10 if is_best else 6},
    }


def _line(trial: Trial, shown: Sequence[Trial], settings: Settings, look: dict[str, Any]) -> dict[str, Any]:
    ways = [place(name, trial.values[name], settings) for name in settings.vary]
    text = in_words(trial, settings)
    return {
        "type": "scatter", "mode": "lines+markers", "hoverinfo": "text", "hovertext": [text] * (len(ways) + 1),
        "x": [*ways, outcome_place(trial, shown, settings)], "y": list(range(len(ways) + 1)),
    } | look  # fmt: skip


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


def _parallel_layout(shown: Sequence[Trial], settings: Settings, theme: str) -> dict[str, Any]:
    rows = len(settings.vary) + 1
    axis = {"showgrid": False, "zeroline": False, "showticklabels": False, "fixedrange": True}
    return _plain(theme) | {
        "height": ROW * rows + 20,
        "margin": {"l": 8, "r": 8, "t": 26, "b": 26},
        "xaxis": axis | {"range": [-0.03, 1.03]},
        "yaxis": axis | {"range": [rows - 1 + 0.15, -0.35]},
        "showlegend": False,
        "hoverdistance": 30,
        "shapes": [
            {"type": "line", "x0": 0, "x1": 1, "y0": row, "y1": row, "layer": "below",
             "line": {"color": GRID[theme], "width": 2}}
            for row in range(rows)
        ],
        "annotations": [label for row in range(rows) for label in _labels(row, shown, settings, theme)],
    }  # fmt: skip


def _labels(row: int, shown: Sequence[Trial], settings: Settings, theme: str) -> list[dict[str, Any]]:
    """The name of an axis above its middle, the ends above its ends."""
    names = list(settings.vary)
    if row < len(names):
        field = fields.FIELDS[names[row]]
        title, ends = _(field.title), [field.shown(end) for end in settings.vary[names[row]]]
    else:
        values = sorted((trial.value or 0.0 for trial in shown), reverse=settings.goal == "loss")
        title = _("loss, better to the right") if settings.goal == "loss" else _("faces right")
        ends = [tuning.shown(end, settings.goal) for end in (values[0], values[-1])] if values else ["", ""]
    quiet = {"color": QUIET[theme], "size": 12}
    common = {"y": row, "yshift": 15, "showarrow": False, "bgcolor": GROUND[theme], "borderpad": 1}
    texts = ((0.0, "left", ends[0], quiet), (0.5, "center", f"<b>{title}</b>", {"color": TEXT[theme], "size": 13}),
             (1.0, "right", ends[1], quiet))  # fmt: skip
    return [common | {"x": x, "xanchor": anchor, "text": text, "font": font} for x, anchor, text, font in texts]


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


def _plain(theme: str) -> dict[str, Any]:
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": TEXT[theme], "size": 13},
        "hovermode": "closest",
        "dragmode": False,
    }


def mixed(low: str, high: str, part: float) -> str:
    """The colour so far from the first (0) to the second (1)."""
    ends = [tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5)) for colour in (low, high)]
    return "#" + "".join(f"{round(a + part * (b - a)):02x}" for a, b in zip(*ends, strict=True))
