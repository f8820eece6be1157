"""Work in the background, shown while it goes on: it can be left and come back to."""

from __future__ import annotations

import streamlit as st

from emotion.system import duration, tasks
from pages.ui.shared import text

LOOK_AGAIN = 0.7  # seconds


def show_work(name: str) -> bool:
    """Shows work that goes on, and its problem where it failed; returns whether it still goes on."""
    work = tasks.find(name)
    if work is None:
        return False
    if work.ended:
        if work.problem:
            st.error(text.plain(work.problem), icon=":material/error:")
        return False
    _live(name)
    return True


@st.fragment(run_every=LOOK_AGAIN)
def _live(name: str) -> None:
    work = tasks.find(name)
    if work is None or work.ended:
        st.rerun()
    left = "" if work.seconds_left is None else f", {duration(work.seconds_left)} left"
    st.progress(work.share, text.plain(f"{work.what.capitalize()}{left}"))
