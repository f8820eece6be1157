"""What every page shares: the page table, the look, the guard for deep links, one heading with one action."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from emotion.system import N_, _, stored
from pages.ui.shared import text

PREDICT, TRAIN, EVALUATE, RUNS = "pages/predict.py", "pages/train.py", "pages/evaluate.py", "pages/runs.py"
TUNE, DATA, TEACH = "pages/tune.py", "pages/data.py", "pages/teach.py"
ICON = Path(__file__).with_name("icon.png")
NAME, FIRST = N_("Happy or sad?"), N_("Try a photo")  # the app; the title of its first page

MARKED = (
    '[data-testid="stSidebarNavLink"][href$="/predict"] { background: rgb(157 173 190 / 0.25); }'
    '[data-testid="stSidebarNavLink"][href$="/predict"] span { color: inherit; font-weight: 600; }'
)
FRAMED, TRIED = "framed", "tried_to_frame"  # session state: this script run began in `streamlit_app.py`; or should now


def page_table() -> dict[str, list[StreamlitPage]]:
    """The pages in their groups. Addresses equal file names; the first page answers to `/` and to `/predict`.

    None has an icon: Streamlit makes it the tab's, and the browser would fetch that from a font server.
    """
    return {
        _("Use"): [
            st.Page(PREDICT, title=_(FIRST), url_path="predict"),
            st.Page(PREDICT, title=_(FIRST), url_path="start", default=True, visibility="hidden"),
        ],
        _("Make"): [
            st.Page(DATA, title=_("Data"), url_path="data"),
            st.Page(TEACH, title=_("Teach"), url_path="teach"),
            st.Page(TRAIN, title=_("Train"), url_path="train"),
            st.Page(TUNE, title=_("Tune"), url_path="tune"),
        ],
        _("Understand"): [
            st.Page(EVALUATE, title=_("Evaluate"), url_path="evaluate"),
            st.Page(RUNS, title=_("Runs"), url_path="runs"),
        ],
    }


def navigate() -> StreamlitPage:
    """Shows the navigation and returns the page that was asked for. Called by `streamlit_app.py`."""
    st.session_state[FRAMED] = True
    return st.navigation(page_table())


def guard() -> None:
    """Brings a page back into the frame. Call it first thing on every page.

    Streamlit runs a file of `pages/` without `streamlit_app.py` when a deep link is the first request after the
    server started: only `st.navigation` switches that off, and nobody has called it yet.
    """
    if st.session_state.pop(FRAMED, False):
        st.session_state.pop(TRIED, None)
    elif not st.session_state.pop(TRIED, False):
        st.session_state[TRIED] = True
        st.navigation(page_table())
        st.rerun()


def unreadable(found: Sequence[stored.Unreadable]) -> None:
    """How many were left out of a list and why; nothing where all could be read."""
    if found:
        st.warning(text.plain(stored.unreadable_sentence(found)), icon=":material/folder_off:")


def dress(page: StreamlitPage) -> None:
    """Marks the link to the page where Streamlit does not; all other CSS comes with the page itself, see `shell`."""
    if not page.url_path:  # `/` is a page of its own to Streamlit, which marks the link to `/predict` only there
        st.html(f"<style>{MARKED}</style>")


def heading(title: str, text: str = "", acts: bool = True) -> DeltaGenerator:
    """The page's heading. Returns the place of its one main action: top right, below the heading on a phone.

    `acts` keeps room for it; False: the page has none.
    """
    with st.container(key="heading_with_action" if acts else "heading"):
        left, right = st.columns([3, 1], vertical_alignment="center")
    with left:
        st.title(title, anchor=False)
        if text:
            st.caption(text)
    return right.container(key="main_action")
