"""Recipes whose network is traced, kept and exported in half the time that the smallest real one takes, or less.

For tests that ask what surrounds a training, whatever it is that learns. The fixture `tiny_recipes` lets them be found.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emotion.recipes import catalogue
from emotion.recipes.networks.quick import QUICK
from emotion.recipes.recipe import Recipe
from emotion.recipes.settings import TrainingConfig

if TYPE_CHECKING:
    import keras

WANTED = "EMOTION_TESTS_TINY_RECIPES"  # the variable that tells processes which are forked for tests of them


def body(x: keras.KerasTensor, width: float) -> keras.KerasTensor:
    """A layer on the means of 6 × 6 pixels, with what a seed has to repeat."""
    from keras import layers

    x = layers.AveragePooling2D(6)(x)  # (N, 8, 8, 1)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.1)(x)
    return layers.Dense(16, activation="relu", name="features")(x)


TINY = Recipe("tiny", "For tests: one layer.", body, parameters=1057)
VARIED = replace(QUICK, name="tiny-varied", summary="For tests: one layer, trained as quick is.", body=body)
RECIPES = {recipe.name: recipe for recipe in (TINY, VARIED)}


def config(recipe: Recipe = TINY, **changes: object) -> TrainingConfig:
    """As `emotion.recipes.catalogue.config`, also where the recipe cannot be found yet."""
    return replace(catalogue.config(QUICK.name if recipe is VARIED else "classic", **changes), recipe=recipe.name)
