"""A model that answers, through LiteRT: probabilities, answers about photos, explanations, live video.

`bundle` packs a model to take along; `many` answers photos by the million. May import `runs` and the rooms below it.
"""

from __future__ import annotations

from emotion.models import answers, bundle, explain, live, many, marking, predictor, preferences
from emotion.models.answers import Answer, Face, Headline, Looking, answer, looks
from emotion.models.explain import Spread, Step, Variant
from emotion.models.live import LiveFace, Tracker
from emotion.models.predictor import (
    PRETRAINED,
    Faces,
    Predictor,
    Values,
    all_classes,
    load_model,
    load_quietly,
    positive_probability,
    read_info,
)
from emotion.models.preferences import Adjustment, changed
from emotion.models.turns import AT_ONCE, Turns

__all__ = [
    "AT_ONCE",
    "PRETRAINED",
    "Adjustment",
    "Answer",
    "Face",
    "Faces",
    "Headline",
    "LiveFace",
    "Looking",
    "Predictor",
    "Spread",
    "Step",
    "Tracker",
    "Turns",
    "Values",
    "Variant",
    "all_classes",
    "answer",
    "answers",
    "bundle",
    "changed",
    "explain",
    "live",
    "load_model",
    "load_quietly",
    "looks",
    "many",
    "marking",
    "positive_probability",
    "predictor",
    "preferences",
    "read_info",
]
