"""What can be told of many picture files by one look at each: kind, size, colour, light, sharpness, a digest.

Letters: N files. Everything is kept in columns, so that the rules of `emotion.checks.rules` are a few array
operations.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from emotion.images import CHUNK, WORKING_SIDE, NotAPictureError, PictureError, measure, open_picture, to_input, workers
from emotion.system import IMAGE_SIZE

if TYPE_CHECKING:
    from emotion.images import Progress


FINE, UNREADABLE, NOT_A_PICTURE = 0, 1, 2
KINDS = ("", "JPEG", "PNG", "BMP", "WebP", "GIF", "TIFF", "AVIF or HEIC")
SMALL_FILE = 16_384  # bytes: read at once; a 48×48 grey JPEG has 1 to 4 kB
LOOK = 256  # pixels on the long side at which light and sharpness of larger pictures are judged
COLOURFUL = 3.0  # mean distance of the largest from the smallest channel, of 255; grey saved as colour has 0 to 1

_STARTS = ((b"\xff\xd8\xff", 1), (b"\x89PNG", 2), (b"BM", 3), (b"GIF8", 5), (b"II", 6), (b"MM", 6))
_ENDINGS = {".jpg": 1, ".jpeg": 1, ".png": 2, ".bmp": 3, ".webp": 4, ".gif": 5, ".tif": 6, ".tiff": 6}
_ENDINGS |= dict.fromkeys((".avif", ".heic", ".heif"), 7)


@dataclass(frozen=True)
class Facts:
    """One row a file.

    Attributes:
        fault: uint8 (N,): FINE, UNREADABLE or NOT_A_PICTURE; the other columns of a file with a fault are 0.
        kind: uint8 (N,), index into `KINDS`, by the first bytes of the file.
        width, height: int32 (N,) pixels, upright.
        colour: bool (N,), whether there is colour to be seen.
        digest: uint8 (N, 16); equal = the same picture, pixel by pixel, however it is stored.
        mean, contrast: float32 (N,), mean and standard deviation of the greys, 0 to 255.
        sharpness: float32 (N,), variance of the Laplacian of `grey`.
        fine: float32 (N,), the same of the picture in its own size, at most LOOK.
        grey: uint8 (N, 48, 48), the whole picture as a network would see it.
    """

    fault: NDArray[np.uint8]
    kind: NDArray[np.uint8]
    width: NDArray[np.int32]
    height: NDArray[np.int32]
    colour: NDArray[np.bool_]
    digest: NDArray[np.uint8]
    mean: NDArray[np.float32]
    contrast: NDArray[np.float32]
    sharpness: NDArray[np.float32]
    fine: NDArray[np.float32]
    grey: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.fault)

    @property
    def ok(self) -> NDArray[np.bool_]:
        return self.fault == FINE


def empty(n: int) -> Facts:
    """Rows of zeros."""
    shapes = {"digest": (n, 16), "grey": (n, IMAGE_SIZE, IMAGE_SIZE)}
    types = {"width": np.int32, "height": np.int32, "colour": np.bool_}
    types |= dict.fromkeys(("mean", "contrast", "sharpness", "fine"), np.float32)
    columns: dict[str, Any] = {
        column.name: np.zeros(shapes.get(column.name, (n,)), types.get(column.name, np.uint8))
        for column in fields(Facts)
    }
    return Facts(**columns)


def ending_kind(name: str) -> int:
    """The index into `KINDS` that a file's name promises."""
    return _ENDINGS.get(os.path.splitext(name)[1].lower(), 0)


def kind_of(head: bytes) -> int:
    """The index into `KINDS` that the first twelve bytes of a file tell; 0 for none of them."""
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return 4
    return 7 if head[4:8] == b"ftyp" else 0


