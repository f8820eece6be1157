from __future__ import annotations

import pytest
from PIL import Image

from emotion.images.boxes import Box, Found
from emotion.images.detect import FACE_FILLS, NO_FACE, NO_FACE_SMALL, find_faces, is_tight_crop, regions


class RedFinder:
    """A detector that takes red squares for faces: one box around all red, from `smallest` pixels a side."""

    name = "red"
    clearly_upright = 0.9

    def __init__(self, smallest: int = 1, tile: int = 640) -> None:
        self.smallest = smallest
        self.tile = tile
        self.sizes: list[tuple[int, int]] = []

    def find(self, image: Image.Image, least: float | None = None) -> list[Found]:
        self.sizes.append(image.size)
        box = image.getchannel("R").point(lambda value: 255 * (value > 127)).getbbox()
        if box is None or box[3] - box[1] < self.smallest:
            return []
        return [Found(box, 0.95)]

    def upright(self, image: Image.Image) -> float:
        return 0.0


def picture(size: tuple[int, int], *squares: Box) -> Image.Image:
    image = Image.new("RGB", size)
    for square in squares:
        image.paste((255, 0, 0), square)
    return image


def test_finds_a_face_where_it_is() -> None:
    found = find_faces(picture((300, 200), (40, 50, 90, 110)), using=RedFinder())

    assert [face.box for face in found] == [(40, 50, 90, 110)]


def test_a_large_picture_is_shrunk_to_640_pixels_first() -> None:
    finder = RedFinder()

    (face,) = find_faces(picture((1280, 960), (200, 300, 400, 500)), using=finder)

    assert finder.sizes == [(640, 480)]
    assert face.box == (200, 300, 400, 500)


@pytest.mark.parametrize(("size", "seen"), [((639, 10), (639, 10)), ((640, 10), (640, 10)), ((641, 10), (640, 10))])
def test_only_a_picture_above_640_pixels_is_shrunk(size: tuple[int, int], seen: tuple[int, int]) -> None:
    finder = RedFinder()

    find_faces(picture(size, (0, 0, *size)), using=finder, min_face=0)

    assert finder.sizes == [seen]


def test_looks_in_tiles_when_no_face_was_found() -> None:
    finder = RedFinder(smallest=16)

    found = find_faces(picture((2000, 1500), (903, 701, 923, 721)), using=finder)

    assert [face.box for face in found] == [(903, 701, 923, 721)]
    assert all(max(size) <= 640 for size in finder.sizes)


def test_a_face_in_two_tiles_counts_once() -> None:
    finder = RedFinder(smallest=30)

    found = find_faces(picture((1100, 600), (500, 100, 540, 140)), using=finder)

    assert [face.box for face in found] == [(500, 100, 540, 140)]


def test_a_face_cut_by_a_tile_is_taken_from_its_neighbour() -> None:
    finder = RedFinder(smallest=40)

    found = find_faces(picture((1200, 640), (600, 100, 660, 160)), using=finder)

    assert [face.box for face in found] == [(600, 100, 660, 160)]


@pytest.mark.parametrize(("width", "looks"), [(1279, 1), (1280, 1), (1281, 4)])
def test_small_faces_are_looked_for_above_1280_pixels(width: int, looks: int) -> None:
    finder = RedFinder()

    find_faces(picture((width, 600), (10, 10, 300, 300)), small=True, using=finder)

    assert len(finder.sizes) == looks


def test_the_tiles_hold_at_most_twelve_megapixels() -> None:
    finder = RedFinder(smallest=10_000)

    find_faces(picture((8000, 6000)), using=finder)

    assert len(finder.sizes) == 1 + 8 * 6


@pytest.mark.parametrize(("side", "count"), [(39, 0), (40, 1), (41, 1)])
def test_leaves_out_faces_below_the_smallest_wanted(side: int, count: int) -> None:
    image = picture((300, 200), (20, 20, 20 + side, 20 + side))

    assert len(find_faces(image, min_face=40, using=RedFinder())) == count


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (1000, 10), (10, 1000), (1, 5000)])
def test_strange_sizes_find_nothing_quietly(size: tuple[int, int]) -> None:
    assert find_faces(picture(size), using=RedFinder(smallest=2)) == []


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1"])
def test_takes_pictures_of_other_modes(mode: str) -> None:
    image = Image.new(mode, (300, 200))

    assert find_faces(image, using=RedFinder()) == []


@pytest.mark.parametrize(("side", "tight"), [(255, True), (256, True), (257, False)])
def test_a_tight_crop_has_up_to_256_pixels(side: int, tight: bool) -> None:
    assert is_tight_crop((side, side), []) is tight


@pytest.mark.parametrize(("height", "tight"), [(79, False), (80, True), (81, True)])
def test_a_tight_crop_is_roughly_square(height: int, tight: bool) -> None:
    assert is_tight_crop((100, height), []) is tight


@pytest.mark.parametrize(("height", "tight"), [(59, False), (60, True), (61, True)])
def test_in_a_tight_crop_the_face_fills_the_frame(height: int, tight: bool) -> None:
    assert is_tight_crop((100, 100), [Found((20, 10, 70, 10 + height), 0.9)]) is tight


def test_a_small_picture_filled_by_a_face_is_used_whole() -> None:
    decision = regions(picture((48, 48), (6, 2, 42, 47)), using=RedFinder())

    assert (decision.boxes, decision.whole, decision.note) == ((), True, FACE_FILLS)


@pytest.mark.parametrize(("side", "whole"), [(95, True), (96, True), (97, False), (225, False)])
def test_a_face_that_is_found_is_cut_out_of_all_but_tiny_pictures(side: int, whole: bool) -> None:
    decision = regions(picture((side, side), (15, 10, side - 15, side - 5)), using=RedFinder())

    assert decision.whole is whole
    assert decision.boxes == (() if whole else ((15, 10, side - 15, side - 5),))
    assert decision.note == (FACE_FILLS if whole else "")


def test_a_small_square_picture_without_a_face_is_used_whole() -> None:
    decision = regions(picture((200, 200)), using=RedFinder())

    assert (decision.boxes, decision.whole, decision.note) == ((), True, NO_FACE_SMALL)


def test_a_small_face_in_a_small_picture_is_cut_out() -> None:
    decision = regions(picture((200, 200), (20, 30, 70, 90)), using=RedFinder())

    assert (decision.boxes, decision.whole, decision.note) == (((20, 30, 70, 90),), False, "")


def test_a_larger_picture_without_a_face_is_not_guessed() -> None:
    decision = regions(picture((400, 300)), using=RedFinder())

    assert (decision.boxes, decision.whole, decision.note) == ((), False, NO_FACE)


def test_a_face_left_out_does_not_make_a_tight_crop() -> None:
    decision = regions(picture((200, 200), (20, 30, 70, 90)), min_face=100, using=RedFinder())

    assert (decision.boxes, decision.whole, decision.note) == ((), False, NO_FACE)
