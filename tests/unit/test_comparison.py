"""Two models on the same faces, against values worked out by hand or by another way of counting."""

import math

import numpy as np
import pytest

from emotion.metrics.paired import Comparison, compare, difference_interval, in_words, mcnemar
from emotion.system import speaking


def right(*answers):
    return np.array(answers, bool)


def by_summing_binomials(b, c):
    n = b + c
    return min(1.0, 2 * sum(math.comb(n, k) * 0.5**n for k in range(min(b, c) + 1)))


@pytest.mark.parametrize(("b", "c"), [(0, 1), (0, 5), (5, 0), (0, 6), (3, 7), (10, 25), (40, 41)])
def test_the_p_value_is_that_of_thrown_coins(b, c):
    assert mcnemar(b, c) == pytest.approx(by_summing_binomials(b, c), rel=1e-12)


@pytest.mark.parametrize("both", [0, 1, 50])
def test_equal_numbers_are_certainly_chance(both):
    assert mcnemar(both, both) == 1.0


def test_six_to_none_is_the_first_hardly_chance():
    assert mcnemar(0, 5) == 0.0625
    assert mcnemar(0, 6) == 0.03125
    assert mcnemar(0, 7) == 0.015625


def test_thousands_of_differences_are_counted_exactly():
    assert mcnemar(1000, 1200) == pytest.approx(2.2e-5, rel=0.05)
    assert mcnemar(0, 5000) == 0.0


def test_counts_what_only_one_of_them_answers_right():
    found = compare(right(1, 1, 0, 0, 0), right(1, 0, 1, 1, 0))

    assert (found.n, found.before, found.after) == (5, 2, 3)
    assert (found.only_before, found.only_after) == (1, 2)
    assert found.difference == pytest.approx(0.2)


def test_says_in_the_readers_language_what_is_kept_in_english() -> None:
    found = compare(right(1, 1, 0, 0, 0), right(1, 0, 1, 1, 0))

    assert found.said() == found.words
    with speaking("de"):
        assert found.said().startswith("1 mehr richtig als vorher; das kann Zufall sein")


def test_the_interval_holds_the_difference():
    low, high = difference_interval(10, 30, 200)

    assert low < 0.1 < high
    assert low > 0


def test_the_interval_is_that_of_agresti_and_min():
    # by hand: (30.5 - 10.5) / 202 = 0.09901; sqrt(41 - 400 / 202) / 202 = 0.030922; times 1.959964
    assert difference_interval(10, 30, 200) == pytest.approx((0.03840, 0.15962), abs=2e-5)


def test_the_interval_stays_within_minus_one_and_one():
    assert difference_interval(0, 1, 1)[1] <= 1
    assert difference_interval(1, 0, 1)[0] >= -1


def test_nothing_compared_says_nothing():
    found = compare(right(), right())

    assert (found.n, found.p_value, found.interval) == (0, 1.0, (-1.0, 1.0))
    assert found.words == "As many right as before."


@pytest.mark.parametrize(
    ("difference", "p_value", "words"),
    [
        (12, 0.12, "12 more right than before; this may be chance (about 12 in 100 times by luck alone)."),
        (-3, 0.25, "3 fewer right than before; this may be chance (about 25 in 100 times by luck alone)."),
        (9, 0.004, "9 more right than before; this is hardly chance (about once in 250 times by luck alone)."),
        (
            1200,
            1e-9,
            "1,200 more right than before; this is hardly chance (less than once in 1,000 times by luck alone).",
        ),
        (0, 1.0, "As many right as before."),
    ],
)
def test_the_difference_is_said_in_plain_words(difference, p_value, words):
    assert in_words(difference, p_value) == words


@pytest.mark.parametrize(("p_value", "chance"), [(0.049, "hardly"), (0.05, "may be"), (0.051, "may be")])
def test_chance_begins_at_five_in_a_hundred(p_value, chance):
    assert chance in in_words(4, p_value)


def test_a_comparison_survives_the_way_through_json():
    found = compare(right(1, 0), right(1, 1))

    assert Comparison.from_json(found.to_json()) == found
