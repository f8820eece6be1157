"""The second score beside the first: without the test faces that the network may know by heart."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emotion import check, dataset, honest
from emotion.errors import EmotionError
from emotion.honest import Honest, Score
from emotion.listing import Listing, on_disk
from emotion.predictor import load_model
from emotion.progress import count
from emotion.runs import Run
from pages.ui import words
from pages.ui.results import SHIPPED, Result

LOOK_AGAIN = 10.0  # seconds until the folder is listed anew


def show(result: Result, run: Run | None, data: str) -> None:
    """Both scores, where the check of the data knows of test faces that prove nothing.

    Args:
        run: whose model it is; None: the shipped one.
        data: as `dataset.resolve` understands it.
    """
    try:
        listing = _listing(data)
        both = _both(result.token, check.version(listing), SHIPPED if run is None else run.id, result, listing)
    except EmotionError:
        return  # the folder has gone since; the figures above are from memory
    if both is not None:
        with st.container(border=True, key="honest_score"):
            st.markdown(f"**Honest score: {words.plain(_told(both.honest))}** {words.plain(both.words)}")
            st.markdown(f"Naive score: {words.plain(_told(both.naive))} All of the test folder.")


def from_training(report: dict[str, Any]) -> str:
    """Which score a run's `report.json` holds, where the check knew of two; "" where it did not."""
    both = report.get("honest")
    if not isinstance(both, dict):
        return ""
    honest_one, naive = (
        Score(both[name]["n"], both[name]["right"], tuple(both[name]["interval"])) for name in ("honest", "naive")
    )
    return f"Honest score: {_told(honest_one)} {both['words']} Naive score: {_told(naive)}"


def _told(score: Score) -> str:
    """Such as "91.0 % of 1,484 faces (89.4–92.4 %)."."""
    low, high = score.interval
    return f"{words.percent(score.accuracy, 1)} of {count(score.n, 'face')} ({low * 100:.1f}–{words.percent(high, 1)})."


@st.cache_data(ttl=LOOK_AGAIN, max_entries=4, show_spinner=False)
def _listing(data: str) -> Listing:
    return on_disk(dataset.resolve(data))


@st.cache_data(max_entries=16, show_spinner=False)
def _both(token: str, version: tuple[str, ...], model: str, _result: Result, _listing: Listing) -> Honest | None:
    return honest.known(_listing.root, load_model(model), _result.examples, _result.answered)
