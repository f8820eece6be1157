"""The run chip in the sidebar's foot: what is training right now, on every page; a click leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.evaluation import read_report
from emotion.runs import Status, progress, queue, read_history
from emotion.system import _
from emotion.training.head.run import HELD_OUT
from pages.ui.shared import frame, own_runs, text

if TYPE_CHECKING:
    from emotion.runs import Run


WATCHED = "watched_run"  # session state: the run whose end has not been seen yet
TICK = 2.0  # seconds


def show_chip() -> None:
    """Draws the chip. It looks at the disk every two seconds, only while a run is at work."""
    active = queue.active()
    if active:
        st.session_state[WATCHED] = active.id
    st.fragment(_chip, run_every=TICK if active else None)(polls=bool(active))


def _chip(polls: bool) -> None:
    run = own_runs.find(st.session_state.get(WATCHED))
    if polls and (run is None or run.status.has_ended):
        st.rerun()  # draws it once more, without polling
    if run is None:
        return
    if run.status.has_ended and st.query_params.get("run") == run.id:
        del st.session_state[WATCHED]  # the page shows its end
        return
    if st.button(_label(run), key="run_chip", type="tertiary", width="stretch"):
        st.switch_page(frame.TRAIN, query_params={"run": run.id})


def _label(run: Run) -> str:
    name = text.plain(text.short_title(run))
    if run.has_model and run.status in (Status.COMPLETED, Status.STOPPED):
        report = read_report(run.paths)
        share = text.percent(report.best.accuracy, 1) if report.best else ""
        if share and report.method == HELD_OUT:
            share = _("{share} held out", share=share)
        return f"✓ {share} · {name}" if share else f"✓ {name}"
    if run.status.has_ended:
        return f"✕ {name}: {run.said}"
    return f"● {name} · {text.plain(progress.describe(run, read_history(run.paths)).text)}"
