"""One warning, wherever data is about to be used: that one of its splits is damaged."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from emotion import check, split_rules
from emotion.dataset import Listing
from emotion.errors import EmotionError
from emotion.findings import Finding
from pages.ui import words


def show(listing: Listing) -> None:
    """Says so where a look at a few hundred pictures (or the check, where there was one) finds damage."""
    damage = _damage(str(listing.root), listing.fingerprint, listing)
    if damage is not None:
        st.error(
            f"**{words.plain(words.capital(damage.title))}.** {words.plain(damage.why)}", icon=":material/warning:"
        )


@st.cache_data(max_entries=8, show_spinner=False)
def _damage(root: str, fingerprint: str, _listing: Listing) -> Finding | None:
    try:
        report = check.known(Path(root))
        return report.damage if report else split_rules.quick_look(_listing.root, _listing.files)
    except EmotionError:
        return None
