"""The honest and the naive score in words."""

from __future__ import annotations

from typing import Any

from emotion.evaluation import Score
from emotion.system import count
from pages.ui.shared import text


def of_a_run(report: dict[str, Any]) -> str:
    """Which score a run's `report.json` holds, where the check knew of two; "" where it did not."""
    both = report.get("honest")
    if not isinstance(both, dict):
        return ""
    honest_one, naive = (
        Score(both[name]["n"], both[name]["right"], tuple(both[name]["interval"])) for name in ("honest", "naive")
    )
    return f"Honest score: {in_words(honest_one)} {both['words']} Naive score: {in_words(naive)}"


def in_words(score: Score) -> str:
    """Such as "91.0 % of 1,484 faces (89.4–92.4 %)."."""
    low, high = score.interval
    return f"{text.percent(score.accuracy, 1)} of {count(score.n, 'face')} ({low * 100:.1f}–{text.percent(high, 1)})."
