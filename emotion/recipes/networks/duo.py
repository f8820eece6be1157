"""Two networks that look at a face together: one at the face, the other at its mirror image."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emotion.recipes.networks.full import FULL, begun, block, convolved
from emotion.system import N_

if TYPE_CHECKING:
    import keras


def body(x: keras.KerasTensor, width: float) -> keras.KerasTensor:
    """What two networks find, side by side, each about as large as `full`.

    The second one is plain where the picture is large and separable (a convolution over each channel, then one over all
    channels: Chollet 2017, arXiv 1610.02357) where it is small. Two that differ err less alike than one and its mirror
    image do, for the same time a face.
    """
    from keras import layers, ops

    def separable(x: keras.KerasTensor, channels: int) -> keras.KerasTensor:
        conv = layers.DepthwiseConv2D(3, padding="same", use_bias=False, depthwise_initializer="he_normal")
        return convolved(layers.BatchNormalization(momentum=0.95)(conv(x)), channels, size=1)

    one = block(begun(x, width), round(192 * width))  # (N, 6, 6, 192)
    other = block(begun(ops.flip(x, axis=2), width), round(96 * width), separable, pool=False)
    for number in range(3):
        other = block(other, round(256 * width), separable, pool=number == 0)  # (N, 6, 6, 256)
    found = [layers.GlobalAveragePooling2D()(each) for each in (one, other)]
    return layers.Concatenate(name="features")(found)


RECIPES = (
    replace(
        FULL,
        name="duo",
        summary=N_(
            "Two networks, of which one looks at the mirror image of the face: what the model that comes along is."
        ),
        body=body,
        parameters=1_235_137,
        gpu=True,
        epochs=80,
        batch_size=256,
        learning_rate=0.005,
        augmentation=replace(FULL.augmentation, rotation=18.0, erase=0.25, grain=0.15),
        average=0.996,
        mirrored=False,
    ),
)
