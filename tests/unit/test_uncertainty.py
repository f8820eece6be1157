"""Bootstrap intervals, checked by hand, against scikit-learn and against SciPy's own bootstrap."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from emotion.metrics import bootstrap

RNG = np.random.default_rng(7)
LABELS = np.repeat([0, 1], [90, 60])
SCORES = np.clip(RNG.normal(0.4 + 0.25 * LABELS, 0.2), 0, 1).round(2)  # rounded: there are ties
BOTH = np.stack([1 - SCORES, SCORES], axis=1)
MATRIX = np.array([[50, 10, 0], [5, 20, 5], [0, 1, 9]])


def answers_of(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Labels and answers that have this confusion matrix."""
    truth, answer = np.divmod(np.repeat(np.arange(matrix.size), matrix.ravel()), len(matrix))
    return truth, answer


def test_f1_is_that_of_scikit_learn() -> None:
    truth, answer = answers_of(MATRIX)

    found = bootstrap.matrix_intervals(MATRIX, drawings=10)

    assert [found[f"f1 {k}"].value for k in range(3)] == pytest.approx(sk.f1_score(truth, answer, average=None))
    assert found["macro_f1"].value == pytest.approx(sk.f1_score(truth, answer, average="macro"))
    assert found["balanced_accuracy"].value == pytest.approx(sk.balanced_accuracy_score(truth, answer))


def test_drawn_matrices_keep_every_class_as_large() -> None:
    drawn = bootstrap.drawn_matrices(MATRIX, drawings=50)

    assert drawn.shape == (50, 3, 3)
    assert (drawn.sum(axis=2) == MATRIX.sum(axis=1)).all()


def test_the_same_seed_draws_the_same() -> None:
    first, again, other = (bootstrap.drawn_matrices(MATRIX, 5, seed) for seed in (1, 1, 2))

    assert (first == again).all()
    assert (first != other).any()


def test_a_cell_without_faces_stays_empty() -> None:
    drawn = bootstrap.drawn_matrices(MATRIX, drawings=200)

    assert drawn[:, 0, 2].max() == 0


def test_a_perfect_model_has_no_width() -> None:
    found = bootstrap.matrix_intervals(np.diag([4, 6]))["macro_f1"]

    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)


def test_a_class_that_is_nowhere_has_no_f1() -> None:
    found = bootstrap.matrix_intervals(np.array([[3, 1, 0], [1, 3, 0], [0, 0, 0]]))

    assert found["f1 2"] == bootstrap.Interval(None, None, None)
    assert found["macro_f1"].value == pytest.approx(0.75)


def test_the_f1_interval_agrees_with_scipy() -> None:
    truth, answer = answers_of(np.array([[70, 20], [15, 45]]))

    def f1(sad: np.ndarray, happy: np.ndarray, axis: int = -1) -> np.ndarray:
        hit = happy.sum(axis=axis)
        return 2 * hit / (hit + sad.sum(axis=axis) + happy.shape[axis])

    theirs = stats.bootstrap(
        (answer[truth == 0], answer[truth == 1]), f1, vectorized=True, n_resamples=9999, method="percentile", rng=1
    ).confidence_interval
    ours = bootstrap.matrix_intervals(np.array([[70, 20], [15, 45]]), drawings=9999)["f1 1"]

    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.006)


def test_auc_is_that_of_scikit_learn() -> None:
    found = bootstrap.auc_interval(BOTH, LABELS, 1, drawings=10)

    assert found.value == pytest.approx(sk.roc_auc_score(LABELS, SCORES))


def test_the_auc_interval_agrees_with_scipy() -> None:
    def auc(sad: np.ndarray, happy: np.ndarray, axis: int) -> np.ndarray:
        pairs = sad.shape[axis] * happy.shape[axis]
        return stats.mannwhitneyu(happy, sad, axis=axis).statistic / pairs  # the AUC is the share of pairs in order

    drawn = stats.bootstrap((SCORES[:90], SCORES[90:]), auc, n_resamples=1500, method="percentile", rng=1)
    theirs = drawn.confidence_interval
    ours = bootstrap.auc_interval(BOTH, LABELS, 1, drawings=4000)

    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.01)


def test_the_auc_interval_holds_what_hanley_and_mcneil_expect() -> None:
    found = bootstrap.auc_interval(BOTH, LABELS, 1)

    a = found.value
    first, second = a / (2 - a), 2 * a * a / (1 + a)
    error = np.sqrt((a * (1 - a) + 59 * (first - a * a) + 89 * (second - a * a)) / (60 * 90))
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.15)


def test_more_classes_have_the_mean_of_each_against_the_rest() -> None:
    labels = RNG.integers(0, 3, 200)
    probabilities = RNG.dirichlet(np.ones(3), 200)

    found = bootstrap.auc_interval(probabilities, labels, 0, drawings=200)

    assert found.value == pytest.approx(sk.roc_auc_score(labels, probabilities, multi_class="ovr"))
    assert found.low < found.value < found.high


def test_one_class_alone_has_no_auc() -> None:
    found = bootstrap.auc_interval(BOTH[:5], np.zeros(5, np.int64), 1)

    assert found == bootstrap.Interval(None, None, None)


def test_many_parts_draw_like_one(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = bootstrap.auc_interval(BOTH, LABELS, 1, drawings=400)
    monkeypatch.setattr(bootstrap, "ROOM", 3 * len(LABELS))

    parts = bootstrap.auc_interval(BOTH, LABELS, 1, drawings=400)

    assert (parts.low, parts.high) == pytest.approx((whole.low, whole.high), abs=0.02)


def test_a_model_does_not_differ_from_itself() -> None:
    found = bootstrap.auc_difference(BOTH, BOTH, LABELS, 1, drawings=50)

    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_the_difference_of_auc_uses_the_same_faces() -> None:
    better = np.clip(SCORES + np.where(LABELS == 1, 0.05, -0.05), 0, 1)
    other = np.stack([1 - better, better], axis=1)

    found = bootstrap.auc_difference(BOTH, other, LABELS, 1, drawings=500)

    assert found.value == pytest.approx(sk.roc_auc_score(LABELS, better) - sk.roc_auc_score(LABELS, SCORES))
    apart = bootstrap.auc_interval(BOTH, LABELS, 1, drawings=500)
    assert 0 < found.low < found.high
    assert found.high - found.low < apart.high - apart.low


def test_the_difference_of_f1_is_that_of_scikit_learn() -> None:
    truth, first = answers_of(MATRIX)
    second = np.where(RNG.random(len(truth)) < 0.3, truth, first)

    found = bootstrap.macro_f1_difference(truth, first, second, 3, drawings=500)

    expected = sk.f1_score(truth, second, average="macro") - sk.f1_score(truth, first, average="macro")
    assert found.value == pytest.approx(expected)
    assert found.low < expected < found.high
