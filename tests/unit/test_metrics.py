"""Figures against counts done by hand, and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics

from emotion.metrics import classification

# Ten faces: six happy (1), four sad (0). At 0.5 the answers are right for 0, 1, 2, 3 (happy) and 6, 7, 8 (sad).
LABELS = np.array([1, 1, 1, 1, 1, 1, 0, 0, 0, 0])
HAPPY = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.2, 0.1, 0.3, 0.4, 0.75])
BOTH = np.stack([1 - HAPPY, HAPPY], axis=1)
MATRIX = np.array([[3, 1], [2, 4]])


def random_three_classes(count: int = 400) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    return rng.dirichlet([1, 2, 1], count), rng.integers(0, 3, count)


def test_a_probability_at_the_threshold_is_negative() -> None:
    decided = classification.decide(np.array([0.69, 0.7, 0.71]), 0.7)

    assert decided.tolist() == [False, False, True]


def test_two_classes_are_answered_by_threshold() -> None:
    answered = classification.answers(BOTH, threshold=0.65)

    assert answered.tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 0, 1]


def test_the_positive_class_may_be_label_zero() -> None:
    answered = classification.answers(np.array([[0.8, 0.2], [0.6, 0.4]]), threshold=0.7, positive=0)

    assert answered.tolist() == [0, 1]


def test_more_classes_are_answered_by_the_likeliest() -> None:
    answered = classification.answers(np.array([[0.2, 0.3, 0.5], [0.4, 0.35, 0.25]]), threshold=0.9)

    assert answered.tolist() == [2, 0]


def test_fewer_classes_share_the_whole() -> None:
    seven = np.array([[0.1, 0.3, 0.6], [0.5, 0.25, 0.25]])

    pair = classification.restrict(seven, (2, 1))

    assert pair == pytest.approx(np.array([[2 / 3, 1 / 3], [0.5, 0.5]]))


def test_impossible_classes_share_equally() -> None:
    pair = classification.restrict(np.array([[1.0, 0.0, 0.0]]), (1, 2))

    assert pair.tolist() == [[0.5, 0.5]]


def test_temperature_one_changes_nothing() -> None:
    assert classification.temper(BOTH, 1.0) is BOTH


@pytest.mark.parametrize("temperature", [0.5, 2.0, 3.0])
def test_temperature_divides_the_binary_logit(temperature: float) -> None:
    logits = np.log(HAPPY / (1 - HAPPY))

    tempered = classification.temper(BOTH, temperature)

    assert tempered[:, 1] == pytest.approx(1 / (1 + np.exp(-logits / temperature)))


def test_temperature_divides_all_logits_of_a_softmax() -> None:
    logits = np.array([[2.0, 0.0, -1.0]])
    softmax = np.exp(logits) / np.exp(logits).sum()
    expected = np.exp(logits / 4) / np.exp(logits / 4).sum()

    assert classification.temper(softmax, 4.0) == pytest.approx(expected)


def test_temperature_survives_certain_answers() -> None:
    tempered = classification.temper(np.array([[0.0, 1.0]], dtype=np.float32), 2.0)

    assert np.isfinite(tempered).all()
    assert tempered.dtype == np.float32
    assert tempered[0, 1] > 0.99


def test_loss_of_two_faces_by_hand() -> None:
    loss = classification.log_loss(np.array([[0.25, 0.75], [0.5, 0.5]]), np.array([1, 0]))

    assert loss == pytest.approx((-np.log(0.75) - np.log(0.5)) / 2)


def test_loss_of_a_certain_error_is_finite() -> None:
    loss = classification.log_loss(np.array([[1.0, 0.0]], dtype=np.float32), np.array([1]))

    assert loss == pytest.approx(-np.log(1e-7))


def test_loss_equals_scikit_learn() -> None:
    probabilities, labels = random_three_classes()

    assert classification.log_loss(probabilities, labels) == pytest.approx(
        sklearn.metrics.log_loss(labels, probabilities)
    )


def test_matrix_has_truth_in_rows() -> None:
    matrix = classification.confusion_matrix(LABELS, classification.answers(BOTH), 2)

    assert matrix.tolist() == MATRIX.tolist()


def test_matrix_keeps_classes_without_faces() -> None:
    matrix = classification.confusion_matrix(np.array([0, 0]), np.array([0, 1]), 3)

    assert matrix.tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 0]]


def test_accuracy_counts_the_diagonal() -> None:
    assert classification.accuracy(MATRIX) == pytest.approx(0.7)


def test_figures_of_a_class_by_hand() -> None:
    figures = classification.class_figures(MATRIX, 1)

    assert figures == classification.ClassFigures(precision=4 / 5, recall=4 / 6, f1=8 / 11, n=6)


def test_an_answer_never_given_has_no_precision() -> None:
    figures = classification.class_figures(np.array([[4, 0], [6, 0]]), 1)

    assert figures == classification.ClassFigures(precision=None, recall=0.0, f1=0.0, n=6)


def test_a_class_without_faces_has_no_recall() -> None:
    figures = classification.class_figures(np.array([[4, 0], [0, 0]]), 1)

    assert figures == classification.ClassFigures(precision=None, recall=None, f1=None, n=0)


def test_class_figures_equal_scikit_learn() -> None:
    probabilities, labels = random_three_classes()
    answered = classification.answers(probabilities)
    expected = sklearn.metrics.precision_recall_fscore_support(labels, answered)

    figures = [
        classification.class_figures(classification.confusion_matrix(labels, answered, 3), label) for label in range(3)
    ]

    assert [(f.precision, f.recall, f.f1, f.n) for f in figures] == [
        pytest.approx(row) for row in zip(*expected, strict=True)
    ]


def test_balanced_accuracy_is_the_mean_recall() -> None:
    assert classification.balanced_accuracy(MATRIX) == pytest.approx((3 / 4 + 4 / 6) / 2)


def test_balanced_accuracy_passes_over_absent_classes() -> None:
    assert classification.balanced_accuracy(np.array([[3, 1], [0, 0]])) == pytest.approx(0.75)


def test_balanced_accuracy_equals_scikit_learn() -> None:
    probabilities, labels = random_three_classes()
    answered = classification.answers(probabilities)

    value = classification.balanced_accuracy(classification.confusion_matrix(labels, answered, 3))

    assert value == pytest.approx(sklearn.metrics.balanced_accuracy_score(labels, answered))


@pytest.mark.parametrize(
    ("right", "n", "expected"),
    [
        (81, 263, (0.2553, 0.3662)),  # Newcombe 1998, table I, method 3
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
        (20, 20, (0.8389, 1.0)),
    ],
)
def test_wilson_interval_equals_published_values(right: int, n: int, expected: tuple[float, float]) -> None:
    assert classification.wilson_interval(right, n) == pytest.approx(expected, abs=5e-5)


def test_nothing_measured_leaves_all_open() -> None:
    assert classification.wilson_interval(0, 0) == (0.0, 1.0)


def test_a_higher_level_widens_the_interval() -> None:
    low, high = classification.wilson_interval(70, 100, level=0.95)

    wider_low, wider_high = classification.wilson_interval(70, 100, level=0.99)

    assert wider_low < low < 0.7 < high < wider_high


def test_auc_counts_the_pairs_in_order() -> None:
    # 24 pairs; of the sad ones 0.1 loses to all six, 0.3 and 0.4 to five each, 0.75 to two.
    assert classification.roc_auc(HAPPY, LABELS == 1) == pytest.approx((6 + 5 + 5 + 2) / 24)


def test_ties_count_half_in_auc() -> None:
    scores, positive = np.array([0.5, 0.5, 0.5]), np.array([True, False, False])

    assert classification.roc_auc(scores, positive) == 0.5


@pytest.mark.parametrize("positive", [[True, True], [False, False], []])
def test_auc_needs_both_kinds(positive: list[bool]) -> None:
    assert classification.roc_auc(np.full(len(positive), 0.5), np.array(positive, dtype=bool)) is None


def test_auc_with_many_ties_equals_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    scores, positive = rng.integers(0, 20, 500) / 20, rng.random(500) < 0.3

    assert classification.roc_auc(scores, positive) == pytest.approx(sklearn.metrics.roc_auc_score(positive, scores))


def test_mean_auc_equals_scikit_learn() -> None:
    probabilities, labels = random_three_classes()

    expected = sklearn.metrics.roc_auc_score(labels, probabilities, multi_class="ovr")

    assert classification.mean_auc(probabilities, labels) == pytest.approx(expected)


def test_mean_auc_of_two_classes_is_the_auc() -> None:
    assert classification.mean_auc(BOTH, LABELS) == pytest.approx(classification.roc_auc(HAPPY, LABELS == 1))


def test_mean_auc_is_none_for_one_class() -> None:
    assert classification.mean_auc(BOTH[:3], LABELS[:3]) is None


def answered(*groups: tuple[float, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Faces as (probability, how many, how many of them are right): probabilities and the truth."""
    probabilities = np.concatenate([np.full(n, p) for p, n, _ in groups])
    right = np.concatenate([np.arange(n) < of_them for _, n, of_them in groups])
    return probabilities, right == (probabilities > 0.5)


