from __future__ import annotations

from itertools import pairwise

import pytest

from emotion.images.boxes import Found, clipped, is_cut, largest, left_to_right, scaled, tiles, without_doubles


def found(left: int, top: int, side: int, score: float = 0.9) -> Found:
    return Found((left, top, left + side, top + side), score)


def test_clips_a_box_to_its_picture() -> None:
    box = clipped((-5.4, 10.6, 120.0, 40.2), (100, 50))

    assert box == (0, 11, 100, 40)


@pytest.mark.parametrize("box", [(100, 0, 120, 20), (-20, 0, 0, 20), (10, 10, 10.4, 20)])
def test_a_box_with_nothing_inside_is_none(box: tuple[float, float, float, float]) -> None:
    assert clipped(box, (100, 50)) is None


def test_numbers_faces_from_left_to_right() -> None:
    faces = [found(50, 0, 10), found(5, 40, 10), found(5, 2, 10)]

    ordered = left_to_right(faces)

    assert [face.box[:2] for face in ordered] == [(5, 2), (5, 40), (50, 0)]


def test_the_largest_of_no_faces_is_none() -> None:
    assert largest([]) is None


def test_the_largest_face_has_the_most_area() -> None:
    assert largest([found(0, 0, 10), found(20, 0, 30), found(60, 0, 20)]) == found(20, 0, 30)


def test_scales_boxes_back_to_the_picture() -> None:
    (face,) = scaled([Found((10, 20, 30, 50), 0.9)], (100, 100), (200, 300))

    assert face == Found((20, 60, 60, 150), 0.9)


@pytest.mark.parametrize("size", [(1, 1), (640, 640), (641, 640), (1000, 2000), (4000, 3000), (10, 5000)])
def test_tiles_cover_every_pixel(size: tuple[int, int]) -> None:
    covered = set(tiles(size, 640))

    lefts = sorted({(tile[0], tile[2]) for tile in covered})
    tops = sorted({(tile[1], tile[3]) for tile in covered})
    for spans, length in ((lefts, size[0]), (tops, size[1])):
        assert spans[0][0] == 0
        assert spans[-1][1] == length
        assert all(after[0] <= before[1] - 160 for before, after in pairwise(spans))
    assert len(covered) == len(lefts) * len(tops)


@pytest.mark.parametrize(("length", "count"), [(639, 1), (640, 1), (641, 2)])
def test_a_picture_of_one_tile_is_not_cut(length: int, count: int) -> None:
    assert len(list(tiles((length, 100), 640))) == count


def test_a_box_on_an_inner_edge_is_cut() -> None:
    tile, size = (100, 0, 200, 100), (300, 100)

    assert is_cut((0, 10, 20, 30), tile, size)
    assert is_cut((80, 10, 100, 30), tile, size)


def test_a_box_on_the_edge_of_the_picture_is_not_cut() -> None:
    tile, size = (200, 0, 300, 100), (300, 100)

    assert not is_cut((80, 0, 100, 100), tile, size)


def test_keeps_the_first_of_two_boxes_on_a_face() -> None:
    big, part, other = found(0, 0, 100), found(40, 40, 30, 0.99), found(200, 0, 30)

    assert without_doubles([big, part, other]) == [big, other]


@pytest.mark.parametrize(("left", "kept"), [(4, 1), (5, 2), (6, 2)])
def test_boxes_are_doubles_above_half_of_the_smaller(left: int, kept: int) -> None:
    faces = [found(0, 0, 10), Found((left, 0, left + 10, 10), 0.9)]

    assert len(without_doubles(faces)) == kept
