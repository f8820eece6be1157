"""One frame of live video: from the text that a browser sends to an answer for each face. Nothing is kept of it.

Faces of live video from one frame to the next: which is which, and answers that do not flicker.

A face is known again by its place: the nearest box of the frame before. Its probabilities are smoothed over time
(exponentially), so that the answer follows the face and not the noise. Letters: K classes.
"""

from __future__ import annotations

import base64
import binascii
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from emotion import images
from emotion.images import NotAPictureError, detect, open_picture
from emotion.models.answers import Face, by_name, judge

if TYPE_CHECKING:
    from emotion.images import Box
    from emotion.models.predictor import Predictor


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
        PictureError: above `MAX_FRAME_BYTES`.
    """
    if not isinstance(text, str) or not text.startswith(PREFIX):
        raise NotAPictureError
    if len(text) > len(PREFIX) + MAX_FRAME_BYTES * 4 // 3 + 4:
        raise images.decode.too_large(len(text) * 3 / 4, MAX_FRAME_BYTES)
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
    picture = open_picture(jpeg, max_bytes=MAX_FRAME_BYTES, max_side=MAX_SIDE).rgb
    whole = images.takes_whole(predictor.info.crop)
    boxes = [(0, 0, *picture.size)] if whole else [found.box for found in detect.find_faces(picture)]
    if not boxes:
        tracker.follow([], seconds)
        return []
    seen = predictor.see([images.cut_out(picture, None if whole else box, predictor.info.crop) for box in boxes])
    probabilities = predictor.predict_classes(images.as_batch(seen)).astype(np.float64)
    tracks = tracker.follow(list(zip(boxes, probabilities, strict=True)), seconds)
    smoothed = np.stack([track.probabilities for track in tracks]).astype(np.float32)
    said, named = judge(smoothed, predictor.info), by_name(smoothed, predictor.info)
    return [
        LiveFace(track.id, _shares(track.box, picture.size), Face(track.box, *answer, grey, each, predictor.info.pair))
        for track, answer, grey, each in zip(tracks, said, seen, named, strict=True)
    ]


def _shares(box: Box, size: tuple[int, int]) -> tuple[float, float, float, float]:
    (left, top, right, bottom), (width, height) = box, size
    return left / width, top / height, right / width, bottom / height


Probabilities = npt.NDArray[np.float64]  # (K,)

SMOOTHING_SECONDS = 0.6  # after this long 63 % of the answer are new; at 5 frames a second a frame counts 28 %
FORGOTTEN_AFTER = 1.0  # seconds for which a face may be missed, as in a blink of the detector, and is the same again
REACH = 0.75  # box heights that the middle of a face may move between two frames; two heads side by side are 1 apart


@dataclass(frozen=True, eq=False)
class Track:
    """One face, followed.

    Attributes:
        id: the same as long as the face is followed; 1 for the first.
        box: where it was seen last.
        probabilities: (K,), smoothed.
        missed: seconds since it was seen; 0 when it is in the newest frame.
    """

    id: int
    box: Box
    probabilities: Probabilities
    missed: float = 0.0


@dataclass
class Tracker:
    """The faces of one film. Feed it every frame; not for several threads at once.

    Attributes:
        tracks: all faces that are followed, those of the newest frame and those just missed.
    """

    tracks: list[Track] = field(default_factory=list)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def follow(self, seen: Sequence[tuple[Box, Probabilities]], seconds: float) -> list[Track]:
        """Takes in one frame.

        Args:
            seen: box and probabilities (K,) of each face in it.
            seconds: since the frame before, 0 or more.

        Returns:
            The faces of this frame, in the order of `seen`, their probabilities smoothed.
        """
        known = nearest([track.box for track in self.tracks], [box for box, _ in seen])
        now = []
        for place, (box, probabilities) in enumerate(seen):
            if place in known:
                now.append(_moved(self.tracks[known[place]], box, probabilities, seconds))
            else:
                now.append(Track(next(self._ids), box, np.asarray(probabilities, np.float64)))
        lost = [track for number, track in enumerate(self.tracks) if number not in known.values()]
        self.tracks = now + [missed for track in lost if (missed := _missed(track, seconds)) is not None]
        return now


def _moved(track: Track, box: Box, probabilities: Probabilities, seconds: float) -> Track:
    new = 1 - math.exp(-(seconds + track.missed) / SMOOTHING_SECONDS)
    return Track(track.id, box, (1 - new) * track.probabilities + new * probabilities)


def _missed(track: Track, seconds: float) -> Track | None:
    missed = track.missed + seconds
    return Track(track.id, track.box, track.probabilities, missed) if missed < FORGOTTEN_AFTER else None


def nearest(before: Sequence[Box], now: Sequence[Box]) -> dict[int, int]:
    """Which box of the frame before is which of this one: the nearest pairs first, none further than `REACH`.

    Returns:
        Index in `now` → index in `before`; boxes that are new are left out.
    """
    pairs = sorted(
        (_distance(old, new), place, number) for place, new in enumerate(now) for number, old in enumerate(before)
    )
    known: dict[int, int] = {}
    for distance, place, number in pairs:
        if distance <= REACH and place not in known and number not in known.values():
            known[place] = number
    return known


def _distance(one: Box, other: Box) -> float:
    """Between the middles of two boxes, in heights of the larger."""
    across = (one[0] + one[2] - other[0] - other[2]) / 2
    down = (one[1] + one[3] - other[1] - other[3]) / 2
    return math.hypot(across, down) / max(1, one[3] - one[1], other[3] - other[1])
