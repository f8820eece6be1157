"""The sets of classes that a data folder offers."""

from __future__ import annotations

import pytest

from emotion.recipes.settings import SEVEN_EMOTIONS, presets, unevenness


def sets(*there: str) -> dict[str, tuple[str, ...]]:
    return {preset.key: preset.classes for preset in presets(there)}


def test_happy_and_sad_are_one_set_where_they_are_all() -> None:
    assert sets("happy", "sad") == {"two": ("happy", "sad")}


def test_happy_or_sad_comes_before_all_classes() -> None:
    assert list(sets("angry", "happy", "sad").items()) == [
        ("two", ("happy", "sad")),
        ("all", ("angry", "happy", "sad")),
    ]


def test_the_seven_emotions_are_not_offered_twice() -> None:
    assert list(sets(*SEVEN_EMOTIONS)) == ["two", "seven"]


def test_the_seven_emotions_are_found_among_more_classes() -> None:
    assert list(sets("contempt", *SEVEN_EMOTIONS)) == ["two", "seven", "all"]


def test_other_classes_are_taken_all() -> None:
    assert sets("cat", "dog", "owl") == {"all": ("cat", "dog", "owl")}


@pytest.mark.parametrize("there", [(), ("happy",)])
def test_fewer_than_two_classes_offer_nothing(there: tuple[str, ...]) -> None:
    assert sets(*there) == {}


@pytest.mark.parametrize(
    ("counts", "times"),
    [({"a": 10, "b": 10}, 1.0), ({"a": 40, "b": 10, "c": 20}, 4.0), ({"a": 10, "b": 0}, 1.0), ({}, 1.0)],
)
def test_tells_how_uneven_the_classes_are(counts: dict[str, int], times: float) -> None:
    assert unevenness(counts) == times
