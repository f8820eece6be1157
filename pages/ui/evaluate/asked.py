"""Which classes a model is asked for on Evaluate: happy or sad, or all that it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.system import _
from pages.ui.evaluate import filters
from pages.ui.shared import text
from pages.ui.shared.address import Choice

if TYPE_CHECKING:
    from pages.ui.evaluate.results import Question


CLASSES = Choice("classes", filters.BASE)
PAIR, ALL = "pair", "all"  # words of the address


def show_question(question: Question) -> tuple[str, ...]:
    """Draws the choice where the model knows more than the pair; returns the classes that are asked for."""
    info, pair = question.info, question.info.pair
    if pair is None or len(info.classes) == 2:
        return info.usual.classes
    negative, positive = pair
    titles = {
        PAIR: _("{positive} or {negative}", positive=positive, negative=negative),
        ALL: _("all {n} classes", n=len(info.classes)),
    }
    missing = question.missing
    chosen = CLASSES.adopt([PAIR] if missing else titles, PAIR)
    if set(pair) & set(missing):  # neither can be answered: what is missing is told when the faces are read
        return pair
    if missing:
        st.caption(_("This model knows {n} classes. Here it is asked “{question}” only: these test faces show none of "
                     "{classes}.", n=len(info.classes), question=titles[PAIR],
                     classes=", ".join(map(text.plain, missing))))  # fmt: skip
        return pair
    st.segmented_control(
        _("Asked for"), list(titles), key=CLASSES.key, required=True, format_func=titles.__getitem__, on_change=_changed
    )
    return info.classes if chosen == ALL else pair


def _changed() -> None:
    CLASSES.publish()
    filters.choose_cell(None)
