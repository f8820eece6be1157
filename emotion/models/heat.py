"""What mattered in a face: a heat map by occlusion, on LiteRT alone.

One place of the face after the other is covered, and the answer may fall (Zeiler and Fergus 2014).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion import images, metrics
from emotion.models.answers import of_asked
from emotion.system import N_

if TYPE_CHECKING:
    from emotion.models.predictor import Predictor, Values
    from emotion.recipes import ModelInfo


Seen = npt.NDArray[np.uint8]
Heat = npt.NDArray[np.float32]

MOST_POSITIONS = 64
# Chosen on 40 faces of FER-2013 and the shipped network by what removing the hottest tenth to third of a face does to
# its answer, over four ways of removing: log-odds fall by 4.3; with softer or with hard covers, filled with the mean
# or with the blurred face, by 3.7 to 4.3; by 1.0 where the places are chosen by chance.
SOFTNESS = 2.5 / 6  # standard deviation of a cover, as a share of the distance to the next one
# Log-odds at the hottest place. Of 200 faces of FER-2013 about 1 % have less; the median is 1.0.
NOTHING = 0.2
# The colour of no class, and far from grey for every kind of colour sight.
VIOLET = np.array([112, 48, 196], np.float32)
TINT = 0.55  # share of violet at the hottest place: the face stays visible under it
CONTOUR = 0.5  # of the hottest place: where the line is drawn, so that nothing rests on colour alone
OVERLAY = 192  # pixels a side


def covers(side: int, size: int) -> npt.NDArray[np.float32]:
    """Soft round patches on a grid, (side², size, size) float32: 1 in the middle of a patch, towards 0 around it."""
    centres = (np.arange(side) + 0.5) * size / side
    places = np.arange(size) + 0.5
    bells = np.exp(-0.5 * ((places - centres[:, np.newaxis]) * side / (SOFTNESS * size)) ** 2)
    patches = np.einsum("ry,cx->rcyx", bells, bells).reshape(side * side, size, size)
    return patches.astype(np.float32)


def heat_map(predictor: Predictor, seen: Seen, positions: int = MOST_POSITIONS, asked: ModelInfo | None = None) -> Heat:
    """Finds what mattered for the answer: how far it falls when a place of the face is covered.

    A place is covered with the mean grey (or colour) of the face, softly. The fall is in log-odds of the class that was
    answered: of a probability of 0.99 next to nothing would be seen to fall. One call of the network.

    Args:
        predictor: the model that answered.
        seen: (48, 48) uint8, what it saw; of a model that sees colours (S, S, 3).
        positions: how many places to cover, 1 to 64; the largest square number up to it is used.
        asked: the question that was answered, see `emotion.models.answers.judge`; None: the usual one.

    Returns:
        (48, 48) or (S, S), float32, log-odds: above 0 where the face spoke for the answer, below 0 where it spoke
        against it.
    """
    side = math.isqrt(min(max(positions, 1), MOST_POSITIONS))
    patches = covers(side, len(seen))
    face = images.as_batch(seen[np.newaxis])[0]
    covered = face + patches[..., np.newaxis] * (face.mean(axis=(0, 1)) - face)
    odds = _log_odds(predictor, np.concatenate([face[np.newaxis], covered]), asked or predictor.info.usual)
    falls = odds[0] - odds[1:]
    heat: Heat = (np.tensordot(falls, patches, axes=1) / patches.sum(axis=0)).astype(np.float32)
    return heat


def _log_odds(predictor: Predictor, faces: Values, asked: ModelInfo) -> npt.NDArray[np.float64]:
    """Log-odds (N,) of the class that is answered for the first of the faces (N, S, S, C)."""
    probabilities = of_asked(predictor.predict_classes(faces), predictor.info, asked)
    if len(asked.classes) > 2:
        answered = probabilities[:, int(probabilities[0].argmax())]
    else:
        positive = probabilities[:, asked.positive_label]
        answered = positive if metrics.decide(positive[:1], asked.threshold)[0] else 1 - positive
    sure = np.clip(answered.astype(np.float64), metrics.SMALLEST, 1 - metrics.SMALLEST)
    return np.log(sure / (1 - sure))


def enlarged(seen: Seen, size: int) -> Image.Image:
    """The face as the network sees it, pixel by pixel, in RGB."""
    return Image.fromarray(seen).resize((size, size), Image.Resampling.NEAREST).convert("RGB")


def overlay(seen: Seen, heat: Heat, size: int = OVERLAY) -> Image.Image:
    """Lays a heat map over its face: violet where it spoke for the answer, a line around the half that did most.

    Args:
        seen: (S, S) or (S, S, 3) uint8.
        heat: from `heat_map`. The hottest place gets the full tint, unless it is below NOTHING: then there is no
            line and hardly any tint.
        size: side in pixels.

    Returns:
        An RGB picture, size × size. What spoke against the answer is left as it is.
    """
    face = np.asarray(enlarged(seen, size), dtype=np.float32)
    hottest = max(float(heat.max()), NOTHING)
    smooth = Image.fromarray(heat.astype(np.float32)).resize((size, size), Image.Resampling.BICUBIC)
    share = np.clip(np.asarray(smooth) / hottest, 0, 1)[..., np.newaxis]
    tinted = face + TINT * share * (VIOLET - face)
    if heat.max() >= NOTHING:
        inner, outer = _outlines(share[..., 0] >= CONTOUR)
        tinted[outer], tinted[inner] = 255, VIOLET * 0.5  # light and dark: one of the two shows on any skin and hair
    return Image.fromarray(np.rint(tinted).astype(np.uint8))


def _outlines(area: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """The outermost pixels of an area, and those just outside it."""
    return area & _grown(~area), ~area & _grown(area)


def _grown(area: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    around = np.pad(area, 1)
    return around[:-2, 1:-1] | around[2:, 1:-1] | around[1:-1, :-2] | around[1:-1, 2:]


PLACES = (
    (N_("upper left"), N_("upper middle"), N_("upper right")),
    (N_("left"), N_("middle"), N_("right")),
    (N_("lower left"), N_("lower middle"), N_("lower right")),
)


def where_hottest(heat: Heat) -> str:
    """Names the place of the hottest part as one sees it in the picture, such as "lower middle"; "" for none."""
    if heat.max() < NOTHING:
        return ""
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    return PLACES[3 * int(row) // len(heat)][3 * int(column) // len(heat)]
