"""What a recipe is: a network with the way to train it, and what may be expected of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotion.recipes.augmentation import NONE

if TYPE_CHECKING:
    import keras

    from emotion.recipes.augmentation import Augmentation

    Body = Callable[[keras.KerasTensor, float], keras.KerasTensor]


OPTIMIZERS = ("adam", "adamw")
SCHEDULES = ("constant", "one-cycle", "hold")


@dataclass(frozen=True)
class Recipe:
    """One way to train.

    Attributes:
        name: what the command line and `config.json` call it.
        summary: one sentence on what it is and what it is good for.
        body: the architecture, a plain Keras function: the picture, float32 (N, 48, 48, 1) in [0, 1], and the width
            in; a vector a face, float32 (N, F), out. Its last layer is named `features`. It imports Keras
            inside, so that recipes can be listed without TensorFlow.
        parameters: number of weights with two classes and width 1.
        accuracy: on the happy and sad test faces of FER-2013 in percent, measured; None where it was not.
        seconds: that its training on their 12,045 training faces takes on 2 CPU cores, measured; None as above.
        gpu: whether a graphics card is needed to train it in reasonable time.
        epochs, batch_size, learning_rate, weight_decay, label_smoothing, augmentation: its defaults, which the person
            may change; see `emotion.recipes.settings.TrainingConfig`.
        optimizer: "adam", or "adamw" with decoupled weight decay (Loshchilov & Hutter 2019, arXiv 1711.05101).
        beta_2: how much of the mean squared gradient "adamw" keeps from step to step; a short training wants less.
        schedule: "constant", or "one-cycle": the learning rate rises for `warmup` of all steps and falls to
            zero along half a cosine (Smith & Topin 2019, arXiv 1708.07120); or "hold": it rises in the first epoch,
            stays, and falls evenly to zero in the last third, so that all before the fall is the same for any number
            of epochs (Hägele et al. 2024, arXiv 2405.18392).
        warmup: share of the steps with a rising rate of "one-cycle".
        average: how much of a running mean of the weights is kept from step to step; the mean is what is judged and
            kept. 0: the weights themselves.
        short_floats: whether a processor that can multiply bfloat16 (16 bits) does so while it trains; weights stay
            float32. A third quicker for a network of many large layers.
        mirrored: whether the finished model answers with the mean over the face and its mirror image.
        half: whether the finished model keeps its weights as float16, which halves its file.
    """

    name: str
    summary: str
    body: Body
    parameters: int
    accuracy: float | None = None
    seconds: float | None = None
    gpu: bool = False
    epochs: int = 10
    batch_size: int = 64
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    augmentation: Augmentation = NONE
    optimizer: str = "adam"
    beta_2: float = 0.999
    schedule: str = "constant"
    warmup: float = 0.25
    average: float = 0.0
    short_floats: bool = False
    mirrored: bool = False
    half: bool = False