def light(grey: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Mean, standard deviation and variance of the Laplacian, each (N,), of pictures (N, H, W) uint8."""
    values = grey.astype(np.float32)
    if not values.size:
        return (np.zeros(len(values), np.float32),) * 3
    inner = measure.laplacian(values)
    sharp = inner.var(axis=1) if inner.size else np.zeros(len(values), np.float32)
    return values.mean(axis=(1, 2)), values.std(axis=(1, 2)), sharp


def _digest(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    shape = np.array(pixels.shape, np.int32).tobytes()
    digest = hashlib.blake2b(np.ascontiguousarray(pixels).data, digest_size=16, key=shape).digest()
    return np.frombuffer(digest, np.uint8)


def _is_colour(rgb: NDArray[np.uint8]) -> bool:
    return bool((rgb.max(axis=2).astype(np.float32) - rgb.min(axis=2)).mean() > COLOURFUL)


def _usual(start: bytes) -> NDArray[np.uint8] | None:
    """The pixels of a small grey JPEG without EXIF, as FER-2013 has them by the thousand; None for anything else.

    A third of the time that the way for all pictures takes.
    """
    try:
        image = JpegImageFile(io.BytesIO(start))
        if image.mode == "L" and max(image.size) < SMALL_FILE and "exif" not in image.info:
            return np.frombuffer(image.tobytes(), np.uint8).reshape(image.height, image.width)
    except (OSError, ValueError, SyntaxError):
        pass  # whatever is wrong with it, the way for all pictures finds the words
    return None


def _note(name: str, source: str | bytes, facts: Facts, row: int) -> None:
    """Looks at one file; its light is left to `_note_all`, which looks at many at once."""
    start = source[:SMALL_FILE] if isinstance(source, bytes) else _start(source)
    facts.kind[row] = kind_of(start[:12])
    grey = _usual(start) if facts.kind[row] == 1 and len(start) < SMALL_FILE else None
    if grey is None:
        grey = _any(name, source if len(start) == SMALL_FILE else start, facts, row)
    else:
        facts.width[row], facts.height[row] = grey.shape[1], grey.shape[0]
        facts.digest[row] = _digest(grey)
    if grey.shape == (IMAGE_SIZE, IMAGE_SIZE):
        facts.grey[row] = grey
        return
    image = Image.fromarray(grey)
    image.thumbnail((LOOK, LOOK))
    facts.grey[row] = to_input(image)
    facts.fine[row] = light(np.asarray(image)[np.newaxis])[2][0]


def _start(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:
        return file.read(SMALL_FILE)


def _any(name: str, source: str | bytes, facts: Facts, row: int) -> NDArray[np.uint8]:
    """Opens any picture, notes its size, colour and digest, and returns its greys (H, W)."""
    picture = open_picture(source, max_side=WORKING_SIDE, keep_grey=True, name=name)
    facts.width[row], facts.height[row] = picture.size
    pixels = np.asarray(picture.rgb)
    if pixels.ndim == 3:
        facts.colour[row] = _is_colour(pixels)
        same = bool((pixels[..., :1] == pixels[..., 1:]).all())
        facts.digest[row] = _digest(np.ascontiguousarray(pixels[..., 0]) if same else pixels)
        pixels = np.asarray(picture.rgb.convert("L"))
    else:
        facts.digest[row] = _digest(pixels)
    return pixels


def _note_all(files: Iterable[tuple[str, str | bytes]], facts: Facts, chunk: slice) -> None:
    """Looks at files, each a name and a path or its bytes, and fills the rows of the chunk."""
    for row, (name, source) in zip(range(chunk.start, chunk.stop), files, strict=True):
        try:
            _note(name, source, facts, row)
        except NotAPictureError:
            facts.fault[row] = NOT_A_PICTURE
        except (PictureError, OSError):
            facts.fault[row] = UNREADABLE
    rows = chunk.start + np.flatnonzero(facts.fault[chunk] == FINE)
    facts.mean[rows], facts.contrast[rows], facts.sharpness[rows] = light(facts.grey[rows])
    native = rows[(facts.width[rows] == IMAGE_SIZE) & (facts.height[rows] == IMAGE_SIZE)]
    facts.fine[native] = facts.sharpness[native]


def _read_chunk(root: str, files: Sequence[str], facts: Facts, chunk: slice) -> None:
    _note_all(((file, os.path.join(root, file)) for file in files), facts, chunk)


def look(root: Path, files: Sequence[str]) -> Facts:
    """Looks at some files in this thread."""
    facts = empty(len(files))
    _read_chunk(str(root), files, facts, slice(0, len(files)))
    return facts


def look_at_contents(files: Sequence[str], contents: Sequence[bytes]) -> Facts:
    """The same of files that are not here but in memory."""
    facts = empty(len(files))
    _note_all(zip(files, contents, strict=True), facts, slice(0, len(files)))
    return facts


def read(root: Path, files: Sequence[str], progress: Progress | None = None) -> Facts:
    """Looks at every file once, in two threads where the files are large.

    Args:
        root: the folder that the names are relative to.
        files: N names with "/".
        progress: called in this thread with (done, all); what it raises ends the reading.
    """
    facts, done = empty(len(files)), 0
    chunks = [slice(start, min(start + CHUNK, len(files))) for start in range(0, len(files), CHUNK)]
    pool = ThreadPoolExecutor(workers(root, files))
    try:
        jobs = {pool.submit(_read_chunk, str(root), files[chunk], facts, chunk): chunk for chunk in chunks}
        for job in as_completed(jobs):
            job.result()
            done += jobs[job].stop - jobs[job].start
            if progress:
                progress(done, len(files))
    finally:
        pool.shutdown(cancel_futures=True)
    return facts
