"""A small network for quick training: strides instead of pooling, filters of a fixed size instead of batch norm."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emotion.recipes.augmentation import Augmentation
from emotion.recipes.recipe import Recipe
from emotion.system import N_

if TYPE_CHECKING:
    import keras


LAYERS = ((16, 2), (16, 1), (32, 2), (32, 1), (32, 1), (64, 2), (64, 1), (64, 1))  # channels, stride


def body(x: keras.KerasTensor, width: float) -> keras.KerasTensor:
    """Eight convolutions that keep their scale without batch norm, and the mean over the picture."""
    from keras import layers

    from emotion.recipes.layers.convolution import StandardizedConv2D

    for channels, stride in LAYERS:  # 48 -> 24 -> 12 -> 6 pixels a side
        x = StandardizedConv2D(round(channels * width), 3, stride, "same", kernel_initializer="he_normal")(x)
        x = layers.Activation("relu")(x)
    return layers.GlobalAveragePooling2D(name="features")(x)


QUICK = Recipe(
    name="quick",
    summary=N_("A small network that learns fast: the best answer in half a minute."),
    body=body,
    parameters=118_033,
    accuracy=88.8,
    seconds=32,
    epochs=8,
    batch_size=64,
    learning_rate=0.006,
    weight_decay=0.02,
    label_smoothing=0.1,
    augmentation=Augmentation(mirror=True, shift=0.08),
    optimizer="adamw",
    schedule="one-cycle",
    beta_2=0.98,
    mirrored=True,
)

RECIPES = (
    QUICK,
    replace(
        QUICK,
        name="quick-s",
        summary=N_("Quick with a quarter of the epochs: a first answer in some seconds. It wants thousands of faces."),
        accuracy=83.4,
        seconds=9,
        epochs=2,
    ),
    replace(
        QUICK,
        name="quick-l",
        summary=N_("Quick with twice the epochs, for the last percent."),
        accuracy=91.1,
        seconds=65,
        epochs=16,
    ),
)
