"""Networks as plain Keras functions (L3: only a worker imports this).

No `tf.*` inside, so that they also train under `KERAS_BACKEND=jax` or `torch`. Each takes float32
`(N, 48, 48, 1)` in [0, 1] and ends in one sigmoid (two classes: P(label 1)) or a softmax over K classes.
The layer called `features` is what neighbours and clusters are found in.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import layers

from emotion.config import IMAGE_SIZE

FEATURES = "features"


def classic(classes: int) -> keras.Model:
    """Two convolutions with pooling and two dense layers: 1,673,985 weights with two classes.

    Args:
        classes: number of classes K, 2 or more.

    Returns:
        An uncompiled model, `(N, 48, 48, 1)` -> `(N, 1)` for two classes, else `(N, K)`.
    """
    inputs = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1), name="image")
    x = layers.Conv2D(32, 3, activation="relu")(inputs)  # (N, 46, 46, 32)
    x = layers.MaxPooling2D(2)(x)  # (N, 23, 23, 32)
    x = layers.Conv2D(64, 3, activation="relu")(x)  # (N, 21, 21, 64)
    x = layers.MaxPooling2D(2)(x)  # (N, 10, 10, 64)
    x = layers.Flatten()(x)  # (N, 6400)
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Dense(64, activation="relu", name=FEATURES)(x)
    return keras.Model(inputs, head(x, classes), name="classic")


def head(x: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    """The last layer: one sigmoid for two classes, softmax beyond."""
    if classes == 2:
        return layers.Dense(1, activation="sigmoid", name="probability")(x)
    return layers.Dense(classes, activation="softmax", name="probability")(x)


ARCHITECTURES: dict[str, Callable[[int], keras.Model]] = {"classic": classic}
