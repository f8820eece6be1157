"""Data sets made in the browser: what is kept, what is not, and how they grow."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from emotion.data import listing, made_here
from emotion.data.bring import add
from emotion.data.bring.errors import DataNameTakenError
from emotion.data.registry import DataSet
from emotion.images.errors import NotAPictureError
from emotion.system.errors import ConfigError
from tests.zips import png


@pytest.fixture
def mine(home: Path) -> DataSet:
    return made_here.create("mine", ["Happy", " sad "])


def fill(record: DataSet, count: int, first: int = 0) -> None:
    for place, label in enumerate(("happy", "sad")):
        for number in range(count):
            made_here.keep(record, label, png(first + 100 * place + number))


def test_is_there_with_no_picture_as_soon_as_it_is_named(mine: DataSet) -> None:
    assert made_here.counts(mine) == {"happy": 0, "sad": 0}
    assert listing.scan(listing.resolve("mine")).counts["train"] == {"happy": 0, "sad": 0}


@pytest.mark.parametrize("classes", [[], ["happy"], ["happy", "HAPPY"], ["happy", "a/b"], ["happy", "..", "x"],
                                     [str(number) for number in range(21)]])  # fmt: skip
def test_refuses_classes_that_cannot_be(classes: list[str], home: Path) -> None:
    with pytest.raises(ConfigError, match="classes: expected"):
        made_here.create("mine", classes)

    assert not (home / "datasets" / "mine").exists()


def test_refuses_a_name_that_is_taken(mine: DataSet) -> None:
    with pytest.raises(DataNameTakenError, match="already"):
        made_here.create("Mine", ["a", "b"])


def test_a_picture_is_there_once(mine: DataSet) -> None:
    made_here.keep(mine, "happy", png(0))
    made_here.keep(mine, "happy", png(0))

    assert made_here.counts(mine) == {"happy": 1, "sad": 0}


def test_a_picture_moves_to_the_class_given_last(mine: DataSet) -> None:
    made_here.keep(mine, "happy", png(0))
    made_here.keep(mine, "sad", png(0))

    assert made_here.counts(mine) == {"happy": 0, "sad": 1}


@pytest.mark.parametrize("label", ["angry", "../happy", ""])
def test_refuses_a_class_that_there_is_not(label: str, mine: DataSet) -> None:
    with pytest.raises(ConfigError, match="one of happy, sad"):
        made_here.keep(mine, label, png(0))


def test_keeps_nothing_of_what_is_no_picture(mine: DataSet) -> None:
    with pytest.raises(NotAPictureError, match="not a picture"):
        made_here.keep(mine, "happy", b"no picture at all")

    assert list(mine.folder.rglob("*.*")) == []


def test_keeps_pixels_and_nothing_else(mine: DataSet) -> None:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    Image.new("RGB", (60, 60), "red").save(buffer, "JPEG", exif=exif)

    path = made_here.keep(mine, "happy", buffer.getvalue())

    assert b"taken at home" not in path.read_bytes()


def test_can_be_learned_from_when_it_is_shared_out(mine: DataSet) -> None:
    fill(mine, 5)

    record = add.refresh("mine")

    assert record.counts == {"train": {"happy": 4, "sad": 4}, "test": {"happy": 1, "sad": 1}}


def test_what_was_set_aside_stays_so_when_it_grows(mine: DataSet) -> None:
    fill(mine, 5)
    add.refresh("mine")
    test = listing.scan(mine.folder).files["test"]

    fill(mine, 5, first=1000)
    add.refresh("mine")

    grown = listing.scan(mine.folder).files["test"]
    assert {name: set(files) <= set(grown[name]) for name, files in test.items()} == {"happy": True, "sad": True}
    assert {name: len(files) for name, files in grown.items()} == {"happy": 2, "sad": 2}


@pytest.mark.parametrize(("count", "lacking"), [(1, "1 happy, 1 sad"), (2, ""), (3, "")])
def test_tells_what_is_still_missing(count: int, lacking: str, mine: DataSet) -> None:
    fill(mine, count)

    assert made_here.lacking(mine) == lacking


def test_deletes_a_picture_of_its_own_only(mine: DataSet, home: Path) -> None:
    path = made_here.keep(mine, "happy", png(0))
    other = home / "other.png"
    other.write_bytes(png(1))

    made_here.remove_picture(mine, other)
    made_here.remove_picture(mine, path)

    assert other.exists()
    assert made_here.counts(mine)["happy"] == 0


def test_shows_the_newest_first(mine: DataSet) -> None:
    import os

    paths = [made_here.keep(mine, "happy", png(number)) for number in range(3)]
    for age, path in enumerate(paths):
        os.utime(path, (1000 + age, 1000 + age))

    assert made_here.latest(mine, "happy", 2) == [paths[2], paths[1]]


def test_removing_it_deletes_its_pictures(mine: DataSet) -> None:
    fill(mine, 2)

    add.remove("mine")

    assert not mine.home.exists()
