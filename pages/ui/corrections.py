"""Corrections: what the person says is wrong is kept as their own picture, shown, deleted, and learned from."""

from __future__ import annotations

from emotion.config import ModelInfo
from emotion.prediction import Face
from emotion.predictor import Predictor
from pages.ui.answers import Source


def offer(source: Source, face: Face, info: ModelInfo, key: str) -> None:
    """Under one answer: "That is wrong", with the model's classes to choose from; after that, what was kept, and undo.

    Args:
        source: the picture; read again only when a class was clicked, and cut at `face.box` (None: taken whole).
        face: the answer.
        info: of the model that gave it.
        key: unique on the page, the same for this face on every rerun, such as "1" for the first face.
    """


def panel(predictor: Predictor) -> None:
    """The person's own pictures: counts, thumbnails, delete, retrain. Call it once, last on the Predict page.

    Draws nothing while no picture is kept.
    """
