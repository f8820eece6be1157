"""Every odd file is answered or refused as listed, and nothing that a file holds raises anything but a PictureError."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from PIL import Image

from emotion.images.decode import open_picture
from emotion.images.errors import PictureError
from tests.odd_files import (
    CORNERS,
    SIZE,
    Look,
    OddFile,
    Outcome,
    broken,
    flat_png,
    odd_files,
    scene,
    write_odd_files,
)

# pytest makes an error of every warning; `emotion.images.decode` has Pillow's ignored, and these tests are about that.
pytestmark = pytest.mark.filterwarnings(r"ignore:::PIL\.")

ODD_FILES = odd_files()
ANSWERED = [odd for odd in ODD_FILES if odd.outcome != Outcome.REFUSED]
REFUSED = [odd for odd in ODD_FILES if odd.outcome == Outcome.REFUSED]


def name_of(odd: OddFile) -> str:
    return odd.name.encode("ascii", "replace").decode()[:40].replace("\n", " ")


def corner_colours(image: Image.Image) -> dict[str, tuple[int, ...]]:
    right, bottom = image.width - 5, image.height - 5
    places = {"top left": (4, 4), "top right": (right, 4), "bottom left": (4, bottom), "bottom right": (right, bottom)}
    return {name: image.getpixel(place) for name, place in places.items()}  # type: ignore[misc]


def expected_corners(look: Look) -> dict[str, tuple[int, ...]]:
    if look == Look.GREY:
        return corner_colours(scene().convert("L").convert("RGB"))
    white = (255, 255, 255)
    return {
        name: white if look == Look.WHITE or (look == Look.HOLE and name == "bottom right") else colour
        for name, colour in CORNERS.items()
    }


def outcome_of(data: bytes, name: str | None = None) -> tuple[Outcome, str]:
    """What becomes of these bytes and what is said, read small."""
    try:
        picture = open_picture(data, max_side=30, name=name)
    except PictureError as error:
        return Outcome.REFUSED, str(error)
    return (Outcome.NOTED if picture.note else Outcome.ANSWERED), picture.note


def distance(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    return max(abs(x - y) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("odd", ANSWERED, ids=name_of)
def test_shows_an_odd_picture_upright_and_in_its_colours(odd: OddFile, tmp_path: Path) -> None:
    path = odd.write(tmp_path)

    picture = open_picture(path)

    assert picture.rgb.mode == "RGB"
    assert odd.says in picture.note
    assert bool(picture.note) == (odd.outcome == Outcome.NOTED)
    if odd.look != Look.OTHER:
        expected = expected_corners(odd.look)
        found = corner_colours(picture.rgb)
        assert picture.rgb.size == picture.size == SIZE
        assert {name: colour for name, colour in found.items() if distance(colour, expected[name]) > 25} == {}


@pytest.mark.parametrize("odd", REFUSED, ids=name_of)
def test_refuses_an_odd_file_with_its_sentence(odd: OddFile, tmp_path: Path) -> None:
    path = odd.write(tmp_path)

    with pytest.raises(PictureError, match=re.escape(odd.says)) as caught:
        open_picture(path)

    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert sentence.count(". ") == 0
    assert odd.name not in sentence


@pytest.mark.parametrize("odd", [odd for odd in ODD_FILES if not odd.length], ids=name_of)
def test_judges_uploaded_bytes_like_the_file(odd: OddFile) -> None:
    outcome, said = outcome_of(odd.data, odd.name)

    assert outcome == odd.outcome
    assert odd.says in said


def test_makes_at_least_sixty_files_with_different_names() -> None:
    names = {odd.name.lower() for odd in ODD_FILES}

    assert len(names) == len(ODD_FILES) >= 60


def test_writes_every_file_it_lists(tmp_path: Path) -> None:
    written = write_odd_files(tmp_path / "odd")

    assert {path.name for path in (tmp_path / "odd").iterdir()} == {odd.name for odd in written}


def test_broken_bytes_raise_nothing_but_a_picture_error() -> None:
    chance = random.Random(0)

    for odd in ANSWERED * 4:
        outcome, said = outcome_of(broken(odd.data, chance))
        assert said or outcome == Outcome.ANSWERED


def test_answers_exactly_two_hundred_megapixels() -> None:
    exact, above = flat_png((20000, 10000)), flat_png((20001, 10000))

    picture = open_picture(exact, max_side=100)

    assert picture.size == (20000, 10000)
    with pytest.raises(PictureError, match="20,001 × 10,000 pixels"):
        open_picture(above, max_side=100)
