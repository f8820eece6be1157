"""A small network for quick training: the first layer halves the picture, and so does every second one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emotion.augmentation import Augmentation
from emotion.recipe import Recipe

if TYPE_CHECKING:
    import keras

CHANNELS = (16, 16, 32, 32, 64, 64)


def body(x: keras.KerasTensor, width: float) -> keras.KerasTensor:
    """Six convolutions with batch norm, every second one with stride 2, and the mean over the picture."""
    from keras import layers

    for number, channels in enumerate(CHANNELS):
        stride = 2 - number % 2  # 48 -> 24 -> 12 -> 6 pixels a side
        x = layers.Conv2D(round(channels * width), 3, stride, "same", use_bias=False, kernel_initializer="he_normal")(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.Activation("relu")(x)
    return layers.GlobalAveragePooling2D(name="features")(x)


QUICK = Recipe(
    name="quick",
    summary="A small network with batch norm that learns fast: the best answer in half a minute.",
    body=body,
    parameters=72_529,
    epochs=8,
    batch_size=128,
    learning_rate=0.024,
    weight_decay=0.02,
    label_smoothing=0.1,
    augmentation=Augmentation(mirror=True, shift=0.08),
    optimizer="adamw",
    schedule="one-cycle",
    mirrored=True,
)

RECIPES = (
    QUICK,
    replace(QUICK, name="quick-s", summary="The same for the impatient: a first answer in some seconds.", epochs=2),
    replace(QUICK, name="quick-l", summary="The same for twice the time, for the last percents.", epochs=16),
)
