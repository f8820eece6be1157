"""A network that goes on from an earlier one (L3: only a worker imports this)."""

from __future__ import annotations

import keras

from emotion.config import TrainingConfig
from emotion.errors import ModelFileError
from emotion.models import LAST, head
from emotion.predictor import load_model
from emotion.retraining import keras_file


def continued(config: TrainingConfig) -> keras.Model:
    """The network of `config.start_from` with its weights, not yet compiled.

    Its last layer is replaced by a new one when the classes, or their order, are others. With `config.freeze` only
    that layer learns.

    Raises:
        ModelError: when there is no such model, or it cannot be gone on from.
    """
    base = load_model(config.start_from)
    path = keras_file(base)
    try:
        model = keras.models.load_model(path, compile=False, safe_mode=True)
        last = model.get_layer(LAST)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelFileError(path, "it is not a whole network of this program") from error
    _thaw(model, last)
    if base.info.classes != config.classes:
        model = keras.Model(model.inputs, head(last.input, len(config.classes)), name=model.name)
    if config.freeze:
        for layer in model.layers:
            layer.trainable = layer.name == LAST
    return model


def _thaw(model: keras.Model, last: keras.Layer) -> None:
    """Lets a network learn again of which an earlier run froze all but the last layer; others stay as they are."""
    if len(model.trainable_weights) == len(last.trainable_weights):
        for layer in model.layers:
            layer.trainable = True
