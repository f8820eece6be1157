"""From the bytes of a file to a face of 48×48 grey pixels: decoding, finding faces, cutting them out.

May import `system`.
"""

from __future__ import annotations

from emotion.images import cache, decode, detect, endings, load, measure
from emotion.images.boxes import Box, Found, clipped
from emotion.images.crop import (
    CROP,
    PICTURE,
    WORKING_SIDE,
    as_batch,
    crop_face,
    cut_out,
    fitted,
    knows,
    takes_whole,
    to_input,
)
from emotion.images.decode import SHRINK_FILTER, open_picture, to_rgb
from emotion.images.detect import MIN_FACE, SMALL_FACES_ABOVE, TIGHT_CROP_UP_TO, finder
from emotion.images.detectors import blazeface
from emotion.images.errors import NoFaceError, NotAPictureError, PictureError
from emotion.images.kinds import memory
from emotion.images.load import (
    CHUNK,
    Pixels,
    Progress,
    can_be_read_now,
    first_readable,
    load_and_preprocess_image,
    read_all,
    workers,
)
from emotion.images.measure import Headers, Measures
from emotion.images.warp import blur, rotate, to_bytes, warped
from emotion.images.way_up import WayUp

__all__ = [
    "CHUNK",
    "CROP",
    "MIN_FACE",
    "PICTURE",
    "SHRINK_FILTER",
    "SMALL_FACES_ABOVE",
    "TIGHT_CROP_UP_TO",
    "WORKING_SIDE",
    "Box",
    "Found",
    "Headers",
    "Measures",
    "NoFaceError",
    "NotAPictureError",
    "PictureError",
    "Pixels",
    "Progress",
    "WayUp",
    "as_batch",
    "blazeface",
    "blur",
    "cache",
    "can_be_read_now",
    "clipped",
    "crop_face",
    "cut_out",
    "decode",
    "detect",
    "endings",
    "finder",
    "first_readable",
    "fitted",
    "knows",
    "load",
    "load_and_preprocess_image",
    "measure",
    "memory",
    "open_picture",
    "read_all",
    "rotate",
    "takes_whole",
    "to_bytes",
    "to_input",
    "to_rgb",
    "warped",
    "workers",
]
