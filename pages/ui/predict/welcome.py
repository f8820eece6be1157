"""The first words to somebody who has never been here: what this is, and three quiet ways on."""

from __future__ import annotations

import contextlib

import streamlit as st

from emotion.models import preferences
from emotion.system import EmotionError, _
from pages.ui.shared import frame

AWAY = "greeting_put_away"  # session state: also where it cannot be kept


def greet() -> None:
    """The greeting above the page, until it is put away; then nothing for good."""
    if st.session_state.get(AWAY) or not preferences.is_new_here():
        return
    with st.container(border=True, key="welcome"):
        what = _("A small neural network says what a face looks like; you can teach it faces of your own and see where "
                 "it is wrong, all on this computer.")  # fmt: skip
        st.markdown(f"**{_(frame.NAME)}** {what}")
        with st.container(horizontal=True, gap="small"):
            st.button(_("Try a photo"), key="welcome_try", on_click=_put_away)
            if st.button(_("Teach it your own faces"), key="welcome_teach"):
                st.switch_page(frame.TEACH)
            if st.button(_("See where it fails"), key="welcome_fails"):
                st.switch_page(frame.EVALUATE)
            st.button(_("Close"), key="welcome_close", type="tertiary", icon=":material/close:", on_click=_put_away)


def _put_away() -> None:
    st.session_state[AWAY] = True
    with contextlib.suppress(EmotionError):  # a home that cannot be written: it comes back with the next visit
        preferences.put_greeting_away()
