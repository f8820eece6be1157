"""Models that a new run can go on from (transfer), and the settings to begin with when it does."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

from emotion import recipes
from emotion.choice import PRETRAINED
from emotion.config import ModelInfo, TrainingConfig
from emotion.predictor import PRETRAINED as PRETRAINED_FOLDER
from emotion.predictor import read_info
from emotion.recipes import ALONE_EPOCHS, ALONE_RATE, TOGETHER_EPOCHS, TOGETHER_RATE
from emotion.runs import Run, RunPaths, list_runs

# Training faces: with fewer, a network that begins with random weights learns next to nothing, and one that goes on
# with all layers forgets more than it learns. With 20 faces of two new classes a quick network got 68 to 76 % of other
# faces right where only its last layer learned (3 draws of the 20), and 31 and 37 % where all did.
FEW = 200
PLENTY = 10_000  # training faces, where it is not known how many there are
# A few faces make few steps an epoch, so that there have to be more epochs. With 20 faces of two classes that a quick
# network had never seen, a new last layer got 77 to 79 % of other faces right after 100 to 200 steps at a rate of 0.01,
# 59 to 65 % after 20 steps at a tenth of it; 1,000 steps brought one or two points less (8 draws of the 20 each).
SMALLEST_BATCH, STEPS_AN_EPOCH = 4, 8
ANEW_STEPS, LAST_RATE, ALL_RATE = 200, 1e-2, 1e-3
KEPT_STEPS = 100  # where the last layer stays and only goes on; its rates are those of a retraining


@dataclass(frozen=True)
class StartingPoint:
    """A model that can be gone on from.

    Attributes:
        reference: for `TrainingConfig.start_from`: "pretrained" or a run id.
        path: of its `model.tflite`.
        run: that made it; None for the shipped model.
    """

    reference: str
    path: Path
    run: Run | None = None

    @property
    def info(self) -> ModelInfo:
        """What the model says of itself; ModelFileError where that cannot be read."""
        return read_info(self.path)


def starting_points() -> dict[str, StartingPoint]:
    """By reference: the shipped model, then every run with a model, newest first; none without its weights."""
    shipped = RunPaths(PRETRAINED_FOLDER)
    found = [StartingPoint(PRETRAINED, shipped.model)] if shipped.keras_model.is_file() else []
    found += [StartingPoint(run.id, run.paths.model, run) for run in list_runs() if run.has_model]
    return {point.reference: point for point in found if point.path.with_name("model.keras").is_file()}


def settings(
    recipe: str,
    start: StartingPoint | None = None,
    *,
    freeze: bool = False,
    faces: int | None = None,
    classes: tuple[str, ...] = (),
) -> TrainingConfig:
    """What the form begins with: the recipe's own settings, or steps that fit where a model is gone on from.

    Args:
        recipe: its name.
        start: the model; None begins with random weights.
        freeze: whether only its last layer learns.
        faces: in the train split; None where that is not known.
        classes: that are to be learned; those that the model does not know begin from nothing.

    Raises:
        ConfigError: for an unknown recipe.
        ModelFileError: when the model's `model.json` cannot be read.
    """
    config = recipes.config(recipe)
    if start is None:
        return config
    anew = not set(classes) <= set(start.info.classes)
    config = replace(config, start_from=start.reference, freeze=freeze, learning_rate=_rate(freeze, anew))
    if start.run is not None:  # what was kept aside before is kept aside again: the model has not learned from it
        before = start.run.config
        config = replace(config, seed=before.seed, validation_split=before.validation_split)
    learned = round((1 - config.validation_split) * faces) if faces else PLENTY
    batch = min(config.batch_size, max(SMALLEST_BATCH, learned // STEPS_AN_EPOCH))
    epochs = math.ceil((ANEW_STEPS if anew else KEPT_STEPS) / math.ceil(learned / batch))
    return replace(config, batch_size=batch, epochs=max(epochs, ALONE_EPOCHS if freeze else TOGETHER_EPOCHS))


def _rate(freeze: bool, anew: bool) -> float:
    """How far a step goes: far where the last layer knows nothing yet, and farther where only that one learns."""
    if anew:
        return LAST_RATE if freeze else ALL_RATE
    return ALONE_RATE if freeze else TOGETHER_RATE


def in_the_order_of(start: StartingPoint | None, classes: tuple[str, ...]) -> tuple[str, ...]:
    """The classes in the order of the model's own where they are the same ones, so that its last layer is kept.

    Args:
        classes: in label order.

    Raises:
        ModelFileError: when the model's `model.json` cannot be read.
    """
    if start is None or set(start.info.classes) != set(classes):
        return classes
    return start.info.classes
