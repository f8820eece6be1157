"""What a run is asked to do: settings, networks, variations of faces.

May import `system`, `images` and `metrics`. Keras is imported inside functions only.
"""

from __future__ import annotations

from emotion.recipes import layers, palette
from emotion.recipes.augmentation import KINDS, NONE, Augmentation, augment, mix
from emotion.recipes.catalogue import (
    ALONE_EPOCHS,
    ALONE_RATE,
    DEFAULT,
    HEAD,
    MAIN,
    MEASURED_FACES,
    RECIPES,
    START,
    TOGETHER_EPOCHS,
    TOGETHER_RATE,
    config,
    expected_seconds,
    find,
    retraining,
    teaching,
    was_measured_on,
)
from emotion.recipes.recipe import Recipe
from emotion.recipes.settings import (
    BOTH,
    CLASS_WEIGHTS,
    DEFAULT_CLASSES,
    FOLDERS,
    LABELS,
    MAX_NAME,
    SEVEN,
    SEVEN_EMOTIONS,
    TWO,
    UNEVEN,
    VOTES,
    ModelInfo,
    TrainingConfig,
    label_order,
    positive_class,
    presets,
    unevenness,
)
from emotion.recipes.varied_faces import preview

__all__ = [
    "ALONE_EPOCHS",
    "ALONE_RATE",
    "BOTH",
    "CLASS_WEIGHTS",
    "DEFAULT",
    "DEFAULT_CLASSES",
    "FOLDERS",
    "HEAD",
    "KINDS",
    "LABELS",
    "MAIN",
    "MAX_NAME",
    "MEASURED_FACES",
    "NONE",
    "RECIPES",
    "SEVEN",
    "SEVEN_EMOTIONS",
    "START",
    "TOGETHER_EPOCHS",
    "TOGETHER_RATE",
    "TWO",
    "UNEVEN",
    "VOTES",
    "Augmentation",
    "ModelInfo",
    "Recipe",
    "TrainingConfig",
    "augment",
    "config",
    "expected_seconds",
    "find",
    "label_order",
    "layers",
    "mix",
    "palette",
    "positive_class",
    "presets",
    "preview",
    "retraining",
    "teaching",
    "unevenness",
    "was_measured_on",
]
