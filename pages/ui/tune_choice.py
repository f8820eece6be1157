"""Which tuning the page shows: the one that the address names, else the one at work, else the form."""

from __future__ import annotations

import streamlit as st

from emotion import tuning_folder
from emotion.tuning_folder import State, Tuning
from pages.ui.address import Choice

NEW = "new"  # in the address: the form, even while something is tuned
CHOICE = Choice("id", page="tune")
STATE_WORDS = {
    State.STARTING: "starting",
    State.RUNNING: "at work",
    State.STOPPING: "stopping",
    State.FINISHED: "finished",
    State.STOPPED: "stopped",
    State.FAILED: "failed",
    State.LOST: "cut off",
}


def show() -> Tuning | None:
    """Draws the choice where there is one. None: the form is wanted."""
    found = {each.id: each for each in tuning_folder.list_all()}
    if not found:
        return None
    at_work = next((each.id for each in found.values() if each.state.is_active), None)
    if at_work and CHOICE.name not in st.query_params:
        st.query_params[CHOICE.name] = at_work  # so that the page stays with it when it ends
    asked = st.query_params.get(CHOICE.name, NEW)
    if asked != NEW and asked not in found:
        st.info("The tuning in the address is not here (any more).")
    word = CHOICE.adopt([NEW, *found], NEW)
    # The label of a choice must not change while it is drawn: Streamlit would take that for another choice.
    st.selectbox(
        "Tuning",
        [NEW, *found],
        key=CHOICE.key,
        format_func=lambda key: "a new one" if key == NEW else f"{found[key].title} ({found[key].short_id})",
        on_change=CHOICE.pin,
    )
    return found.get(word)


def open_tuning(tuning_id: str) -> None:
    """Shows a tuning. For callbacks."""
    st.session_state[CHOICE.key] = tuning_id
    CHOICE.pin()
