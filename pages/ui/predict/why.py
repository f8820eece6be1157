"""Why a face got its answer: from the photo to what mattered, and the answers when it is cut or lit otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.images import finder
from emotion.models import explain
from emotion.system import _, language
from pages.ui.predict import answers
from pages.ui.shared import bars
from pages.ui.shared.face_html import WHAT_IT_SHOWS, strip_html, variants_html

if TYPE_CHECKING:
    from emotion.models import Predictor
    from pages.ui.predict.answers import Shown, Source


KEPT = 24  # faces, about 60 kB each


@st.fragment
def offer(source: Source, shown: Shown, number: int, predictor: Predictor, model: str) -> None:
    """One line to open under an answer. Nothing is computed before it is opened; then once a face.

    Args:
        number: of the face, from 1.
        model: the predictor's `answers.version`.
    """
    panel = st.expander(_("Why?"), key=f"why_{source.id}_{number}", on_change="rerun", type="compact")
    if panel.open:
        with panel:
            st.html(_told(source, shown, number, predictor, model))
            st.caption(f"{_(WHAT_IT_SHOWS)} {_how_found(source, predictor)}")


def _how_found(source: Source, predictor: Predictor) -> str:
    """By what the face was found; "" where nothing was looked for."""
    looked = answers.looking(source)
    if looked.whole or looked.box or predictor.info.saw_only_drawn_faces:
        return ""
    return _("Faces are found with {name}.", name=finder().name)


def _told(source: Source, shown: Shown, number: int, predictor: Predictor, model: str) -> str:
    face, info = shown.faces[number - 1], predictor.info
    every = bars.wanted(info) or face.beside is not None  # what stands in the headline is explained
    key = (*answers.key_of(source, model), number, every, language())
    kept: str | None = answers.kept_or_none("whys", key)
    if kept is None:
        picture = answers.open_again(source, shown.turn)
        asked = info if every else info.usual
        why = explain.why(predictor, face, picture.rgb, picture.scale, picture.turn, asked)
        kept = strip_html(why.steps) + variants_html(why.variants, why.spread, asked)
        answers.keep("whys", key, kept, KEPT)
    return kept
