"""How the answers about a few faces come about: twelve validation faces, asked again after each epoch.

`film.jsonl` is appended by the run's worker alone: a row with the faces, then one an epoch. A reader may come while a
line is being written.
"""

from __future__ import annotations

import base64
import contextlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from emotion.system import IMAGE_SIZE, StoredFileError, _, files, stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotion.runs.run import RunPaths


MOST_FACES = 12
DIGITS = 4  # of a stored probability


class _FacesRow(TypedDict):
    event: str
    classes: list[str]
    labels: list[stored.Number]
    pixels: str


class _FilmRow(TypedDict):
    event: str
    epoch: Annotated[int, Meta(ge=1, le=1_000_000)]
    probabilities: list[list[stored.Share]]


@dataclass(frozen=True)
class Film:
    """The film so far.

    Attributes:
        faces: uint8 (N, 48, 48), class after class.
        labels: of each, index into `classes`.
        classes: the K class names in label order.
        epochs: 1-based number of an epoch → the probabilities after it, float64 (N, K).
    """

    faces: NDArray[np.uint8]
    labels: tuple[int, ...]
    classes: tuple[str, ...]
    epochs: dict[int, NDArray[np.float64]] = field(default_factory=dict)

    def answers(self, epoch: int) -> list[tuple[str, float]]:
        """Of each face after that epoch: the answer, and its probability."""
        likeliest = self.epochs[epoch].argmax(axis=1)
        return [(self.classes[label], float(self.epochs[epoch][face, label])) for face, label in enumerate(likeliest)]

    def flips(self, epoch: int) -> list[str]:
        """Of each face: what it was called after the epoch before; "" where the answer is the same or the first."""
        before = max((other for other in self.epochs if other < epoch), default=None)
        if before is None:
            return [""] * len(self.labels)
        pairs = zip(self.answers(before), self.answers(epoch), strict=True)
        return [was if was != now else "" for (was, _other), (now, _other) in pairs]


def choose(labels: NDArray[np.int64], classes: int, seed: int) -> NDArray[np.int64]:
    """Places of the faces of a film among the validation faces: as many of each class as can be, class after class.

    Args:
        labels: (N,) of the validation faces, N at least 1.
        classes: K.
        seed: the same one chooses the same faces.
    """
    order = np.random.default_rng(seed).permutation(len(labels))
    turn = {label: order[labels[order] == label] for label in range(classes)}
    dealt = [(place, label, int(index)) for label in turn for place, index in enumerate(turn[label])]
    chosen = sorted((label, index) for _other, label, index in sorted(dealt)[:MOST_FACES])
    return np.array([index for _other, index in chosen], np.int64)


def begin(paths: RunPaths, faces: NDArray[np.uint8], labels: Sequence[int], classes: Sequence[str]) -> None:
    """Writes which faces the film is about. Only the run's own process may call this and `append`."""
    _write(paths, event="faces", classes=list(classes), labels=[int(label) for label in labels], pixels=packed(faces))


def append(paths: RunPaths, epoch: int, probabilities: NDArray[np.float32]) -> None:
    """Writes the answers (N, K) after an epoch; none where the network gives no numbers any more."""
    if np.isfinite(probabilities).all():
        _write(paths, event="epoch", epoch=epoch, probabilities=probabilities.astype(float).round(DIGITS).tolist())


def read(paths: RunPaths) -> Film | None:
    """The film so far; None where there is none, or what is written of its faces cannot be used.

    Rows that do not fit are passed over; after a resume the later row of an epoch counts.
    """
    film: Film | None = None
    with contextlib.suppress(StoredFileError):
        for row in stored.lines(paths.film):
            with contextlib.suppress(ValueError):
                if row.get("event") == "faces":
                    begun = _film(stored.typed(row, _FacesRow))
                    film = film if film is not None and _same(film, begun) else begun
                elif row.get("event") == "epoch" and film is not None:
                    _add(film, stored.typed(row, _FilmRow))
    return film


def packed(faces: NDArray[np.uint8]) -> str:
    """Faces uint8 (N, 48, 48) as text for JSON."""
    return base64.b64encode(np.ascontiguousarray(faces).tobytes()).decode("ascii")


def unpacked(text: str) -> NDArray[np.uint8]:
    """The inverse of `packed`; ValueError for any other text."""
    pixels = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    return pixels.reshape(-1, IMAGE_SIZE, IMAGE_SIZE)


def _write(paths: RunPaths, **row: Any) -> None:
    files.append(paths.film, json.dumps(row, allow_nan=False).encode() + b"\n")


def _film(row: _FacesRow) -> Film:
    faces = unpacked(row["pixels"])
    if len(faces) != len(row["labels"]) or not all(label < len(row["classes"]) for label in row["labels"]):
        raise ValueError(_("faces and labels do not fit"))
    return Film(faces, tuple(row["labels"]), tuple(row["classes"]))


def _same(one: Film, other: Film) -> bool:
    """Whether two films are about the same faces: a run that goes on says anew which they are."""
    return (one.labels, one.classes) == (other.labels, other.classes) and np.array_equal(one.faces, other.faces)


def _add(film: Film, row: _FilmRow) -> None:
    probabilities = np.array(row["probabilities"], np.float64)
    if probabilities.shape != (len(film.labels), len(film.classes)):
        raise ValueError(_("the answers do not fit the faces"))
    film.epochs[row["epoch"]] = probabilities
