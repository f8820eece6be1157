"""Data: bring pictures in, look at them, check and mend them, and train with them."""

from __future__ import annotations

import streamlit as st

from emotion.data import registry
from emotion.data.bring import staging
from emotion.system import EmotionError, _
from pages.ui.data import about, bring, check, jobs, look
from pages.ui.shared import data_warning, frame, listings, text
from pages.ui.shared.data_choice import BRING, CHECK, LOOK, PART, PARTS, SET, choices, title

TO_TRAIN = "data_to_train"  # session state: "Train with it" was pressed


def page() -> None:
    staging.sweep()
    about_it = _("The pictures that a network learns from: bring them in, look at them, check them.")
    action = frame.heading(_("Data"), about_it)
    jobs.show_imports()
    frame.unreadable(registry.unreadable_sets())
    known = choices()
    word = SET.adopt(known, next(iter(known)))
    part = PART.adopt(PARTS, LOOK)
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        st.segmented_control(_("What to do"), list(PARTS), key=PART.key, required=True,
                             format_func=lambda word: _(PARTS[word]), label_visibility="collapsed",
                             on_change=PART.publish)  # fmt: skip
    if part != BRING:
        right.selectbox(_("Data"), list(known), key=SET.key, format_func=title, on_change=_chosen)
    if part == BRING:
        bring.show_ways()
    else:
        with action:
            st.button(_("Train with it"), key="train_with", type="primary", width="stretch", on_click=_take,
                      args=(known[word],))  # fmt: skip
        _show_data(word, known[word], part)
    if st.session_state.pop(TO_TRAIN, False):
        st.switch_page(frame.TRAIN, query_params={"run": "new"})


def _take(data: str) -> None:
    st.session_state["train_data"] = data
    st.session_state[TO_TRAIN] = True


def _chosen() -> None:
    SET.publish()
    look.forget()


def _show_data(word: str, data: str, part: str) -> None:
    """Looks at the data or checks it; an error is told with its ways out."""
    known = registry.find(word)
    if listings.show_drawing(data):
        return
    try:
        found = listings.listed(data)
        data_warning.show_damage(found)
        if part == CHECK:
            check.show_check(data)
        else:
            about.offer_usual_names(known)
            look.show_overview(found)
            about.show_facts(known, found)
    except EmotionError as error:
        st.error(text.plain(str(error)), icon=":material/folder_off:")
        with st.container(horizontal=True):
            st.button(_("Bring other data in"), key="to_bring", type="primary", on_click=PART.set, args=(BRING,))
            if known:
                about.remove_button(known)


frame.guard()
page()
