"""Numbers about pictures, against numbers worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.images import measure
from tests.zips import face


def test_a_blank_picture_has_neither_contrast_nor_sharpness() -> None:
    measured = measure.measure(np.full((1, 48, 48), 200, np.uint8))

    assert (measured.brightness[0], measured.contrast[0], measured.sharpness[0]) == (200, 0, 0)


def test_half_black_half_white_is_grey_on_average() -> None:
    picture = np.zeros((1, 4, 4), np.uint8)
    picture[:, :, 2:] = 255

    measured = measure.measure(picture)

    assert measured.brightness[0] == pytest.approx(127.5)
    assert measured.contrast[0] == pytest.approx(127.5)


def test_sharpness_is_the_variance_of_the_laplacian() -> None:
    picture = np.zeros((1, 3, 4), np.uint8)
    picture[0, 1, 1] = 10

    measured = measure.measure(picture)

    assert measured.sharpness[0] == pytest.approx(np.var([-40, 10]))


def test_many_pictures_are_measured_as_one_by_one() -> None:
    images = np.stack([face(seed) for seed in range(measure.AT_ONCE + 3)])

    together = measure.measure(images)

    one = measure.measure(images[-1:])
    values = images[-1].astype(float)
    assert together.sharpness[-1] == pytest.approx(one.sharpness[0])
    assert together.contrast[-1] == pytest.approx(values.std(), rel=1e-4)
    assert together.brightness[-1] == pytest.approx(values.mean(), rel=1e-4)


def test_nothing_is_measured_of_nothing() -> None:
    assert len(measure.measure(np.empty((0, 48, 48), np.uint8))) == 0


def test_mean_faces_are_means() -> None:
    images = np.stack([np.full((3, 3), value, np.uint8) for value in (0, 100, 50)])

    means = measure.mean_faces(images, np.array([0, 0, 2]), 3)

    np.testing.assert_array_equal(means[:, 0, 0], [50, 128, 50])


@pytest.mark.parametrize(("count", "expected"), [(4, 4), (5, 5), (6, 5)])
def test_no_more_stand_out_than_asked_for(count: int, expected: int) -> None:
    measured = measure.measure(np.stack([face(seed) for seed in range(5)]))

    assert len(measure.standing_out(measured, count)) == expected


def test_what_lies_far_off_stands_out() -> None:
    images = np.stack([face(seed) for seed in range(100)])
    images[42] = 0

    places = measure.standing_out(measure.measure(images), 10)

    assert 42 in places
    assert list(places) == sorted(places)


def test_headers_tell_size_and_mode_without_decoding(tmp_path: Path) -> None:
    Image.new("RGB", (30, 20)).save(tmp_path / "colour.png")
    Image.new("L", (48, 48)).save(tmp_path / "grey.jpg")
    (tmp_path / "broken.png").write_bytes(b"no picture")

    found = measure.headers(tmp_path, ["colour.png", "grey.jpg", "broken.png", "missing.png"])

    assert found.modes == ("RGB", "L", "unreadable", "unreadable")
    assert measure.size_words(found.sizes) == ["30 × 20", "48 × 48", "unreadable", "unreadable"]


def test_the_rare_ones_are_summed_up() -> None:
    assert measure.most_common(["a", "a", "b", "c", "d"], 2) == {"a": 2, "b": 1, "other": 2}
