"""One frame of live video: from the text that a browser sends to an answer for each face. Nothing is kept of it."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

import numpy as np

from emotion import faces, images
from emotion.boxes import Box
from emotion.picture_errors import NotAPictureError, PictureFileTooLargeError
from emotion.prediction import Face, by_name, judge
from emotion.predictor import Predictor
from emotion.tracking import Tracker

PREFIX = "data:image/jpeg;base64,"
MAX_FRAME_BYTES = 300_000  # a frame of 480 × 360 has about 20,000
MAX_SIDE = 640  # pixels


@dataclass(frozen=True, eq=False)
class LiveFace:
    """One face of a frame and what is said about it, smoothed over the frames before.

    Attributes:
        id: the same from frame to frame as long as the face is followed.
        place: left, top, right, bottom as shares of the frame, 0 to 1.
        face: the answer; its box is in pixels of the frame.
    """

    id: int
    place: tuple[float, float, float, float]
    face: Face


def decode(text: object) -> bytes:
    """The bytes of a JPEG from a data URL. Strict: it comes from a browser, so it may be anything.

    Raises:
        NotAPictureError: for anything else.
        PictureFileTooLargeError: above `MAX_FRAME_BYTES`.
    """
    if not isinstance(text, str) or not text.startswith(PREFIX):
        raise NotAPictureError
    if len(text) > len(PREFIX) + MAX_FRAME_BYTES * 4 // 3 + 4:
        raise PictureFileTooLargeError(len(text) * 3 // 4, MAX_FRAME_BYTES)
    try:
        jpeg = base64.b64decode(text[len(PREFIX) :], validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotAPictureError from error
    if not jpeg.startswith(b"\xff\xd8\xff"):
        raise NotAPictureError
    return jpeg


def look(jpeg: bytes, predictor: Predictor, tracker: Tracker, seconds: float) -> list[LiveFace]:
    """Answers for each face of a frame, from left to right.

    Args:
        jpeg: the frame as the camera saw it, not mirrored.
        predictor: the model that is asked.
        tracker: of this film; takes the frame in.
        seconds: since the frame before.

    Raises:
        PictureError: when it is no whole JPEG.
    """
    picture = images.open_picture(jpeg, max_bytes=MAX_FRAME_BYTES, max_side=MAX_SIDE).rgb
    boxes = [found.box for found in faces.find_faces(picture)]
    if not boxes:
        tracker.follow([], seconds)
        return []
    seen = np.stack([images.to_input(images.crop_face(picture, box), predictor.info.input_size) for box in boxes])
    probabilities = predictor.predict_classes(images.as_batch(seen)).astype(np.float64)
    tracks = tracker.follow(list(zip(boxes, probabilities, strict=True)), seconds)
    smoothed = np.stack([track.probabilities for track in tracks]).astype(np.float32)
    said, named = judge(smoothed, predictor.info), by_name(smoothed, predictor.info)
    return [
        LiveFace(track.id, _shares(track.box, picture.size), Face(track.box, *answer, grey, each))
        for track, answer, grey, each in zip(tracks, said, seen, named, strict=True)
    ]


def _shares(box: Box, size: tuple[int, int]) -> tuple[float, float, float, float]:
    (left, top, right, bottom), (width, height) = box, size
    return left / width, top / height, right / width, bottom / height
