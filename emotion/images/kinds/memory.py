"""How large a picture may be: what its decoder takes, and how much there is.

The pixels of one picture may take 400 MB, so that the whole process stays below 500 MB: see
docs/decisions/0006-pictures-above-memory.md.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from operator import floordiv

from PIL import Image

from emotion.images.errors import PictureError
from emotion.system import _

MAX_PIXELS = 200_000_000  # width × height: the largest sensors of telephones have 199.8 megapixels
BUDGET = 400_000_000  # bytes for the pixels of one picture, with all copies that stand beside one another
ROOM = 50_000_000  # bytes of these for the RGB that is made of it
# Bytes a pixel that decoders take at their peak, measured. All others hold the picture once, see `_stored`.
DECODER_BYTES = {"WEBP": 16.3, "AVIF": 10.0, "HEIF": 8.0, "JPEG2000": 19.0}
TITLES = {"WEBP": "WebP", "JPEG2000": "JPEG 2000", "HEIF": "HEIC"}
COEFFICIENT_BYTES = 2  # of a progressive JPEG, which is taken apart whole before a pixel is drawn
JPEG_SCALES = (1, 2, 4, 8)  # at 1/n of its size libjpeg draws a picture at once
MAX_FILE_BYTES = 200 * 2**20  # of a file on this computer
UPLOAD_MB = 25  # of bytes that somebody sends, unless the environment says otherwise


def upload_mb() -> int:
    """How large a picture may be that somebody sends, in MB: 25, or as `EMOTION_UPLOAD_MB` says, from 1 to 200."""
    said = os.environ.get("EMOTION_UPLOAD_MB", "")
    return min(max(1, int(said)), MAX_FILE_BYTES // 2**20) if said.isdecimal() else UPLOAD_MB


def is_jpeg(image: Image.Image) -> bool:
    """Whether it is drawn at a fraction of its size where less is asked for."""
    return image.format in ("JPEG", "MPO")


def most_pixels(image: Image.Image) -> int:
    """How many pixels of a picture like this one can be read, whatever size is asked for."""
    peak = DECODER_BYTES.get(image.format or "", 0.0)
    held = _coefficients(image) if is_jpeg(image) else float(_stored(image.mode))
    room = 2 * ROOM if image.mode[0] in "IF" else ROOM  # numbers are scaled in bands of fractions of 8 bytes
    limits = [int(limit / takes) for limit, takes in ((BUDGET, peak), (BUDGET - room, held)) if takes]
    return min([MAX_PIXELS, *limits])


def drawn(image: Image.Image, wanted: tuple[int, int]) -> tuple[int, int]:
    """The size at which an opened picture is drawn: as wanted, or as much smaller as memory asks for.

    Args:
        wanted: width and height in the same proportions, at most those of the picture.
    """
    fits = max(1, min(map(floordiv, image.size, wanted)))
    if not is_jpeg(image):
        scales: Iterable[int] = range(fits, max(image.size) + 1)  # blocks of so many pixels become one at once
    else:
        least = max(scale for scale in JPEG_SCALES if scale <= fits)
        scales = [scale for scale in JPEG_SCALES if scale >= least]
    scale = next((scale for scale in scales if _takes(image, scale, wanted) <= BUDGET), JPEG_SCALES[-1])
    return min(wanted, divided(image.size, scale))


def _takes(image: Image.Image, scale: int, wanted: tuple[int, int]) -> float:
    """Bytes of all that stands side by side when a picture is drawn at 1/scale, then shrunk as wanted or turned."""
    pixels, small = math.prod(image.size), divided(image.size, scale)
    rgb, result = math.prod(small) * _stored("RGB"), math.prod(min(small, wanted)) * _stored("RGB")
    if is_jpeg(image):
        return pixels * _coefficients(image) + rgb + result
    return pixels * _stored(image.mode) + (rgb if scale > 1 or image.mode != "RGB" else 0) + result


def divided(size: tuple[int, int], by: int) -> tuple[int, int]:
    """What libjpeg, and `Image.reduce`, make of a size."""
    return -(-size[0] // by), -(-size[1] // by)


def title(image: Image.Image) -> str:
    """How people call the kind of an opened file, such as "WebP"."""
    return TITLES.get(image.format or "", image.format or "")


def too_many(image: Image.Image | None = None, most: int = MAX_PIXELS, kind: str = "") -> PictureError:
    """Args:
    image: opened; None where its size cannot be told.
    most: width × height that is read.
    kind: how people call a kind of file that takes more memory than others, such as "WebP"; else "".
    """
    megapixels = f"{most / 1e6:.3g}"
    if image is None:
        return PictureError(
            _("The picture is far too large and at most {most} megapixels are read: make it smaller first.",
              most=megapixels)
        )  # fmt: skip
    size = {"width": image.width, "height": image.height, "most": megapixels}
    if kind:
        return PictureError(
            _("The picture measures {width} × {height} pixels and at most {most} megapixels are read of such {kind} "
              "files: make it smaller first, or save it as JPEG.", kind=kind, **size)
        )  # fmt: skip
    return PictureError(
        _("The picture measures {width} × {height} pixels and at most {most} megapixels are read: make it smaller "
          "first.", **size)
    )  # fmt: skip


def check(image: Image.Image) -> None:
    """PictureError where an opened picture has more pixels than can be read."""
    most = most_pixels(image)
    if image.width * image.height > most:
        raise too_many(image, most, title(image) if most < MAX_PIXELS else "")


def _stored(mode: str) -> int:
    """Bytes a pixel of a decoded picture."""
    return 1 if mode in ("1", "L", "P") else 2 if mode.startswith("I;16") else 4


def _coefficients(image: Image.Image) -> float:
    """Bytes a pixel while a progressive JPEG is taken apart; its colours count as the file keeps them."""
    if not image.info.get("progressive"):
        return 0.0
    layers = getattr(image, "layer", [])
    widest, highest = (max((layer[place] for layer in layers), default=1) for place in (1, 2))
    samples = sum(layer[1] * layer[2] / (widest * highest) for layer in layers) if layers else len(image.getbands())
    return samples * COEFFICIENT_BYTES
