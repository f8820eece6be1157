"""Teaching classes with a few pictures: a last layer of its own on what another model sees, in under a second.

No TensorFlow. What the model sees in a face is kept in memory, so that one more picture costs one more look.
Letters: N faces, C copies of each, F features, S of an earlier stage, K classes.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emotion import evaluation, metrics
from emotion.data import identical_groups
from emotion.images import CROP, as_batch
from emotion.models import Predictor, preferences
from emotion.recipes import Augmentation, ModelInfo, augment, positive_class
from emotion.system import DataError, ModelError, _
from emotion.training.head import fold, solve, stage

if TYPE_CHECKING:
    from pathlib import Path

    from emotion.evaluation import Evaluation
    from emotion.metrics import Labels
    from emotion.models import Faces, Values
    from emotion.training.head.solve import Head


RECIPE = "head"
# Copies of a training face, mirrored and varied, beside the face itself. On three pairs of emotions with 5 to 100 faces
# a class (5 draws each), 3 copies were within a point of none, as was 1, and fitting took several times as long: the
# model shipped then took the mean over the mirror image. One is kept for backbones that do not, as today's.
COPIES, VARIED_UP_TO = 1, 100  # faces
VARIED = Augmentation(mirror=True, shift=0.06, zoom=0.08, rotation=8.0, brightness=0.1, contrast=0.2)
REMEMBERED = 8_000  # faces and copies; 640 numbers each take 20 MB
LUCK = 0.5  # share of right answers between two classes that a coin gives

Pictures = NDArray[np.uint8]


class _Deeper(Predictor):
    """A model that also tells what it saw at an earlier stage."""

    def __init__(self, path: Path, info: ModelInfo, reference: str, network: bytes | None) -> None:
        super().__init__(path, info, reference, network)
        self._names = ("features",) if network is None else ("features", stage.STAGE)
        nothing = np.zeros((1, info.input_size, info.input_size, 1), np.float32)
        widths = [part.shape[1] for part in self._run(nothing, *self._names)]
        self.widths: tuple[int, int] = (widths[0], sum(widths[1:]))

    @classmethod
    def of(cls, predictor: Predictor) -> _Deeper:
        """Raises ModelError when the model's file is gone."""
        try:
            network = stage.exposed(predictor.path.read_bytes())
        except OSError as error:
            raise ModelError.of_file(predictor.path, _("it cannot be read")) from error
        except (ValueError, KeyError) as error:
            raise ModelError.of_file(predictor.path, _("its last layer cannot be replaced")) from error
        return cls(predictor.path, predictor.info, predictor.reference, network)

    def both(self, faces: Faces) -> Values:
        """Features and the earlier stage, (N, F + S)."""
        return np.concatenate(self._run(faces, *self._names), axis=1)


class Backbone:
    """A model that looks at faces for another last layer, and remembers what it saw.

    Attributes:
        predictor: the model; of a network with an earlier stage, one that tells what it saw there too.
        fingerprint: of its network's bytes.
        widths: how many features it has, and how many of the earlier stage; 0 where there is none.
    """

    def __init__(self, predictor: Predictor) -> None:
        """Opens the model once more, so that it tells of its earlier stage.

        Raises:
            ModelError: when its file is gone.
        """
        self.predictor = _Deeper.of(predictor)
        self.fingerprint = preferences.digest(predictor.path)
        self.widths = self.predictor.widths
        self._seen: OrderedDict[tuple[bytes, int, int], Values] = OrderedDict()

    def features(self, pictures: Pictures, copies: int = 0, seed: int = 0) -> NDArray[np.float32]:
        """What it sees in each face and in varied copies of it.

        How a face is varied depends on its pixels and the seed alone, not on the others.

        Args:
            pictures: uint8 (N, 48, 48).
            copies: how many beside the face itself.
            seed: of the variation.

        Returns:
            (1 + copies, N, F + S) float32; the first are the faces as they are.
        """
        keys = [hashlib.blake2b(face, digest_size=16).digest() for face in np.ascontiguousarray(pictures)]
        known = {key: self._seen[key, copies, seed] for key in keys if (key, copies, seed) in self._seen}
        new = {key: place for place, key in enumerate(keys) if key not in known}
        if new:
            faces = np.concatenate([_varied(pictures[place], key, copies, seed) for key, place in new.items()])
            seen = self.predictor.both(as_batch(faces)).reshape(len(new), 1 + copies, -1)
            for key, features in zip(new, seen, strict=True):
                known[key] = self._seen[(key, copies, seed)] = features
        while len(self._seen) * (1 + copies) > REMEMBERED:
            self._seen.popitem(last=False)
        return np.stack([known[key] for key in keys], axis=1)


def _varied(face: Pictures, key: bytes, copies: int, seed: int) -> Pictures:
    """(1 + copies, 48, 48): the face, and copies of which every second one is mirrored."""
    if not copies:
        return face[np.newaxis]
    rng = np.random.default_rng((seed, int.from_bytes(key[:8], "little")))
    mirrored = np.arange(copies) % 2 == 0
    return np.concatenate([face[np.newaxis], augment(np.repeat(face[np.newaxis], copies, 0), rng, VARIED, mirrored)])


