"""Making a data set on the spot: name classes, drop pictures into each or take them with the camera."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.data import BROWSER, made_here, registry
from emotion.data.bring import add
from emotion.images import PictureError
from emotion.system import EmotionError, count
from pages.ui.data import hold
from pages.ui.shared import text
from pages.ui.shared.data_choice import LOOK, PART, SET

if TYPE_CHECKING:
    from emotion.data import DataSet


NEW = ""
CHOSEN = "make_set"
PROBLEM, TOLD = "make_problem", "make_told"  # session state: what came of the last click
SHOWN = 8  # of the pictures kept last, for each class


def show_making() -> None:
    """The choice of a data set that is being made, or the form for a new one."""
    if told := st.session_state.pop(TOLD, None):
        st.toast(told, icon=":material/check:")
    made = {record.name: record for record in registry.list_sets() if record.kind == BROWSER}
    if st.session_state.get(CHOSEN, NEW) not in {NEW, *made}:
        del st.session_state[CHOSEN]
    names = [*made, NEW]
    chosen = names[0]
    if made:
        chosen = st.selectbox("Data set", names, key=CHOSEN, persist_state="session",
                              format_func=lambda name: name or "a new one")  # fmt: skip
    if chosen == NEW:
        _new()
    else:
        _fill(made[chosen])
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(text.plain(problem), icon=":material/error:")


def _new() -> None:
    with st.form("make_new", border=False):
        name = st.text_input("Name of the data set", key="make_name", placeholder="my faces", max_chars=60)
        classes = st.text_input("Its classes, with commas between them", "happy, sad", key="make_classes")
        st.caption("Pictures stay on this computer. Only the cut-out face of each is kept, and only those you add.")
        if st.form_submit_button("Make it", type="primary", key="make_go"):
            _create(name.strip() or add.suggest_name("my faces"), classes)


def _create(name: str, classes: str) -> None:
    try:
        record = made_here.create(name, classes.split(","))
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)
    else:
        st.session_state[CHOSEN] = record.name
    st.rerun()


def _fill(record: DataSet) -> None:
    counts = made_here.counts(record)
    label = st.segmented_control("Class", list(counts), default=next(iter(counts)), key="make_label", required=True,
                                 format_func=lambda name: f"{text.sign(name)} {name} {counts[name]:,}")  # fmt: skip
    label = label if label in counts else next(iter(counts))
    drop, camera = st.columns(2, gap="large")
    with drop:
        _drop(record, label)
    with camera:
        hold.show_camera(record, label)
    _latest(record, label)
    _share_out(record)


def _drop(record: DataSet, label: str) -> None:
    """Pictures that are dropped are kept when the button is pressed, not before."""
    turn = st.session_state.setdefault("make_turn", 0)
    sent = st.file_uploader(f"Pictures that look {text.plain(label)}", accept_multiple_files=True,
                            key=f"make_drop_{turn}")  # fmt: skip
    title = f"Add {count(len(sent), 'picture')}" if sent else "Add pictures"
    if st.button(title, key="make_add", type="primary", disabled=not sent):
        bar, kept, refused = st.progress(0.0), 0, list[str]()
        for number, file in enumerate(sent):
            bar.progress((number + 1) / len(sent), f"{number + 1:,} of {len(sent):,}")
            try:
                made_here.keep(record, label, file.getvalue())
                kept += 1
            except PictureError as error:
                refused.append(f"{file.name}: {error}")
        st.session_state["make_turn"] = turn + 1
        st.session_state[TOLD] = f"{count(kept, 'face')} added to {text.sign(label)} {text.plain(label)}."
        if refused:
            st.session_state[PROBLEM] = f"{count(len(refused), 'picture')} left out. {refused[0]}"
        st.rerun()


def _latest(record: DataSet, label: str) -> None:
    paths = made_here.latest(record, label, SHOWN)
    if not paths:
        return
    st.caption(f"Added last to {text.sign(label)} {text.plain(label)}")
    for place, (column, path) in enumerate(zip(st.columns(SHOWN, wrap=False), paths, strict=False)):
        with column:
            st.image(path, width="stretch", alt=f"{text.plain(label)}, number {place + 1} from the end")
            st.button("✕", key=f"make_drop_one_{place}", type="tertiary", help="Delete this picture",
                      on_click=made_here.remove_picture, args=(record, path))  # fmt: skip


def _share_out(record: DataSet) -> None:
    lacking = made_here.lacking(record)
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.caption(
        f"Still missing: {text.plain(lacking)}."
        if lacking
        else "A fifth of each class is set aside for the test; what was set aside stays so when you add more."
    )
    right.button("Use these pictures", key="make_use", type="primary", disabled=bool(lacking), width="stretch",
                 on_click=_use, args=(record,))  # fmt: skip


def _use(record: DataSet) -> None:
    try:
        add.refresh(record.name)
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)
        return
    SET.set(record.name)
    PART.set(LOOK)
