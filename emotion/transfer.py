"""A network that goes on from an earlier one (L3: only a worker imports this)."""

from __future__ import annotations

import keras
import numpy as np

from emotion.config import TrainingConfig
from emotion.errors import ModelFileError
from emotion.models import LAST, head, load_whole
from emotion.predictor import load_model
from emotion.retraining import keras_file


def continued(config: TrainingConfig) -> keras.Model:
    """The network of `config.start_from` with its weights, not yet compiled.

    Its last layer is replaced when the classes, or their order, are others; what it knew of classes that are still
    there stays. With `config.freeze` only that layer learns.

    Raises:
        ModelError: when there is no such model, or it cannot be gone on from.
    """
    base = load_model(config.start_from)
    path = keras_file(base)
    try:
        model = load_whole(path, compiled=False)
        last = model.get_layer(LAST)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelFileError(path, "it is not a whole network of this program") from error
    _thaw(model, last)
    if base.info.classes != config.classes:
        model = keras.Model(model.inputs, head(last.input, len(config.classes)), name=model.name)
        new = model.get_layer(LAST)
        new.set_weights(_handed_on(base.info.classes, last.get_weights(), config.classes, new.get_weights()))
    if config.freeze:
        for layer in model.layers:
            layer.trainable = layer.name == LAST
    return model


def _thaw(model: keras.Model, last: keras.Layer) -> None:
    """Lets a network learn again of which an earlier run froze all but the last layer; others stay as they are."""
    if len(model.trainable_weights) == len(last.trainable_weights):
        for layer in model.layers:
            layer.trainable = True


def _handed_on(
    before: tuple[str, ...], old: list[np.ndarray], classes: tuple[str, ...], new: list[np.ndarray]
) -> list[np.ndarray]:
    """Weights and biases of the new last layer: those of the old one where it knows the class, else random ones.

    A softmax over some classes of a model is that model's answer among these alone, so that seven emotions become
    happy or sad without a step of training.
    """
    handed = []
    for learned, random in zip(old, new, strict=True):
        known = dict(zip(before, _a_class_each(learned, len(before)), strict=True))
        logits = [
            known.get(name, begun) for name, begun in zip(classes, _a_class_each(random, len(classes)), strict=True)
        ]
        handed.append(np.stack(logits, axis=-1) if len(classes) > 2 else (logits[1] - logits[0])[..., None])
    return handed


def _a_class_each(weights: np.ndarray, classes: int) -> list[np.ndarray]:
    """What a last layer has for each class; its one sigmoid is a softmax over nothing and itself."""
    columns = list(np.moveaxis(weights, -1, 0))
    return [np.zeros_like(columns[0]), columns[0]] if classes == 2 else columns
