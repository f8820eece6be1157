"""Where a network begins that goes on from a model which does not know its classes: with a last layer that is fitted.

Random weights in the last layer let the first steps tear at all that the layers below have learned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emotion.data import identical_groups
from emotion.images import as_batch
from emotion.models import load_model
from emotion.training.head import solve
from emotion.training.head.keras_file import LAST

if TYPE_CHECKING:
    import keras

    from emotion.data import Examples
    from emotion.recipes import TrainingConfig


LOOKED_AT = 1000  # training faces: more would only take longer


def with_fitted_last_layer(model: keras.Model, config: TrainingConfig, train: Examples) -> bool:
    """Gives a network that goes on from another the last layer that the recipe `head` would fit.

    Args:
        model: from `emotion.training.network.continued`.
        config: its settings.
        train: what it is to learn from, of each class at least one face.

    Returns:
        False where nothing was done: the model knows all classes already.

    Raises:
        ModelError: when the model that it goes on from is gone.
    """
    base = load_model(config.start_from)
    if set(config.classes) <= set(base.info.classes):
        return False
    chosen = np.sort(np.random.default_rng(config.seed).permutation(len(train.labels))[:LOOKED_AT])
    some = train.take(chosen)
    if len(np.unique(some.labels)) < len(config.classes):
        return False  # a class so rare that none of it was drawn
    features = base.features(as_batch(some.images))
    layer = model.get_layer(LAST)
    kernel, bias = layer.get_weights()
    if features.shape[1] != len(kernel):
        return False  # its file sees more than its network: a last layer of both cannot be put here
    fitted = solve.fit(
        features[np.newaxis], some.labels, identical_groups(some.images), len(config.classes), config.seed
    )
    weights, shift = fitted.weights, fitted.bias
    if len(bias) == 1:  # P(label 1) is a sigmoid of the difference
        weights, shift = weights[:, 1:] - weights[:, :1], shift[1:] - shift[:1]
    layer.set_weights([weights, shift])
    return True
