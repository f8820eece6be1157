"""Every threshold at once, by hand, against `metrics.decide` and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from emotion.metrics import classification, thresholds
from emotion.metrics.thresholds import Costs

RNG = np.random.default_rng(5)
SCORES = np.array([0.1, 0.4, 0.35, 0.8], np.float32)
TRUTH = np.array([False, False, True, True])


def some(n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    truth = RNG.random(n) < 0.4
    return np.clip(RNG.normal(0.4 + 0.2 * truth, 0.2), 0, 1).round(2).astype(np.float32), truth


def test_counts_at_each_threshold() -> None:
    found = thresholds.sweep(SCORES, TRUTH)

    assert found.thresholds == pytest.approx([0, 0.1, 0.35, 0.4, 0.8])
    assert found.true_positive.tolist() == [2, 2, 1, 1, 0]
    assert found.false_positive.tolist() == [2, 1, 1, 0, 0]
    assert found.false_negative.tolist() == [0, 0, 1, 1, 2]
    assert found.true_negative.tolist() == [0, 1, 1, 2, 2]


def test_shares_at_a_threshold() -> None:
    found = thresholds.sweep(SCORES, TRUTH).at(0.37)

    assert (found.precision, found.recall, found.accuracy, found.f1) == (0.5, 0.5, 0.5, 0.5)
    assert found.accuracy_interval == classification.wilson_interval(2, 4)
    assert found.precision_interval == found.recall_interval == classification.wilson_interval(1, 2)


def test_no_positive_answer_has_no_precision() -> None:
    found = thresholds.sweep(SCORES, TRUTH).at(0.9)

    assert (found.precision, found.recall) == (None, 0)


@pytest.mark.parametrize("threshold", [0.0, 0.1, 0.25, 0.3, 0.5, 0.7, 0.99, 1.0])
def test_counts_like_the_one_place_that_decides(threshold: float) -> None:
    scores, truth = some()

    found = thresholds.sweep(scores, truth).at(threshold)

    called = classification.decide(scores, threshold)
    assert found.true_positive == (called & truth).sum()
    assert found.false_positive == (called & ~truth).sum()
    assert found.n == 300


def test_a_score_of_zero_is_never_above() -> None:
    found = thresholds.sweep(np.array([0.0, 0.5]), np.array([True, True]))

    assert found.thresholds.tolist() == [0, 0.5]
    assert found.at(0).true_positive == 1


def test_the_curves_are_those_of_scikit_learn() -> None:
    scores, truth = some()
    scores = np.maximum(scores, np.float32(0.01))  # a face of 0 is never called positive; theirs is, at the end

    found = thresholds.sweep(scores, truth)

    false_rate, true_rate, _ = sk.roc_curve(truth, scores, drop_intermediate=False)
    assert found.false_positive_rate[::-1] == pytest.approx(false_rate)
    assert found.recall[::-1] == pytest.approx(true_rate)
    precision, recall, _ = sk.precision_recall_curve(truth, scores)
    assert found.precision[:-1] == pytest.approx(precision[:-1])
    assert found.recall == pytest.approx(recall)


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.8])
def test_figures_are_those_of_scikit_learn(threshold: float) -> None:
    scores, truth = some()
    called = scores > np.float32(threshold)

    found = thresholds.sweep(scores, truth).at(threshold)

    assert found.precision == pytest.approx(sk.precision_score(truth, called))
    assert found.recall == pytest.approx(sk.recall_score(truth, called))
    assert found.f1 == pytest.approx(sk.f1_score(truth, called))
    assert found.accuracy == pytest.approx(sk.accuracy_score(truth, called))


def test_cost_counts_each_mistake_by_its_own() -> None:
    found = thresholds.sweep(SCORES, TRUTH)

    assert found.cost(Costs(3, 1)).tolist() == [6, 3, 4, 1, 2]
    assert found.at(0.36).cost(Costs(3, 1)) == 4


@pytest.mark.parametrize("costs", [Costs(1, 1), Costs(5, 1), Costs(1, 5), Costs(0, 1), Costs(0.1, 0.3)])
def test_no_threshold_costs_less_than_the_cheapest(costs: Costs) -> None:
    scores, truth = some()
    found = thresholds.sweep(scores, truth)

    best = thresholds.cheapest(found, costs)

    assert best.cost(costs) == pytest.approx(found.cost(costs).min())


def test_the_cheapest_is_told_with_few_digits() -> None:
    best = thresholds.cheapest(thresholds.sweep(SCORES, TRUTH), Costs())

    assert best.threshold in (0.1, 0.2, 0.3, 0.4, 0.5)
    assert best.threshold == 0.5


def test_close_scores_still_get_a_threshold_between_them() -> None:
    scores = np.array([0.123456, 0.123457], np.float32)

    best = thresholds.cheapest(thresholds.sweep(scores, np.array([False, True])), Costs())

    assert classification.decide(scores, best.threshold).tolist() == [False, True]


def test_a_dear_wrong_happy_asks_for_more() -> None:
    scores, truth = some()
    found = thresholds.sweep(scores, truth)

    careful, bold = (thresholds.cheapest(found, costs).threshold for costs in (Costs(10, 1), Costs(1, 10)))

    assert bold < careful


def test_faces_of_one_kind_are_no_trouble() -> None:
    found = thresholds.sweep(SCORES, np.ones(4, bool))

    assert found.at(0.37).accuracy == 0.5
    assert np.isnan(found.false_positive_rate).all()
    assert thresholds.cheapest(found, Costs()).true_positive == 4


def test_the_histogram_counts_each_kind() -> None:
    found = thresholds.histogram(np.array([0.0, 0.1, 0.25, 0.26, 1.0]), np.array([True, True, False, True, True]), 4)

    assert found.edges == (0, 0.25, 0.5, 0.75, 1)
    assert found.positive == (2, 1, 0, 1)
    assert found.negative == (1, 0, 0, 0)
