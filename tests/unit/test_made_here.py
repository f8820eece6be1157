"""Data sets made in the browser: what is kept, what is not, and how they grow."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.data import dataset, listing, made_here, registry
from emotion.data.bring import add
from emotion.data.registry import DataSet
from emotion.images.errors import NoFaceError, NotAPictureError
from emotion.system.errors import ConfigError, DataError, DataFolderUnreadableError, StoredFileError
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


@pytest.mark.parametrize("change", [lambda mine: made_here.set_classes(mine, ["glad", "sad", "angry"]),
                                    lambda mine: made_here.remove_class(mine, "sad")])  # fmt: skip
def test_changes_no_class_while_what_is_recorded_of_them_is_damaged(home: Path, change: Callable[..., None]) -> None:
    mine = made_here.create("mine", ["happy", "sad", "angry"])
    fill(mine, 2)
    (mine.home / registry.SPLIT).write_bytes(b'{"files": {"test": ["happy/1.png"]')

    with pytest.raises(StoredFileError, match=r"split\.json cannot be read"):
        change(mine)
    assert made_here.counts(mine) == {"happy": 2, "sad": 2, "angry": 0}


def test_says_that_its_folder_is_gone(mine: DataSet) -> None:
    shutil.rmtree(mine.folder)

    with pytest.raises(DataFolderUnreadableError, match="cannot be opened"):
        made_here.counts(mine)


@pytest.mark.parametrize("classes", [[], ["happy"], ["happy", "HAPPY"], ["happy", "a/b"], ["happy", "..", "x"],
                                     [str(number) for number in range(21)]])  # fmt: skip
def test_refuses_classes_that_cannot_be(classes: list[str], home: Path) -> None:
    with pytest.raises(ConfigError, match="classes: expected"):
        made_here.create("mine", classes)

    assert not (home / "datasets" / "mine").exists()


def test_refuses_a_name_that_is_taken(mine: DataSet) -> None:
    with pytest.raises(DataError, match=r"is a data set called .* already"):
        made_here.create("Mine", ["a", "b"])


def test_a_picture_is_there_once(mine: DataSet) -> None:
    made_here.keep(mine, "happy", png(0))
    made_here.keep(mine, "happy", png(0))

    assert made_here.counts(mine) == {"happy": 1, "sad": 0}


def test_a_picture_given_to_two_classes_is_in_both_and_told(mine: DataSet) -> None:
    fill(mine, 2)
    made_here.keep(mine, "happy", png(500))
    made_here.keep(mine, "sad", png(500))

    found = made_here.examples(mine)

    assert found is not None
    assert made_here.counts(mine) == {"happy": 3, "sad": 3}
    assert made_here.twins(found) == {("sad", "happy"): 1}


def test_a_picture_without_a_face_can_be_taken_whole(mine: DataSet) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (600, 400), "green").save(buffer, "PNG")

    with pytest.raises(NoFaceError, match="No face was found"):
        made_here.keep(mine, "happy", buffer.getvalue())
    path = made_here.keep(mine, "happy", buffer.getvalue(), whole=True)

    with Image.open(path) as kept:
        assert kept.size == (256, 171)


def test_classes_stay_in_the_order_in_which_they_were_named(home: Path) -> None:
    record = made_here.create("three", ["tired", "happy", "angry"])

    made_here.set_classes(record, ["tired", "happy", "angry", "bored"])

    assert made_here.classes(record) == ("tired", "happy", "angry", "bored")


def test_a_class_that_is_renamed_takes_its_pictures_along(mine: DataSet) -> None:
    fill(mine, 2)
    add.refresh("mine")

    made_here.set_classes(mine, ["smile", "sad"])

    assert made_here.counts(mine) == {"smile": 2, "sad": 2}
    assert listing.scan(mine.folder).counts["train"] == {"sad": 2, "smile": 2}


def test_two_classes_can_take_each_others_names(mine: DataSet) -> None:
    made_here.keep(mine, "happy", png(0))

    made_here.set_classes(mine, ["sad", "happy"])

    assert made_here.counts(mine) == {"sad": 1, "happy": 0}


@pytest.mark.parametrize("names", [["happy", "happy"], ["happy"], ["happy", ""], ["happy", "a/b"], ["happy", "test"]])
def test_a_name_that_cannot_be_changes_nothing(names: list[str], mine: DataSet) -> None:
    fill(mine, 1)

    with pytest.raises(ConfigError, match="classes: expected"):
        made_here.set_classes(mine, names)

    assert made_here.counts(mine) == {"happy": 1, "sad": 1}


def test_a_class_is_removed_with_its_pictures_and_two_always_stay(mine: DataSet) -> None:
    made_here.set_classes(mine, ["happy", "sad", "bored"])
    made_here.keep(mine, "bored", png(0))

    made_here.remove_class(mine, "bored")

    assert made_here.counts(mine) == {"happy": 0, "sad": 0}
    with pytest.raises(ConfigError, match="2 to 20 different names"):
        made_here.remove_class(mine, "sad")


def test_learns_from_what_a_run_would_read(mine: DataSet) -> None:
    fill(mine, 3)

    found = made_here.examples(mine)
    add.refresh("mine")
    read = dataset.load(listing.scan(mine.folder), "train", ("sad", "happy"))

    assert found is not None
    assert (found.classes, found.files, found.fingerprint) == (read.classes, read.files, read.fingerprint)
    np.testing.assert_array_equal(found.images, read.images)


def test_a_class_without_a_picture_is_not_learned(mine: DataSet) -> None:
    made_here.set_classes(mine, ["happy", "sad", "bored"])
    fill(mine, 1)
    found = made_here.examples(mine)

    assert found is not None
    assert found.classes == ("sad", "happy")


def test_there_is_nothing_to_learn_with_one_class_only(mine: DataSet) -> None:
    made_here.keep(mine, "happy", png(0))

    assert made_here.examples(mine) is None


def test_what_was_set_aside_for_a_test_is_not_learned(mine: DataSet) -> None:
    fill(mine, 3)
    file = next((mine.folder / "sad").glob("*.png")).relative_to(mine.folder).as_posix()
    registry.write_placement(mine.home, registry.Placement({file: "test"}), 0.2, 0)

    found = made_here.examples(mine)

    assert found is not None
    assert len(found.files) == 5
    assert file not in found.files


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


def test_all_its_pictures_are_for_training(mine: DataSet) -> None:
    fill(mine, 5)

    record = add.refresh("mine")

    assert record.counts == {"train": {"happy": 5, "sad": 5}, "test": {}}


def test_a_kept_face_counts_at_once_wherever_the_set_is_listed(mine: DataSet) -> None:
    fill(mine, 2)

    seen = listing.scan(listing.resolve("mine"))

    assert seen.counts == {"train": {"happy": 2, "sad": 2}, "test": {"happy": 0, "sad": 0}}
    assert not seen.left_out


def test_what_an_earlier_version_set_aside_stays_so_when_it_grows(mine: DataSet) -> None:
    registry.write_placement(mine.home, registry.Placement({}), 0.2, 0)
    fill(mine, 5)
    add.refresh("mine")
    test = listing.scan(mine.folder).files["test"]

    fill(mine, 5, first=1000)
    add.refresh("mine")

    grown = listing.scan(mine.folder).files["test"]
    assert {name: set(files) <= set(grown[name]) for name, files in test.items()} == {"happy": True, "sad": True}
    assert {name: len(files) for name, files in grown.items()} == {"happy": 2, "sad": 2}


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
