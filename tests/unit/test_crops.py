"""A picture file as one face."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.images import load
from emotion.images.errors import NoFaceError
from emotion.images.load import load_and_preprocess_image, read_face


def ramp(side: int) -> Image.Image:
    return Image.fromarray(np.linspace(0, 255, side * side).reshape(side, side).astype(np.uint8))


def test_small_files_are_read_without_a_change(tmp_path: Path) -> None:
    ramp(48).save(tmp_path / "face.png")

    assert (read_face(tmp_path / "face.png") == np.asarray(ramp(48))).all()


def test_small_files_are_turned_upright_too(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 3
    ramp(48).save(tmp_path / "face.png", exif=exif)

    assert (read_face(tmp_path / "face.png") == np.asarray(ramp(48))[::-1, ::-1]).all()


@pytest.mark.parametrize(("side", "whole"), [(255, True), (256, True), (257, False)])
def test_pictures_up_to_256_pixels_stay_whole(side: int, whole: bool) -> None:
    image = ramp(side)

    if whole:
        assert load.largest_face(image) is image
    else:
        with pytest.raises(NoFaceError, match="No face was found"):
            load.largest_face(image)


def test_the_largest_face_is_cut_out_of_a_photo(astronaut: Path) -> None:
    one = Image.open(astronaut).convert("RGB")
    photo = Image.new("RGB", (1100, 512))
    photo.paste(one.resize((256, 256)), (0, 0))
    photo.paste(one, (588, 0))

    cut = load.largest_face(photo)

    assert cut.width == cut.height
    alone = load.largest_face(one)
    assert abs(cut.width - alone.width) <= 0.1 * alone.width


def test_one_picture_becomes_one_example_for_the_model(astronaut: Path) -> None:
    example = load_and_preprocess_image(str(astronaut))

    assert (example.shape, example.dtype) == ((1, 48, 48, 1), np.float32)
    assert 0 <= example.min() < example.max() <= 1
