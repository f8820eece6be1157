"""Uploaded pictures, which stay when the person goes to another page and comes back.

Streamlit forgets what lies in an uploader as soon as its page is left. So the session remembers the pictures: in memory
alone, and no more of them than `MOST_BYTES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from emotion.images import memory
from emotion.system import _, ngettext
from pages.ui.predict.answers import Source

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

KEY = "uploads"
HERE, EARLIER = "uploads_here", "uploads_earlier"  # session state: in the uploader now; given before the page was left
MOST_BYTES = 200 * 2**20  # of those given before; the newest stay


def show_uploads() -> None:
    """The uploader, and a button to remove what was given before the page was left."""
    files = st.file_uploader(
        _("Drop photos here, or choose files"),
        accept_multiple_files=True,
        key=KEY,
        max_upload_size=memory.upload_mb(),
        on_change=_changed,
    )
    if not files and st.session_state.get(HERE):  # nobody has taken them out: the page was left in the meantime
        st.session_state[EARLIER] = _newest([*_earlier(), *st.session_state[HERE]])
    st.session_state[HERE] = list(files)
    if earlier := _earlier():
        title = ngettext("Remove the photo given before", "Remove the {n} photos given before", len(earlier))
        st.button(title, key="forget_earlier", type="tertiary", on_click=_forget)


def sources() -> list[Source]:
    """All that were uploaded in this session and not taken out again, in that order."""
    return sources_of(st.session_state)


def sources_of(session: Any) -> list[Source]:
    """As `sources`, of any session's state."""
    files: list[UploadedFile] = [*_those(session, EARLIER), *_those(session, HERE)]
    return [Source(file.file_id, file.name, file.getvalue) for file in files]


def _those(session: Any, key: str) -> list[UploadedFile]:
    files: list[UploadedFile] = session[key] if key in session else []  # noqa: SIM401 - AppTest's has no get
    return files


def _earlier() -> list[UploadedFile]:
    return _those(st.session_state, EARLIER)


def _changed() -> None:
    """The person has put files into the uploader, or taken them out."""
    st.session_state[HERE] = list(st.session_state[KEY] or [])


def _newest(files: list[UploadedFile]) -> list[UploadedFile]:
    kept, room = [], MOST_BYTES
    for file in reversed(files):
        room -= file.size
        if room < 0:
            break
        kept.append(file)
    return kept[::-1]


def _forget() -> None:
    st.session_state.pop(EARLIER, None)
