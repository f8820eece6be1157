"""Marked copies of pictures: what is drawn, what the file is called, and that it replaces nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from emotion.models import marking
from emotion.models.answers import Face
from emotion.recipes import palette


def face(box: tuple[int, int, int, int] | None = None, label: str = "sad") -> Face:
    return Face(box=box, probability=0.2, label=label, unsure=False, seen=np.zeros((48, 48), np.uint8))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("beach.png", "beach.jpg"),
        ("../../x.png", "x.jpg"),
        ("..\\..\\con.png", "con_.jpg"),
        ("été <img onerror>.jpg", "été img onerror.jpg"),
        ("two\nlines.jpg", "twolines.jpg"),
        ("笑脸.jpg", "笑脸.jpg"),
        (".hidden", "hidden.jpg"),
        ("trailing . .png", "trailing.jpg"),
        ("turned \u202egnp.exe.png", "turned gnp.exe.jpg"),
        ("", "picture.jpg"),
        ("???.png", "picture.jpg"),
        ("a" * 300 + ".jpg", "a" * 200 + ".jpg"),
        ("笑" * 100 + ".jpg", "笑" * 66 + ".jpg"),
    ],
)
def test_keeps_a_name_as_far_as_it_is_safe_everywhere(name: str, expected: str) -> None:
    assert marking.file_name(name) == expected


def test_writes_beside_a_copy_that_is_there(tmp_path: Path) -> None:
    picture = Image.new("RGB", (20, 20))

    names = [marking.write_copy(picture, tmp_path, "a.png").name for _ in range(3)]

    assert names == ["a.jpg", "a-2.jpg", "a-3.jpg"]


def test_marks_a_whole_picture_in_its_corner_when_asked_to() -> None:
    picture = Image.new("RGB", (100, 100), "white")

    marked = marking.draw(picture, [face()], scale=1.0, in_words=True)

    assert marked.getpixel((1, 1)) != (255, 255, 255)
    assert marked.getpixel((99, 99)) == (255, 255, 255)


def test_numbers_faces_only_where_there_are_several() -> None:
    picture = Image.new("RGB", (400, 400), "white")
    box = (100, 100, 200, 200)

    alone = marking.draw(picture, [face(box)], scale=1.0)
    first_of_two = marking.draw(picture, [face(box), face((300, 300, 350, 350))], scale=1.0)

    assert alone.crop((0, 0, 250, 100)).tobytes() != first_of_two.crop((0, 0, 250, 100)).tobytes()


def test_names_that_lie_together_are_all_different() -> None:
    given = ["a.png", "b/A.jpg", "a-2.png", "a.gif"]

    assert list(marking.names(given)) == ["a.jpg", "A-2.jpg", "a-2-2.jpg", "a-3.jpg"]


def widths(picture: Image.Image, colour: str) -> list[int]:
    """Of each row, how many pixels have exactly this colour."""
    pixels = np.asarray(picture.convert("RGB")) == np.array(ImageColor.getrgb(colour), np.uint8)
    return [int(row) for row in pixels.all(axis=2).sum(axis=1)]


def test_a_copy_tells_the_answer_in_words() -> None:
    picture = Image.new("RGB", (400, 400), "white")
    boxed = face((100, 100, 200, 200), "happy")

    sign_only, in_words = (marking.draw(picture, [boxed], 1.0, in_words=words) for words in (False, True))

    above = slice(60, 90)
    assert 20 < max(widths(in_words, palette.HAPPY.dark)[above]) > 2 * max(widths(sign_only, palette.HAPPY.dark)[above])


@pytest.mark.parametrize(("left", "size"), [(350, (400, 400)), (0, (60, 60))])
def test_words_stay_inside_the_picture(left: int, size: tuple[int, int]) -> None:
    boxed = replace(face((left, 30, left + 40, 55), "sad"), upright=False)
    picture = Image.new("RGB", size, "white")

    marked = np.asarray(marking.draw(picture, [boxed], 1.0, in_words=True))

    inside = (marked != 255).any(axis=2)
    assert inside[:, :-1].any()
    assert (marked[inside[:, -1].nonzero()[0], -1] == ImageColor.getrgb(palette.UNSURE.dark)).all(axis=1).any()


def test_a_class_that_the_font_cannot_write_is_told_by_its_sign_and_share() -> None:
    picture = Image.new("RGB", (400, 400), "white")
    strange = replace(face((100, 100, 200, 200), "笑"), pair=None, probability=0.9)

    marked = marking.draw(picture, [strange], 1.0, in_words=True)

    assert marked != picture
