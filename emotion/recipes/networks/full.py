"""A residual network that looks at the whole 48 × 48 pixels before it makes the picture smaller."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emotion.recipes.augmentation import Augmentation
from emotion.recipes.recipe import Recipe
from emotion.system import N_

if TYPE_CHECKING:
    import keras


def relu(x: keras.KerasTensor) -> keras.KerasTensor:
    """Also of `duo`, as the other parts are."""
    from keras import layers

    return layers.Activation("relu")(x)


def convolved(x: keras.KerasTensor, channels: int, size: int = 3) -> keras.KerasTensor:
    """A convolution and batch norm."""
    from keras import layers

    conv = layers.Conv2D(channels, size, padding="same", use_bias=False, kernel_initializer="he_normal")
    return layers.BatchNormalization(momentum=0.95)(conv(x))


def block(
    x: keras.KerasTensor, channels: int, conv: Callable[..., keras.KerasTensor] = convolved, *, pool: bool = True
) -> keras.KerasTensor:
    """A residual block of two convolutions of a kind, with pooling before it or of as many channels as come in."""
    from keras import layers

    x = layers.MaxPooling2D(2)(x) if pool else x
    inner = conv(relu(conv(x, channels)), channels)
    return relu(layers.Add()([convolved(x, channels, size=1) if pool else x, inner]))


def begun(x: keras.KerasTensor, width: float) -> keras.KerasTensor:
    """Two convolutions on all pixels and two residual blocks."""
    for _ in range(2):
        x = relu(convolved(x, round(16 * width)))  # (N, 48, 48, 16)
    x = block(x, round(40 * width))  # (N, 24, 24, 40)
    return block(x, round(96 * width))  # (N, 12, 12, 96)


def body(x: keras.KerasTensor, width: float) -> keras.KerasTensor:
    """Two convolutions on all pixels, three residual blocks with pooling before each, the mean over the picture."""
    from keras import layers

    x = block(begun(x, width), round(192 * width))  # (N, 6, 6, 192)
    return layers.GlobalAveragePooling2D(name="features")(x)


FULL = Recipe(
    name="full",
    summary=N_("A residual network that keeps all pixels for longer: as good as it gets without a graphics card."),
    body=body,
    parameters=664_945,
    epochs=42,
    batch_size=64,
    learning_rate=0.0025,
    weight_decay=0.05,
    label_smoothing=0.05,
    augmentation=Augmentation(
        mirror=True,
        shift=0.08,
        zoom=0.15,
        rotation=15.0,
        shear=0.1,
        brightness=0.15,
        contrast=0.3,
        shadow=0.6,
        shrink=0.1,
        blur=0.1,
        jpeg=0.1,
        erase=0.2,
    ),
    optimizer="adamw",
    schedule="hold",
    average=0.999,
    short_floats=True,
    mirrored=True,
    half=True,
)

RECIPES = (FULL,)