class HeadPredictor(Predictor):
    """A backbone with another last layer, in memory: answers as a model from a file does.

    Its `path` is the backbone's, so that `network_outputs.ask` must not keep its answers (`keep=False`).
    """

    def __init__(self, backbone: _Deeper, fitted: Head, info: ModelInfo) -> None:
        self.backbone, self.fitted, self.info = backbone, fitted, info
        self.path, self.reference = backbone.path, ""

    def _run(self, faces: Faces, *outputs: str) -> list[Values]:
        features = self.backbone.both(faces)[:, : len(self.fitted.weights)]
        given = {"features": features, "probability": _activated(self.fitted.logits(features))}
        return [given[name] for name in outputs]


def _activated(logits: Values) -> Values:
    """As the network gives it: one sigmoid (N, 1) for two classes, else a softmax (N, K)."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Values = raised / raised.sum(axis=1, keepdims=True)
    return shares[:, 1:] if shares.shape[1] == 2 else shares


@dataclass(frozen=True)
class Pair:
    """Two classes that cannot be told apart: no better than a coin, `right` of `n` faces of the two."""

    first: str
    second: str
    right: int
    n: int


@dataclass(frozen=True, eq=False)
class Taught:
    """What came of it.

    Attributes:
        predictor: answers at once.
        head: the fitted last layer.
        score: the figures of the answers about held-out faces, never about learned ones; None where a class has only
            one picture.
        wrong: places of the pictures that were answered wrong when they were held out, the surest mistake first.
        weakest: the class of which most answers were wrong, where any were; the one with fewest pictures without a
            score.
        alike: pairs of classes that cannot be told apart.
    """

    predictor: HeadPredictor
    head: Head
    score: Evaluation | None
    wrong: tuple[int, ...]
    weakest: str | None
    alike: tuple[Pair, ...]

    def network(self) -> bytes:
        """A whole `model.tflite` that answers the same, the temperature aside, which stands in its `model.json`.

        Raises:
            ModelError: when the backbone's file is gone or of another kind.
        """
        path = self.predictor.path
        try:
            return fold.fold(path.read_bytes(), self.head.weights, self.head.bias)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError.of_file(path, _("its last layer cannot be replaced")) from error


def teach(backbone: Backbone, pictures: Pictures, labels: Labels, classes: tuple[str, ...], seed: int = 0) -> Taught:
    """Learns to tell classes apart from a few faces.

    Args:
        backbone: the model that looks at them.
        pictures: uint8 (N, 48, 48).
        labels: (N,) int, index into `classes`.
        classes: K names in label order.
        seed: of the folds and of how copies are varied.

    Raises:
        DataError: when there is no picture of a class.
    """
    counts = np.bincount(labels, minlength=len(classes))
    if not counts.all():
        name = classes[int(counts.argmin())]
        raise DataError(
            _("There is no picture of {name} yet. Expected at least one of each class. Add one.", name=repr(name))
        )
    copies = COPIES if len(labels) <= VARIED_UP_TO else 0
    features = backbone.features(pictures, copies, seed)
    fitted = solve.fit(features, labels, identical_groups(pictures), len(classes), seed, backbone.widths)
    info = _info(backbone, fitted, classes)
    predictor = HeadPredictor(backbone.predictor, fitted, info)
    if fitted.held_out is None:
        return Taught(predictor, fitted, None, (), classes[int(counts.argmin())], ())
    score = evaluation.evaluate(fitted.held_out, labels, info)
    return Taught(predictor, fitted, score, _wrong(fitted, labels, info), _weakest(score), _alike(score))


def _info(backbone: Backbone, fitted: Head, classes: tuple[str, ...]) -> ModelInfo:
    looks = backbone.predictor
    return ModelInfo(
        classes=classes,
        positive=positive_class(classes),
        temperature=fitted.temperature,
        crop=CROP,
        recipe=RECIPE,
        parameters=looks.info.parameters,
        backbone={
            "model": looks.reference,
            "fingerprint": backbone.fingerprint,
            "recipe": looks.info.network_recipe,
            "data": looks.info.data,
        },
    )


def _wrong(fitted: Head, labels: Labels, info: ModelInfo) -> tuple[int, ...]:
    if fitted.held_out is None:
        return ()
    answers = metrics.answers(fitted.held_out, info.threshold, info.positive_label)
    places = np.flatnonzero(answers != labels)
    doubt = fitted.held_out[places, labels[places]]  # the less was given to the truth, the surer the mistake
    return tuple(places[np.argsort(doubt, kind="stable")].tolist())


def _weakest(score: Evaluation) -> str | None:
    """Of classes with the same share of right answers the one with fewer faces."""
    if score.accuracy == 1:
        return None
    return min(score.classes, key=lambda name: (score.per_class[name]["recall"] or 0.0, score.per_class[name]["n"]))


def _alike(score: Evaluation) -> tuple[Pair, ...]:
    """Pairs whose faces were not told from one another better than a coin would, with 95 % confidence (Wilson)."""
    matrix, found = score.confusion_matrix, []
    for first in range(len(score.classes)):
        for second in range(first + 1, len(score.classes)):
            right = matrix[first][first] + matrix[second][second]
            n = right + matrix[first][second] + matrix[second][first]
            if n and metrics.wilson_interval(right, n)[0] <= LUCK:
                found.append(Pair(score.classes[first], score.classes[second], right, n))
    return tuple(found)


def with_data(taught: Taught, data: str, fingerprint: str) -> Taught:
    """The same, with what it has learned from in what it says of itself."""
    info = replace(taught.predictor.info, data=data, fingerprint=fingerprint)
    predictor = HeadPredictor(taught.predictor.backbone, taught.head, info)
    return replace(taught, predictor=predictor)
