"""Two measures of many pictures against each other, as points that can be clicked to see the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from emotion.images import measure as picture_statistics
from emotion.recipes import palette
from emotion.system import N_, _
from pages.ui.data import look
from pages.ui.shared import figure

if TYPE_CHECKING:
    from emotion.data import Overview


MOST = 1500  # points
HEIGHT = 420  # pixels
LEAST = 0.1  # an axis by factors has no place for 0
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

    def picked(numbers: list[int], _drawn: bool) -> None:
        if numbers:
            look.open_in("outlier", seen.files[places[numbers[0]]])

    left, right = st.columns([5, 2], gap="medium")
    with left:
        alt = _("{n} pictures as points by {measures}; “Order” above lists the same pictures",
                n=len(places), measures=_(pair or next(iter(PAIRS))))  # fmt: skip
        drawn = chart(seen, places, PAIRS[pair or next(iter(PAIRS))], figure.theme())
        figure.show_chart(drawn, key, HEIGHT, alt, picked)
        told = _("Click a point to see the picture; click a class in the legend to hide it.")
        if len(places) < len(seen.files):
            shown = _("{n} of {all}: those that stand out and a random choice of the others.",
                      n=len(places), all=len(seen.files))  # fmt: skip
            told = f"{shown} {told}"
        st.caption(told)
    with right:
        look.open_picture(seen, "outlier")


def chart(seen: Overview, places: np.ndarray, pair: tuple[str, str], theme: str) -> figure.Spec:
    """A point a picture, of the kind of its class."""
    kinds = [figure.PointKind.of(name, palette.tone(name, seen.classes), theme) for name in seen.classes]
    labels, names = seen.labels[places].tolist(), [seen.files[place] for place in places]
    x, y = (np.maximum(np.round(getattr(seen.measures, name)[places], 1), LEAST).tolist() for name in pair)
    across, up = (_axis(measure, theme) for measure in pair)
    return figure.scatter(theme, across, up, kinds, list(zip(x, y, labels, names, strict=True)))


def _axis(measure: str, theme: str) -> figure.Spec:
    return figure.axis(theme, _(AXES[measure]), scale=True, type="log" if measure == "sharpness" else "value")
