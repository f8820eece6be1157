"""A picture file as the one face it shows: what training data and `model.predict` start from.

Small pictures are faces already cut out and stay whole; from larger ones the largest face is cut out. Photos with
several faces to answer go through `emotion.prediction`, with the same crop.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from simplejpeg import decode_jpeg, decode_jpeg_header

from emotion import faces
from emotion.boxes import largest
from emotion.config import IMAGE_SIZE
from emotion.images import WORKING_SIDE, as_batch, crop_face, open_picture, to_input
from emotion.picture_errors import NoFaceError

JPEG, EXIF = b"\xff\xd8", b"Exif\0\0"
SMALL_FILE = 16_384  # bytes: a 48×48 grey JPEG has 1 to 4 kB


def largest_face(image: Image.Image) -> Image.Image:
    """The picture itself up to `faces.TIGHT_CROP_UP_TO` pixels on its long side, else its largest face, cut out.

    Raises:
        NoFaceError: when no face is found in a larger picture.
    """
    if max(image.size) <= faces.TIGHT_CROP_UP_TO:
        return image
    face = largest(faces.find_faces(image))
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
