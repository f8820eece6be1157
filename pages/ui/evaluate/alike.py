"""Faces like this: a map on which faces that look alike to the network lie near one another, and the chosen ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from emotion.evaluation import gallery as galleries
from emotion.metrics import neighbours
from emotion.recipes import palette
from emotion.system import N_, _
from pages.ui.evaluate import filters, gallery, insight, results
from pages.ui.evaluate.filters import FACE
from pages.ui.shared import figure, text

if TYPE_CHECKING:
    from emotion.metrics import Labels, Plane
    from pages.ui.evaluate.results import Result


MOST = 2000  # points
LIKE = 24  # faces that are shown with the one that was clicked, itself included
HEIGHT = 500  # pixels
BY_CLASS, BY_RIGHT = N_("class"), N_("right or wrong")
SIDES = (280, 340, 410)  # pixels
RIGHT = figure.ACCENT
CROSS = "path://M-1 -.6L-.6 -1L0 -.4L.6 -1L1 -.6L.4 0L1 .6L.6 1L0 .4L-.6 1L-1 .6L-.4 0Z"
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

    def picked(numbers: list[int], drawn: bool) -> None:
        st.session_state[CHOSEN] = (result.base, shown[numbers].tolist())
        FACE.set("" if drawn or not numbers else result.examples.files[shown[numbers[0]]])
        filters.to_first_page()

    alt = _("{n} test faces as points, by {by}; the gallery under Overview lists the same faces",
            n=len(shown), by=_(by or BY_CLASS))  # fmt: skip
    figure.show_chart(chart(result, plane, shown, by or BY_CLASS, figure.theme()), key, HEIGHT, alt, picked)
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


def chart(result: Result, plane: Plane, shown: Labels, by: str, theme: str) -> figure.Spec:
    """A point a face, of the kind of its class, or of those answered right or wrong."""
    if by == BY_RIGHT:
        kinds = [
            figure.PointKind(_("right"), RIGHT[theme], "circle"),
            figure.PointKind(_("✕ wrong"), WRONG[theme], CROSS),
        ]
        belongs = (~result.study.right[shown]).astype(int)
    else:
        kinds = [
            figure.PointKind.of(name, palette.tone(name, result.model.info.classes), theme)
            for name in result.info.classes
        ]
        belongs = result.examples.labels[shown]
    said = [
        _("truth {truth}, called {answer} with {share}", truth=results.truth(result, number),
          answer=results.answer(result, number), share=text.percent(results.share(result, number)))
        for number in shown.tolist()
    ]  # fmt: skip
    places = np.round(plane.points[shown], 4)
    middle, half = (places.min(0) + places.max(0)) / 2, 0.52 * np.ptp(places, axis=0).max()
    across, up = (
        figure.axis(theme, show=False, min=float(centre - half), max=float(centre + half)) for centre in middle
    )  # only what is near what means anything: no figures, and as far across as up
    points = list(zip(*places.T.tolist(), belongs.tolist(), said, strict=True))
    return figure.square(figure.scatter(theme, across, up, kinds, points) | figure.drawing_tools(theme), SIDES)
