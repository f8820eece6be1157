"""A run while it waits or is at work: status in words, progress, curves. Reads the run's folder once a second."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from emotion.runs import Status, progress, queue, read_history
from emotion.system import N_, _, decimal, ngettext
from pages.ui.shared import figure, own_runs, text
from pages.ui.train import curves, film

if TYPE_CHECKING:
    from emotion.runs import History, Progress, Run


TICK = 1.0  # seconds
FIRST_TICK = 0.25  # while its turn comes at once, so that the first point is not a whole tick late
CHART_HEIGHT = 300
MEASURES = {"accuracy": N_("accuracy"), "loss": N_("loss")}
MARKS = {"done": "✓", "now": "●", "later": "○"}


def show_run(run: Run) -> None:
    """Draws the run, and again every second until its status changes."""
    begins = run.status is Status.QUEUED and not _ahead(run, queue.queue())
    st.fragment(_live, run_every=FIRST_TICK if begins else TICK)(run)


def charts(run: Run, history: History) -> None:
    """Accuracy and loss, side by side; the same elements from the first tick to the last."""
    theme = figure.theme()
    left, right = st.columns(2, gap="medium")
    with left:
        drawn = curves.accuracy_chart(history, run.config, theme)
        figure.show_chart(drawn, "accuracy_curve", CHART_HEIGHT, _spoken(history, "accuracy"))
    with right:
        drawn = curves.loss_chart(history, run.config, theme)
        figure.show_chart(drawn, "loss_curve", CHART_HEIGHT, _spoken(history, "loss"))


def _live(drawn: Run) -> None:
    run, history = own_runs.find(drawn.id), read_history(drawn.paths)
    if run is None or run.status != drawn.status:
        st.rerun()  # its buttons change with its status
    if run.status is Status.RUNNING and run.paths.stop.exists():
        run = replace(run, status=Status.STOPPING)  # asked for; the worker says so itself a moment later
    waiting = queue.queue()
    ahead = _ahead(run, waiting)
    now = progress.describe(run, history, ahead)
    st.progress(now.share, f"**{text.plain(now.text)}**")
    st.html(_phases(now))
    charts(run, history)
    with st.container(key="film"):  # its room is kept: what comes below would be made anew when it appears
        film.show_latest(run)
    st.caption(_best(history))
    behind = len(waiting) if run.status.is_active else 0
    waits = ngettext("Waiting after this one: {n} run.", "Waiting after this one: {n} runs.", behind)
    st.caption(waits if behind else "\N{NO-BREAK SPACE}")


def _ahead(run: Run, waiting: list[Run]) -> int:
    if run.status is not Status.QUEUED or run.on:
        return 0
    before = [other.id for other in waiting].index(run.id) if run.id in [other.id for other in waiting] else 0
    return before + (queue.active(here=True) is not None)


def _phases(now: Progress) -> str:
    items = "".join(f'<li class="{state}">{MARKS[state]} {text.markup(_(name))}</li>' for name, state in now.phases)
    return f'<ul class="phases" aria-label="{text.markup(_("What it does, in order"))}">{items}</ul>'


def _best(history: History) -> str:
    best = history.best
    if best is None:
        return _("The points after each epoch tell how it does on faces that it does not learn from (validation).")
    right = text.percent(best["val_accuracy"], 1)
    if not best["epoch"]:
        return _("So far best: {right} of the validation faces right, as it began, with a last layer that was fitted "
                 "to them. These weights are kept.", right=right)  # fmt: skip
    return _("So far best: {right} of the validation faces right, after epoch {epoch}. These weights are kept.",
             right=right, epoch=best["epoch"])  # fmt: skip


def _spoken(history: History, field: str) -> str:
    if not history.epochs:
        return _("{measure} over epochs: no epoch is over yet", measure=_(MEASURES[field]))
    last = history.epochs[-1]
    return _("{measure} after epoch {epoch}: training {training}, validation {validation}", measure=_(MEASURES[field]),
             epoch=last["epoch"], training=decimal(last[field], 3), validation=decimal(last[f"val_{field}"], 3),
             )  # fmt: skip
