"""How long a training will take, from what its recipe was measured at."""

from __future__ import annotations

from emotion.config import TrainingConfig
from emotion.recipes import find

MEASURED_FACES = 12_045  # the happy and sad training faces of FER-2013
START = 3.0  # seconds of every measured time: TensorFlow traces the network, however many faces there are


def expected_seconds(config: TrainingConfig, faces: int) -> float | None:
    """Seconds that the epochs of a run take on two CPU cores like those that the recipe was measured on.

    Args:
        config: recipe, epochs and width count.
        faces: in the train split, of all its classes.

    Returns:
        None where nothing is known: a recipe that was not measured, or a run that goes on from another model.
    """
    recipe = find(config.recipe)
    if recipe.seconds is None or config.start_from:
        return None
    # The work of a convolution grows with the channels before and after it.
    share = (config.epochs / recipe.epochs) * (faces / MEASURED_FACES) * config.width**2
    return START + (recipe.seconds - START) * share
