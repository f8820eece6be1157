"""The one way in for pixels: reading small, square padding, the network's input, the face crop."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.images.crop import CROP, SIDES, as_batch, crop_face, to_input, to_square
from emotion.images.decode import open_picture
from emotion.images.errors import PictureError
from emotion.images.kinds import memory
from tests.odd_files import encode, jpeg, scene, turned, with_alpha


def ramp(width: int, height: int) -> Image.Image:
    """Grey; every pixel differs from its neighbours."""
    return Image.fromarray(np.arange(width * height, dtype=np.uint32).reshape(height, width).astype(np.uint8))


# Reading


@pytest.mark.parametrize("orientation", [1, 6])
def test_large_jpeg_is_read_small_with_its_full_size(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = jpeg(scene((900, 600)), exif=exif)

    picture = open_picture(data, max_side=200)

    assert picture.rgb.size == ((200, 133) if orientation == 1 else (133, 200))
    assert picture.size == ((900, 600) if orientation == 1 else (600, 900))
    assert picture.scale == pytest.approx(4.5)


@pytest.mark.parametrize("side", [199, 200, 201])
def test_never_enlarges_to_the_side_asked_for(side: int) -> None:
    data = encode(scene((200, 100)), "PNG")

    picture = open_picture(data, max_side=side)

    assert picture.rgb.width == min(side, 200)


def test_reading_small_shows_the_same_as_reading_whole() -> None:
    data = encode(scene((1000, 700)), "PNG")
    whole = open_picture(data).rgb.resize((100, 70), Image.Resampling.BOX)

    small = open_picture(data, max_side=100).rgb

    difference = np.abs(np.asarray(small).astype(int) - np.asarray(whole).astype(int))
    assert difference.mean() < 2


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "TIFF"])
def test_large_files_of_any_kind_are_read_small(kind: str) -> None:
    data = encode(scene((640, 480)), kind)

    picture = open_picture(data, max_side=64)

    assert (picture.rgb.size, picture.size) == ((64, 48), (640, 480))


def test_half_transparent_picture_is_laid_on_white() -> None:
    data = encode(Image.new("RGBA", (16, 16), (0, 100, 200, 51)), "PNG")

    picture = open_picture(data)

    assert picture.rgb.getpixel((0, 0)) == (204, 224, 244)


def test_shrinking_does_not_uncover_what_is_transparent() -> None:
    data = encode(with_alpha(0, (600, 400)), "PNG")

    picture = open_picture(data, max_side=50)

    assert picture.rgb.getextrema() == ((255, 255), (255, 255), (255, 255))


def test_deep_picture_larger_than_one_band_keeps_its_range() -> None:
    values = np.linspace(0, 65535, 2_500_000).astype(np.uint16).reshape(2500, 1000)

    picture = open_picture(encode(Image.fromarray(values), "PNG"))

    assert picture.rgb.getpixel((0, 0)) == (0, 0, 0)
    assert picture.rgb.getpixel((999, 2499)) == (255, 255, 255)
    assert picture.rgb.getpixel((0, 1250)) == (127, 127, 127)


def test_numbers_of_unknown_range_reach_from_black_to_white() -> None:
    values = np.array([[-3.0, 0.0, np.nan, np.inf, 5.0] * 4] * 16, dtype=np.float32)

    picture = open_picture(encode(Image.fromarray(values), "TIFF"))

    assert [picture.rgb.getpixel((x, 0))[0] for x in range(5)] == [0, 96, 0, 255, 255]  # type: ignore[index]


def test_forgets_where_a_photo_was_taken() -> None:
    picture = open_picture(turned("JPEG", 6))

    again = open_picture(encode(picture.rgb, "PNG"))

    assert picture.rgb.info == {}
    assert again.size == picture.size


@pytest.mark.parametrize("spare", [-1, 0, 1])
def test_refuses_more_bytes_than_the_limit(spare: int) -> None:
    data = jpeg()

    if spare < 0:
        with pytest.raises(PictureError, match=r"at most .* MB are read"):
            open_picture(data, max_bytes=len(data) + spare)
    else:
        assert open_picture(data, max_bytes=len(data) + spare).size == scene().size


def test_what_is_sent_may_have_25_megabytes_and_a_file_200(tmp_path: Path) -> None:
    large = jpeg() + bytes(26 * 2**20)
    (tmp_path / "large.jpg").write_bytes(large)

    with pytest.raises(PictureError, match="at most 25 MB are read"):
        open_picture(large)
    assert open_picture(tmp_path / "large.jpg").size == scene().size


@pytest.mark.parametrize(("said", "limit"), [("2", 2), ("60", 60), ("9999", 200), ("0", 1), ("many", 25), ("", 25)])
def test_how_much_may_be_sent_is_set_by_the_environment(said: str, limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMOTION_UPLOAD_MB", said)

    assert memory.upload_mb() == limit
    with pytest.raises(PictureError, match=f"at most {limit} MB are read"):
        open_picture(jpeg() + bytes(limit * 2**20))


@pytest.mark.parametrize("place", ["nothing here.jpg", ".", "a\0b.jpg", "x" * 5000])
def test_refuses_a_path_that_is_no_file(place: str, tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="cannot be opened"):
        open_picture(tmp_path / place)


def test_heic_without_its_package_is_told_in_a_sentence() -> None:
    script = """
import sys
sys.modules["pillow_heif"] = None  # as if it were not installed
from emotion.images.errors import PictureError
from emotion.images import open_picture
try:
    open_picture(b"\\0\\0\\0\\x18ftypheic" + bytes(40))
except PictureError as error:
    print(error)
