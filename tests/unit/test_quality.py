"""Warnings about a face: each fault at a known strength, and none for a good picture."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from emotion.images import crop, measure

TINY_FACE = measure.TINY_FACE.format(n=measure.TINY)
BOX = (178, 63, 267, 175)  # where the detector finds the astronaut's face: 89 × 112 pixels


@pytest.fixture(scope="module")
def photo(astronaut):
    return Image.open(astronaut).convert("RGB")


def seen_in(image, box=BOX):
    return crop.to_input(crop.crop_face(image, box))


def warned(image, box=BOX):
    return measure.warnings(image, box, seen_in(image, box))


def lit(image, share):
    return image.point(lambda value: min(255, round(value * share)))


def blurred(image, sigma):
    """Blurred by a standard deviation of `sigma` pixels of the 48 that the network sees."""
    return image.filter(ImageFilter.GaussianBlur(sigma * crop.CROP["side"] * (BOX[3] - BOX[1]) / 48))


def dots(grey_low, grey_high):
    """A picture as sharp as can be, of two greys."""
    return np.where(np.indices((48, 48)).sum(axis=0) % 2, grey_low, grey_high).astype(np.uint8)


def test_a_good_face_has_no_warning(photo):
    assert warned(photo) == ()


@pytest.mark.parametrize(("sigma", "expected"), [(0.25, ()), (1.0, (measure.BLURRED_FACE,))])
def test_a_blur_of_one_pixel_is_told(photo, sigma, expected):
    assert warned(blurred(photo, sigma)) == expected


def test_blur_is_told_at_low_contrast_too(photo):
    flat = photo.point(lambda value: 100 + value // 8)

    assert (warned(flat), warned(blurred(flat, 1.5))) == ((), (measure.BLURRED_FACE,))


@pytest.mark.parametrize(("share", "expected"), [(0.5, ()), (0.3, (measure.DARK_FACE,)), (0.0, (measure.DARK_FACE,))])
def test_a_third_of_the_light_is_dark(photo, share, expected):
    assert warned(lit(photo, share)) == expected


@pytest.mark.parametrize(("share", "expected"), [(1.3, ()), (3.0, (measure.BRIGHT_FACE,))])
def test_three_times_the_light_is_bright(photo, share, expected):
    assert warned(lit(photo, share)) == expected


@pytest.mark.parametrize(("brightest", "dark"), [(84, True), (85, False), (86, False)])
def test_darkness_is_judged_by_bright_spots(brightest, dark):
    seen = dots(20, brightest)

    assert (measure.DARK_FACE in measure.warnings(Image.new("RGB", (90, 90)), None, seen)) == dark


@pytest.mark.parametrize(("grey", "bright"), [(209, False), (210, False), (211, True)])
def test_brightness_is_judged_by_the_mean(grey, bright):
    seen = dots(grey - 30, grey + 30)

    assert (measure.BRIGHT_FACE in measure.warnings(Image.new("RGB", (90, 90)), None, seen)) == bright


@pytest.mark.parametrize(("height", "expected"), [(31, (TINY_FACE,)), (32, ()), (33, ())])
def test_a_face_under_32_pixels_is_tiny(height, expected):
    image = Image.new("RGB", (200, 200))

    assert measure.warnings(image, (50, 50, 75, 50 + height), dots(40, 200)) == expected


def test_a_tiny_face_is_not_called_blurred_too():
    image = Image.new("RGB", (200, 200))

    assert measure.warnings(image, (50, 50, 70, 74), np.full((48, 48), 128, np.uint8)) == (TINY_FACE,)


def test_a_whole_tiny_picture_is_tiny():
    assert measure.warnings(Image.new("RGB", (24, 24)), None, dots(40, 200)) == (TINY_FACE,)


@pytest.mark.parametrize(
    ("box", "share"),
    [((100, 100, 200, 200), 0.0), ((-50, 100, 50, 200), 0.5), ((350, 350, 450, 450), 0.75)],
)
def test_outside_is_the_share_of_the_crop(box, share):
    assert measure.outside(box, (400, 400)) == pytest.approx(share)


def test_a_crop_far_from_the_picture_is_all_outside():
    assert measure.outside((900, 900, 1000, 1000), (400, 400)) == 1.0


@pytest.mark.parametrize(("left", "expected"), [(200, ()), (4, ()), (3, (measure.CUT_FACE,)), (0, (measure.CUT_FACE,))])
def test_a_crop_beyond_the_side_is_cut_off(left, expected):
    image = Image.new("RGB", (400, 400))

    assert measure.warnings(image, (left, 100, left + 55, 200), dots(40, 200)) == expected


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((100, 0, 180, 100), ()),  # a whole face that touches the edge
        ((100, 0, 200, 100), ()),
        ((100, 0, 201, 100), (measure.CUT_FACE,)),  # wider than high: the forehead is missing
        ((100, 300, 201, 400), (measure.CUT_FACE,)),  # the chin is missing
        ((100, 100, 201, 200), ()),  # a wide face in the middle of the picture
    ],
)
def test_a_wide_box_at_an_end_is_cut_off(box, expected):
    assert measure.warnings(Image.new("RGB", (400, 400)), box, dots(40, 200)) == expected


def test_a_whole_picture_is_never_cut_off():
    assert measure.warnings(Image.new("RGB", (300, 100)), None, dots(40, 200)) == ()


def test_sharpness_of_a_flat_picture_is_none():
    assert measure.sharpness(np.full((48, 48), 77, np.uint8)) == 0.0


def test_several_faults_are_all_told(photo):
    dark = lit(photo, 0.2).crop((0, 0, 512, 150))

    assert warned(dark, (178, 100, 230, 150)) == (measure.DARK_FACE, measure.CUT_FACE)
