"""From a recipe to a Keras network (L3: only a worker imports this).

No `tf.*` inside, so that they also train under `KERAS_BACKEND=jax` or `torch`. Each takes float32
`(N, 48, 48, 1)` in [0, 1] and ends in one sigmoid (two classes: P(label 1)) or a softmax over K classes.
The layer called `features` is what neighbours and clusters are found in.
"""

from __future__ import annotations

from pathlib import Path

import keras
from keras import layers, ops

from emotion.config import IMAGE_SIZE
from emotion.convolution import StandardizedConv2D
from emotion.errors import ConfigError
from emotion.recipe import Recipe

FEATURES = "features"
OWN_LAYERS = {"StandardizedConv2D": StandardizedConv2D}
LAST = "probability"  # the name of the last layer of every network


def network(recipe: Recipe, classes: int, width: float = 1.0) -> keras.Model:
    """A new, uncompiled network.

    Args:
        recipe: whose architecture it gets.
        classes: number of classes K, 2 or more.
        width: channels times this.

    Returns:
        `(N, 48, 48, 1)` -> `(N, 1)` for two classes, else `(N, K)`.

    Raises:
        ConfigError: when the recipe's last layer is not called `features`.
    """
    inputs = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1), name="image")
    features = recipe.body(inputs, width)
    model = keras.Model(inputs, head(features, classes), name=recipe.name)
    if FEATURES not in [layer.name for layer in model.layers]:
        raise ConfigError("recipe", f"a body whose last layer is named {FEATURES!r}", recipe.name)
    return model


def load_whole(path: Path, *, compiled: bool = True) -> keras.Model:
    """A network from one of this project's own files, with its optimiser where that was saved."""
    return keras.models.load_model(path, OWN_LAYERS, compile=compiled, safe_mode=True)


def head(x: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    """The last layer: one sigmoid for two classes, softmax beyond."""
    if classes == 2:
        return layers.Dense(1, activation="sigmoid", name=LAST)(x)
    return layers.Dense(classes, activation="softmax", name=LAST)(x)


def served(model: keras.Model, *, mirrored: bool) -> keras.Model:
    """The network as it answers: the dictionary of `probability` and `features`.

    Args:
        model: from `network`, trained.
        mirrored: takes the mean of the features of the face and of its mirror image. The last layer is linear
            up to its activation, so that this is the mean of the two logits.
    """
    inputs = keras.Input(model.inputs[0].shape[1:], name="image")
    to_features = keras.Model(model.inputs, model.get_layer(FEATURES).output)
    features = to_features(inputs)
    if mirrored:
        features = (features + to_features(ops.flip(inputs, axis=2))) / 2
    return keras.Model(inputs, {LAST: model.get_layer(LAST)(features), FEATURES: features})
