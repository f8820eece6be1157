"""A camera that takes one picture at a click; the newest is answered like an upload."""

from __future__ import annotations

import functools
import uuid
from pathlib import Path

import streamlit as st

from emotion.system import N_, _, in_script
from pages.ui.predict import paste
from pages.ui.predict.answers import Source
from pages.ui.shared import camera

KEY = "shot"
TAKEN = "camera_picture"  # session state: (id, bytes) of the newest
NAME = N_("camera picture")
WIDTH = 1280  # pixels of a picture
STYLE = Path(__file__).with_name("shot.css")
SCRIPT = camera.SCRIPT + Path(__file__).with_name("shot.js").read_text(encoding="utf-8")

_component = st.components.v2.component(
    "shot",
    html='<div class="shot">\n</div>',
    css=camera.STYLE + STYLE.read_text(encoding="utf-8"),
    js=SCRIPT,
)


def show_camera() -> None:
    """Draws the camera, which starts at once: call it where the person has asked for it. Nothing is stored."""
    _component(key=KEY, data={"width": WIDTH, "sentences": in_script(SCRIPT)}, on_picture_change=_take)


def sources() -> list[Source]:
    """The picture that was taken last; none before the first."""
    taken: tuple[str, bytes] | None = st.session_state.get(TAKEN)
    return [Source(taken[0], _(NAME), functools.partial(bytes, taken[1]))] if taken else []


def forget() -> None:
    """Lets go of the picture that was taken. For callbacks."""
    st.session_state.pop(TAKEN, None)


def _take() -> None:
    data = paste.decoded(st.session_state[KEY].picture)  # it comes from the browser
    if data is not None:
        st.session_state[TAKEN] = (f"camera-{uuid.uuid4().hex}", data)
