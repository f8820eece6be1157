"""Calibration by hand, against scikit-learn's curve and SciPy's minimiser."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from emotion.metrics import calibration, classification

RNG = np.random.default_rng(3)


def test_a_bin_counts_what_was_said_and_what_came_true() -> None:
    said = np.array([0.85, 0.9, 0.81, 0.3])
    bins = calibration.reliability(said, np.array([True, True, False, False]))

    assert [one.n for one in bins] == [0, 0, 1, 0, 0, 0, 0, 0, 3, 0]
    assert bins[8].said == pytest.approx((0.85 + 0.9 + 0.81) / 3)
    assert bins[8].right == pytest.approx(2 / 3)
    assert bins[8].interval == pytest.approx(classification.wilson_interval(2, 3))


def test_an_empty_bin_says_nothing() -> None:
    bins = calibration.reliability(np.array([0.9]), np.array([True]), bins=2)

    assert (bins[0].n, bins[0].said, bins[0].right, bins[0].interval) == (0, None, None, None)


@pytest.mark.parametrize(("said", "place"), [(0.0, 0), (0.1, 0), (0.100001, 1), (1.0, 9)])
def test_a_bin_ends_at_its_upper_edge(said: float, place: int) -> None:
    bins = calibration.reliability(np.array([said]), np.array([True]))

    assert [one.n for one in bins].index(1) == place


def test_the_curve_is_that_of_scikit_learn() -> None:
    said = RNG.random(500)
    true = RNG.random(500) < said**2

    bins = [one for one in calibration.reliability(said, true) if one.n]

    shares, means = calibration_curve(true, said, n_bins=10)
    assert [one.right for one in bins] == pytest.approx(shares)
    assert [one.said for one in bins] == pytest.approx(means)


def test_the_expected_error_counts_a_bin_by_its_faces() -> None:
    said = np.array([0.9] * 8 + [0.6] * 2)
    right = np.array([True] * 6 + [False] * 2 + [True, False])

    error = calibration.expected_calibration_error(calibration.reliability(said, right))

    assert error == pytest.approx(0.8 * abs(0.9 - 0.75) + 0.2 * abs(0.6 - 0.5))


def test_honest_probabilities_have_no_error() -> None:
    bins = calibration.reliability(np.array([0.5, 0.5, 1.0]), np.array([True, False, True]))

    assert calibration.expected_calibration_error(bins) == 0


@pytest.mark.parametrize("classes", [2, 3])
def test_the_brier_score_is_that_of_scikit_learn(classes: int) -> None:
    labels = RNG.integers(0, classes, 60)
    probabilities = RNG.dirichlet(np.ones(classes), 60)
    theirs = brier_score_loss(labels, probabilities[:, 1] if classes == 2 else probabilities)

    assert calibration.brier_score(probabilities, labels) == pytest.approx(theirs)


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("truth", [0.5, 1.0, 2.5])
def test_the_temperature_is_what_scipy_finds(classes: int, truth: float) -> None:
    probabilities = RNG.dirichlet(np.full(classes, 0.5), 3000)
    tempered = classification.temper(probabilities, truth)
    labels = (tempered.cumsum(axis=1) < RNG.random((3000, 1))).sum(axis=1)

    found = calibration.fit_temperature(probabilities, labels)

    best = minimize_scalar(
        lambda t: classification.log_loss(classification.temper(probabilities, float(t)), labels),
        bounds=(0.1, 10),
        method="bounded",
    ).x
    assert found == pytest.approx(best, rel=1e-3)
    assert found == pytest.approx(truth, rel=0.15)


def test_right_and_certain_answers_get_the_coolest() -> None:
    found = calibration.fit_temperature(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 0]))

    assert found == pytest.approx(calibration.COOLEST)


def test_coverage_holds_back_the_least_sure_first() -> None:
    curve = calibration.coverage(np.array([0.9, 0.1, 0.5, 0.7]), np.array([True, False, False, True]))

    assert curve.share == (0.25, 0.5, 0.75, 1.0)
    assert curve.accuracy == pytest.approx((1, 1, 2 / 3, 1 / 2))


def test_equally_sure_answers_go_together() -> None:
    curve = calibration.coverage(np.array([0.9, 0.5, 0.5]), np.array([True, True, False]))

    assert curve.share == pytest.approx((1 / 3, 1))
    assert curve.accuracy == pytest.approx((1, 2 / 3))


def test_a_curve_has_few_points_and_both_ends() -> None:
    curve = calibration.coverage(RNG.random(5000), RNG.random(5000) < 0.8)

    assert len(curve.share) == calibration.POINTS
    assert (curve.share[0], curve.share[-1]) == (1 / 5000, 1.0)


def test_the_band_is_counted_within_and_outside() -> None:
    unsure = np.array([True, True, False, False, False])
    right = np.array([True, False, True, True, False])

    found = calibration.band_figures(unsure, right)

    assert (found.n, found.unsure, found.coverage) == (5, 2, 0.6)
    assert found.right_outside == pytest.approx(2 / 3)
    assert found.right_within == pytest.approx(1 / 2)


def test_a_band_without_faces_has_no_share() -> None:
    found = calibration.band_figures(np.zeros(3, bool), np.ones(3, bool))

    assert found.right_within is None
    assert found.interval_within == (0, 1)
