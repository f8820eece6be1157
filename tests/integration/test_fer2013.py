"""The real data, where there is a copy of it: counts and the validation split."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from emotion.data import dataset
from emotion.data.listing import Listing, scan
from emotion.recipes.settings import DEFAULT_CLASSES


@pytest.fixture(scope="module")
def listing(fer2013: Path) -> Listing:
    return scan(fer2013)


@pytest.fixture(scope="module")
def examples(listing: Listing, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dataset.Examples]:
    """The training pictures, read from their files once; the module's cache stays for the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMOTION_HOME", str(tmp_path_factory.mktemp("home")))
        yield dataset.load(listing, "train", DEFAULT_CLASSES)


@pytest.mark.parametrize(
    ("split", "name", "expected"),
    [("train", "happy", 7215), ("train", "sad", 4830), ("test", "happy", 895), ("test", "sad", 653)],
)
def test_finds_the_known_number_of_pictures(listing: Listing, split: str, name: str, expected: int) -> None:
    assert listing.counts[split][name] == expected


def test_reads_every_picture_and_keeps_them(listing: Listing, examples: dataset.Examples) -> None:
    again = dataset.load(listing, "train", DEFAULT_CLASSES)

    assert (len(examples.images), examples.unreadable) == (12_045, ())
    assert (again.images == examples.images).all()


def test_identical_pictures_stay_on_one_side(examples: dataset.Examples) -> None:
    training, validation = dataset.split_validation(examples, 0.2, seed=0)

    sides = [{examples.images[place].tobytes() for place in side} for side in (training, validation)]
    assert len(sides[0]) < len(training)  # there are twins, so this can fail
    assert not sides[0] & sides[1]


def test_validation_takes_its_share_of_each_class(examples: dataset.Examples) -> None:
    _, validation = dataset.split_validation(examples, 0.2, seed=0)

    assert np.bincount(examples.labels[validation]).tolist() == [966, 1443]
