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
