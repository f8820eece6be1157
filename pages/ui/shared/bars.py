"""All classes of the model under each answer, as one bar a class, where the person wants to see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.system import _
from pages.ui.shared import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotion.models import Face
    from emotion.recipes import ModelInfo


KEY = "all_emotions"


def offer(info: ModelInfo) -> None:
    """The switch, where the model knows more than two classes; kept for the session, also on other pages."""
    if len(info.classes) > 2:
        title = _("All classes") if info.pair is None else _("All emotions")
        st.toggle(title, key=KEY, persist_state="session", help=f"{', '.join(map(text.plain, info.classes))}.")


def wanted(info: ModelInfo) -> bool:
    """Whether the bars are to be shown."""
    return len(info.classes) > 2 and bool(st.session_state.get(KEY))


def html(face: Face, order: Sequence[str] = ()) -> str:
    """One bar a class in the model's order, or in this one, so that faces can be compared; the likeliest is bold."""
    names = order or list(face.probabilities)
    rows = "".join(_row(face, name) for name in names)
    label = _("All {n} classes, the likeliest: {name}", n=len(face.probabilities), name=text.markup(face.likeliest))
    return f'<ul class="bars" aria-label="{label}">{rows}</ul>'


def _row(face: Face, name: str) -> str:
    share, among = face.probabilities[name], tuple(face.probabilities)
    return (
        f'<li class="{text.colour_class(name, among)}{" likeliest" if name == face.likeliest else ""}">'
        f'<span class="name"><span aria-hidden="true">{text.sign(name, among)}</span> {text.markup(name)}</span>'
        f'<span class="bar"><span style="width:{share:.1%}"></span></span>'
        f'<span class="percent">{text.sureness(share)}</span></li>'
    )


def how_to_read(info: ModelInfo) -> str:
    """What the bars are, and the answer above them."""
    return _(
        "The bars share 100 % among all {n} classes; the likeliest is bold and is the answer.", n=len(info.classes)
    )
