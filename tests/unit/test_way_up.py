"""Which way up a picture is, with a detector whose faces are red above and blue below."""

from __future__ import annotations

import pytest
from PIL import Image

from emotion.images.boxes import Found
from emotion.images.decode import Picture
from emotion.images.detect import NO_FACE, TURNED, UNCLEAR_WAY, regions
from emotion.images.way_up import TURNS, turned

SIZE = (400, 300)


class TwoColours:
    """Takes what is red above blue for an upright face; how sure it is of the four turns is given.

    Args:
        scores: degrees to the right by which the face is turned → score of the detector, 0 to 1.
    """

    name, tile, clearly_upright = "two colours", 640, 0.92

    def __init__(self, scores: dict[int, float]) -> None:
        self.scores = scores
        self.looks = 0

    def find(self, image: Image.Image, least: float | None = None) -> list[Found]:
        self.looks += 1
        box = image.convert("RGB").point(lambda value: 255 * (value > 127)).getbbox()
        score = self._score(image)
        return [Found(box, score)] if box and score >= (least or 0.8) else []

    def upright(self, image: Image.Image) -> float:
        return self._score(image)

    def _score(self, image: Image.Image) -> float:
        red, _, blue = image.convert("RGB").split()
        (across, down), (x, y) = _middle(red), _middle(blue)
        if abs(x - across) > abs(y - down):
            return self.scores[90 if across > x else 270]
        return self.scores[0 if down < y else 180]


def _middle(channel: Image.Image) -> tuple[float, float]:
    left, top, right, bottom = channel.point(lambda value: 255 * (value > 127)).getbbox() or (0, 0, 0, 0)
    return (left + right) / 2, (top + bottom) / 2


def photo(turn: int = 0, size: tuple[int, int] = SIZE) -> Image.Image:
    """A face of a third of the height, in the middle of an upright photo; then turned to the right."""
    image = Image.new("RGB", size)
    left, top, high = size[0] // 3, size[1] // 3, size[1] // 3
    image.paste("red", (left, top, left + high, top + high // 2))
    image.paste("blue", (left, top + high // 2, left + high, top + high))
    return turned(image, turn)


@pytest.mark.parametrize("turn", TURNS)
def test_a_photo_whose_face_is_found_in_every_turn_is_put_upright(turn: int) -> None:
    finder = TwoColours({0: 0.91, 90: 0.85, 180: 0.88, 270: 0.85})

    decision = regions(photo(turn), using=finder)

    assert decision.way_up.turn == -turn % 360
    assert decision.boxes == regions(photo(), using=finder).boxes
    assert decision.note == (TURNED if turn else "")


@pytest.mark.parametrize("turn", TURNS)
def test_a_photo_whose_face_is_found_upright_alone_is_put_upright(turn: int) -> None:
    decision = regions(photo(turn), using=TwoColours({0: 0.91, 90: 0.2, 180: 0.4, 270: 0.3}))

    assert (decision.way_up.turn, len(decision.boxes)) == (-turn % 360, 1)


def test_a_face_that_is_clearly_upright_costs_one_look() -> None:
    finder = TwoColours({0: 0.93, 90: 0.2, 180: 0.4, 270: 0.3})

    regions(photo(), using=finder)

    assert finder.looks == 1


def test_a_photo_without_a_face_in_any_turn_stays_as_it_is() -> None:
    decision = regions(photo(), using=TwoColours(dict.fromkeys(TURNS, 0.3)))

    assert (decision.way_up.turn, decision.note) == (0, NO_FACE)


def test_a_photo_that_looks_alike_in_two_turns_is_left_and_said_to_be_unclear() -> None:
    decision = regions(photo(), using=TwoColours({0: 0.85, 90: 0.1, 180: 0.86, 270: 0.1}))

    assert (decision.way_up.turn, decision.way_up.is_sure) == (0, False)
    assert decision.note == UNCLEAR_WAY


def test_a_turn_by_hand_is_taken_as_it_is() -> None:
    decision = regions(photo(), turn=180, using=TwoColours({0: 0.91, 90: 0.2, 180: 0.85, 270: 0.3}))

    assert (decision.way_up.turn, decision.way_up.is_sure, decision.note) == (180, True, "")


@pytest.mark.parametrize("turn", TURNS)
def test_a_face_cut_out_is_put_upright(turn: int) -> None:
    crop = turned(photo(size=(48, 48)).resize((48, 48), box=(16, 16, 32, 32)), turn)

    decision = regions(crop, using=TwoColours({0: 0.8, 90: 0.3, 180: 0.6, 270: 0.3}))

    assert (decision.whole, decision.way_up.turn) == (True, -turn % 360)


@pytest.mark.parametrize(("other", "is_sure"), [(0.84, True), (0.86, False), (0.89, False)])
def test_a_face_cut_out_is_doubted_only_where_another_turn_looks_better(other: float, is_sure: bool) -> None:
    crop = photo(size=(48, 48)).resize((48, 48), box=(16, 16, 32, 32))

    decision = regions(crop, using=TwoColours({0: 0.8, 90: 0.3, 180: other, 270: 0.3}))

    assert (decision.way_up.turn, decision.way_up.is_sure) == (0, is_sure)


def test_a_small_picture_without_a_face_in_any_turn_is_used_as_it_is() -> None:
    decision = regions(Image.new("RGB", (48, 48)), using=TwoColours({0: 0.1, 90: 0.3, 180: 0.39, 270: 0.3}))

    assert (decision.whole, decision.way_up.turn, decision.way_up.is_sure) == (True, 0, True)


@pytest.mark.parametrize("stored", [None, *Image.Transpose])
@pytest.mark.parametrize("degrees", TURNS)
def test_a_turn_after_that_of_the_file_is_told_as_one(stored: Image.Transpose | None, degrees: int) -> None:
    image = Image.linear_gradient("L").crop((0, 0, 3, 2)).point(list(range(256)))
    image.putdata([10, 20, 30, 40, 50, 60])
    seen = image if stored is None else image.transpose(stored)

    picture = Picture(seen, seen.size, turn=stored).turned(degrees)

    again = image if picture.turn is None else image.transpose(picture.turn)
    assert list(again.tobytes()) == list(picture.rgb.tobytes())
    assert picture.rgb.size == picture.size
