"""Layouts of folders as people have them: which pictures come into which split, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.data.bring import add
from emotion.data.bring.errors import NoClassExportError, SplitAsClassError
from emotion.data.class_names import split_of


@pytest.fixture(autouse=True)
def _own_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emotion.data.registry.sets_dir", lambda: tmp_path / "sets")


def fill(root: Path, *folders: str, n: int = 2) -> Path:
    """Writes n different grey pictures into each of these folders."""
    for number, folder in enumerate(folders):
        (root / folder).mkdir(parents=True)
        for place in range(n):
            noise = np.random.default_rng(number * 100 + place).integers(0, 256, (48, 48), dtype=np.uint8)
            Image.fromarray(noise).save(root / folder / f"{place}.png")
    return root


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("training_set", "train"), ("Train_Images", "train"), ("TrainImages", "train"), ("01_train", "train"),
        ("seg_test", "test"), ("testset", "test"), ("val2017", "validation"), ("dev", "validation"),
        ("eval", "test"), ("happy", ""), ("trainer", ""), ("train_test", ""), ("train_happy", ""), ("images", ""),
        ("01", ""),
    ],
)  # fmt: skip
def test_a_split_is_known_by_its_word(name: str, split: str) -> None:
    assert split_of(name) == split


@pytest.mark.parametrize(
    ("train", "test"),
    [("training_set", "test_set"), ("Train_Images", "Test_Images"), ("01_train", "02_eval"), ("seg_train", "seg_dev"),
     ("train/train", "test/test"), ("training_set/training_set", "val")],
)  # fmt: skip
def test_split_folders_with_other_names_are_read_as_splits(tmp_path: Path, train: str, test: str) -> None:
    root = fill(tmp_path / "faces", f"{train}/happy", f"{train}/sad", f"{test}/happy", f"{test}/sad")

    record = add.add_folder(root, "faces")

    assert record.counts == {"train": {"happy": 2, "sad": 2}, "test": {"happy": 2, "sad": 2}}


def test_splits_inside_the_classes_are_kept(tmp_path: Path) -> None:
    root = fill(tmp_path / "faces", "happy/train", "sad/train", n=3)
    fill(root, "happy/test", "sad/test", n=1)

    record = add.add_folder(root, "faces")

    assert record.counts == {"train": {"happy": 3, "sad": 3}, "test": {"happy": 1, "sad": 1}}


def test_a_third_split_is_counted_as_left_out(tmp_path: Path) -> None:
    splits = ("train", "valid", "test")
    root = fill(tmp_path / "faces", *(f"{split}/{name}" for split in splits for name in ("happy", "sad")))

    record = add.add_folder(root, "faces")

    assert record.left_out == {add.OTHER_FILES: 4}


@pytest.mark.parametrize(
    "junk", ["$RECYCLE.BIN", "#recycle", "lost+found", "System Volume Information", "@eaDir", ".Trash-1000"]
)
def test_folders_of_the_system_are_no_classes(tmp_path: Path, junk: str) -> None:
    root = fill(tmp_path / "faces", "happy", "sad", junk)

    record = add.add_folder(root, "faces")

    assert set(record.counts["train"]) == {"happy", "sad"}


@pytest.mark.parametrize(
    ("pictures", "beside"),
    [("train/images", "train/labels"), ("images/train", "labels/train"), ("images", "masks"),
     ("train_set/images", "train_set/annotations")],
)  # fmt: skip
def test_an_export_for_detection_is_refused_with_the_one_to_choose(tmp_path: Path, pictures: str, beside: str) -> None:
    root = fill(tmp_path / "faces", pictures)
    (root / beside).mkdir(parents=True)
    (root / beside / "0.txt").write_text("0 .5 .5 1 1")

    with pytest.raises(NoClassExportError, match="export it for classification"):
        add.add_folder(root, "faces")


def test_a_class_called_like_a_split_is_refused_with_the_remedy(tmp_path: Path) -> None:
    root = fill(tmp_path / "faces", "train/happy", "train/val", "train/sad")

    with pytest.raises(SplitAsClassError, match="train/<class>/"):
        add.add_folder(root, "faces")