GOOD_BELOW = (0.1, 60, 60)


@pytest.mark.parametrize(("right", "high"), [(84, 0.6), (85, 0.5), (86, 0.5)])
def test_unsure_is_where_fewer_than_85_percent_are_right(right: int, high: float) -> None:
    band = classification.unsure_band(*answered(GOOD_BELOW, (0.6, 100, right), (0.9, 100, 95)))

    assert band == pytest.approx((0.5, high))


def test_the_band_has_its_own_reach_on_each_side() -> None:
    band = classification.unsure_band(
        *answered((0.1, 90, 85), (0.2, 60, 30), (0.45, 60, 35), (0.55, 60, 40), (0.7, 60, 55), (0.9, 90, 89))
    )

    assert band == pytest.approx((0.2, 0.55))


def test_a_lucky_stretch_does_not_end_the_band() -> None:
    band = classification.unsure_band(*answered(GOOD_BELOW, (0.6, 30, 26), (0.7, 70, 45), (0.9, 90, 88)))

    assert band == pytest.approx((0.5, 0.7))


def test_one_mistake_far_out_does_not_widen_the_band() -> None:
    band = classification.unsure_band(*answered(GOOD_BELOW, (0.6, 60, 30), (0.8, 90, 85), (0.99, 1, 0)))

    assert band == pytest.approx((0.5, 0.6))


