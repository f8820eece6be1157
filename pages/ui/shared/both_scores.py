"""The honest and the naive score in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotion.system import decimal, ngettext
from pages.ui.shared import text

if TYPE_CHECKING:
    from emotion.evaluation import Score


def in_words(score: Score) -> str:
    """Such as "91.0 % of 1,484 faces (89.4–92.4 %)."."""
    low, high = score.interval
    return ngettext(
        "{share} of {n} face ({low}–{high}).", "{share} of {n} faces ({low}–{high}).", score.n,
        share=text.percent(score.accuracy, 1), low=decimal(low * 100), high=text.percent(high, 1),
    )  # fmt: skip
