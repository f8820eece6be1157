"""The textbook network, and the recipe that goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotion.recipes.recipe import Recipe
from emotion.system import N_

if TYPE_CHECKING:
    import keras


def body(x: keras.KerasTensor, width: float) -> keras.KerasTensor:
    """Two convolutions with pooling and two dense layers; it has one width."""
    from keras import layers

    x = layers.Conv2D(32, 3, activation="relu")(x)  # (N, 46, 46, 32)
    x = layers.MaxPooling2D(2)(x)  # (N, 23, 23, 32)
    x = layers.Conv2D(64, 3, activation="relu")(x)  # (N, 21, 21, 64)
    x = layers.MaxPooling2D(2)(x)  # (N, 10, 10, 64)
    x = layers.Flatten()(x)  # (N, 6400)
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dropout(0.2)(x)
    return layers.Dense(64, activation="relu", name="features")(x)


RECIPES = (
    Recipe(
        name="classic",
        summary=N_("The textbook network: two convolutions with pooling, then dense layers."),
        body=body,
        parameters=1_673_985,
        accuracy=83.2,
        seconds=59,
    ),
)
