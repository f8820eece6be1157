"""Two measures of many pictures against each other, as points that can be clicked to see the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from emotion.images import measure as picture_statistics
from emotion.recipes import palette
from emotion.system import N_, _
from pages.ui.data import look
from pages.ui.shared import points, text

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from emotion.data import Overview


MOST = 1500  # points
PAIRS = {
    N_("brightness and contrast"): ("brightness", "contrast"),
    N_("brightness and sharpness"): ("brightness", "sharpness"),
    N_("contrast and sharpness"): ("contrast", "sharpness"),
}
AXES = {"brightness": N_("brightness (0 black, 255 white)"), "contrast": N_("contrast (0 flat)"),
        "sharpness": N_("from blurred to sharp (variance of the Laplacian)")}  # fmt: skip


def show_outliers(seen: Overview, token: str) -> None:
    """The chart with the picture that was clicked beside it; redraws only itself."""
    st.subheader(_("Those that stand out"), anchor="outliers")
    st.fragment(_chart)(seen, token)


def _chart(seen: Overview, token: str) -> None:
    pair = st.segmented_control(_("Measures"), list(PAIRS), default=next(iter(PAIRS)), key="data_pair", required=True,
                                format_func=_, label_visibility="collapsed")  # fmt: skip
    key = f"data_scatter_{token}_{pair}"
    places = picture_statistics.standing_out(seen.measures, MOST)

    def picked() -> None:
        chosen = st.session_state[key].selection.points
        if chosen and (index := points.index_of(chosen[0], len(seen.files))) is not None:
            look.open_in("outlier", seen.files[index])

    left, right = st.columns([5, 2], gap="medium")
    with left:
        st.plotly_chart(
            figure(seen, places, PAIRS[pair or next(iter(PAIRS))], st.context.theme.type or "light"),
            key=key, on_select=picked, selection_mode="points", config={"displayModeBar": False},
            alt=_("{n} pictures as points by {measures}; “Order” above lists the same pictures",
                  n=len(places), measures=_(pair or next(iter(PAIRS)))),
        )  # fmt: skip
        told = _("Click a point to see the picture; click a class in the legend to hide it.")
        if len(places) < len(seen.files):
            shown = _("{n} of {all}: those that stand out and a random choice of the others.",
                      n=len(places), all=len(seen.files))  # fmt: skip
            told = f"{shown} {told}"
        st.caption(told)
    with right:
        look.open_picture(seen, "outlier")


def figure(seen: Overview, places: np.ndarray, pair: tuple[str, str], theme: str) -> Figure:
    """A point a picture, one trace a class, so that the legend can hide one."""
    import plotly.graph_objects as go

    traces = []
    for number, name in enumerate(seen.classes):
        mine = places[seen.labels[places] == number]
        if len(mine):
            traces.append(_trace(seen, mine, pair, name, theme))
    return go.Figure(traces, _layout(pair, theme))


def _trace(seen: Overview, mine: np.ndarray, pair: tuple[str, str], name: str, theme: str) -> dict[str, Any]:
    x, y = (np.round(getattr(seen.measures, measure)[mine], 1) for measure in pair)
    tone = palette.tone(name, seen.classes)
    colour = tone.dark if theme == "dark" else tone.fill
    marker = {"color": colour, "size": 7, "opacity": 0.7, "symbol": points.SYMBOLS[tone.name]}
    return {
        "type": "scatter", "mode": "markers", "name": text.markup(name), "x": x, "y": y, "customdata": mine,
        "marker": marker, "selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 0.7}},
        "hoverinfo": "text", "hovertext": [text.markup(seen.files[index]) for index in mine.tolist()],
    }  # fmt: skip


def _layout(pair: tuple[str, str], theme: str) -> dict[str, Any]:
    axes = [
        {"title": {"text": _(AXES[measure])}, "gridcolor": points.GRID[theme], "zeroline": False,
         "type": "log" if measure == "sharpness" else "linear"}
        for measure in pair
    ]  # fmt: skip
    return {
        "xaxis": axes[0],
        "yaxis": axes[1],
        "height": 420,
        "margin": {"l": 0, "r": 0, "t": 8, "b": 0},
        "dragmode": "zoom",
        "clickmode": "event+select",
        "hovermode": "closest",
        "legend": {"orientation": "h", "y": -0.2},
    }
