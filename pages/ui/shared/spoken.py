"""The language of the pages: the person's choice, kept in the browser, else what the browser prefers."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from emotion.system import ENGLISH, LANGUAGES, _, ask_through, language, nearest, own_name

KEY, COOKIE = "language", "emotion_language"
AS_THE_BROWSER = ""
MOST = 10_000  # sessions whose language is remembered

_component = st.components.v2.component("spoken", js=Path(__file__).with_name("spoken.js").read_text(encoding="utf-8"))
_by_session: OrderedDict[str, str] = OrderedDict()


def settle() -> None:
    """Finds out the language of this session. Called first in every rerun of the whole page: a choice may be new."""
    context = get_script_run_ctx()
    if context is None:
        return
    if st.session_state.get(KEY) not in (AS_THE_BROWSER, *LANGUAGES):
        st.session_state[KEY] = _kept()
    _note(context.session_id, st.session_state[KEY] or nearest(st.context.locale))


def show_choice() -> None:
    """The choice, at the foot of the sidebar; and what tells the browser of it, which reads pages aloud."""
    st.selectbox(_("Language"), [AS_THE_BROWSER, *LANGUAGES], key=KEY, format_func=_name, filter_mode=None)
    _component(key="spoken", data={"language": language(), "cookie": COOKIE, "kept": st.session_state[KEY]})


def _name(code: str) -> str:
    return own_name(code) if code else _("as the browser")


def _kept() -> str:
    """What was chosen in this browser before."""
    kept = st.context.cookies.get(COOKIE, "")
    return kept if kept in LANGUAGES else AS_THE_BROWSER


def _note(session: str, code: str) -> None:
    _by_session[session] = code
    _by_session.move_to_end(session)
    while len(_by_session) > MOST:
        _by_session.popitem(last=False)


def _asked() -> str:
    """The language of the session that this thread draws for; what belongs to no session is said in English.

    `st.session_state` is not asked here: Streamlit may end a script whenever it is, and sentences are also said between
    two steps that belong together.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return ENGLISH
    if context.session_id not in _by_session:  # a page that runs without `streamlit_app.py`, for a moment
        _note(context.session_id, _kept() or nearest(st.context.locale))
    return _by_session.get(context.session_id, ENGLISH)


ask_through(_asked)
