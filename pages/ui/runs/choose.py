"""Which runs are shown and in which order: a search, filters and an order."""

from __future__ import annotations

import streamlit as st

from emotion.runs import Run, Status, table
from emotion.system import N_, _

FIND, ORDER, PAGE = "runs_find", "runs_order", "runs_page"
DATA, RECIPE, STATUS, TAG = "runs_data", "runs_recipe", "runs_status", "runs_tag"
FILTERS = (DATA, RECIPE, STATUS, TAG)
ORDER_WORDS = {
    table.NEWEST: N_("newest first"),
    table.TESTED: N_("best test score first"),
    table.KEPT: N_("best on the validation faces first"),
    table.NAMED: N_("by name"),
}


def show_choice(rows: list[table.RunRow], runs: list[Run]) -> list[table.RunRow]:
    """Draws the fields; returns the rows that are wanted, in order."""
    first, second, third = st.columns([5, 4, 2], vertical_alignment="bottom")
    find = first.text_input(_("Search"), key=FIND, placeholder=_("a name, a tag, a word of a note"),
                            persist_state="session", on_change=to_first_page)  # fmt: skip
    order = second.selectbox(_("Order"), list(ORDER_WORDS), key=ORDER, format_func=lambda word: _(ORDER_WORDS[word]),
                             filter_mode=None, persist_state="session", on_change=to_first_page)  # fmt: skip
    set_ones = [key for key in FILTERS if st.session_state.get(key)]
    filters = _("Filter ({n})", n=len(set_ones)) if set_ones else _("Filter")
    with third.popover(filters, key="runs_filters", width="stretch"):
        _select(_("Data"), DATA, sorted({row.data for row in rows}))
        recipes = sorted({row.recipe for row in rows})
        _select(_("Recipe"), RECIPE, recipes, {table.MADE_ELSEWHERE: _(table.MADE_ELSEWHERE)})
        states = {str(status): status.said for status in Status}
        _select(_("State"), STATUS, sorted({str(run.status) for run in runs}), states)
        _select(_("Tag"), TAG, table.tags(runs))
        st.button(_("Show all runs"), key="runs_all", on_click=clear, disabled=not (set_ones or find))
    data, recipe, status, tag = (st.session_state.get(key) or "" for key in FILTERS)
    return table.ordered(table.matching(rows, table.Wanted(find, data, recipe, status, tag)), order)


def _select(label: str, key: str, options: list[str], words: dict[str, str] | None = None) -> None:
    if st.session_state.get(key) not in (None, *options):  # it may have gone since
        st.session_state[key] = None
    st.selectbox(label, options, index=None, key=key, placeholder=_("any"), persist_state="session",
                 format_func=lambda word: (words or {}).get(word, word), on_change=to_first_page)  # fmt: skip


def clear() -> None:
    """Takes the search and all filters off. For callbacks."""
    st.session_state[FIND] = ""
    for key in FILTERS:
        st.session_state[key] = None
    to_first_page()


def to_first_page() -> None:
    """For callbacks of everything that changes which runs are shown."""
    if st.session_state.get(PAGE, 1) != 1:
        st.session_state[PAGE] = 1
