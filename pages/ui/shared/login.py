"""Whose app this is: where it is reached over a network, nobody but its owner gets past this point.

Streamlit asks an OpenID Connect provider who somebody is (`[auth]` in `.streamlit/secrets.toml`); `EMOTION_OWNER` says
whose data and runs this process keeps. Without that variable nobody is asked: the app answers this computer alone.
"""

from __future__ import annotations

import os

import streamlit as st

from emotion.system import _

OWNER = "EMOTION_OWNER"  # a mail address, as the provider tells it


def show_login() -> None:
    """Goes on for the owner; shows everybody else a way to log in or out, and ends the script."""
    owner = os.environ.get(OWNER, "").strip().lower()
    if not owner:
        return
    told = dict(st.user)
    if "is_logged_in" not in told:
        st.error(
            _(
                "{name} names an owner, but nobody can log in: expected a part [auth] in .streamlit/secrets.toml.",
                name=OWNER,
            )
        )
    elif not told["is_logged_in"]:
        st.button(_("Log in"), key="login", on_click=st.login, type="primary", icon=":material/login:")
    elif str(told.get("email", "")).lower() != owner or told.get("email_verified") is False:
        st.error(_("This is the app of somebody else: ask whoever runs it for one of your own."))
        st.button(_("Log out"), key="logout", on_click=st.logout, icon=":material/logout:")
    else:
        return
    st.stop()
