"""How large a picture may be: so many pixels that what its decoder takes stays within what there is."""

from __future__ import annotations

import io
import itertools
import struct
import time

import pytest
from PIL import Image

from emotion.images.decode import open_picture
from emotion.images.errors import PictureError
from emotion.images.kinds import memory
from tests.odd_files import encode, flat_png


def claiming(kind: str, size: tuple[int, int], mode: str = "RGB", **info: object) -> Image.Image:
    """An opened picture that says it is so large; its pixels are never made."""
    image = Image.new(mode, (1, 1))
    image._size = size
    image.format, image.info = kind, dict(info)
    return image


def webp(size: tuple[int, int]) -> bytes:
    return encode(Image.new("RGB", size), "WEBP", lossless=True, method=0)


def test_answers_the_largest_webp() -> None:
    picture = open_picture(webp((7000, 3500)), max_side=100)

    assert picture.size == (7000, 3500)


def test_refuses_a_webp_one_row_larger() -> None:
    with pytest.raises(PictureError, match=r"7,000 × 3,506 pixels and at most 24\.5 megapixels .* WebP files"):
        open_picture(webp((7000, 3506)), max_side=100)


def test_refuses_an_avif_that_takes_too_much_memory() -> None:
    small = encode(Image.new("RGB", (40, 30)), "AVIF")
    claim = small.replace(struct.pack(">4s3I", b"ispe", 0, 40, 30), struct.pack(">4s3I", b"ispe", 0, 8000, 5001))

    with pytest.raises(PictureError, match="40 megapixels are read of such AVIF files"):
        open_picture(claim, max_side=100)


@pytest.mark.parametrize(
    ("kind", "mode", "most"),
    [("JPEG", "RGB", 200e6), ("MPO", "RGB", 200e6), ("PNG", "L", 200e6), ("PNG", "RGB", 87.5e6), ("PNG", "I;16", 150e6),
     ("TIFF", "CMYK", 87.5e6), ("HEIF", "RGB", 50e6), ("JPEG2000", "RGB", 21e6)],
)  # fmt: skip
def test_the_limit_is_the_memory_that_a_kind_takes(kind: str, mode: str, most: float) -> None:
    assert memory.most_pixels(claiming(kind, (100, 100), mode)) == pytest.approx(most, rel=0.01)


@pytest.mark.parametrize(("subsampling", "megapixels"), [(2, 116), (1, 87.5), (0, 58)])
def test_a_progressive_jpeg_is_taken_apart_whole_and_limited_by_that(subsampling: int, megapixels: float) -> None:
    data = encode(Image.new("RGB", (64, 64)), "JPEG", progressive=True, subsampling=subsampling)
    with Image.open(io.BytesIO(data)) as image:
        assert memory.most_pixels(image) / 1e6 == pytest.approx(megapixels, rel=0.01)


@pytest.mark.parametrize(
    ("size", "wanted", "drawn"),
    [((16320, 12240), (1280, 960), (1280, 960)), ((8160, 6120), (8160, 6120), (8160, 6120)),
     ((16320, 12240), (16320, 12240), (8160, 6120)), ((11547, 8660), (11547, 8660), (5774, 4330)),
     ((16320, 12240), (4300, 3225), (4300, 3225))],
)  # fmt: skip
def test_the_largest_jpegs_are_drawn_as_large_as_memory_allows(
    size: tuple[int, int], wanted: tuple[int, int], drawn: tuple[int, int]
) -> None:
    assert memory.drawn(claiming("JPEG", size), wanted) == drawn


def test_a_large_picture_is_read_whole_as_large_as_memory_allows() -> None:
    picture = open_picture(flat_png((12000, 12000)))

    assert (picture.size, picture.rgb.size, picture.scale) == ((12000, 12000), (4000, 4000), 3)


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

    with pytest.raises(PictureError, match="given up after 10 seconds of work"):
        open_picture(jpeg_with_scans(1000))


def test_a_picture_of_many_blocks_is_read_while_there_is_time() -> None:
    assert open_picture(jpeg_with_scans(20)).size == (2000, 2000)


def test_a_lab_picture_keeps_its_colours_when_it_is_shrunk() -> None:
    written = io.BytesIO()
    Image.merge("LAB", [Image.new("L", (600, 600), value) for value in (150, 190, 90)]).save(written, "TIFF")

    whole, small = (open_picture(written.getvalue(), max_side=side).rgb for side in (None, 100))

    assert small.size == (100, 100)
    assert small.getpixel((50, 50)) == whole.getpixel((50, 50))
