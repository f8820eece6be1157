"""How good a model is on faces that it has never seen, as one record of figures.

The last partial batch counts: everything is summed over all N faces and divided once.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import numpy as np

from emotion import images, metrics
from emotion.recipes import label_order, positive_class
from emotion.system import ENGLISH, ModelError, _, compact, decimal, ngettext, percent, speaking, stored

if TYPE_CHECKING:
    from emotion.data import Examples
    from emotion.metrics import Floats, Labels
    from emotion.models import Predictor
    from emotion.recipes import ModelInfo


ALL_CLASSES = ("all",)  # what stands in the place of names for every class of a model
KEPT_WITH_MODEL = ("n", "accuracy", "accuracy_interval", "auc", "loss")  # figures that travel in model.json
MACRO = ("precision", "recall", "f1", "auc")
CHUNK = 512  # faces turned to float at once: 5 MB instead of 110 MB for 12,000 of them


class _OfAClass(TypedDict):
    precision: stored.Share | None
    recall: stored.Share | None
    f1: stored.Share | None
    n: stored.Number
    auc: NotRequired[stored.Share | None]


class _Baseline(TypedDict):
    answer: str
    accuracy: stored.Share


@dataclass(frozen=True)
class Evaluation:
    """The figures of one model on one split.

    Attributes:
        n: faces.
        accuracy: share answered right; `accuracy_interval` is where that lies with 95 % confidence (Wilson).
        figures: name of each of `emotion.metrics.METRICS` → its value, None where it has none.
        confusion_matrix: counts; row = truth, column = answer, both in the order of `classes`.
        classes: names in label order; `positive` is the one that the threshold is for.
        per_class: name to {"precision", "recall", "f1", "n", "auc"}, the last of this class against the rest; a figure
            is None where it has no value. `macro` is their mean.
        baseline: {"answer", "accuracy"} of always giving the positive class.
        threshold: a probability above it was answered with the positive class (two classes only).
    """

    n: stored.Number
    loss: stored.Figure
    accuracy: stored.Share
    accuracy_interval: tuple[stored.Share, stored.Share]
    balanced_accuracy: stored.Share
    auc: stored.Share | None
    confusion_matrix: list[list[stored.Number]]
    classes: tuple[str, ...]
    positive: str
    per_class: dict[str, dict[str, Any]]
    baseline: dict[str, Any]
    threshold: stored.Share
    figures: dict[str, stored.Figure | None] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = {len(row) for row in self.confusion_matrix} | {len(self.confusion_matrix)}
        if rows != {len(self.classes)}:
            raise ValueError(_("the confusion matrix does not fit the classes"))
        stored.typed(self.per_class, dict[str, _OfAClass])
        stored.typed(self.baseline, _Baseline)
        if set(self.per_class) != set(self.classes):
            raise ValueError(_("the figures of the classes do not fit the classes"))

    def figure(self, metric: metrics.Metric) -> float | None:
        """Of a metric; None where it has no value, as in JSON from before there was one."""
        value = self.figures.get(metric.name, getattr(self, metric.name, None))
        return None if value is None else float(value)

    @property
    def macro(self) -> dict[str, float | None]:
        """Precision, recall, F1 and ROC AUC as means over the classes, each counted the same; None without any value.

        A class for which a figure has no value, such as the precision of an answer that was never given, is left out.
        """
        return {name: _mean([figures.get(name) for figures in self.per_class.values()]) for name in MACRO}

    @property
    def doubt(self) -> str:
        """Why the model has learned nothing that can be used, in words; "" where these figures do not say so.

        It answers every face with one class of several that are there, or its mean loss is above ln K, that of giving
        each of the K classes the same probability.
        """
        answered = np.asarray(self.confusion_matrix)
        if answered.sum() and np.count_nonzero(answered.sum(axis=0)) == 1 < np.count_nonzero(answered.sum(axis=1)):
            only = self.classes[int(answered.sum(axis=0).argmax())]
            return _("It answers every face with “{name}”: it has learned nothing.", name=only)
        guessing = math.log(len(self.classes))
        if not self.loss <= guessing:
            return _("Its loss of {loss} is above that of guessing ({guessing}): its probabilities mean nothing.",
                     loss=compact(self.loss, 3), guessing=decimal(guessing, 2))  # fmt: skip
        return ""

    @property
    def no_better(self) -> str:
        """Why it is no better than guessing yet, see `no_better_than_guessing`; "" where it is better."""
        return no_better_than_guessing(self.confusion_matrix, self.classes, self.accuracy, self.accuracy_interval)

    def to_json(self) -> dict[str, Any]:
        lists = {"classes": list(self.classes), "accuracy_interval": list(self.accuracy_interval)}
        with speaking(ENGLISH):  # as all sentences that are kept
            doubt = self.doubt
        return dataclasses.asdict(self) | lists | {"macro": self.macro, "doubt": doubt}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Evaluation:
        """The inverse of `to_json`; further keys, such as the epoch of a report, are left aside.

        Raises:
            ValueError: for values that are none.
        """
        return stored.typed(values, cls)


def no_better_than_guessing(
    matrix: Sequence[Sequence[int]], classes: Sequence[str], right: float, interval: tuple[float, float]
) -> str:
    """Why a score is no better yet than always giving the answer of the largest class, in a sentence.

    Args:
        matrix: counts; row = truth, column = answer.
        classes: names in the order of the rows.
        right: share answered right, with its 95 % interval, all in [0, 1].

    Returns:
        "" where the whole interval lies above the share of the largest class, and for a matrix without a face.
    """
    faces = [sum(row) for row in matrix]
    n = sum(faces)
    if not n or interval[0] > max(faces) / n:
        return ""
    share, largest = max(faces) / n, classes[faces.index(max(faces))]
    guessed = percent(share, 1)
    if right <= share:
        return _("No better than guessing yet: whoever always says “{name}” gets {share} right.",
                 name=largest, share=guessed)  # fmt: skip
    return ngettext(
        "No better than guessing yet: whoever always says “{name}” gets {share} right, and with {n} face the rest "
        "may be luck.",
        "No better than guessing yet: whoever always says “{name}” gets {share} right, and with {n} faces the rest "
        "may be luck.",
        n,
        name=largest,
        share=guessed,
    )


def asked_classes(info: ModelInfo, names: Sequence[str] = ()) -> tuple[str, ...]:
    """The classes that a person asks for, in label order.

    Args:
        info: of the model.
        names: as they were typed; none = what is asked by default, `ALL_CLASSES` = every class of the model.

    Raises:
        ConfigError: for fewer than two names, an empty one, or one named twice.
        ModelError: when the model does not know one of them.
    """
    if not names:
        return info.usual.classes
    if tuple(name.lower() for name in names) == ALL_CLASSES:
        return info.classes
    return narrow(info, label_order(names)).classes


def narrow(info: ModelInfo, classes: tuple[str, ...]) -> ModelInfo:
    """The same model when only some of its classes are asked for.

    Args:
        info: of the whole model.
        classes: names in label order.

    Raises:
        ModelError: when the model does not know one of them.
    """
    unknown = [name for name in classes if name not in info.classes]
    if unknown:
        raise ModelError(
            _(
                "This model knows only the classes {names}. Received: {unknown}. Choose among its classes, or another "
                "model.",
                names=", ".join(info.classes),
                unknown=", ".join(unknown),
            )
        )
    positive = info.positive if info.positive in classes else positive_class(classes)
    return dataclasses.replace(info, classes=classes, positive=positive)


def evaluate(probabilities: Floats, labels: Labels, info: ModelInfo) -> Evaluation:
    """Compares answers with the truth.

    Args:
        probabilities: (N, K) in the order of `info.classes`, N at least 1.
        labels: (N,) int, the true classes.
        info: classes, positive class and threshold of the model that answered.
    """
    n, positive = len(labels), info.positive_label
    answered = metrics.answers(probabilities, info.threshold, positive)
    matrix = metrics.confusion_matrix(labels, answered, len(info.classes))
    asked = metrics.Answered(probabilities, labels, matrix, positive)
    per_class = {
        name: dataclasses.asdict(metrics.class_figures(matrix, label))
        | {"auc": metrics.roc_auc(probabilities[:, label], labels == label)}
        for label, name in enumerate(info.classes)
    }
    figures = {metric.name: metric.value(asked) for metric in metrics.METRICS}
    return Evaluation(
        n=n,
        loss=metrics.log_loss(probabilities, labels),
        balanced_accuracy=figures["balanced_accuracy"] or 0.0,
        auc=figures["auc"],
        figures=figures,
        accuracy=metrics.accuracy(matrix),
        accuracy_interval=metrics.wilson_interval(int(np.trace(matrix)), n),
        confusion_matrix=matrix.tolist(),
        classes=info.classes,
        positive=info.positive,
        per_class=per_class,
        baseline={"answer": info.positive, "accuracy": float(matrix[positive].sum() / n)},
        threshold=info.threshold,
    )


def evaluate_model(
    predictor: Predictor, examples: Examples, progress: Callable[[int, int], None] | None = None
) -> tuple[Evaluation, Floats]:
    """Asks a model about every face of a split.

    Args:
        predictor: the model.
        examples: faces whose classes the model knows; of a model that knows more, only these count.
        progress: called with the faces done and all of them.

    Returns:
        The figures, and the probabilities (N, K) float32 in the order of `examples.classes`.

    Raises:
        ModelError: when the model does not know a class of the examples.
    """
    info = narrow(predictor.info, examples.classes)
    probabilities = np.empty((len(examples.labels), len(info.classes)), np.float32)
    columns = [predictor.info.classes.index(name) for name in info.classes]
    for start in range(0, len(probabilities), CHUNK):
        chunk = slice(start, start + CHUNK)
        everything = predictor.predict_classes(images.as_batch(examples.images[chunk]))
        probabilities[chunk] = _of_classes(everything, columns)
        if progress is not None:
            progress(min(start + CHUNK, len(probabilities)), len(probabilities))
    return evaluate(probabilities, examples.labels, info), probabilities


def evaluate_answers(probabilities: Floats, examples: Examples, info: ModelInfo) -> Evaluation:
    """The figures of answers that were given already.

    Args:
        probabilities: (N, K) in the order of `info.classes`.
        examples: the N faces, of some of these classes.
    """
    columns = [info.classes.index(name) for name in examples.classes]
    return evaluate(_of_classes(probabilities, columns), examples.labels, narrow(info, examples.classes))


def _mean(values: Sequence[float | None]) -> float | None:
    """Of those that have a value; None where none has."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _of_classes(probabilities: Floats, columns: list[int]) -> Floats:
    if len(columns) == probabilities.shape[1]:
        return probabilities[:, columns]
    return metrics.restrict(probabilities, columns)
