"""Many small picture files read at once into one array."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion.config import IMAGE_SIZE
from emotion.errors import PictureError
from emotion.images import read_grey

Progress = Callable[[int, int], None]  # called with (done, total)

WORKERS = 2  # more do not help: half of the time of a small picture is Python, which runs one thread at a time
CHUNK = 512  # files a task; with a task for each file the threads cost more than they save


@dataclass(frozen=True)
class Pixels:
    """The readable ones of a list of n pictures.

    Attributes:
        images: uint8 (n - U, IMAGE_SIZE, IMAGE_SIZE), in the order of the list.
        unreadable: int64 (U,), ascending: places in the list of those that could not be read.
    """

    images: NDArray[np.uint8]
    unreadable: NDArray[np.int64]


def _empty(n: int) -> NDArray[np.uint8]:
    return np.empty((n, IMAGE_SIZE, IMAGE_SIZE), dtype=np.uint8)


def _read_chunk(root: Path, files: Sequence[str], images: NDArray[np.uint8]) -> list[int]:
    """Reads files into `images` uint8 (n, 48, 48); returns the places of those that cannot be read."""
    folder = str(root)
    unreadable = []
    for place, file in enumerate(files):
        try:
            images[place] = read_grey(os.path.join(folder, file), IMAGE_SIZE)  # a Path would cost 4 µs a file
        except (PictureError, OSError):
            unreadable.append(place)
    return unreadable


def can_be_read_now(root: Path, files: Sequence[str]) -> bool:
    """Whether one that was given up can be read after all: it lay on a disk that was away, for example."""
    return any(not _read_chunk(root, [file], _empty(1)) for file in files)


def first_readable(root: Path, files: Sequence[str], wanted: int) -> tuple[dict[str, NDArray[np.uint8]], list[str]]:
    """The first files that can be read, as name → uint8 (1, 48, 48), and those on the way that cannot."""
    found: dict[str, NDArray[np.uint8]] = {}
    lost = []
    for file in files:
        if len(found) == wanted:
            break
        image = _empty(1)
        if _read_chunk(root, [file], image):
            lost.append(file)
        else:
            found[file] = image
    return found, lost


def read_all(root: Path, files: Sequence[str], progress: Progress | None = None) -> Pixels:
    """Reads pictures in two threads.

    Args:
        root: the folder that the names are relative to.
        files: n names with "/".
        progress: called in this thread; what it raises ends the reading.
    """
    images = _empty(len(files))
    unreadable: list[int] = []
    done = 0
    pool = ThreadPoolExecutor(WORKERS)
    try:
        chunks = [slice(start, start + CHUNK) for start in range(0, len(files), CHUNK)]
        jobs = {pool.submit(_read_chunk, root, files[chunk], images[chunk]): chunk for chunk in chunks}
        for job in as_completed(jobs):
            unreadable += [jobs[job].start + place for place in job.result()]
            done += len(files[jobs[job]])
            if progress:
                progress(done, len(files))
    finally:
        pool.shutdown(cancel_futures=True)  # whoever stops waits for two chunks, not for all
    lost = np.array(sorted(unreadable), dtype=np.int64)
    return Pixels(np.delete(images, lost, axis=0) if lost.size else images, lost)
