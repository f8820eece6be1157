"""Which faces are looked at, on a model that can be worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emotion.evaluation import selection, study
from emotion.evaluation.selection import Range, Selection
from emotion.evaluation.study import Study
from emotion.models.predictor import load_model
from emotion.system.errors import ConfigError
from tests.patterns import examples

BRIGHTNESS = Path(__file__).resolve().parent.parent / "data" / "brightness"
GROUPS = (np.array([3, 5]), np.array([8]))


@pytest.fixture
def looked(home: Path) -> Study:
    return study.look(load_model(BRIGHTNESS), examples())


def quantity(looked: Study) -> object:
    return {"brightness": looked.examples.images.mean(axis=(1, 2))}.__getitem__


def test_everything_is_shown_unless_something_is_chosen(looked: Study) -> None:
    found = selection.select(looked, Selection(), quantity(looked))

    assert sorted(found.tolist()) == list(range(90))


def test_a_cell_of_the_matrix_holds_as_many_faces_as_it_says(looked: Study) -> None:
    found = selection.select(looked, Selection(truth="sad", answer="happy"), quantity(looked))

    assert len(found) == looked.evaluation.confusion_matrix[0][1]


def test_filters_narrow_one_another(looked: Study) -> None:
    dark = Range(None, 100)
    found = selection.select(looked, Selection("wrong", "happy", "", {"brightness": dark}), quantity(looked))

    brightness = quantity(looked)("brightness")
    expected = ~looked.right & (looked.examples.labels == 1) & (brightness <= 100)
    assert sorted(found.tolist()) == np.flatnonzero(expected).tolist()
    assert len(found) > 0


def test_a_group_shows_its_members_only(looked: Study) -> None:
    found = selection.select(looked, Selection(group=0), quantity(looked), lambda: GROUPS)

    assert sorted(found.tolist()) == [3, 5]


@pytest.mark.parametrize("number", [-1, 2])
def test_refuses_a_group_that_is_not_there(looked: Study, number: int) -> None:
    with pytest.raises(ConfigError, match="group: expected a number from 0 to 1"):
        selection.select(looked, Selection(group=number), quantity(looked), lambda: GROUPS)


def test_the_most_typical_come_first(looked: Study) -> None:
    found = selection.select(looked, Selection(order="most typical"), quantity(looked))

    distances = selection.distances(looked)[found]
    assert (np.diff(distances) >= 0).all()


def test_refuses_an_unknown_order(looked: Study) -> None:
    with pytest.raises(ConfigError, match="order: expected one of"):
        selection.select(looked, Selection(order="prettiest"), quantity(looked))


@pytest.mark.parametrize(
    ("low", "high", "held"),
    [(0.2, 0.5, [False, True, True]), (None, 0.2, [True, False, False]), (0.3, None, [False, False, True])],
)
def test_a_range_holds_its_upper_end_only(low: float | None, high: float | None, held: list[bool]) -> None:
    assert Range(low, high).holds(np.array([0.2, 0.3, 0.5])).tolist() == held


def test_no_range_holds_what_is_not_known() -> None:
    assert Range(None, 1).holds(np.array([np.nan])).tolist() == [False]


@pytest.mark.parametrize(
    "within", [Range(0.25, 0.5), Range(None, 80), Range(200, None), Range(-5.5, 1e-7), Range(0.1 + 0.2, 1)]
)
def test_a_range_survives_an_address(within: Range) -> None:
    assert selection.range_of(within.word) == within


@pytest.mark.parametrize("word", ["", "..", "5", "a..b", "3..1", "nan..1", "1..inf", "1..2..3", "…"])
def test_what_is_no_range_is_none(word: str) -> None:
    assert selection.range_of(word) is None


def test_counts_right_and_wrong_ones(looked: Study) -> None:
    found = selection.counts(looked, np.arange(90))

    assert found["all"] == 90
    assert found["wrong"] == (~looked.right).sum()
    assert found["right"] == looked.right.sum()


def test_the_answer_has_the_probability_it_was_given(looked: Study) -> None:
    assert selection.probability_of_answer(looked) == pytest.approx(looked.probabilities.max(axis=1))
