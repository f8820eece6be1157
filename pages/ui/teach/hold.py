"""A camera with a button to hold: as long as it is held, pictures are taken and their faces kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from emotion.models import live
from emotion.system import EmotionError, _, in_script
from pages.ui.shared import camera, text

RERUNS = "hold_reruns"  # session state
WIDTH, MOST_A_SECOND = 640, 4  # pixels of a frame; frames while the button is held
STYLE = Path(__file__).with_name("hold.css")
SCRIPT = camera.SCRIPT + Path(__file__).with_name("hold.js").read_text(encoding="utf-8")

Keep = Callable[[bytes], int]  # keeps the face of a picture; tells how many of its class there are then

_component = st.components.v2.component(
    "hold",
    html='<div class="hold">\n</div>',
    css=camera.STYLE + STYLE.read_text(encoding="utf-8"),
    js=SCRIPT,
)


def show_camera(key: str, label: str, keep: Keep) -> None:
    """Draws the camera; a frame is sent, and its face kept, only while the button is held.

    Args:
        key: of the element.
        label: the class that the faces go into.
        keep: is called with each picture.
    """
    st.fragment(_camera)(key, label, keep)


def _camera(key: str, label: str, keep: Keep) -> None:
    sent = getattr(st.session_state.get(key), "frame", None)  # None in a rerun for another reason
    st.session_state[RERUNS] = rerun = st.session_state.get(RERUNS, 0) + 1
    _component(
        key=key,
        data={
            "rerun": rerun,
            "answer": _kept(sent, keep),
            "width": WIDTH,
            "mostASecond": MOST_A_SECOND,
            "words": _("Hold to take {name} pictures", name=label),
            "sentences": in_script(SCRIPT),
        },
        on_frame_change=_noted,
        on_done_change=_noted,
    )
    if getattr(st.session_state.get(key), "done", None):
        st.rerun(scope="app")  # the button was let go: it learns, and counts and faces are drawn anew


def _noted() -> None:
    """Streamlit hands over a frame only to those who say that they listen."""


def _kept(sent: Any, keep: Keep) -> dict[str, Any] | None:
    """Keeps the face of a frame; what the browser is told of it: {"n", "problem", "kept"}."""
    if not isinstance(sent, dict) or not isinstance(sent.get("n"), int):
        return None
    problem, kept = "", 0
    try:
        kept = keep(live.decode(sent.get("jpeg")))
    except (EmotionError, OSError) as error:
        problem = text.plain(str(error)) if isinstance(error, OSError) else str(error)
    return {"n": sent["n"], "problem": problem, "kept": kept}
