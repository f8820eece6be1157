"""Pictures pasted from the clipboard, as if they had been uploaded."""

from __future__ import annotations

import base64
import binascii
import functools
import re
import uuid
from pathlib import Path
from typing import Any

import streamlit as st

from emotion.images import memory
from emotion.system import N_, _, in_script
from pages.ui.predict.answers import Source
from pages.ui.shared import camera

KEY = "paste"
PASTED = "pasted_pictures"  # session state: (id, bytes) of each, the newest last
MOST = 5
NAME = N_("pasted picture")
HEAD = re.compile(r"data:image/[a-z0-9.+-]{1,40};base64,")
SCRIPT = camera.SENTENCES + Path(__file__).with_name("paste.js").read_text(encoding="utf-8")
STYLE = """
p { margin: 0; font-size: 0.875rem; font-family: var(--st-font); color: var(--st-text-color); opacity: 0.8; }
@media (pointer: coarse) { p:not([data-refused]) { display: none; } }
"""

_component = st.components.v2.component("paste", html='<p role="status">\n</p>', css=STYLE, js=SCRIPT)


def show_paste() -> None:
    """One line that says that pictures can be pasted, and takes them from anywhere on the page."""
    _component(key=KEY, data={"mostBytes": _most_bytes(), "sentences": in_script(SCRIPT)}, on_picture_change=_take)
    if st.session_state.get(PASTED):
        st.button(_("Remove the pasted pictures"), key="forget_pasted", type="tertiary", on_click=_forget)


def sources() -> list[Source]:
    """The pictures that were pasted in this session, at most five, the newest last."""
    kept: list[tuple[str, bytes]] = st.session_state.get(PASTED, [])
    return [Source(name, _(NAME), functools.partial(bytes, data)) for name, data in kept]


def _most_bytes() -> int:
    """Of a pasted picture: those of an upload, and no more than the widget takes (`maxWidgetStateSize`)."""
    return min(memory.upload_mb(), memory.UPLOAD_MB) * 2**20


def decoded(url: Any) -> bytes | None:
    """The bytes of an image's data URL, of at most 25 MB; None for anything else that a browser may send."""
    if not isinstance(url, str) or not (head := HEAD.match(url[:64])):
        return None
    if len(url) - head.end() > (_most_bytes() + 2) // 3 * 4:
        return None
    try:
        return base64.b64decode(url[head.end() :], validate=True) or None
    except binascii.Error:
        return None


def _take() -> None:
    data = decoded(st.session_state[KEY].picture)
    if data is not None:
        kept = st.session_state.get(PASTED, [])
        st.session_state[PASTED] = [*kept, (f"pasted-{uuid.uuid4().hex}", data)][-MOST:]


def _forget() -> None:
    st.session_state.pop(PASTED, None)
