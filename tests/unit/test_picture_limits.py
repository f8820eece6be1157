"""Kinds of files whose decoders take so much memory that fewer pixels are read."""

from __future__ import annotations

import io
import itertools
import struct
import time

import pytest
from PIL import Image

from emotion.images.decode import open_picture
from emotion.images.errors import PictureTooSlowError, TooManyForFormatError
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


def jpeg_with_scans(number: int) -> bytes:
    """A progressive JPEG that passes over all its pixels so many times more."""
    written = io.BytesIO()
    Image.new("L", (2000, 2000)).save(written, "JPEG", progressive=True)
    whole = written.getvalue()
    return whole[:-2] + whole[whole.rfind(b"\xff\xda") : -2] * number + whole[-2:]


def test_a_picture_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = itertools.count()
    monkeypatch.setattr(time, "thread_time", lambda: float(next(seconds)))  # each block takes a second

    with pytest.raises(PictureTooSlowError, match="given up after 10 seconds of work"):
        open_picture(jpeg_with_scans(1000))


def test_a_picture_of_many_blocks_is_read_while_there_is_time() -> None:
    assert open_picture(jpeg_with_scans(20)).size == (2000, 2000)


def test_a_lab_picture_keeps_its_colours_when_it_is_shrunk() -> None:
    written = io.BytesIO()
    Image.merge("LAB", [Image.new("L", (600, 600), value) for value in (150, 190, 90)]).save(written, "TIFF")

    whole, small = (open_picture(written.getvalue(), max_side=side).rgb for side in (None, 100))

    assert small.size == (100, 100)
    assert small.getpixel((50, 50)) == whole.getpixel((50, 50))
