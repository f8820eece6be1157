"""Kinds of files whose decoders take so much memory that fewer pixels are read."""

from __future__ import annotations

import struct

import pytest
from PIL import Image

from emotion.images.decode import open_picture
from emotion.images.errors import TooManyForFormatError
from tests.odd_files import encode


def webp(size: tuple[int, int]) -> bytes:
    return encode(Image.new("RGB", size), "WEBP", lossless=True, method=0)


def test_answers_the_largest_webp() -> None:
    picture = open_picture(webp((7000, 3500)), max_side=100)

    assert picture.size == (7000, 3500)


def test_refuses_a_webp_one_row_larger() -> None:
    with pytest.raises(TooManyForFormatError, match=r"7,000 × 3,501 pixels and at most 24\.5 megapixels"):
        open_picture(webp((7000, 3501)), max_side=100)


def test_refuses_an_avif_that_takes_too_much_memory() -> None:
    small = encode(Image.new("RGB", (40, 30)), "AVIF")
    claim = small.replace(struct.pack(">4s3I", b"ispe", 0, 40, 30), struct.pack(">4s3I", b"ispe", 0, 8000, 5001))

    with pytest.raises(TooManyForFormatError, match="40 megapixels are read of AVIF files"):
        open_picture(claim, max_side=100)


def test_tells_how_a_picture_was_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    turned = open_picture(encode(Image.new("RGB", (40, 20)), "JPEG", exif=exif))
    upright = open_picture(encode(Image.new("RGB", (40, 20)), "JPEG"))

    assert turned.turn is Image.Transpose.ROTATE_270
    assert upright.turn is None
