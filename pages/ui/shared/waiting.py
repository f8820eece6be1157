"""Tasks beside the page, shown while they go on: the page can be left and come back to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.system import _, decimal, duration, retold, tasks
from pages.ui.shared import problem, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotion.system import Task


LOOK_AGAIN = 0.5  # seconds


def show_work(task: Task | None, title: str = "", stop: Callable[[str], None] | None = None) -> bool:
    """Shows a task that is at work, and its problem where it failed; returns whether it is at work.

    Args:
        task: as it was found before anybody looked for what came of it: where that was not there yet, and the task has
            ended since, the page is drawn anew. None: there is none.
        title: stands before what it does.
        stop: for a button beside it; is called with the task's name.
    """
    if task is None:
        return False
    if task.ended:
        if task.problem:
            said = retold(task.problem)
            st.error(text.plain(f"{title}: {said}" if title else said), icon=":material/error:")
        return False
    st.fragment(_live, run_every=LOOK_AGAIN)(task.name, title, stop)
    return True


def _live(name: str, title: str, stop: Callable[[str], None] | None) -> None:
    task = tasks.find(name)
    if task is None or task.ended:
        st.rerun()
    place, beside = st.columns([5, 1], vertical_alignment="center") if stop else (st, st)
    place.progress(task.share, text.plain(_line(task, title)))
    if stop:
        beside.button(_("Stop"), key=f"stop_{name}", on_click=problem.told(stop), args=(name,), width="stretch")


def _line(task: Task, title: str) -> str:
    parts = [title, retold(task.what)] if title else [text.capital(retold(task.what))]
    if task.total > 1:
        parts.append(_("{done} of {all}", done=decimal(task.done, 0), all=decimal(task.total, 0)))
    if task.seconds_left is not None:
        parts.append(_("{time} left", time=duration(task.seconds_left)))
    return " · ".join(parts)