@pytest.mark.parametrize(("count", "high"), [(49, 0.5), (50, 1.0), (51, 1.0)])
def test_too_few_answers_have_no_band(count: int, high: float) -> None:
    assert classification.unsure_band(*answered(GOOD_BELOW, (0.7, count, 20))) == (0.5, high)


@pytest.mark.parametrize(("count", "high"), [(19, 1.0), (20, 0.7), (21, 0.7)])
def test_few_sure_answers_do_not_end_the_band(count: int, high: float) -> None:
    band = classification.unsure_band(*answered(GOOD_BELOW, (0.7, 100, 70), (0.95, count, count)))

    assert band == pytest.approx((0.5, high))


def test_a_perfect_model_needs_no_band() -> None:
    assert classification.unsure_band(*answered(GOOD_BELOW, (0.6, 60, 60))) == (0.5, 0.5)


def test_no_faces_have_no_band() -> None:
    assert classification.unsure_band(np.empty(0), np.empty(0, dtype=bool), threshold=0.3) == (0.3, 0.3)


def test_the_band_lies_around_its_threshold() -> None:
    probabilities, positive = answered(GOOD_BELOW, (0.6, 60, 30), (0.9, 60, 59))

    low, high = classification.unsure_band(probabilities, positive, threshold=0.55)

    assert (low, high) == pytest.approx((0.55, 0.6))


def test_rising_fit_equals_scikit_learn() -> None:
    from sklearn.isotonic import isotonic_regression

    rng = np.random.default_rng(4)
    values, weights = rng.random(200) + np.linspace(0, 1, 200), rng.integers(1, 9, 200)

    assert classification.rising_fit(values, weights) == pytest.approx(
        isotonic_regression(values, sample_weight=weights)
    )
