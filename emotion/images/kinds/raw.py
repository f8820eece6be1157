"""Raw photos of cameras: what a sensor saw is not drawn here, but the preview that the camera has put beside it is.

A raw file of any maker holds previews as whole JPEG files; the first picture of those that are built like a TIFF may be
one without compression. Makers differ in how they point at them, so the JPEGs are looked for by their first bytes.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import IO, BinaryIO, cast

from PIL import ExifTags, Image

LEAST_PREVIEW = 320  # pixels on the long side: below there is too little to see of a face
DNG_VERSION, SUBFILE_TYPE = 50706, 254  # tags of a TIFF
PLAIN = ("L", "RGB", "YCbCr")
JPEG = b"\xff\xd8\xff"
MOST_JPEGS = 64  # that are tried; a camera writes up to five, and chance makes these three bytes once in 16 MB
CHUNK = 4 * 2**20  # bytes


def is_raw(image: Image.Image) -> bool:
    """Whether an opened TIFF is a raw photo: a DNG, or one whose first picture is a small copy of others (NEF, ARW)."""
    tags = getattr(image, "tag_v2", {})
    return DNG_VERSION in tags or bool(tags.get(SUBFILE_TYPE, 0) & 1 and ExifTags.Base.SubIFDs in tags)


def preview(stream: BinaryIO, first: Image.Image | None) -> Image.Image | None:
    """The largest preview in a raw photo, opened and not yet decoded; None where there is none.

    Args:
        stream: of the whole file.
        first: the picture that a TIFF begins with.
    """
    found = [first] if first is not None and first.mode in PLAIN else []
    found += _jpegs(stream)
    return max(found, key=lambda image: image.width * image.height, default=None)


def _jpegs(stream: BinaryIO) -> Iterator[Image.Image]:
    """The whole JPEG files within a file. What a sensor saw may be stored as JPEG too, of a sort that is not opened."""
    for start in _places(stream):
        try:
            yield Image.open(cast("IO[bytes]", _From(stream, start)), formats=("JPEG",))
        except Exception:  # noqa: BLE001, S112 - these three bytes may stand before anything
            continue


class _From(io.RawIOBase):
    """A file as it looks from one of its bytes on."""

    def __init__(self, whole: BinaryIO, start: int) -> None:
        self._whole, self._start = whole, start
        self._whole.seek(start)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, n: int = -1, /) -> bytes:
        return self._whole.read(n)

    def seek(self, to: int, whence: int = os.SEEK_SET, /) -> int:
        return self._whole.seek(to + self._start if whence == os.SEEK_SET else to, whence) - self._start

    def tell(self) -> int:
        return self._whole.tell() - self._start


def _places(stream: BinaryIO) -> list[int]:
    """Where these bytes stand, ascending, of the first so many."""
    places: list[int] = []
    stream.seek(0)
    at, tail = 0, b""
    while (chunk := stream.read(CHUNK)) and len(places) < MOST_JPEGS:
        text = tail + chunk
        found = text.find(JPEG)
        while found >= 0:
            places.append(at - len(tail) + found)
            found = text.find(JPEG, found + 1)
        at, tail = at + len(chunk), text[-2:]
    return places[:MOST_JPEGS]
