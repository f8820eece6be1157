"""One model on one split, with everything that figures, galleries and reports are made of.

Letters: N faces, K classes, F features.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from emotion import metrics
from emotion.evaluation import gallery, network_outputs
from emotion.evaluation import scores as evaluation
from emotion.metrics import thresholds
from emotion.models import answers, positive_probability, preferences

if TYPE_CHECKING:
    from emotion.data import Examples
    from emotion.evaluation.scores import Evaluation
    from emotion.metrics import Floats, Interval, Labels, Sweep
    from emotion.models import Predictor, Values
    from emotion.recipes import ModelInfo


Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Study:
    """What a model says of the faces of a split.

    Attributes:
        reference: of the model, as `load_model` understands it; `model` is its `model.tflite`.
        info: of the model, with the classes that were asked for only.
        examples: the faces with their truth.
        probabilities: (N, K) in the order of `info.classes`.
        features: (N, F) float32, what the network sees before its last layer.
        answered: (N,) labels.
        unsure: (N,) whether the answer lies in the unsure band; never with more than two classes.
        evaluation: the figures.
    """

    reference: str
    model: Path
    info: ModelInfo
    examples: Examples
    probabilities: Floats
    features: Values
    answered: Labels
    unsure: Truths
    evaluation: Evaluation

    @property
    def right(self) -> Truths:
        return self.answered == self.examples.labels

    @property
    def sureness(self) -> Floats:
        """(N,) from 0 to 1, see `gallery.sureness`."""
        return gallery.sureness(self.probabilities, self.info)

    @cached_property
    def intervals(self) -> dict[str, Interval]:
        """See `emotion.metrics.Answered`; a third of a second for 7,000 faces."""
        return metrics.Answered(
            self.probabilities, self.examples.labels, self.matrix, self.info.positive_label
        ).intervals

    @property
    def matrix(self) -> Labels:
        """The confusion matrix (K, K)."""
        return np.array(self.evaluation.confusion_matrix, dtype=np.int64)


def look(predictor: Predictor, examples: Examples, progress: Callable[[int, int], None] | None = None) -> Study:
    """Asks a model about every face of a split, or reads what it said before, see `emotion.evaluation.network_outputs`.

    Args:
        predictor: the model.
        examples: faces whose classes the model knows; of a model that knows more, only these count.
        progress: called with the faces done and all of them.

    Raises:
        ModelClassesError: when the model does not know a class of the examples.
    """
    info = evaluation.narrow(predictor.info, examples.classes)
    outputs = network_outputs.ask(predictor, examples.images, progress)
    probabilities = outputs.of_classes(predictor.info, info.classes)
    return judged(predictor, info, examples, probabilities, outputs.features)


def judged(predictor: Predictor, info: ModelInfo, examples: Examples, probabilities: Floats, features: Values) -> Study:
    """The study for probabilities (N, K) that are known already, such as with another threshold in `info`."""
    return Study(
        reference=predictor.reference,
        model=predictor.path,
        info=info,
        examples=examples,
        probabilities=probabilities,
        features=features,
        answered=metrics.answers(probabilities, info.threshold, info.positive_label),
        unsure=_unsure(probabilities, info, predictor.info),
        evaluation=evaluation.evaluate(probabilities, examples.labels, info),
    )


def _unsure(probabilities: Floats, info: ModelInfo, whole: ModelInfo) -> Truths:
    """The band is known for the model's own yes-or-no question only."""
    if set(info.classes) != set(whole.pair or ()):
        return np.zeros(len(probabilities), bool)
    return np.array([unsure for _, _, unsure in answers.judge(probabilities, info)], bool)


@dataclass(frozen=True, eq=False)
class YesOrNo:
    """The faces that the threshold is about: all of a model of two classes, the happy and sad ones of one of more.

    Attributes:
        places: (M,) indices into the N faces.
        scores: (M,) P(positive), as it is compared with the threshold.
        positive: (M,) the truth.
        negative_name, positive_name: the two classes.
    """

    places: Labels
    scores: Floats
    positive: Truths
    negative_name: str
    positive_name: str

    def sweep(self) -> Sweep:
        return thresholds.sweep(self.scores, self.positive)


def yes_or_no(study: Study) -> YesOrNo | None:
    """What the threshold is about; None for a model without a yes-or-no answer, see `ModelInfo.pair`."""
    pair = study.info.pair
    if pair is None:
        return None
    negative, positive = (study.info.classes.index(name) for name in pair)
    labels = study.examples.labels
    places = np.flatnonzero((labels == negative) | (labels == positive))
    scores = positive_probability(study.probabilities, study.info)
    return YesOrNo(places, scores[places], labels[places] == positive, *pair)


def against_rest(study: Study, label: int) -> Sweep:
    """All thresholds on the probability of one class, against all other classes."""
    return thresholds.sweep(study.probabilities[:, label], study.examples.labels == label)


def fingerprint(study: Study) -> str:
    """Changes when the network or the pixels do: 32 hex digits."""
    return network_outputs.digest_of(preferences.digest(study.model), study.examples.images)
