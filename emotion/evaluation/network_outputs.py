"""What a network says of faces, asked once and kept on disk: probabilities and features.

The key of a kept answer is the bytes of the network and the pixels of the faces, so it is never an old one. What the
person may change later (temperature, threshold, a choice of classes) is worked in when it is read.
Letters: N faces, K classes, F features.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import queue
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from emotion import images, metrics
from emotion.evaluation import scores
from emotion.models import Predictor, many, preferences
from emotion.system import StoredFileError, arrays, cache, cache_dir

if TYPE_CHECKING:
    from emotion.metrics import Floats
    from emotion.models import Values
    from emotion.recipes import ModelInfo


FORMAT = 1  # raised when what is kept changes
KEPT = 16  # files; one of 7,000 faces with 256 features takes 8 MB, one of 28,000 30 MB
CHUNK = 512  # faces turned to float at once

Progress = Callable[[int, int], None]
Pictures = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Outputs:
    """What a network gives.

    Attributes:
        probabilities: (N, K) float32 of all its classes, at temperature 1.
        features: (N, F) float32, what it sees before its last layer.
    """

    probabilities: Values
    features: Values

    def of_classes(self, info: ModelInfo, classes: tuple[str, ...]) -> Floats:
        """Probabilities (N, len(classes)) as the model answers when only these are asked for.

        Args:
            info: of the whole model, with its temperature.
            classes: names that it knows, in the order of the result.

        Raises:
            ModelError: when the model does not know one of them.
        """
        scores.narrow(info, classes)
        columns = [info.classes.index(name) for name in classes]
        tempered = metrics.temper(self.probabilities, info.temperature)
        return tempered[:, columns] if len(columns) == tempered.shape[1] else metrics.restrict(tempered, columns)


def location(model: Path, pictures: Pictures) -> Path:
    """Where the answer of this network about these pictures (N, 48, 48) is kept."""
    return cache_dir() / f"outputs-{preferences.digest(model)[:16]}-{fingerprint(pictures)[:16]}.npz"


def fingerprint(pictures: Pictures) -> str:
    """Of pixels: 32 hex digits; 7,000 faces take 20 ms."""
    return digest_of(f"{FORMAT} {pictures.shape}", pictures)


def digest_of(words: str, pictures: Pictures) -> str:
    """Of words and pixels together: 32 hex digits."""
    data = hashlib.blake2b(words.encode(), digest_size=16)
    data.update(np.ascontiguousarray(pictures).data)
    return data.hexdigest()


def ask(
    predictor: Predictor,
    pictures: Pictures,
    progress: Progress | None = None,
    *,
    keep: bool = True,
    on: str | None = None,
) -> Outputs:
    """Asks a network about faces, or reads what it said of the same ones before.

    Args:
        predictor: the model.
        pictures: (N, 48, 48) uint8.
        progress: called with the faces done and all of them; what it raises ends the asking.
        keep: whether to read and write the file.
        on: a cluster of Ray whose processes ask it, "auto" or ray://host:10001; the values are the same.

    Raises:
        EmotionError: where the cluster cannot be asked.
    """
    path = location(predictor.path, pictures) if keep else None
    kept = read(path, len(pictures), len(predictor.info.classes)) if path else None
    if kept is None:
        kept = _asked(predictor, pictures, progress, on)
        if path:
            write(path, kept)
    elif progress:
        progress(len(pictures), len(pictures))
    return kept


def _asked(predictor: Predictor, pictures: Pictures, progress: Progress | None, on: str | None) -> Outputs:
    parts, done = [], 0
    answers = many.outputs(predictor, pictures, on) if on and len(pictures) else _parts(predictor, pictures)
    with contextlib.closing(answers):
        for part in answers:
            parts.append(part)
            done += len(part[0])
            if progress is not None:
                progress(done, len(pictures))
    probabilities, features = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Outputs(probabilities, features)


def _parts(predictor: Predictor, pictures: Pictures) -> Generator[tuple[Values, Values], None, None]:
    """The answers chunk by chunk, in order; of many faces by two copies of the network at once.

    A copy uses one thread: two of them are faster than one with two threads, which wait for each other at every layer.
    """
    starts = range(0, max(len(pictures), 1), CHUNK)
    copies = [predictor]
    if len(starts) > 1 and (os.cpu_count() or 1) > 1:
        copies.append(Predictor(predictor.path, predictor.info, predictor.reference))
    free: queue.SimpleQueue[Predictor] = queue.SimpleQueue()
    for copy in copies:
        free.put(copy)

    def answer(start: int) -> tuple[Values, Values]:
        mine = free.get()
        try:
            return mine.outputs(images.as_batch(pictures[start : start + CHUNK]))
        finally:
            free.put(mine)

    with ThreadPoolExecutor(len(copies)) as pool:
        try:
            yield from pool.map(answer, starts)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # whoever asked may have gone


def read(path: Path, n: int, classes: int) -> Outputs | None:
    """A kept answer about n faces as so many classes, or None where there is none or the file is damaged."""
    columns: dict[str, arrays.Column] = {"probabilities": ("float32", n, classes), "features": ("float32", n, "F")}
    try:
        found = Outputs(**arrays.read(path, columns))
    except StoredFileError:
        return None
    cache.count_as_new(path)
    return found if arrays.are_shares(found.probabilities) else None


def write(path: Path, outputs: Outputs) -> None:
    """Keeps an answer and removes the oldest ones. A full or read-only disk is no error."""
    cache.write_arrays(path, probabilities=outputs.probabilities, features=outputs.features)
    cache.keep_newest("outputs", KEPT)
