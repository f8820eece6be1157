"""All pictures of a data folder, filtered and ordered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.data import overview
from emotion.data.listing import scan
from tests.zips import write_archive


@pytest.fixture
def archive(home: Path) -> Path:
    folder = write_archive(home / "archive")
    for shade, name in ((0, "dark"), (255, "bright")):
        Image.new("L", (48, 48), shade).save(folder / "test" / "happy" / f"{name}.png")
    return folder


def test_holds_both_splits_and_all_classes(archive: Path) -> None:
    seen = overview.read(scan(archive))

    assert len(seen.files) == len(seen.images) == len(seen.measures) == 18
    assert seen.classes == ("happy", "sad")
    assert [seen.splits.count(split) for split in ("train", "test")] == [12, 6]


@pytest.mark.parametrize(
    ("split", "label", "expected"), [("", "", 18), ("test", "", 6), ("", "sad", 8), ("test", "happy", 4), ("", "x", 0)]
)
def test_filters_by_split_and_class(split: str, label: str, expected: int, archive: Path) -> None:
    assert len(overview.read(scan(archive)).chosen(split, label)) == expected


@pytest.mark.parametrize(
    ("order", "first"), [(overview.DARKEST, "test/happy/dark.png"), (overview.BRIGHTEST, "test/happy/bright.png")]
)
def test_orders_by_brightness(order: str, first: str, archive: Path) -> None:
    seen = overview.read(scan(archive))

    assert seen.files[seen.chosen(order=order)[0]] == first


def test_orders_the_least_sharp_first(archive: Path) -> None:
    seen = overview.read(scan(archive))

    blank = {seen.files[place] for place in seen.chosen(order=overview.BLURRIEST)[:2]}

    assert blank == {"test/happy/dark.png", "test/happy/bright.png"}


def test_labels_fit_the_class_names(archive: Path) -> None:
    seen = overview.read(scan(archive))

    names = [seen.classes[label] for label in seen.labels]

    assert names == [file.split("/")[1] for file in seen.files]


def test_names_what_cannot_be_read(archive: Path) -> None:
    (archive / "train" / "happy" / "broken.png").write_bytes(b"no picture")

    seen = overview.read(scan(archive))

    assert seen.unreadable == ("train/happy/broken.png",)
    assert seen.index_of("train/happy/broken.png") is None


def test_a_split_may_be_missing(archive: Path) -> None:
    (archive / "test").rename(archive / "later")

    seen = overview.read(scan(archive))

    np.testing.assert_array_equal(np.unique(seen.splits), ["train"])


def test_an_empty_folder_has_nothing_to_show(home: Path) -> None:
    for name in ("happy", "sad"):
        (home / "archive" / "train" / name).mkdir(parents=True)

    assert overview.read(scan(home / "archive")).files == ()


@pytest.mark.parametrize(("large", "slow"), [(False, False), (True, True)])
def test_large_files_are_expected_to_take_long(large: bool, slow: bool, archive: Path) -> None:
    if large:
        for path in archive.rglob("*.png"):
            path.write_bytes(path.read_bytes() + b"\0" * overview.LARGE_FILE)

    assert (overview.seconds(scan(archive)) > 1) is slow
