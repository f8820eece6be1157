"""The record of figures, by hand and through the tiny models of tests/data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import sklearn.metrics

from emotion import metrics
from emotion.data.dataset import Examples
from emotion.evaluation.report.of_a_run import EpochResult, WayOut, ways_out
from emotion.evaluation.scores import Evaluation, asked_classes, evaluate, evaluate_model, narrow
from emotion.models.predictor import load_model
from emotion.recipes.settings import ModelInfo, TrainingConfig
from emotion.system import stored
from emotion.system.errors import ConfigError, ModelError

DATA = Path(__file__).resolve().parent.parent / "data"
REQUIRED = {"n", "loss", "accuracy", "accuracy_interval", "balanced_accuracy", "auc", "confusion_matrix", "classes"}

# Ten faces: six happy (1), four sad (0); three of the sad and four of the happy are answered right at 0.5.
LABELS = np.array([1, 1, 1, 1, 1, 1, 0, 0, 0, 0])
HAPPY = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.2, 0.1, 0.3, 0.4, 0.75])
BOTH = np.stack([1 - HAPPY, HAPPY], axis=1)


def grey_examples(greys: list[int], labels: list[int], classes: tuple[str, ...] = ("sad", "happy")) -> Examples:
    images = np.tile(np.array(greys, np.uint8).reshape(-1, 1, 1), (1, 48, 48))
    files = tuple(f"test/{number}.png" for number in range(len(greys)))
    return Examples(images, np.array(labels), classes, files, (), "fingerprint")


def test_figures_of_ten_faces_by_hand() -> None:
    figures = evaluate(BOTH, LABELS, ModelInfo())

    assert figures.n == 10
    assert figures.accuracy == pytest.approx(0.7)
    assert figures.accuracy_interval == pytest.approx((0.3968, 0.8922), abs=1e-4)
    assert figures.balanced_accuracy == pytest.approx((3 / 4 + 4 / 6) / 2)
    assert figures.auc == pytest.approx(18 / 24)
    assert figures.confusion_matrix == [[3, 1], [2, 4]]
    assert figures.classes == ("sad", "happy")
    assert figures.per_class["happy"] == {"precision": 4 / 5, "recall": 4 / 6, "f1": 8 / 11, "n": 6, "auc": 18 / 24}


def test_loss_equals_scikit_learn() -> None:
    assert evaluate(BOTH, LABELS, ModelInfo()).loss == pytest.approx(sklearn.metrics.log_loss(LABELS, BOTH))


def test_baseline_always_gives_the_positive_class() -> None:
    assert evaluate(BOTH, LABELS, ModelInfo()).baseline == {"answer": "happy", "accuracy": 0.6}


def test_the_threshold_of_the_model_is_used() -> None:
    figures = evaluate(BOTH, LABELS, ModelInfo(threshold=0.75))

    assert figures.threshold == 0.75
    assert figures.confusion_matrix == [[4, 0], [4, 2]]


def test_a_single_class_has_no_auc() -> None:
    figures = evaluate(BOTH[:6], LABELS[:6], ModelInfo())

    assert figures.auc is None
    assert figures.per_class["sad"] == {"precision": 0.0, "recall": None, "f1": 0.0, "n": 0, "auc": None}


def test_more_classes_equal_scikit_learn() -> None:
    rng = np.random.default_rng(2)
    probabilities, labels = rng.dirichlet([1, 1, 1], 300), rng.integers(0, 3, 300)

    figures = evaluate(probabilities, labels, ModelInfo(classes=("angry", "happy", "sad")))

    answered = probabilities.argmax(axis=1)
    assert figures.confusion_matrix == sklearn.metrics.confusion_matrix(labels, answered).tolist()
    assert figures.accuracy == pytest.approx(sklearn.metrics.accuracy_score(labels, answered))
    assert figures.auc == pytest.approx(sklearn.metrics.roc_auc_score(labels, probabilities, multi_class="ovr"))
    assert figures.baseline == {"answer": "happy", "accuracy": pytest.approx((labels == 1).mean())}


def test_macro_figures_equal_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    probabilities, labels = rng.dirichlet([1, 1, 1, 1], 400), rng.integers(0, 4, 400)

    macro = evaluate(probabilities, labels, ModelInfo(classes=("angry", "fear", "happy", "sad"))).macro

    answered = probabilities.argmax(axis=1)
    shares = sklearn.metrics.precision_recall_fscore_support(labels, answered, average="macro")[:3]
    auc = sklearn.metrics.roc_auc_score(labels, probabilities, multi_class="ovr", average="macro")
    assert [macro[name] for name in ("precision", "recall", "f1", "auc")] == pytest.approx([*shares, auc])


def test_each_class_is_told_apart_from_the_rest() -> None:
    rng = np.random.default_rng(4)
    probabilities, labels = rng.dirichlet([1, 1, 1], 300), rng.integers(0, 3, 300)

    figures = evaluate(probabilities, labels, ModelInfo(classes=("angry", "happy", "sad")))

    expected = [sklearn.metrics.roc_auc_score(labels == label, probabilities[:, label]) for label in range(3)]
    assert [each["auc"] for each in figures.per_class.values()] == pytest.approx(expected)


def test_macro_leaves_out_what_has_no_value() -> None:
    probabilities = np.array([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.2, 0.1, 0.7]])  # nobody is called happy

    macro = evaluate(probabilities, np.array([0, 1, 2]), ModelInfo(classes=("angry", "happy", "sad"))).macro

    assert macro["precision"] == pytest.approx((1 / 2 + 1) / 2)
    assert macro["recall"] == pytest.approx(2 / 3)
    assert macro["f1"] == pytest.approx((2 / 3 + 0 + 1) / 3)


def test_json_has_what_others_rely_on() -> None:
    written = json.loads(json.dumps(evaluate(BOTH, LABELS, ModelInfo()).to_json(), allow_nan=False))

    assert set(written) >= REQUIRED
    assert written["classes"] == ["sad", "happy"]
    assert written["confusion_matrix"] == [[3, 1], [2, 4]]


@pytest.mark.parametrize("count", [10, 6])
def test_json_comes_back_the_same(count: int) -> None:
    figures = evaluate(BOTH[:count], LABELS[:count], ModelInfo())

    again = Evaluation.from_json(json.loads(json.dumps(figures.to_json() | {"epoch": 3})))

    assert again == figures


def test_reads_figures_from_before_there_were_macro_ones() -> None:
    written = evaluate(BOTH, LABELS, ModelInfo()).to_json()
    del written["macro"]
    for figures in written["per_class"].values():
        del figures["auc"]

    old = Evaluation.from_json(written)

    assert old.macro["auc"] is None
    assert old.macro["recall"] == pytest.approx(old.balanced_accuracy)


def test_a_model_is_asked_about_every_face() -> None:
    greys = [0, 255] * 700
    told: list[tuple[int, int]] = []

    figures, probabilities = evaluate_model(
        load_model(DATA / "brightness"),
        grey_examples(greys, [0, 1] * 699 + [1, 1]),
        progress=lambda done, total: told.append((done, total)),
    )

    assert figures.n == 1400
    assert figures.confusion_matrix == [[699, 0], [1, 700]]
    assert probabilities.shape == (1400, 2)
    assert told == [(512, 1400), (1024, 1400), (1400, 1400)]


def test_a_model_of_more_classes_is_asked_for_two() -> None:
    figures, probabilities = evaluate_model(load_model(DATA / "three_classes"), grey_examples([0, 255], [0, 1]))

    assert figures.classes == ("sad", "happy")
    assert figures.confusion_matrix == [[1, 0], [0, 1]]
    assert probabilities[1, 1] == pytest.approx(1 / (1 + np.exp(-8)), abs=1e-5)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(2))


def test_a_model_of_more_classes_is_asked_for_all() -> None:
    examples = grey_examples([0, 128, 255], [2, 0, 1], ("angry", "happy", "sad"))

    figures, probabilities = evaluate_model(load_model(DATA / "three_classes"), examples)

    assert figures.n == 3
    assert probabilities.shape == (3, 3)
    assert figures.per_class["angry"]["n"] == 1


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), ("sad", "happy")),
        (("all",), ("angry", "happy", "sad")),
        (("All",), ("angry", "happy", "sad")),
        (("happy", "sad"), ("sad", "happy")),
        (("Happy", "ANGRY"), ("angry", "happy")),
        (("sad", "happy", "angry"), ("sad", "happy", "angry")),
    ],
)
def test_finds_the_classes_that_are_asked_for(names: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert asked_classes(ModelInfo(classes=("angry", "happy", "sad")), names) == expected


def test_a_wrong_name_is_told_with_the_right_ones() -> None:
    with pytest.raises(ModelError, match=r"knows only the classes sad, happy\. Received: furious\. Choose"):
        asked_classes(ModelInfo(), ("happy", "furious"))


@pytest.mark.parametrize("names", [("happy",), ("happy", "happy"), ("happy", ""), ("",)])
def test_refuses_to_ask_for_less_than_two_classes(names: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="two or more different names"):
        asked_classes(ModelInfo(), names)


def test_refuses_a_class_the_model_does_not_know() -> None:
    with pytest.raises(ModelError, match=r"knows only the classes sad, happy\. Received: fear"):
        evaluate_model(load_model(DATA / "brightness"), grey_examples([0], [0], ("fear", "happy")))


def test_narrowing_keeps_the_threshold() -> None:
    info = narrow(ModelInfo(classes=("angry", "happy", "sad"), threshold=0.6), ("sad", "happy"))

    assert (info.classes, info.positive, info.threshold) == (("sad", "happy"), "happy", 0.6)


def test_narrowing_without_happy_takes_label_one() -> None:
    info = narrow(ModelInfo(classes=("angry", "happy", "sad")), ("sad", "angry"))

    assert info.positive == "angry"


@pytest.mark.parametrize(
    ("classes", "positive", "expected"),
    [
        (("sad", "happy"), "happy", ("sad", "happy")),
        (("no", "yes"), "yes", ("no", "yes")),
        (("angry", "happy", "sad"), "happy", ("sad", "happy")),
        (("cat", "dog", "owl"), "cat", ("cat", "dog", "owl")),
    ],
)
def test_more_classes_are_evaluated_on_happy_and_sad(
    classes: tuple[str, ...], positive: str, expected: tuple[str, ...]
) -> None:
    assert asked_classes(ModelInfo(classes=classes, positive=positive)) == expected


def test_one_answer_for_all_faces_is_said() -> None:
    always = np.tile([0.2, 0.8], (10, 1))

    assert evaluate(always, LABELS, ModelInfo()).doubt == "It answers every face with “happy”: it has learned nothing."


def test_a_loss_above_that_of_guessing_is_said() -> None:
    sure = np.where(HAPPY > 0.5, 1 - 1e-9, 1e-9)

    doubt = evaluate(np.stack([1 - sure, sure], axis=1), LABELS, ModelInfo()).doubt

    assert "is above that of guessing (0.69)" in doubt


def test_usual_figures_raise_no_doubt() -> None:
    figures = evaluate(BOTH, LABELS, ModelInfo())

    assert figures.doubt == figures.to_json()["doubt"] == ""


def score_of(matrix: list[list[int]], **beside: object) -> EpochResult:
    """What a report keeps of a test of two classes with this matrix."""
    right, n = matrix[0][0] + matrix[1][1], sum(map(sum, matrix))
    figures = {"n": n, "accuracy": right / n, "accuracy_interval": metrics.wilson_interval(right, n)}
    return stored.typed(figures | {"confusion_matrix": matrix, "classes": ("sad", "happy")} | beside, EpochResult)


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ([[3, 1], [2, 2]], "whoever always says “sad” gets 50.0 % right, and with 8 faces the rest may be luck."),
        ([[0, 1], [2, 5]], "whoever always says “happy” gets 87.5 % right."),
        ([[40, 10], [12, 38]], ""),
    ],
)
def test_a_score_whose_interval_covers_one_answer_for_all_is_no_better_than_guessing(
    matrix: list[list[int]], expected: str
) -> None:
    said = score_of(matrix).no_better.replace("\N{NO-BREAK SPACE}", " ")

    assert said == (f"No better than guessing yet: {expected}" if expected else "")


def test_a_score_of_long_ago_without_a_matrix_is_not_called_guessing() -> None:
    assert score_of([[3, 1], [2, 2]], confusion_matrix=[], classes=()).no_better == ""


@pytest.mark.parametrize(
    ("faces", "start", "expected"),
    [
        (4, "", (WayOut.PICTURES, WayOut.TRANSFER, WayOut.CHECK)),
        (400, "", (WayOut.TRANSFER, WayOut.CHECK, WayOut.PICTURES)),
        (400, "pretrained", (WayOut.CHECK, WayOut.PICTURES)),
    ],
)
def test_few_faces_want_more_and_many_want_another_beginning(
    faces: int, start: str, expected: tuple[WayOut, ...]
) -> None:
    half = faces // 2

    assert ways_out(score_of([[half, half], [half, half]]), TrainingConfig(start_from=start)) == expected


def test_a_result_better_than_guessing_needs_no_remedy() -> None:
    assert ways_out(score_of([[40, 10], [12, 38]]), TrainingConfig()) == ()
