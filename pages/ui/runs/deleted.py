"""Deleting runs from the page: the way into the bin, the way back at once, and what lies there."""

from __future__ import annotations

import streamlit as st

from emotion.runs import deleted, find_run, read_run
from emotion.system import EmotionError, _, ngettext
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
        told = ngettext(
            "“{name}” lies in the bin now, for {days} days.",
            "{n} runs lie in the bin now, for {days} days.",
            len(gone),
            name=next(iter(gone.values())),
            days=deleted.DAYS,
        )
        st.markdown(f":green[✓] {text.plain(told)}", width="content")
        st.button(_("Undo"), key="undo_delete", on_click=_undo, args=(list(gone),))


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
    with st.expander(_("Bin ({n})", n=len(found)), key="runs_bin", icon=":material/delete:"):
        for one in found[:SHOWN]:
            left, right = st.columns([5, 1], vertical_alignment="center")
            days = ngettext("gone for good in {n} day", "gone for good in {n} days", one.days_left())
            left.markdown(f"{text.plain(one.title)} :small[· {days}]")
            right.button(_("Restore"), key=f"restore_{one.id}", width="stretch", on_click=_undo, args=([one.id],))
        if len(found) > SHOWN:
            st.caption(_("The {n} that were deleted last are shown.", n=SHOWN))
        with st.popover(_("Empty the bin"), key="empty_bin", icon=":material/delete_forever:"):
            st.markdown(
                ngettext(
                    "Remove {n} run with its models for good? This cannot be undone.",
                    "Remove {n} runs with their models for good? This cannot be undone.",
                    len(found),
                )
            )
            st.button(_("Remove for good"), key="empty_bin_now", type="primary", on_click=_empty)


@problem.told
def _empty() -> None:
    st.session_state.pop(LAST, None)
    deleted.empty()
