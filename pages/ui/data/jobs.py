"""Imports at work, with how far they are, and what came of those that have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.data import disagreements
from emotion.data.bring import add, import_jobs
from emotion.system import _, number, retold
from pages.ui.shared import problem, text, waiting
from pages.ui.shared.data_choice import LOOK, PART, SET

if TYPE_CHECKING:
    from emotion.data import DataSet
    from emotion.system import Task


AWAITED = "imports_awaited"  # session state: names of the imports that were begun here and have not ended


def await_import(name: str) -> None:
    """Has the page choose what this import brings as soon as it has ended."""
    st.session_state.setdefault(AWAITED, set()).add(name)


def show_imports() -> None:
    """Draws all imports; the page is drawn anew when one of them ends. Before the choice of data is drawn."""
    for task in import_jobs.list_imports():
        if not waiting.show_work(task, task.title, import_jobs.stop):
            _ended(task)


def _ended(task: Task) -> None:
    record = import_jobs.record(task)
    if record is None:
        st.button(_("All right"), key=f"dismiss_{task.name}", on_click=import_jobs.dismiss, args=(task.name,))
        return
    if task.name in st.session_state.get(AWAITED, ()):
        st.session_state[AWAITED].discard(task.name)
        SET.set(record.name)
        PART.set(LOOK)
    told = [_("**{name}** is here: {counts}.", name=text.plain(record.name), counts=_counts(record.counts))]
    told += [_left_out(record.left_out)] if record.left_out else []
    told += [text.plain(retold(note)) for note in record.notes]
    st.success(" ".join(told), icon=":material/check:")
    if said := disagreements(record.counts):
        st.warning(text.plain(" ".join(map(text.capital, said))), icon=":material/rule:")
    better = add.usual_names(record)
    with st.container(horizontal=True, key=f"brought_{task.name}"):
        st.button(_("Look at it"), key=f"look_{task.name}", type="primary", on_click=_look, args=(task.name, record))
        if better:
            pairs = ", ".join(f"{old} → {new}" for old, new in better.items())
            st.button(_("Call its classes as usual: {pairs}", pairs=text.plain(pairs)), key=f"usual_{task.name}",
                      on_click=_rename, args=(record.name, record.names | better))  # fmt: skip
        st.button(_("All right"), key=f"dismiss_{task.name}", type="tertiary", on_click=import_jobs.dismiss,
                  args=(task.name,))  # fmt: skip


MANY_CLASSES = 8  # more are counted, not named


def _counts(counts: dict[str, dict[str, int]]) -> str:
    """The pictures of each split and class, such as "60 train (30 happy, 30 sad)"."""
    parts = []
    for split, classes in counts.items():
        if classes:
            named = ", ".join(f"{number(n)} {text.plain(name)}" for name, n in classes.items())
            inside = named if len(classes) <= MANY_CLASSES else _("{n} classes", n=len(classes))
            parts.append(f"{number(sum(classes.values()))} {split} ({inside})")
    return ", ".join(parts)


def _left_out(left_out: dict[str, int]) -> str:
    parts = ", ".join(f"{number(n)} {text.plain(retold(what))}" for what, n in left_out.items())
    return _("Left out: {parts}.", parts=parts)


def _look(name: str, record: DataSet) -> None:
    SET.set(record.name)
    PART.set(LOOK)
    import_jobs.dismiss(name)


@problem.told
def _rename(name: str, names: dict[str, str]) -> None:
    add.rename_classes(name, names)
