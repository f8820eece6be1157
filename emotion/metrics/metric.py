"""The figures of a model on a split that stand in one number: each is registered once, in `METRICS`.

Evaluations and their JSON, the page Evaluate, the command line and the report go through `METRICS`.
Letters: N faces, K classes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from emotion.metrics.bootstrap import Interval, auc_interval, macro_f1, matrix_intervals
from emotion.metrics.classification import Floats, Labels, balanced_accuracy, log_loss, mean_auc, roc_auc
from emotion.system import N_, _, decimal, percent


@dataclass(frozen=True, eq=False)
class Answered:
    """The answers that a metric measures.

    Attributes:
        probabilities: (N, K).
        labels: (N,) the truth.
        matrix: the confusion matrix (K, K) of the answers; rows are the truth.
        positive: label of the class that the threshold is for.
    """

    probabilities: Floats
    labels: Labels
    matrix: Labels
    positive: int

    @cached_property
    def matrix_intervals(self) -> dict[str, Interval]:
        return matrix_intervals(self.matrix)

    @cached_property
    def intervals(self) -> dict[str, Interval]:
        """Of each metric that has one, by its name, and of "f1 0" to "f1 K-1", the F1 of each class by label."""
        own = {metric.name: metric.interval(self) for metric in METRICS if metric.interval}
        return self.matrix_intervals | own


@dataclass(frozen=True)
class Metric:
    """One figure.

    Attributes:
        name: of its value in JSON.
        title: for a person, to be said by `_`, as `term_of_many`; `term` is the field's own word.
        says: names of the classes, the positive one → what it means, in a sentence for a person.
        value: None where it has none, as where only one class is there.
        interval: where it may truly lie with 95 % confidence; None: not told.
        written: how the command line writes it.
        is_share: whether pages and the report write it as a percentage.
        of_many: words of the command line on how it is meant with more than two classes; `term_of_many` is what pages
            say then in the place of the term, where that is something else.
        for_two: whether pages and the command line say it of two classes too; the report always does.
    """

    name: str
    title: str
    term: str
    says: Callable[[tuple[str, ...], str], str]
    value: Callable[[Answered], float | None]
    interval: Callable[[Answered], Interval] | None = None
    written: str = ".1%"
    is_share: bool = True
    of_many: str = ""
    term_of_many: str = ""
    for_two: bool = True

    def told(self, value: float) -> str:
        """A value as the command line writes it."""
        digits = int(self.written[1:-1])
        return percent(value, digits, gap="") if self.written.endswith("%") else decimal(value, digits)


def _macro_f1(answered: Answered) -> float | None:
    value = float(macro_f1(answered.matrix))
    return None if math.isnan(value) else value


def _auc(answered: Answered) -> float | None:
    if answered.probabilities.shape[1] > 2:
        return mean_auc(answered.probabilities, answered.labels)
    return roc_auc(answered.probabilities[:, answered.positive], answered.labels == answered.positive)


def _auc_says(classes: tuple[str, ...], positive: str) -> str:
    if len(classes) == 2:
        return _("Take one {name} face and one other: so often the right one gets the higher probability. 50 % is "
                 "guessing", name=positive)  # fmt: skip
    return _("Take one face of a class and one of the rest: so often the right one gets the higher probability. 50 % "
             "is guessing")  # fmt: skip


def _loss_says(classes: tuple[str, ...], positive: str) -> str:
    guessing = decimal(math.log(len(classes)), 2)
    if len(classes) == 2:
        return _("How far its probabilities lie from the truth; sure and wrong costs most. 0 is perfect; a coin toss "
                 "has {loss}", loss=guessing)  # fmt: skip
    return _("How far its probabilities lie from the truth; sure and wrong costs most. 0 is perfect; the same for "
             "every class has {loss}", loss=guessing)  # fmt: skip


METRICS = (
    Metric(
        "balanced_accuracy",
        N_("Every class counted the same"),
        N_("balanced accuracy"),
        says=lambda classes, positive: _(
            "The share got right in each class, averaged, so that a large class cannot hide a small one"
        ),
        value=lambda answered: balanced_accuracy(answered.matrix),
        interval=lambda answered: answered.matrix_intervals["balanced_accuracy"],
    ),
    Metric(
        "macro_f1",
        N_("Found and trusted in one"),
        "macro F1",
        says=lambda classes, positive: _(
            "How many of a class are found and how far its name can be trusted, in one, averaged over the classes"
        ),
        value=_macro_f1,
        interval=lambda answered: answered.matrix_intervals["macro_f1"],
        for_two=False,
    ),
    Metric(
        "auc",
        N_("Told apart"),
        N_("ROC AUC"),
        says=_auc_says,
        value=_auc,
        interval=lambda answered: auc_interval(answered.probabilities, answered.labels, answered.positive),
        written=".3f",
        of_many=N_("mean of each class against the rest"),
        term_of_many=N_("ROC AUC, one against the rest, averaged"),
    ),
    Metric(
        "loss",
        N_("How far off it is"),
        "loss",
        says=_loss_says,
        value=lambda answered: log_loss(answered.probabilities, answered.labels),
        written=".4f",
        is_share=False,
    ),
)


def shown_metrics(classes: int) -> list[Metric]:
    """Those that pages and the command line say of a model with so many classes."""
    return [metric for metric in METRICS if classes > 2 or metric.for_two]
