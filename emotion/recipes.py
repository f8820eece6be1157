"""Recipes: an architecture with the settings that go with it, and what to expect of them.

Standard library only, so that pages and the command line can list them without TensorFlow.
The networks themselves are in `emotion.models`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from emotion.config import TrainingConfig, label_order
from emotion.errors import ConfigError


@dataclass(frozen=True)
class Recipe:
    """One way to train.

    Attributes:
        name: what the command line and `config.json` call it.
        summary: one sentence on what it is good for.
        architecture: key of `emotion.models.ARCHITECTURES`.
        parameters: number of weights with two classes.
        expected: what to expect on 2 CPU cores, measured; one short phrase.
        epochs, batch_size, learning_rate: its defaults, which the person may change.
        steps_per_execution: batches handed to TensorFlow at a time. Eight were as quick as sixteen here
            and keep the time until Stop is noticed under half a second.
    """

    name: str
    summary: str
    architecture: str
    parameters: int
    expected: str
    epochs: int = 10
    batch_size: int = 64
    learning_rate: float = 1e-3
    steps_per_execution: int = 8


CLASSIC = Recipe(
    name="classic",
    summary="The textbook network: two convolutions with pooling, then dense layers.",
    architecture="classic",
    parameters=1_673_985,
    expected="about a minute for 12,000 faces, about 83 % on FER-2013",
)

# Retraining, with the old data: on drawn faces, with 6 or 15 of a class kept that look like negatives, new negatives
# went from 75 to 80 % and the old test faces from 88 to 89 %; more epochs or larger steps brought nothing. Without it:
# on FER-2013, 5 to 15 of a class kept, all of them answered wrong before, cost at most half a point on the old faces;
# with three times the learning rate 15 of them turned the model upside down (83 to 19 %).
TOGETHER_EPOCHS, TOGETHER_RATE = 4, 3e-4
ALONE_EPOCHS, ALONE_RATE = 20, 1e-3

RECIPES = {recipe.name: recipe for recipe in (CLASSIC,)}


def find(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        ConfigError: for an unknown name.
    """
    if name not in RECIPES:
        raise ConfigError("recipe", f"one of {', '.join(RECIPES)}", name)
    return RECIPES[name]


def config(recipe_name: str = CLASSIC.name, /, **changes: Any) -> TrainingConfig:
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
    )
    said = {key: value for key, value in changes.items() if value is not None}
    if "classes" in said:
        said["classes"] = label_order(said["classes"])
    return replace(base, **said)


def retraining(start_from: str, data: str, classes: tuple[str, ...], **changes: Any) -> TrainingConfig:
    """Settings to go on from a model with the person's own pictures.

    Args:
        start_from: the model, as `emotion.predictor.load_model` takes it.
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
