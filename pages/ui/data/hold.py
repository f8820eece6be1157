"""A camera with a button to hold: as long as it is held, pictures are taken and their faces kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from emotion.data import made_here
from emotion.models import live
from emotion.system import EmotionError
from pages.ui.shared import text

if TYPE_CHECKING:
    from emotion.data import DataSet


KEY, RERUNS = "hold", "hold_reruns"  # of the component; session state
WIDTH, MOST_A_SECOND = 640, 4  # pixels of a frame; frames while the button is held
STYLE, SCRIPT = Path(__file__).with_name("hold.css"), Path(__file__).with_name("hold.js")

_component = st.components.v2.component(
    "hold",
    html='<div class="hold">\n</div>',
    css=STYLE.read_text(encoding="utf-8"),
    js=SCRIPT.read_text(encoding="utf-8"),
)


def show_camera(record: DataSet, label: str) -> None:
    """Draws the camera; a frame is sent, and its face kept, only while the button is held.

    Args:
        record: of the data set that is being made.
        label: the class that the faces go into.
    """
    st.fragment(_camera)(record, label)


def _camera(record: DataSet, label: str) -> None:
    sent = getattr(st.session_state.get(KEY), "frame", None)  # None in a rerun for another reason
    st.session_state[RERUNS] = rerun = st.session_state.get(RERUNS, 0) + 1
    answer = _kept(sent, record, label)
    _component(
        key=KEY,
        data={
            "rerun": rerun,
            "answer": answer,
            "width": WIDTH,
            "mostASecond": MOST_A_SECOND,
            "words": f"Hold to take {label} pictures",
            "kept": made_here.counts(record).get(label, 0),
        },
        on_frame_change=_noted,
        on_done_change=_noted,
    )
    if getattr(st.session_state.get(KEY), "done", None):
        st.rerun(scope="app")  # the button was let go: counts and thumbnails are drawn anew


def _noted() -> None:
    """Streamlit hands over a frame only to those who say that they listen."""


def _kept(sent: Any, record: DataSet, label: str) -> dict[str, Any] | None:
    """Keeps the face of a frame; what the browser is told of it: {"n", "problem"}."""
    if not isinstance(sent, dict) or not isinstance(sent.get("n"), int):
        return None
    problem = ""
    try:
        made_here.keep(record, label, live.decode(sent.get("jpeg")))
    except (EmotionError, OSError) as error:
        problem = text.plain(str(error)) if isinstance(error, OSError) else str(error)
    return {"n": sent["n"], "problem": problem}