"""

    run = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[2], capture_output=True, encoding="utf-8", check=True
    )

    assert "HEIC pictures need the package pillow-heif" in run.stdout


def test_several_threads_read_the_same_pictures() -> None:
    files = [jpeg(scene((300, 200))), encode(scene((300, 200)), "WEBP"), encode(scene((300, 200)), "PNG")] * 8
    alone = [open_picture(data, max_side=100).rgb.tobytes() for data in files]

    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda data: open_picture(data, max_side=100).rgb.tobytes(), files))

    assert together == alone


# The network's input


@pytest.mark.parametrize("size", [(5, 3), (3, 5), (4, 4)])
def test_square_padding_repeats_the_outermost_pixels(size: tuple[int, int]) -> None:
    image = ramp(*size)

    square = np.asarray(to_square(image))

    side, (width, height) = max(size), size
    left, top = (side - width) // 2, (side - height) // 2
    assert square.shape == (side, side)
    assert (square[top : top + height, left : left + width] == np.asarray(image)).all()
    assert (square[0] == square[top]).all()
    assert (square[:, -1] == square[:, left + width - 1]).all()


def test_square_padding_keeps_colours() -> None:
    square = to_square(scene((30, 10)))

    assert (square.mode, square.size) == ("RGB", (30, 30))
    assert square.getpixel((0, 0)) == scene().getpixel((0, 0))


def test_input_of_the_right_size_is_untouched() -> None:
    face = ramp(48, 48)

    assert (to_input(face) == np.asarray(face)).all()


@pytest.mark.parametrize("size", [(47, 47), (49, 49), (500, 300), (20, 90), (1, 1), (30000, 2)])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P"])
def test_any_picture_becomes_48_grey_squares(size: tuple[int, int], mode: str) -> None:
    image = Image.new("L", size, 77).convert(mode)

    grey = to_input(image)

    assert (grey.shape, grey.dtype) == ((48, 48), np.uint8)
    assert np.abs(grey.astype(int) - 77).max() <= 1


def test_grey_is_the_luma_of_itu_601() -> None:
    image = Image.new("RGB", (48, 48), (200, 100, 50))

    grey = to_input(image)

    assert (grey == round(0.299 * 200 + 0.587 * 100 + 0.114 * 50)).all()


def test_shrinking_averages_instead_of_skipping_pixels() -> None:
    stripes = Image.fromarray(np.tile(np.array([[0, 255]], np.uint8), (480, 240)))

    grey = to_input(stripes)

    assert np.abs(grey.astype(int) - 127).max() <= 4


def test_a_wide_picture_is_not_squashed() -> None:
    image = Image.new("L", (200, 100), 255)
    image.paste(0, (75, 25, 125, 75))  # a square must stay one

    dark = to_input(image) < 128

    assert abs(int(dark.any(axis=0).sum()) - int(dark.any(axis=1).sum())) <= 1


def test_batch_is_float_between_zero_and_one() -> None:
    face = np.array([[0, 51, 255]], np.uint8)

    one, two = as_batch(face), as_batch(np.stack([face, face]))

    assert (one.shape, one.dtype, two.shape) == ((1, 1, 3, 1), np.float32, (2, 1, 3, 1))
    assert one.ravel().tolist() == pytest.approx([0, 0.2, 1])


# The face crop


def test_face_crop_is_a_square_on_the_box_centre() -> None:
    image = Image.new("L", (300, 300), 255)
    image.paste(0, (140, 90, 160, 110))  # centre of the box: (150, 100)

    crop = crop_face(image, (110, 50, 190, 150))

    rows, columns = np.nonzero(np.asarray(crop) == 0)
    assert crop.size == (102, 102)
    assert (rows.mean(), columns.mean()) == (50.5, 50.5)


def test_face_crop_inside_the_picture_copies_its_pixels() -> None:
    image = ramp(100, 80)

    crop = crop_face(image, (20, 10, 60, 60))

    assert (np.asarray(crop) == np.asarray(image)[10:61, 15:66]).all()


@pytest.mark.parametrize(
    "box",
    [
        (-10, -10, 20, 30),
        (80, 60, 110, 100),
        (-50, 20, 150, 70),
        (0, 0, 100, 80),
        (200, 200, 230, 240),
        (-90, -90, -50, -50),
    ],
)
def test_face_crop_repeats_the_edge_where_it_leaves_the_picture(box: tuple[int, int, int, int]) -> None:
    image = ramp(100, 80)
    side = round(1.02 * (box[3] - box[1]))
    left, top = (box[0] + box[2] - side + 1) // 2, (box[1] + box[3] - side + 1) // 2

    crop = crop_face(image, box)

    rows, columns = np.clip(np.arange(top, top + side), 0, 79), np.clip(np.arange(left, left + side), 0, 99)
    assert (np.asarray(crop) == np.asarray(image)[rows][:, columns]).all()


def test_face_crop_of_a_colour_picture_stays_in_colour() -> None:
    crop = crop_face(scene(), (-5, -5, 25, 25))

    assert (crop.mode, crop.size) == ("RGB", (31, 31))


def test_face_crop_of_an_empty_box_is_one_pixel() -> None:
    assert crop_face(scene(), (10.0, 10.0, 10.0, 10.0)).size == (1, 1)


def test_no_crop_is_made_by_an_unknown_rule() -> None:
    with pytest.raises(ValueError, match="Expected a known crop rule"):
        crop_face(scene(), (5, 5, 25, 25), {"rule": "oval"})


def test_crop_rule_is_what_models_store() -> None:
    assert CROP == {"rule": "square", "side": 1.02, "of": "box height", "padding": "edge", "filter": "hamming"}
    assert (CROP, CROP["side"]) in SIDES
