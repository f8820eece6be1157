"""Which pictures are being taught with: a data set made here, or a new one that comes with its first picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.data import BROWSER, made_here, registry
from emotion.data.bring import add
from emotion.system import N_, EmotionError, _
from pages.ui.shared.address import Choice

if TYPE_CHECKING:
    from emotion.data import DataSet


NEW = "new/"  # a word of the address that no data set can be called
SET = Choice("set", page="teach")
NAMES, MADE, PROBLEM = "teach_names", "teach_made", "teach_problem"  # session state
FIRST_NAMES = ("happy", "sad")
WANTED_NAME = N_("my faces")


def choose() -> DataSet | None:
    """Settles which data set is open, the newest where nothing is asked for; None: a new one."""
    made = {record.name: record for record in registry.list_sets() if record.kind == BROWSER}
    if (name := st.session_state.pop(MADE, None)) in made:
        SET.set(name)
    return made.get(SET.adopt([*made, NEW], next(iter(made), NEW)))


def offer(record: DataSet | None) -> None:
    """The choice between the data sets made here, where there are some."""
    made = [each.name for each in registry.list_sets() if each.kind == BROWSER]
    if not made:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="teach_sets"):
        st.selectbox(_("Pictures"), [*made, NEW], key=SET.key, on_change=_other, width=260,
                     format_func=lambda name: _("a new set") if name == NEW else name)  # fmt: skip
        if record is not None:
            st.button(_("Start a new set"), key="teach_new", type="tertiary", on_click=_begin_anew)


def names(record: DataSet | None) -> list[str]:
    """The classes in their order; at least two."""
    if record is not None:
        return list(made_here.classes(record))
    return list(st.session_state.setdefault(NAMES, list(FIRST_NAMES)))


def rename(record: DataSet | None, place: int, typed: str) -> None:
    """Calls a class otherwise. For callbacks; what is not possible is told with the next drawing."""
    wanted = names(record)
    wanted[place] = typed
    _set(record, wanted)


def add_class(record: DataSet | None) -> None:
    """Adds a class without pictures, under a name that is free. For callbacks."""
    there = names(record)
    numbered = (_("class {number}", number=number) for number in range(len(there) + 1, 99))
    _set(record, [*there, next(name for name in numbered if name not in there)])


def remove_class(record: DataSet | None, name: str) -> None:
    """Takes a class away with its pictures. For callbacks."""
    if record is None:
        st.session_state[NAMES] = [each for each in names(None) if each != name]
        return
    try:
        made_here.remove_class(record, name)
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)


def keep(record: DataSet | None, label: str, source: bytes, file: str = "", *, whole: bool = False) -> int:
    """Keeps the face of a picture; the first one makes the data set.

    Args:
        file: its name, where it has one; never used as a path.

    Returns:
        How many pictures the class has now.

    Raises:
        PictureError: when there is no face in it, or no picture.
        DataError: when the disk takes nothing.
    """
    record = record or registry.find(st.session_state.get(MADE, ""))
    if record is None:
        record = made_here.create(add.suggest_name(_(WANTED_NAME)), names(None))
        st.session_state[MADE] = record.name
        st.session_state.pop(NAMES, None)
    made_here.keep(record, label, source, file, whole=whole)
    return made_here.counts(record)[label]


def _set(record: DataSet | None, wanted: list[str]) -> None:
    try:
        if record is None:
            st.session_state[NAMES] = list(made_here.check_classes(wanted))
        else:
            made_here.set_classes(record, wanted)
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)


def _other() -> None:
    SET.publish()


def _begin_anew() -> None:
    st.session_state.pop(NAMES, None)
    SET.set(NEW)
