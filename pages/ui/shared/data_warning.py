"""One warning, wherever data is about to be used: that one of its splits is damaged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from emotion.checks import check
from emotion.checks.rules import splits
from emotion.system import ENGLISH, EmotionError, retold, speaking
from pages.ui.shared import text

if TYPE_CHECKING:
    from emotion.checks import Finding
    from emotion.data import Listing


def show_damage(listing: Listing) -> None:
    """Says so where a look at a few hundred pictures (or the check, where there was one) finds damage."""
    damage = _damage(str(listing.root), listing.fingerprint, listing)
    if damage is not None:
        st.error(
            f"**{text.plain(text.capital(retold(damage.title)))}.** {text.plain(retold(damage.why))}",
            icon=":material/warning:",
        )


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=text.NAMES)
def _damage(root: str, fingerprint: str, _listing: Listing) -> Finding | None:
    try:
        report = check.last_report(Path(root))
        with speaking(ENGLISH):  # it is remembered, and told in the person's language by `retold`
            return report.damage if report else splits.quick_look(_listing.root, _listing.files)
    except EmotionError:
        return None
