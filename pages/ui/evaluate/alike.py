"""Faces like this: a map on which faces that look alike to the network lie near one another, and the chosen ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from emotion.evaluation import gallery as galleries
from emotion.metrics import neighbours
from emotion.recipes import palette
from emotion.system import N_, _
from pages.ui.evaluate import filters, gallery, insight, results
from pages.ui.evaluate.filters import FACE
from pages.ui.shared import points, text

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from emotion.metrics import Labels, Plane
    from pages.ui.evaluate.results import Result


MOST = 2000  # points
LIKE = 24  # faces that are shown with the one that was clicked, itself included
HEIGHT = 520  # pixels
BY_CLASS, BY_RIGHT = N_("class"), N_("right or wrong")
RIGHT = {"light": "#0f766e", "dark": "#35b3a6"}
WRONG = {"light": "#b91c1c", "dark": "#ff6b85"}
CHOSEN = "evaluate_map_chosen"  # session state: (token of the result, numbers of the points that were chosen)


def show_map(result: Result) -> None:
    """The section: the map, and beside it the faces that were chosen on it."""
    st.subheader(_("Faces like this"), anchor=False, help=_("The network's features in two dimensions (PCA)."))
    left, right = st.columns([3, 2], gap="medium")
    chosen = _chosen(result)
    with left:
        _chart(result)
    with right:
        _faces(result, chosen)


def _chosen(result: Result) -> list[int]:
    token, chosen = st.session_state.get(CHOSEN, ("", []))
    return list(chosen) if token == result.base else []


def _chart(result: Result) -> None:
    by = st.segmented_control(_("Coloured by"), [BY_CLASS, BY_RIGHT], default=BY_CLASS, key="map_by", required=True,
                              format_func=_)  # fmt: skip
    plane, shown = insight.plane(result), insight.on_map(result, MOST)
    key = f"map_{result.base}_{by}"

    def picked() -> None:
        told = [points.index_of(one, len(result.answered)) for one in st.session_state[key].selection.points]
        numbers = [number for number in told if number is not None]
        st.session_state[CHOSEN] = (result.base, numbers)
        FACE.set(result.examples.files[numbers[0]] if len(numbers) == 1 else "")
        filters.to_first_page()

    alt = _("{n} test faces as points, by {by}; the gallery under Overview lists the same faces",
            n=len(shown), by=_(by or BY_CLASS))  # fmt: skip
    drawn = figure(result, plane, shown, by or BY_CLASS, st.context.theme.type or "light")
    st.plotly_chart(drawn, key=key, on_select=picked, selection_mode=("points", "lasso", "box"),
                    config={"displaylogo": False, "modeBarButtonsToRemove": ["toImage", "autoScale2d"]},
                    alt=alt)  # fmt: skip
    told = _("Near means alike to the network. Two directions hold {share} of all that it sees in them, so that some "
             "that lie near are not alike.", share=text.percent(plane.share))  # fmt: skip
    if len(shown) < len(result.answered):
        some = _("{n} of {all} faces: the mistakes and a random choice of the others.",
                 n=len(shown), all=len(result.answered))  # fmt: skip
        told = f"{some} {told}"
    st.caption(told)


def _faces(result: Result, chosen: list[int]) -> None:
    if not chosen:
        st.caption(_("Click a point to see its face and those most like it. Draw around some with the lasso, above "
                     "the map, to see them all. These are the mistakes, the worst first."))  # fmt: skip
        order = galleries.order_faces(
            result.study.probabilities, result.examples.labels, result.info, show=galleries.WRONG
        )
        gallery.show_narrow(result, order)
    elif len(chosen) == 1:
        st.caption(_("The face that was clicked, and the faces most like it to the network, the nearest first."))
        gallery.show_narrow(result, like(result, chosen[0]))
    else:
        st.caption(_("{n} faces that lie in the part you drew around.", n=len(chosen)))
        gallery.show_narrow(result, np.array(chosen, np.int64))


def like(result: Result, number: int) -> Labels:
    """The faces most like one of them, itself first."""
    features = result.study.features
    return neighbours.nearest(features[[number]], features, LIKE).places[0]


def figure(result: Result, plane: Plane, shown: Labels, by: str, theme: str) -> Figure:
    """A point a face; a trace a class, or one for those answered right and one for the mistakes."""
    import plotly.graph_objects as go

    if by == BY_RIGHT:
        right = result.study.right[shown]
        kinds = [(_("right"), shown[right], RIGHT[theme], "circle"), (_("✕ wrong"), shown[~right], WRONG[theme], "x")]
    else:
        names = result.info.classes
        tones = [palette.tone(name, result.model.info.classes) for name in names]
        kinds = [
            (text.markup(name), shown[result.examples.labels[shown] == label],
             tone.dark if theme == "dark" else tone.fill, points.SYMBOLS[tone.name])
            for label, (name, tone) in enumerate(zip(names, tones, strict=True))
        ]  # fmt: skip
    traces = [_trace(result, plane, *kind) for kind in kinds if len(kind[1])]
    axis = {"showticklabels": False, "zeroline": False, "showgrid": False}  # only what is near what means anything
    return go.Figure(traces, {
        "xaxis": axis, "yaxis": axis | {"scaleanchor": "x"}, "height": HEIGHT, "dragmode": "pan",
        "margin": {"l": 0, "r": 0, "t": 32, "b": 0}, "clickmode": "event+select", "hovermode": "closest",
        "legend": {"orientation": "h", "y": -0.05},
    })  # fmt: skip


def _trace(result: Result, plane: Plane, name: str, mine: Labels, colour: str, symbol: str) -> dict[str, Any]:
    said = [
        _("truth {truth}, called {answer} with {share}", truth=results.truth(result, number),
          answer=results.answer(result, number), share=text.percent(results.share(result, number)))
        for number in mine.tolist()
    ]  # fmt: skip
    x, y = np.round(plane.points[mine], 4).T
    return {
        "type": "scatter", "mode": "markers", "name": name, "x": x, "y": y, "customdata": mine,
        "marker": {"color": colour, "size": 7, "opacity": 0.7, "symbol": symbol},
        "selected": {"marker": {"opacity": 1, "size": 9}}, "unselected": {"marker": {"opacity": 0.3}},
        "hoverinfo": "text", "hovertext": [text.markup(words) for words in said],
    }  # fmt: skip
