"""The model in use: chosen in the sidebar's foot, kept for the session, named in the address as `?model=`.

A session begins with the model that the person has kept after a retraining, else with the shipped one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.models import load_model, preferences
from emotion.runs import list_runs
from emotion.system import _
from pages.ui.shared import own_runs, text

if TYPE_CHECKING:
    from emotion.models import Predictor


SHIPPED = "pretrained"
KEY = "model_choice"


def show_choice() -> None:
    """The choice itself. Called once a rerun, by `streamlit_app.py`, before the page."""
    titles = {SHIPPED: _(text.MODEL_TITLES[SHIPPED])} | {run.id: run.title for run in list_runs() if run.has_model}
    asked = st.query_params.get("model")
    if asked in titles:
        st.session_state[KEY] = asked
    elif st.session_state.get(KEY) not in titles:
        st.session_state[KEY] = _usual() if _usual() in titles else SHIPPED
    st.selectbox(
        _("Model in use"), list(titles), key=KEY, format_func=lambda name: titles.get(name, name), on_change=_remember
    )


def current() -> str:
    """The reference of the model in use, as `load_model` understands it."""
    return st.session_state.get(KEY, SHIPPED)


def choose(reference: str) -> None:
    """Makes another model the one in use. For callbacks: the choice is drawn before the page."""
    st.session_state[KEY] = reference
    _remember()


def unknown() -> str | None:
    """What the address asks for where there is no such model."""
    asked = st.query_params.get("model")
    return asked if asked and asked != current() else None


def predictor() -> Predictor:
    """The model in use, loaded.

    Raises:
        ModelError: when it is missing or cannot be read.
    """
    run = own_runs.find(current())
    model = run.paths.model if run else preferences.SHIPPED / "model.tflite"
    return cached_predictor(current(), preferences.changed(model))


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=text.NAMES)
def cached_predictor(reference: str, changed: int = 0) -> Predictor:
    """A loaded model; `changed` tells it from what it was before it was resumed or adjusted."""
    return load_model(reference)


def _usual() -> str:
    """The model that needs no word in the address."""
    return preferences.chosen_model()


def _remember() -> None:
    if st.session_state[KEY] == _usual():
        st.query_params.pop("model", None)
    else:
        st.query_params["model"] = st.session_state[KEY]
