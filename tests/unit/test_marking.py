"""Marked copies of pictures: what is drawn, what the file is called, and that it replaces nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.models import marking
from emotion.models.answers import Face


def face(box: tuple[int, int, int, int] | None = None, label: str = "sad") -> Face:
    return Face(box=box, probability=0.2, label=label, unsure=False, seen=np.zeros((48, 48), np.uint8))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("beach.png", "00007-beach.jpg"),
        ("../../x.png", "00007-x.jpg"),
        ("..\\..\\con.png", "00007-con.jpg"),
        ("été <img onerror>.jpg", "00007-ete-img-onerror.jpg"),
        ("two\nlines.jpg", "00007-two-lines.jpg"),
        ("笑脸.jpg", "00007-picture.jpg"),
        (".hidden", "00007-hidden.jpg"),
        ("", "00007-picture.jpg"),
        ("a" * 300 + ".jpg", "00007-" + "a" * 40 + ".jpg"),
    ],
)
def test_makes_a_name_that_is_safe_everywhere(name: str, expected: str) -> None:
    assert marking.file_name(7, name) == expected


def test_writes_beside_a_copy_that_is_there(tmp_path: Path) -> None:
    picture = Image.new("RGB", (20, 20))

    names = [marking.write_copy(picture, tmp_path, 1, "a.png").name for _ in range(3)]

    assert names == ["00001-a.jpg", "00001-a-2.jpg", "00001-a-3.jpg"]


def test_marks_a_whole_picture_in_its_corner_when_asked_to() -> None:
    picture = Image.new("RGB", (100, 100), "white")

    marked = marking.draw(picture, [face()], scale=1.0, whole_too=True)

    assert marked.getpixel((1, 1)) != (255, 255, 255)
    assert marked.getpixel((99, 99)) == (255, 255, 255)


def test_numbers_faces_only_where_there_are_several() -> None:
    picture = Image.new("RGB", (400, 400), "white")
    box = (100, 100, 200, 200)

    alone = marking.draw(picture, [face(box)], scale=1.0)
    first_of_two = marking.draw(picture, [face(box), face((300, 300, 350, 350))], scale=1.0)

    assert alone.crop((0, 0, 250, 100)).tobytes() != first_of_two.crop((0, 0, 250, 100)).tobytes()
