"""The worst mistakes of a run, kept with their faces in its `report.json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from emotion import metrics
from emotion.runs import film
from emotion.system import _, stored

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emotion.data import Examples
    from emotion.metrics import Floats
    from emotion.recipes import ModelInfo


MOST = 6


@dataclass(frozen=True)
class Mistake:
    """One face that was answered wrong.

    Attributes:
        truth, answer: class names.
        share: probability of the answer.
        pixels: the face, see `emotion.runs.film.packed`.
    """

    truth: str
    answer: str
    share: stored.Share
    pixels: str

    def __post_init__(self) -> None:
        if len(film.unpacked(self.pixels)) != 1:
            raise ValueError(_("a mistake has one face"))

    @property
    def face(self) -> NDArray[np.uint8]:
        """uint8 (48, 48)."""
        return film.unpacked(self.pixels)[0]


def worst(examples: Examples, probabilities: Floats, info: ModelInfo) -> list[dict[str, Any]]:
    """For `report.json`: the mistakes that were made with the most certainty, at most six, the surest first.

    Args:
        examples: N faces.
        probabilities: (N, K) in the order of `info.classes`, which are those of the examples.
    """
    answered = metrics.answers(probabilities, info.threshold, info.positive_label)
    wrong = np.flatnonzero(answered != examples.labels)
    sure = probabilities[wrong, answered[wrong]]
    return [
        {
            "truth": examples.classes[examples.labels[place]],
            "answer": info.classes[answered[place]],
            "share": float(probabilities[place, answered[place]]),
            "pixels": film.packed(examples.images[place]),
        }
        for place in wrong[np.argsort(-sure, kind="stable")][:MOST]
    ]
