"""What a person says of a run: a form for its name, its note and its tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.recipes import MAX_NAME
from emotion.runs import list_runs, person, table
from emotion.system import _
from pages.ui.shared import problem

if TYPE_CHECKING:
    from emotion.runs import Run


def show_form(run: Run) -> None:
    """Draws the form; what is saved is shown at once."""
    said = run.words
    with st.form(f"words_{run.id}", border=False):
        left, right = st.columns(2)
        left.text_input(_("Name"), run.title, max_chars=MAX_NAME, key=f"name_{run.id}")
        right.multiselect(_("Tags"), sorted({*table.tags(list_runs()), *said.tags}, key=str.casefold), said.tags,
                          key=f"tags_{run.id}", accept_new_options=True, max_selections=person.MOST_TAGS,
                          placeholder=_("choose, or type a new one"))  # fmt: skip
        st.text_area(_("Note"), said.note, max_chars=person.MAX_NOTE, key=f"note_{run.id}", height=80,
                     placeholder=_("what you tried, what you found"))  # fmt: skip
        st.form_submit_button(_("Save"), key="save_words", on_click=_save, args=(run,))


@problem.told
def _save(run: Run) -> None:
    name, note, tags = (st.session_state[f"{what}_{run.id}"] for what in ("name", "note", "tags"))
    person.write(run.paths.person, name="" if name == run.title and not run.own_name else name, note=note, tags=tags)
