"""Who trains: this computer or the cluster, on the pages that train; a choice only where there is one."""

from __future__ import annotations

import streamlit as st

from emotion.runs import queue
from emotion.system import N_, _

HERE, CLUSTER = N_("this computer"), N_("the cluster")


def show_choice(page: str, about: str) -> None:
    """Draws the choice where a cluster is configured.

    Args:
        page: the beginning of the widget's key, such as "train".
        about: what the choice means there, in the reader's language.
    """
    if queue.cluster():
        st.radio(_("Trained by"), (HERE, CLUSTER), key=_key(page), format_func=_, horizontal=True,
                 persist_state="session", help=about)  # fmt: skip


def chosen(page: str) -> str:
    """The cluster that the person has chosen on this page; "" for this computer."""
    return queue.cluster() if st.session_state.get(_key(page)) == CLUSTER else ""


def _key(page: str) -> str:
    return f"{page}_where"
