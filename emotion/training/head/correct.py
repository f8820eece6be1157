"""What corrections change, at once and in memory: the last layer moves as little as makes the corrected faces right.

Faces that the model has learned from hold it: they are to be answered as the model answers them now, not as their
folders say, so that nothing is learned but the corrections. Measured on FER-2013 with a model that was shipped before,
five faces of the test that it got wrong: held by the folders' labels 1.2 of the 5 became right, and 0.8 points of the
others were lost (12 draws); held by its own answers 2.8 of 5 and 0.4 points (20 draws; 12 of these lost half a point at
most). With the shipped model, which sees twice as much in a face, 4.7 of 5 and 0.24 points; 18 of 20 draws lost half a
point at most (`bench/few_pictures.py correct`).
Letters: N faces, F features, K classes.
"""

from __future__ import annotations

import bisect
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from emotion import evaluation, metrics
from emotion.data import dataset, identical_groups, resolve, scan
from emotion.evaluation import network_outputs
from emotion.images import as_batch
from emotion.models import Predictor, load_model
from emotion.system import ModelError, _
from emotion.training import before_after, start_from
from emotion.training.head import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotion.data import Examples
    from emotion.evaluation.network_outputs import Outputs
    from emotion.metrics import Comparison, Floats, Right
    from emotion.models import Faces, Values
    from emotion.training.before_after import LayerChange

    Tell = Callable[[str, float], None]

HELD = 1000  # faces that hold the model; together they count as 2,000
COUNTED = 2000.0
# Of a correction; the smallest that makes all of them right, else the last: the more a correction counts, the more
# it costs. With 1, 2 and 3 alone, five corrections cost 0.34 points in place of 0.27 (10 draws).
WEIGHTS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
MOST_LOST = 0.005  # share of the test faces; when more is lost, it is better not kept


@dataclass(frozen=True, eq=False)
class Ground:
    """What a model says of faces that are not the person's, worked out once.

    Attributes:
        base: the model.
        data: what it has learned from, as `TrainingConfig.data`.
        held: its answers about faces that it has learned from.
        test: the test split of its usual question, and its answers about these.
    """

    base: Predictor
    data: str
    held: Outputs
    test: Examples
    answers: Outputs


@dataclass(frozen=True, eq=False)
class Effect:
    """What the corrections change.

    Attributes:
        predictor: the model after them, in memory.
        change: of its last layer.
        test: the test split before and after, without faces that were corrected themselves.
        evaluations: the figures of both on it.
    """

    predictor: Predictor
    change: LayerChange
    test: Comparison
    evaluations: tuple[evaluation.Evaluation, evaluation.Evaluation]

    @property
    def costs_too_much(self) -> bool:
        """Whether more than half a point of the test faces is lost."""
        return self.test.difference < -MOST_LOST

    @property
    def added(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What the last layer gets beside what it has: weights (F, K) on the features as they are, and a bias (K,)."""
        weights = self.change.weights[:-1] / self.change.scale[:, np.newaxis]
        bias = self.change.weights[-1] - self.change.mean @ weights
        return weights.astype(np.float32), bias.astype(np.float32)

    def network(self) -> bytes:
        """A whole `model.tflite` that answers the same, the temperature aside.

        Raises:
            ModelError: when the model's file is gone or of another kind.
        """
        path = self.predictor.path
        try:
            return fold.adjust(path.read_bytes(), *self.added)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError.of_file(path, _("its last layer cannot be changed")) from error


class CorrectedPredictor(Predictor):
    """A model whose last layer was changed, in memory. Its `path` is that of the model before."""

    def __init__(self, base: Predictor, change: LayerChange) -> None:
        self.base, self.change = base, change
        self.info, self.path, self.reference = base.info, base.path, ""

    def _run(self, faces: Faces, *outputs: str) -> list[Values]:
        probabilities, features = self.base.outputs(faces)
        after = self.change.answer(features, probabilities).astype(np.float32)
        given = {"features": features, "probability": after[:, 1:] if after.shape[1] == 2 else after}
        return [given[name] for name in outputs]


@functools.lru_cache(maxsize=2)
def ground(reference: str, changed: int = 0) -> Ground | None:
    """What is needed to tell at once what a correction costs; some seconds the first time, later read from the disk.

    Args:
        reference: of the model, as `load_model` takes it.
        changed: tells the model from what it was before it was resumed or adjusted.

    Returns:
        None where what the model has learned from is not on this computer.

    Raises:
        ModelError, DataError: what is wrong with the model or its data.
    """
    data = start_from.old_data(reference)
    if data is None:
        return None
    return ground_on(load_model(reference), data)


def ground_on(base: Predictor, data: str) -> Ground:
    """The same for a model whose data is known.

    Args:
        base: the model.
        data: what it has learned from, as `TrainingConfig.data`.

    Raises:
        DataError: what is wrong with the data.
    """
    listing = scan(resolve(data))
    held = dataset.samples(listing, "train", base.info.classes, HELD)
    test = dataset.load(listing, "test", base.info.usual.classes)
    return Ground(base, data, network_outputs.ask(base, held.images), test, network_outputs.ask(base, test.images))


def effect(found: Ground, own: Examples) -> Effect:
    """Learns the corrections and says what that costs; about a second.

    Args:
        found: of the model.
        own: the person's corrected pictures, one or more, labelled by the model's classes.
    """
    base = found.base
    probabilities, features = base.outputs(as_batch(own.images))
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        change = _learned(found, features, probabilities, own)
    groups = identical_groups(np.concatenate([own.images, found.test.images]))
    others = ~np.isin(groups[len(own.images) :], groups[: len(own.images)])
    after = network_outputs.Outputs(
        change.answer(found.answers.features, found.answers.probabilities).astype(np.float32), found.answers.features
    )
    info = evaluation.narrow(base.info, found.test.classes)
    labels = found.test.labels[others]
    given = [each.of_classes(base.info, found.test.classes)[others] for each in (found.answers, after)]
    rights: list[Right] = [metrics.answers(each, info.threshold, info.positive_label) == labels for each in given]
    figures = [evaluation.evaluate(each, labels, info) for each in given]
    compared = metrics.compare(rights[0], rights[1])
    return Effect(CorrectedPredictor(base, change), change, compared, (figures[0], figures[1]))


def _learned(found: Ground, features: Values, probabilities: Values, own: Examples) -> LayerChange:
    """The change with the smallest weight of WEIGHTS that makes all corrections right, else with the largest.

    Looked for by halves, as more weight makes no fewer of them right: two or three changes are learned.
    """
    held = found.held
    seen = np.concatenate([features, held.features])
    said = np.concatenate([probabilities, held.probabilities]).astype(np.float64)
    truth: Floats = np.concatenate([np.eye(said.shape[1])[own.labels], held.probabilities.astype(np.float64)])

    def learned(weight: float) -> LayerChange:
        counts = np.repeat([weight, COUNTED / len(held.features)], [len(features), len(held.features)])
        return before_after.learn_last_layer(seen, said, truth, counts, precision=np.float32)

    known: dict[float, LayerChange] = {}

    def makes_all_right(weight: float) -> bool:
        change = known[weight] = learned(weight)
        return bool((change.answer(features, probabilities).argmax(axis=1) == own.labels).all())

    place = bisect.bisect_left(WEIGHTS[:-1], True, key=makes_all_right)
    return known.get(WEIGHTS[place]) or learned(WEIGHTS[place])
