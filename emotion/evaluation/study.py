"""One model on one split, with everything that figures, galleries and reports are made of.

Letters: N faces, K classes, F features.
"""

from __future__ import annotations

import hashlib
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
from emotion.system import StoredFileError, arrays, cache

if TYPE_CHECKING:
    from emotion.data import Examples
    from emotion.evaluation.scores import Evaluation
    from emotion.metrics import Floats, Interval, Labels, Sweep
    from emotion.models import Predictor, Values
    from emotion.recipes import ModelInfo
    from emotion.runs import RunPaths


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


def look(
    predictor: Predictor,
    examples: Examples,
    progress: Callable[[int, int], None] | None = None,
    on: str | None = None,
) -> Study:
    """Asks a model about every face of a split, or reads what it said before, see `emotion.evaluation.network_outputs`.

    Args:
        predictor: the model.
        examples: faces whose classes the model knows; of a model that knows more, only these count.
        progress: called with the faces done and all of them.
        on: a cluster of Ray whose processes ask it.

    Raises:
        ModelError: when the model does not know a class of the examples.
        EmotionError: where the cluster cannot be asked.
    """
    info = evaluation.narrow(predictor.info, examples.classes)
    outputs = network_outputs.ask(predictor, examples.images, progress, on=on)
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


def keep_held_out(paths: RunPaths, examples: Examples, probabilities: Floats) -> None:
    """Keeps what was answered of each training face while it was held out; without room on the disk it is not kept.

    Args:
        paths: of the run whose training faces they are.
        examples: the training faces.
        probabilities: (N, K) in the order of `examples.classes`.
    """
    said = np.asarray(probabilities, np.float32)
    cache.write_arrays(paths.held_out, faces=np.array(_digests(examples), np.bytes_), probabilities=said)


def look_held_out(paths: RunPaths, predictor: Predictor, examples: Examples) -> Study | None:
    """The study of training faces, each answered while it was held out; features are those of the finished model.

    Args:
        paths: of the run.
        predictor: its model.
        examples: training faces as they are now: those that have come since are left aside, and a label that was
            corrected since counts as it is now.

    Returns:
        None where no such answers were kept, or none is about these faces.
    """
    said = _held_out(paths)
    digests = _digests(examples)
    places = [place for place, face in enumerate(digests) if face in said]
    info = evaluation.narrow(predictor.info, examples.classes)
    rows = [said[digests[place]] for place in places]
    if not rows or {len(row) for row in rows} != {len(predictor.info.classes)}:
        return None
    columns = [predictor.info.classes.index(name) for name in info.classes]
    probabilities = metrics.restrict(np.array(rows, np.float64), columns)
    examples = examples.take(np.array(places, np.int64))
    features = network_outputs.ask(predictor, examples.images).features
    return judged(predictor, info, examples, probabilities, features)


def _held_out(paths: RunPaths) -> dict[bytes, Values]:
    """By the digest of a face: the K probabilities; none where the file is missing or damaged."""
    try:
        stored = arrays.read(paths.held_out, {"faces": ("S32", "N"), "probabilities": ("float32", "N", "K")})
    except StoredFileError:
        return {}
    said = stored["probabilities"]
    return dict(zip(stored["faces"].tolist(), said, strict=True)) if arrays.are_shares(said) else {}


def _digests(examples: Examples) -> list[bytes]:
    """Of the pixels of each face: equal faces have equal answers."""
    faces = np.ascontiguousarray(examples.images)
    return [hashlib.blake2b(face, digest_size=16).hexdigest().encode() for face in faces]


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
