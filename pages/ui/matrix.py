"""The confusion matrix: who was called what, as a heat map whose cells choose the faces that are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from emotion.evaluation import Evaluation
from emotion.progress import count
from pages.ui import words

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

GROUND = {"light": "#ffffff", "dark": "#12171b"}
ACCENT = {"light": "#0f766e", "dark": "#35b3a6"}
TEXT = {"light": "#1c2429", "dark": "#e8edf0"}
ON_ACCENT = {"light": "#ffffff", "dark": "#06110f"}
MOST_WITH_WORDS = 3  # classes; with more the cells are too small for a sentence

Cell = tuple[str, str]  # truth, answer


def shares(evaluation: Evaluation) -> np.ndarray:
    """(K, K): each count as a share of its row, 0 in the row of a class without faces."""
    counts = np.asarray(evaluation.confusion_matrix, dtype=float)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def in_words(evaluation: Evaluation) -> str:
    """The whole matrix as text, for those who do not see it."""
    rows = []
    for truth, counts in zip(evaluation.classes, evaluation.confusion_matrix, strict=True):
        called = ", ".join(f"{n:,} called {name}" for name, n in zip(evaluation.classes, counts, strict=True))
        rows.append(f"truth {truth}: {called}")
    return f"Who was called what. {'; '.join(rows)}."


def figure(evaluation: Evaluation, theme: str, chosen: Cell | None) -> Figure:
    """The heat map.

    Args:
        evaluation: with the counts.
        theme: "light" or "dark".
        chosen: the cell whose faces are shown; it gets an outline.
    """
    import plotly.graph_objects as go

    share = shares(evaluation)
    return go.Figure([_heat(share, theme), _targets(evaluation, share)], _layout(evaluation, share, theme, chosen))


def _heat(share: np.ndarray, theme: str) -> dict[str, Any]:
    colours = [[0, _mixed(theme, 0.07)], [1, ACCENT[theme]]]
    still = {"xgap": 4, "ygap": 4, "showscale": False, "hoverinfo": "skip"}
    return {"type": "heatmap", "z": share, "zmin": 0, "zmax": 1, "colorscale": colours, **still}


def _targets(evaluation: Evaluation, share: np.ndarray) -> dict[str, Any]:
    """What a click meets: a heat map tells nobody of one, an unseen marker on each cell does."""
    cells = list(np.ndindex(share.shape))
    unseen = {"marker": {"opacity": 0}}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [column for _, column in cells],
        "y": [row for row, _ in cells],
        "marker": {"symbol": "square", "size": 60, "opacity": 0},
        "selected": unseen,
        "unselected": unseen,
        "hoverinfo": "text",
        "hovertext": [_sentence(evaluation, share, row, column) for row, column in cells],
    }


def _layout(evaluation: Evaluation, share: np.ndarray, theme: str, chosen: Cell | None) -> dict[str, Any]:
    """All at once: each later change of a figure takes Plotly milliseconds."""
    size = len(evaluation.classes)
    names = [words.markup(f"{words.sign(name)} {name}") for name in evaluation.classes]
    axis = {"tickvals": list(range(size)), "ticktext": names, "showgrid": False, "zeroline": False, "fixedrange": True}
    return {
        "xaxis": {"title": {"text": "called"}, "side": "top", "range": [-0.5, size - 0.5], **axis},
        "yaxis": {"title": {"text": "truth"}, "tickangle": -90, "range": [size - 0.5, -0.5], **axis},
        "annotations": [_label(evaluation, share, theme, row, column) for row, column in np.ndindex(share.shape)],
        "shapes": [] if chosen is None else [_outline(evaluation, theme, chosen)],
        "height": max(300, 70 * size + 60),
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "dragmode": False,
        "clickmode": "event+select",
        "hovermode": "closest",
        "hoverdistance": -1,
        "showlegend": False,
    }


def _outline(evaluation: Evaluation, theme: str, chosen: Cell) -> dict[str, Any]:
    row, column = (evaluation.classes.index(name) for name in chosen)
    corners = {"x0": column - 0.48, "x1": column + 0.48, "y0": row - 0.48, "y1": row + 0.48}
    return {"type": "rect", **corners, "line": {"color": TEXT[theme], "width": 4}}


def show(evaluation: Evaluation, chosen: Cell | None, choose: Callable[[Cell | None], None]) -> None:
    """Draws the matrix; a click on a cell chooses it, a click on the chosen one takes the choice back."""
    turn = st.session_state.setdefault("matrix_turn", 0)
    key = f"matrix_{turn}"  # a new chart after each click: the old one would take a second click for "deselect"

    def picked() -> None:
        points = st.session_state[key].selection.points
        st.session_state["matrix_turn"] = turn + 1
        cell = _cell(evaluation, points)
        if cell is not None:
            choose(None if cell == chosen else cell)

    st.plotly_chart(
        figure(evaluation, st.context.theme.type or "light", chosen),
        key=key,
        on_select=picked,
        selection_mode="points",
        config={"displayModeBar": False},
        alt=in_words(evaluation),
    )


def _cell(evaluation: Evaluation, points: list[dict[str, Any]]) -> Cell | None:
    if not points:
        return None
    row, column = round(points[0]["y"]), round(points[0]["x"])
    return evaluation.classes[row], evaluation.classes[column]


def _sentence(evaluation: Evaluation, share: np.ndarray, row: int, column: int) -> str:
    truth, answer = words.markup(evaluation.classes[row]), words.markup(evaluation.classes[column])
    n, part = evaluation.confusion_matrix[row][column], words.percent(share[row, column], 1)
    return f"truth: {truth} → called {answer}<br>{count(n, 'face')}, {part} of the {truth} ones"


def _label(evaluation: Evaluation, share: np.ndarray, theme: str, row: int, column: int) -> dict[str, Any]:
    n, part = evaluation.confusion_matrix[row][column], float(share[row, column])
    cross = "" if row == column else "✕ "
    text = f"<b>{cross}{n:,}</b>"
    if len(evaluation.classes) <= MOST_WITH_WORDS:
        truth, answer = words.markup(evaluation.classes[row]), words.markup(evaluation.classes[column])
        text = f"<span style='font-size:1.5em'>{text}</span><br>truth: {truth}<br>→ called {answer}"
        text += f"<br>{words.percent(part, 1)} of the {truth}"
    else:
        text += f"<br>{words.percent(part)}"
    colour = ON_ACCENT[theme] if part > 0.5 else TEXT[theme]
    return {"x": column, "y": row, "text": text, "showarrow": False, "font": {"color": colour, "size": 12}}


def _mixed(theme: str, part: float) -> str:
    """The accent at a low strength on the ground: the colour of an empty cell."""
    ground, accent = (tuple(int(tone[theme][at : at + 2], 16) for at in (1, 3, 5)) for tone in (GROUND, ACCENT))
    mixed = (round(g + part * (a - g)) for g, a in zip(ground, accent, strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)
