"""Which files a person means who names a folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from emotion.images.load import pictures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b/2.JPG", "b/1.png", "a.webp", "c.txt", "._a.jpg", ".hidden.jpg", "marked/x.jpg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    return tmp_path


def names(found: list[Path], root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in found]


def test_walks_a_folder_in_the_order_of_names(folder: Path) -> None:
    found = list(pictures(folder))

    assert names(found, folder) == [".hidden.jpg", "a.webp", "b/1.png", "b/2.JPG", "marked/x.jpg"]


def test_leaves_one_folder_out(folder: Path) -> None:
    found = list(pictures(folder, folder / "b" / ".." / "marked"))

    assert "marked/x.jpg" not in names(found, folder)


def test_leaves_out_even_the_folder_itself(folder: Path) -> None:
    assert list(pictures(folder, folder)) == []


def test_yields_a_file_that_is_named_whatever_it_is(folder: Path) -> None:
    assert list(pictures(folder / "c.txt")) == [folder / "c.txt"]


def test_yields_a_file_that_is_not_there(folder: Path) -> None:
    assert list(pictures(folder / "gone.jpg")) == [folder / "gone.jpg"]


@pytest.mark.parametrize(
    "name", ["two.jfif", "three.JPG_large", "four.jpe", "seven", "eight.jpg.download", "nine.png_orig"]
)
def test_a_picture_with_an_ending_of_a_program_is_walked_too(tmp_path: Path, name: str) -> None:
    Image.new("L", (8, 8)).save(tmp_path / name, "JPEG")
    (tmp_path / f"{name}.txt").write_text("none")

    assert list(pictures(tmp_path)) == [tmp_path / name]
