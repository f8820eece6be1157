"""The second score beside the first: without the test faces that the network may know by heart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.checks import check
from emotion.data import resolve
from emotion.evaluation import honest
from emotion.models import load_model
from emotion.system import EmotionError, _
from pages.ui.evaluate.results import SHIPPED
from pages.ui.shared import listings, text
from pages.ui.shared.both_scores import in_words

if TYPE_CHECKING:
    from emotion.data import Listing
    from emotion.evaluation import Honest
    from emotion.runs import Run
    from pages.ui.evaluate.results import Result


def show_scores(result: Result, run: Run | None, data: str) -> None:
    """Both scores, where the check of the data knows of test faces that prove nothing.

    Args:
        run: whose model it is; None: the shipped one.
        data: as `dataset.resolve` understands it.
    """
    try:
        listing = listings.on_disk(resolve(data))
        both = _both(result.token, check.version(listing), SHIPPED if run is None else run.id, result, listing)
    except EmotionError:
        return  # the folder has gone since; the figures above are from memory
    if both is not None:
        with st.container(border=True, key="honest_score"):
            honest_words = _("Honest score: {score}", score=text.plain(in_words(both.honest)))
            st.markdown(f"**{honest_words}** {text.plain(both.words)}")
            st.markdown(_("Naive score: {score} All of the test folder.", score=text.plain(in_words(both.naive))))


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=text.NAMES)
def _both(token: str, version: tuple[str, ...], model: str, _result: Result, _listing: Listing) -> Honest | None:
    return honest.score_by_last_check(_listing.root, load_model(model), _result.examples, _result.answered)
