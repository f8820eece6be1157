"""The words and signs that all pages share."""

from __future__ import annotations

import pytest

from pages.ui.shared import text


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("sad", "happy"), ["▼S", "▲H"]),
        (("no", "yes"), ["●N", "■Y"]),
        (
            ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise"),
            ["★A", "■D", "●F", "▲H", "✚N", "▼Sa", "⬟Su"],
        ),
    ],
)
def test_each_class_has_a_short_mark_of_its_own(names: tuple[str, ...], expected: list[str]) -> None:
    assert list(text.marks(names).values()) == expected
