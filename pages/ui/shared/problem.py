"""What a click could not do, such as write to a full disk: one sentence at the top, and the page below it."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

import streamlit as st

from emotion.system import EmotionError
from pages.ui.shared import text

PROBLEM = "problem"  # session state: a sentence from a callback, to be shown once


def told(callback: Callable[..., Any]) -> Callable[..., None]:
    """The callback with its errors kept for the page: without it, an error in a callback takes the whole page away."""

    @functools.wraps(callback)
    def careful(*args: Any, **kwargs: Any) -> None:
        try:
            callback(*args, **kwargs)
        except EmotionError as error:
            st.session_state[PROBLEM] = str(error)

    return careful


def show_problem() -> None:
    """Shows what the last callback could not do."""
    if said := st.session_state.pop(PROBLEM, None):
        _say(said)


@contextlib.contextmanager
def telling() -> Iterator[None]:
    """Shows an error of the block where it would have gone on; for `streamlit_app.py`, around what no page catches."""
    try:
        yield
    except EmotionError as error:
        _say(str(error))


def _say(sentence: str) -> None:
    st.error(text.plain(sentence), icon=":material/error:")
