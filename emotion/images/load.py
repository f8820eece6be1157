"""The picture files that somebody names: single files, and all those below a folder.

A picture file as the one face it shows: what training data and `model.predict` start from.

Small pictures are faces already cut out and stay whole; from larger ones the largest face is cut out. Photos with
several faces to answer go through `emotion.models.answers`, with the same crop.

Many small picture files read at once into one array.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from simplejpeg import decode_jpeg, decode_jpeg_header

from emotion.images import detect, endings
from emotion.images.boxes import largest
from emotion.images.crop import WORKING_SIDE, as_batch, crop_face, to_input
from emotion.images.decode import open_picture
from emotion.images.errors import NoFaceError, PictureError
from emotion.system import IMAGE_SIZE, leads_on


def pictures(path: Path, but: Path | None = None) -> Iterator[Path]:
    """Yields a file itself, or the pictures below a folder in the order of their names, however many there are.

    Args:
        path: a link to a folder is followed once, and never back to a folder that holds it, as in a data folder.
        but: a folder that is left out.
    """
    if not os.path.isdir(path):
        yield path
        return
    left_out = None if but is None else os.path.realpath(but)
    followed = {os.path.realpath(path)}
    for place, folders, files in os.walk(path, followlinks=True):
        if os.path.realpath(place) == left_out:
            folders.clear()
            continue
        folders[:] = [name for name in sorted(folders) if _is_walked(os.path.join(place, name), followed)]
        for file in sorted(files):
            head = functools.partial(endings.head_of, os.path.join(place, file))
            if endings.is_picture(file, head, unread_too=True):
                yield Path(place) / file


def _is_walked(folder: str, followed: set[str]) -> bool:
    return not os.path.islink(folder) or leads_on(folder, followed)


JPEG, EXIF = b"\xff\xd8", b"Exif\0\0"
SMALL_FILE = 16_384  # bytes: a 48×48 grey JPEG has 1 to 4 kB


def largest_face(image: Image.Image) -> Image.Image:
    """The picture itself up to `faces.TIGHT_CROP_UP_TO` pixels on its long side, else its largest face, cut out.

    Raises:
        NoFaceError: when no face is found in a larger picture.
    """
    if max(image.size) <= detect.TIGHT_CROP_UP_TO:
        return image
    face = largest(detect.find_faces(image))
    if face is None:
        raise NoFaceError
    return crop_face(image, face.box)


def read_face(path: Path | str, size: int = IMAGE_SIZE) -> NDArray[np.uint8]:
    """Reads a picture file as the network sees it; a grey file of the right size is not touched.

    Returns:
        (size, size) uint8.

    Raises:
        NoFaceError: when no face is found in a picture too large to be one face.
        PictureError: with one sentence on why the file cannot be used.
    """
    ready = _ready_made(path, size)
    if ready is not None:
        return ready
    return to_input(largest_face(open_picture(path, max_side=WORKING_SIDE, keep_grey=True).rgb), size)


def _ready_made(path: Path | str, size: int) -> NDArray[np.uint8] | None:
    """A grey JPEG of the right size without EXIF, as FER-2013 has them by the thousand; None for anything else.

    What every other picture goes through would leave these pixels as they are, in six times the time: Pillow decodes
    with the same libjpeg-turbo, but the Python around it costs more than the decoding.
    """
    try:
        with open(path, "rb", buffering=0) as file:  # a Path would cost 4 µs a file
            start = file.read(SMALL_FILE)
        if len(start) == SMALL_FILE or EXIF in start or not start.startswith(JPEG):
            return None
        height, width, colours, _ = decode_jpeg_header(start)
        if (height, width, colours) == (size, size, "Gray"):
            return decode_jpeg(start, "GRAY")[..., 0]
    except (OSError, ValueError):
        pass  # whatever is wrong with it, the way for all pictures finds the words
    return None


def load_and_preprocess_image(path: Path | str) -> NDArray[np.float32]:
    """Reads one picture for `model.predict`.

    Returns:
        (1, 48, 48, 1) float32 in [0, 1].

    Raises:
        As `read_face`.
    """
    return as_batch(read_face(path))


Progress = Callable[[int, int], None]  # called with (done, total)

WORKERS = 2  # for files whose decoding takes longer than the Python around it, which runs one thread at a time
LARGE_FILE = 32_768  # bytes, of the middle one of a few: smaller pictures are read faster by one thread (Pillow read
# 12,045 of 2 kB in 1.19 s against 1.50 s on 2 quiet cores, Python 3.11)
CHUNK = 512  # files a task; with a task for each file the threads cost more than they save


@dataclass(frozen=True)
class Pixels:
    """The readable ones of a list of n pictures.

    Attributes:
        images: uint8 (n - U - F, IMAGE_SIZE, IMAGE_SIZE), in the order of the list.
        unreadable: int64 (U,), ascending: places in the list of those that could not be read.
        faceless: int64 (F,), ascending: places of larger pictures in which no face was found.
    """

    images: NDArray[np.uint8]
    unreadable: NDArray[np.int64]
    faceless: NDArray[np.int64]

    @property
    def lost(self) -> NDArray[np.int64]:
        """Places of all that are left out, ascending."""
        return np.union1d(self.unreadable, self.faceless)


def _empty(n: int) -> NDArray[np.uint8]:
    return np.empty((n, IMAGE_SIZE, IMAGE_SIZE), dtype=np.uint8)


def _read_chunk(root: Path, files: Sequence[str], images: NDArray[np.uint8]) -> tuple[list[int], list[int]]:
    """Reads files into `images` uint8 (n, 48, 48); returns the places of the unreadable and of the faceless ones."""
    folder = str(root)
    unreadable, faceless = [], []
    for place, file in enumerate(files):
        try:
            images[place] = read_face(os.path.join(folder, file), IMAGE_SIZE)  # a Path would cost 4 µs a file
        except NoFaceError:
            faceless.append(place)
        except (PictureError, OSError):
            unreadable.append(place)
    return unreadable, faceless


def can_be_read_now(root: Path, files: Sequence[str]) -> bool:
    """Whether one that was given up can be read after all: it lay on a disk that was away, for example."""
    return any(_read_chunk(root, [file], _empty(1)) == ([], []) for file in files)


def first_readable(root: Path, files: Sequence[str], wanted: int) -> tuple[dict[str, NDArray[np.uint8]], list[str]]:
    """The first files that show a face, as name → uint8 (1, 48, 48), and those on the way that cannot be used."""
    found: dict[str, NDArray[np.uint8]] = {}
    lost = []
    for file in files:
        if len(found) == wanted:
            break
        image = _empty(1)
        if any(_read_chunk(root, [file], image)):
            lost.append(file)
        else:
            found[file] = image
    return found, lost


def workers(root: Path, files: Sequence[str]) -> int:
    """How many threads pay, by the size of a few files."""
    sizes = []
    for file in files[:: max(1, len(files) // 15)]:
        with contextlib.suppress(OSError):
            sizes.append((root / file).stat().st_size)
    return WORKERS if sizes and sorted(sizes)[len(sizes) // 2] >= LARGE_FILE else 1


def read_all(root: Path, files: Sequence[str], progress: Progress | None = None) -> Pixels:
    """Reads pictures on large chunks, in two threads where the files are large.

    Args:
        root: the folder that the names are relative to.
        files: n names with "/".
        progress: called in this thread; what it raises ends the reading.
    """
    images = _empty(len(files))
    unreadable: list[int] = []
    faceless: list[int] = []
    done = 0
    pool = ThreadPoolExecutor(workers(root, files))
    try:
        chunks = [slice(start, start + CHUNK) for start in range(0, len(files), CHUNK)]
        jobs = {pool.submit(_read_chunk, root, files[chunk], images[chunk]): chunk for chunk in chunks}
        for job in as_completed(jobs):
            for places, found in zip((unreadable, faceless), job.result(), strict=True):
                places += [jobs[job].start + place for place in found]
            done += len(files[jobs[job]])
            if progress:
                progress(done, len(files))
    finally:
        pool.shutdown(cancel_futures=True)  # whoever stops waits for two chunks, not for all
    pixels = Pixels(images, *(np.array(sorted(places), dtype=np.int64) for places in (unreadable, faceless)))
    return replace(pixels, images=np.delete(images, pixels.lost, axis=0)) if pixels.lost.size else pixels
