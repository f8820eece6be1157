"""Deleting runs from the page: the way into the bin, the way back at once, and what lies there."""

from __future__ import annotations

import streamlit as st

from emotion.runs import deleted, find_run, read_run
from emotion.system import EmotionError, count
from pages.ui.runs import listed
from pages.ui.shared import problem, text

LAST = "runs_deleted_last"  # session state: {id: title} of what the last click has deleted
SHOWN = 20


@problem.told
def delete(run_ids: list[str]) -> None:
    """Moves runs into the bin. For callbacks."""
    gone = st.session_state[LAST] = {}
    for run_id in list(run_ids):
        title = _title(run_id)
        deleted.delete(run_id)
        gone[run_id] = title
        if run_id in listed.ticked():
            listed.ticked().remove(run_id)
        if st.session_state.get(listed.OPEN.key) == run_id:
            listed.OPEN.set("")


def _title(run_id: str) -> str:
    try:
        return read_run(find_run(run_id)).title
    except EmotionError:
        return run_id


def show_last() -> None:
    """What was just deleted, with its undo beside it."""
    gone = st.session_state.get(LAST)
    if not gone:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="deleted_last"):
        what = f"“{next(iter(gone.values()))}”" if len(gone) == 1 else count(len(gone), "run")
        lies = "lies" if len(gone) == 1 else "lie"
        st.markdown(f":green[✓] {text.plain(what)} {lies} in the bin now, for {deleted.DAYS} days.", width="content")
        st.button("Undo", key="undo_delete", on_click=_undo, args=(list(gone),))


@problem.told
def _undo(run_ids: list[str]) -> None:
    st.session_state.pop(LAST, None)
    for run_id in run_ids:
        deleted.restore(run_id)


def show_bin() -> None:
    """What lies in the bin, each with a way back; nothing for an empty one."""
    found = deleted.in_bin()
    if not found:
        return
    with st.expander(f"Bin ({len(found):,})", key="runs_bin", icon=":material/delete:"):
        for one in found[:SHOWN]:
            left, right = st.columns([5, 1], vertical_alignment="center")
            left.markdown(f"{text.plain(one.title)} :small[gone for good in {count(one.days_left(), 'day')}]")
            right.button("Restore", key=f"restore_{one.id}", width="stretch", on_click=_undo, args=([one.id],))
        if len(found) > SHOWN:
            st.caption(f"The {SHOWN} that were deleted last are shown.")
        with st.popover("Empty the bin", key="empty_bin", icon=":material/delete_forever:"):
            st.markdown(f"Remove {count(len(found), 'run')} with {'its' if len(found) == 1 else 'their'} models for "
                        "good? This cannot be undone.")  # fmt: skip
            st.button("Remove for good", key="empty_bin_now", type="primary", on_click=_empty)


@problem.told
def _empty() -> None:
    st.session_state.pop(LAST, None)
    deleted.empty()
