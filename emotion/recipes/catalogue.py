"""The recipes that there are, and the settings of a run that come from them.

No TensorFlow, so that pages and the command line can list them. A recipe comes from a file in
`emotion/recipes/networks/`.

How long a training will take, from what its recipe was measured at.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emotion import system
from emotion.recipes import networks
from emotion.recipes.recipe import Recipe
from emotion.recipes.settings import DEFAULT_CLASSES, TrainingConfig, label_order
from emotion.system import N_, ConfigError, _

HEAD = Recipe(
    "head",
    N_("A last layer of its own on a finished model: for a few pictures, about a second."),
    body=lambda picture, width: picture,  # it has no network of its own: its worker never builds one
    parameters=0,
    epochs=1,
)
ELSEWHERE = Recipe(
    "elsewhere",
    N_("A model that was made elsewhere and brought in."),
    body=lambda picture, width: picture,  # nobody here knows how it was trained
    parameters=0,
    epochs=1,
)
FIRST = (
    "classic",
    "quick-s",
    "quick",
    "quick-l",
    "strong",
    "full",
    "teacher",
    "duo",
)  # the order of the list; others follow by name
DEFAULT = "quick"
MAIN = (HEAD.name, DEFAULT, "strong")  # what a list begins with: for few faces, the usual one, the best
# Retraining, with the old data: on drawn faces, with 6 or 15 of a class kept that look like negatives, new negatives
# went from 75 to 80 % and the old test faces from 88 to 89 %; more epochs or larger steps brought nothing. Without it:
# on FER-2013, 5 to 15 of a class kept, all of them answered wrong before, cost at most half a point on the old faces;
# with three times the learning rate 15 of them turned the model upside down (83 to 19 %).
TOGETHER_EPOCHS, TOGETHER_RATE = 4, 3e-4
ALONE_EPOCHS, ALONE_RATE = 20, 1e-3


def collect() -> dict[str, Recipe]:
    """The recipes of all files in `emotion/recipes/networks/`, by name.

    Raises:
        ValueError: when two have one name.
    """
    found: dict[str, Recipe] = {}
    for module, recipe in system.collect(networks, "RECIPES"):
        if recipe.name in found:
            raise ValueError(
                _("Two recipes are called {name}; the second is in {module}.", name=repr(recipe.name), module=module)
            )
        found[recipe.name] = recipe
    first = [name for name in FIRST if name in found]
    return {name: found[name] for name in [*first, *sorted(set(found) - set(first))]}


RECIPES = collect()


def find(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        ConfigError: for an unknown name.
    """
    for one in (HEAD, ELSEWHERE):
        if name == one.name:
            return one
    if name not in RECIPES:
        raise ConfigError("recipe", _("one of {names}", names=", ".join(RECIPES)), name)
    return RECIPES[name]


def config(recipe_name: str = DEFAULT, /, **changes: Any) -> TrainingConfig:
    """The recipe's own settings with a person's changes; a change of None leaves the default.

    Class names come as the person named them and are put into label order here.

    Raises:
        ConfigError: for an unknown recipe or a value outside its range.
    """
    recipe = find(recipe_name)
    base = TrainingConfig(
        recipe=recipe.name,
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        learning_rate=recipe.learning_rate,
        weight_decay=recipe.weight_decay,
        label_smoothing=recipe.label_smoothing,
        augmentation=recipe.augmentation,
    )
    said = {key: value for key, value in changes.items() if value is not None}
    if "classes" in said:
        said["classes"] = label_order(said["classes"])
    return replace(base, **said)


def retraining(start_from: str, data: str, classes: tuple[str, ...], **changes: Any) -> TrainingConfig:
    """Settings to go on from a model with the person's own pictures.

    Args:
        start_from: the model, as `emotion.models.predictor.load_model` takes it.
        data: what it has learned from, to be seen again so that it is not forgotten; "" where that is not on this
            machine: then only the last layer learns, from the own pictures alone.
        classes: in label order, as they stand in the model's `model.json`.
        changes: the person's; None leaves the default.
    """
    alone = {"freeze": True, "epochs": ALONE_EPOCHS, "learning_rate": ALONE_RATE}
    together = {"epochs": TOGETHER_EPOCHS, "learning_rate": TOGETHER_RATE}
    base = TrainingConfig(data=data, classes=classes, start_from=start_from, own=True)
    said = {key: value for key, value in changes.items() if value is not None}
    return replace(base, **((together if data else alone) | said))


def teaching(data: str, classes: tuple[str, ...], start_from: str = "pretrained", **changes: Any) -> TrainingConfig:
    """Settings to learn from a few pictures: a last layer of its own on a finished model.

    Args:
        data: as `TrainingConfig.data`.
        classes: in label order.
        start_from: the model that is built on, as `emotion.models.predictor.load_model` takes it.
        changes: the person's; None leaves the default.
    """
    said = {key: value for key, value in changes.items() if value is not None}
    return TrainingConfig(data=data, classes=classes, recipe=HEAD.name, epochs=HEAD.epochs, start_from=start_from,
                          freeze=True, **said)  # fmt: skip


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


def was_measured_on(classes: tuple[str, ...], faces: int) -> bool:
    """Whether a recipe's accuracy was measured on such data: happy and sad, exactly as many training faces."""
    return set(classes) == set(DEFAULT_CLASSES) and faces == MEASURED_FACES
