"""How far a check beside the page is."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from emotion import check_job
from emotion.check_job import State
from emotion.progress import duration
from pages.ui import words

TICK = 0.5  # seconds


def watch(root: Path, kind: str, title: str) -> None:
    """Draws how far a check is, twice a second, and the page anew when it ends."""
    st.fragment(_watch, run_every=TICK)(root, kind, title)


def _watch(root: Path, kind: str, title: str) -> None:
    state = check_job.read(root, kind)
    if state is None or state.status != "running":
        st.rerun()
    st.progress(state.share, words.plain(" · ".join([title, *_parts(state)])))


def _parts(state: State) -> list[str]:
    parts = [state.what or "starting"]
    if state.total > 1:
        parts.append(f"{state.done:,} of {state.total:,}")
    if state.seconds_left is not None:
        parts.append(f"{duration(state.seconds_left)} left")
    return parts


def problem(state: State | None) -> None:
    """Says why the last check of a kind did not come to its end, if so."""
    if state is not None and state.status in ("failed", "lost"):
        why = state.error or "Its process ended without a word; perhaps the computer was out of memory. Try it again."
        st.error(f"This did not finish. {words.plain(why)}", icon=":material/error:")
