"""Teach: show it a few faces of each class; it learns while you watch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import streamlit as st

from emotion.data import made_here
from emotion.models import load_model, preferences
from emotion.system import EmotionError, _
from emotion.training.head.teach import Backbone, teach, with_data
from pages.ui.shared import frame, text
from pages.ui.teach import answer, columns, opened, score

if TYPE_CHECKING:
    from emotion.data import DataSet, Examples
    from emotion.training.head.teach import Taught


TAUGHT, BACKBONE = (
    "teach_taught",
    "teach_backbone",
)  # session state: (faces, what came of them); the model


def page() -> None:
    st.html(_words_of_style())
    about = _("Show it a few faces of each class. It learns while you watch, on this computer.")
    frame.heading(_("Teach"), about, acts=False)
    record = opened.choose()
    with st.container():  # a place of their own: what comes below would be made anew when one of them appears
        opened.offer(record)
        columns.problems()
    left, right = st.columns(2, gap="medium")
    with left:
        columns.show_classes(record)
        st.caption(_where(record))
    with right, st.container(border=True, key="teach_answer"):
        try:
            _answer(record)
        except EmotionError as error:
            st.error(text.plain(str(error)), icon=":material/error:")


def _words_of_style() -> str:
    """What the style sheet says in place of Streamlit's own words."""
    said = {"drop-pictures": _("or drop pictures here"), "drop-photo": _("or drop a photo here")}
    rules = (f"--{name}: {json.dumps(words, ensure_ascii=False)};" for name, words in said.items())
    return f"<style>:root {{ {' '.join(rules)} }}</style>"


def _where(record: DataSet | None) -> str:
    """What is kept of the pictures, and where."""
    if record is None:
        return _(
            "With the first picture a data set is made on this computer. Only the cut-out faces are kept in it, until "
            "you remove them; the photos are not."
        )
    return _(
        "Only the cut-out faces are kept, on this computer, in the data set **{name}**. "
        "You find it under Data too, and can remove it there.",
        name=text.plain(record.name),
    )


def _answer(record: DataSet | None) -> None:
    found = made_here.examples(record) if record is not None else None
    if record is None or found is None:
        counts = dict.fromkeys(opened.names(None), 0) if record is None else made_here.counts(record)
        st.subheader(_("What it says"), anchor=False)
        st.markdown(answer.missing(counts))
        return
    taught = _taught(record, found)
    answer.show_answers(taught.predictor, opened.names(record))
    score.show_score(record, found, taught)


def _taught(record: DataSet, found: Examples) -> Taught:
    """What comes of these faces: learned once, however often the page is drawn."""
    key = (found.fingerprint, found.classes)
    before, taught = st.session_state.get(TAUGHT, (None, None))
    if before != key or taught is None:
        taught = teach(_backbone(), found.images, found.labels, found.classes)
        taught = with_data(taught, record.name, found.fingerprint)
        st.session_state[TAUGHT] = (key, taught)
    return taught


def _backbone() -> Backbone:
    """The shipped model, with what it has seen in the faces of this session."""
    if BACKBONE not in st.session_state:
        st.session_state[BACKBONE] = Backbone(load_model(preferences.PRETRAINED))
    return st.session_state[BACKBONE]


frame.guard()
page()
