"""From a picture to what is said about each face in it.

A prediction never raises for a bad picture: a refusal is an answer too. Letters: N faces, K classes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion import images, metrics
from emotion.config import ModelInfo
from emotion.errors import PictureError
from emotion.predictor import Predictor, Values, load_model, positive_probability

__all__ = ["Answer", "Face", "Predictor", "answer", "judge", "load_model"]

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels of the upright picture
FindFaces = Callable[[Image.Image], Sequence[Sequence[int]]]

TIGHT_CROP = 256  # pixels: a picture up to this size in which no face is found is taken for one already cut out

NO_FACE_SMALL = "No face was found in this small picture, so the whole picture was used."
NO_FACE = "No face was found in this picture. Try one in which the face is larger and looks towards the camera."


@dataclass(frozen=True, eq=False)
class Face:
    """One face and what is said about it.

    Attributes:
        box: where it is in the upright picture, or None for the whole picture.
        probability: P(positive), 0 to 1.
        label: class name of the answer.
        unsure: the probability lies in the band in which the model should not be trusted.
        seen: (48, 48) uint8, what the network saw.
    """

    box: Box | None
    probability: float
    label: str
    unsure: bool
    seen: npt.NDArray[np.uint8]

    def to_json(self) -> dict[str, Any]:
        box = None if self.box is None else list(self.box)
        return {"box": box, "probability": self.probability, "label": self.label, "unsure": self.unsure}


@dataclass(frozen=True, eq=False)
class Answer:
    """What is said about one picture.

    Attributes:
        file: the name it was given; only ever shown, never used as a path.
        faces: empty where none was found, or with an error.
        error: one sentence when the picture was refused, else None.
        note: a sentence that helps to read the answer, or None.
        picture: the upright picture (RGB), at most `images.WORKING_SIDE` pixels on its long side; None with an error.
        scale: pixels of the upright picture per pixel of `picture`, at least 1: divide a box by it to draw it.
    """

    file: str
    faces: list[Face]
    error: str | None = None
    note: str | None = None
    picture: Image.Image | None = None
    scale: float = 1.0

    def to_json(self) -> dict[str, Any]:
        faces = [face.to_json() for face in self.faces]
        return {"file": self.file, "faces": faces, "error": self.error, "note": self.note}


def answer(source: Path | bytes, predictor: Predictor, name: str, find_faces: FindFaces | None = None) -> Answer:
    """Says for each face of a picture what it looks like. A picture that cannot be used is an answer too.

    Args:
        source: a file, or the bytes of one.
        predictor: the model that is asked.
        name: how to call the picture in the answer.
        find_faces: gives the boxes (left, top, right, bottom) of the faces in an upright RGB picture, in the pixels
            of the picture it is given (`Answer.picture`); None takes the whole picture for a face.

    Returns:
        One `Face` a box in the order of the boxes, or one without a box for the whole picture.
    """
    try:
        picture = images.open_picture(source, max_side=images.WORKING_SIDE)  # as training pictures are read
    except PictureError as error:
        return Answer(name, [], error=str(error))
    boxes, note = _look(picture.rgb, find_faces)
    notes = " ".join(sentence for sentence in (picture.note, note) if sentence)
    faces = _judge_boxes(picture, boxes, predictor)
    return Answer(name, faces, note=notes or None, picture=picture.rgb, scale=picture.scale)


def _look(image: Image.Image, find_faces: FindFaces | None) -> tuple[list[Box | None], str]:
    """What to look at, None being the whole picture, and a sentence where that needs one."""
    if find_faces is None:
        return [None], ""
    found: list[Box | None] = [(int(box[0]), int(box[1]), int(box[2]), int(box[3])) for box in find_faces(image)]
    if found:
        return found, ""
    return ([None], NO_FACE_SMALL) if max(image.size) <= TIGHT_CROP else ([], NO_FACE)


def _judge_boxes(picture: images.Picture, boxes: list[Box | None], predictor: Predictor) -> list[Face]:
    if not boxes:
        return []
    cut = [picture.rgb if box is None else images.crop_face(picture.rgb, box) for box in boxes]
    seen = np.stack([images.to_input(face, predictor.info.input_size) for face in cut])
    said = judge(predictor.predict_classes(images.as_batch(seen)), predictor.info)
    places = [None if box is None else _scaled(box, picture.scale) for box in boxes]
    return [Face(place, *words, grey) for place, words, grey in zip(places, said, seen, strict=True)]


def _scaled(box: Box, scale: float) -> Box:
    left, top, right, bottom = (round(edge * scale) for edge in box)
    return left, top, right, bottom


def judge(probabilities: Values, info: ModelInfo) -> list[tuple[float, str, bool]]:
    """Puts probabilities (N, K) into words: for each face P(positive), the class name answered, and if unsure.

    A model of more than two classes answers happy or sad where it knows both, else with the likeliest class.
    """
    positive = positive_probability(probabilities, info)
    if info.pair is None:
        names = [info.classes[label] for label in metrics.answers(probabilities)]
    else:
        names = [info.pair[int(yes)] for yes in metrics.decide(positive, info.threshold)]
    low, high = info.unsure_band
    return [
        (float(p), label, low < high and low <= p <= high) for p, label in zip(positive.tolist(), names, strict=True)
    ]
