"""Charts and tables of our own whose pieces can be picked, by mouse, finger or keyboard, to see the faces behind them.

A piece is a `<button data-pick="word">` in the markup; what it stands for is up to the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from pages.ui.shared import tones

HERE = Path(__file__).parent
STYLE, SCRIPT = HERE / "pick.css", HERE / "pick.js"

_component = st.components.v2.component(
    "pick",
    html='<div class="pick" role="group">\n</div>',
    css=tones.rules("--tone-fill") + STYLE.read_text(encoding="utf-8"),
    js=SCRIPT.read_text(encoding="utf-8"),
)


def show_markup(key: str, markup: str, label: str, picked: Callable[[str], None] | None = None) -> None:
    """Draws markup of ours.

    Args:
        key: of the element.
        markup: HTML in which everything that a person may have named is escaped.
        label: of the whole, for screen readers.
        picked: called with the word of a piece that was picked; only with words that stand in the markup.
    """

    def tell() -> None:
        word = st.session_state[key].picked
        if (
            picked is not None and isinstance(word, str) and f'data-pick="{word}"' in markup
        ):  # it comes from the browser
            picked(word)

    _component(key=key, data={"markup": markup, "label": label}, on_picked_change=tell)
