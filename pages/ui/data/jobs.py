"""Imports at work, with how far they are, and what came of those that have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.data import disagreements
from emotion.data.bring import add, import_jobs
from emotion.system import duration
from pages.ui.shared import text
from pages.ui.shared.data_choice import LOOK, PART, SET

if TYPE_CHECKING:
    from emotion.data.bring.import_jobs import Job


EACH = 0.5  # seconds between two looks
WATCHED = "data_watched"  # session state: numbers of the imports that this session has seen at work


def show_imports() -> None:
    """Draws all imports; the page is drawn anew when one of them ends."""
    jobs = import_jobs.list_jobs()
    at_work = [job for job in jobs if job.ended is None]
    st.session_state[WATCHED] = {job.number for job in at_work}
    for job in jobs:
        if job.ended is not None:
            _ended(job)
    if at_work:
        st.fragment(run_every=EACH)(_at_work)()


def _at_work() -> None:
    watched = st.session_state[WATCHED]
    jobs = {job.number: job for job in import_jobs.list_jobs()}
    if any(number not in jobs or jobs[number].ended is not None for number in watched):
        st.rerun(scope="app")
    for number in sorted(watched):
        bar, stop = st.columns([5, 1], vertical_alignment="center")
        bar.progress(jobs[number].share, text=text.plain(_text(jobs[number])))
        stop.button("Stop", key=f"stop_import_{number}", on_click=import_jobs.stop, args=(number,), width="stretch")


def _text(job: Job) -> str:
    left = job.seconds_left
    parts = [job.title, job.what.lower()]
    if job.total > 1:
        parts.append(f"{job.done:,} of {job.total:,}")
    if left is not None:
        parts.append(f"{duration(left)} left")
    return " · ".join(parts)


def _ended(job: Job) -> None:
    if job.record is None:
        st.error(f"{text.plain(job.title)}: {text.plain(job.problem)}", icon=":material/error:")
        st.button("All right", key=f"dismiss_{job.number}", on_click=import_jobs.dismiss, args=(job.number,))
        return
    record = job.record
    st.success(f"**{text.plain(record.name)}** is here: {_counts(record.counts)}.{_left_out(record.left_out)}"
               f"{''.join(f' {text.plain(note)}' for note in record.notes)}",
               icon=":material/check:")  # fmt: skip
    if said := disagreements(record.counts):
        st.warning(text.plain(" ".join(map(text.capital, said))), icon=":material/rule:")
    better = add.usual_names(record)
    with st.container(horizontal=True, key=f"brought_{job.number}"):
        st.button("Look at it", key=f"look_{job.number}", type="primary", on_click=_look, args=(job,))
        if better:
            pairs = ", ".join(f"{old} → {new}" for old, new in better.items())
            st.button(f"Call its classes as usual: {text.plain(pairs)}", key=f"usual_{job.number}", on_click=_rename,
                      args=(job, better))  # fmt: skip
        st.button("All right", key=f"dismiss_{job.number}", type="tertiary", on_click=import_jobs.dismiss,
                  args=(job.number,))  # fmt: skip


MANY_CLASSES = 8  # more are counted, not named


def _counts(counts: dict[str, dict[str, int]]) -> str:
    """The pictures of each split and class, such as "60 train (30 happy, 30 sad)"."""
    parts = []
    for split, classes in counts.items():
        if classes:
            named = ", ".join(f"{number:,} {text.plain(name)}" for name, number in classes.items())
            parts.append(f"{sum(classes.values()):,} {split} "
                         f"({named if len(classes) <= MANY_CLASSES else f'{len(classes)} classes'})")  # fmt: skip
    return ", ".join(parts)


def _left_out(left_out: dict[str, int]) -> str:
    if not left_out:
        return ""
    return f" Left out: {', '.join(f'{number:,} {text.plain(what)}' for what, number in left_out.items())}."


def _look(job: Job) -> None:
    if job.record:
        SET.set(job.record.name)
        PART.set(LOOK)
    import_jobs.dismiss(job.number)


def _rename(job: Job, names: dict[str, str]) -> None:
    if job.record:
        job.record = add.rename_classes(job.record.name, job.record.names | names)
