"""Layouts of folders as people have them: which pictures come into which split, and what is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.checks import check
from emotion.data import NO_TEST, disagreements, material
from emotion.data.bring import add
from emotion.data.class_names import split_of
from emotion.recipes import TrainingConfig
from emotion.system import DataError
from tests.zips import png, raw_zip, tar_of, zip_of

LABELS = ("happy", "sad")


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
    [("training_set", "test_set"), ("Train_Images", "Test_Images"), ("01_train", "02_eval"), ("seg_train", "seg_test"),
     ("train/train", "test/test"), ("training_set/training_set", "eval"), ("rafdb_train", "rafdb_test"),
     ("train/images", "test/images"), ("faces/train", "faces/test"), ("my_test_data/train", "my_test_data/test"),
     ("Training", "PublicTest"), ("train/cropped", "test")],
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


@pytest.mark.parametrize("name", ["valid", "val", "dev", "Validation_Set"])
def test_a_third_split_is_for_validation(tmp_path: Path, name: str) -> None:
    root = fill(tmp_path / "faces", *(f"{split}/{label}" for split in ("train", name, "test") for label in LABELS))

    record = add.add_folder(root, "faces")

    assert list(record.counts) == ["train", "test", "validation"]
    assert record.counts["validation"] == {"happy": 2, "sad": 2}


def test_a_validation_split_is_never_the_test(tmp_path: Path) -> None:
    root = fill(tmp_path / "faces", "train/happy", "train/sad", "val/happy", "val/sad")

    record = add.add_folder(root, "faces")

    assert record.counts == {"train": {"happy": 2, "sad": 2}, "test": {}, "validation": {"happy": 2, "sad": 2}}


def test_the_validation_split_chooses_the_epoch(tmp_path: Path) -> None:
    root = fill(tmp_path / "faces", *(f"{split}/{label}" for split in ("train", "val") for label in LABELS), n=3)

    learned = material.read(TrainingConfig(data=str(root)))

    assert {file.split("/")[0] for file in learned.train.files} == {"train"}
    assert {file.split("/")[0] for file in learned.validation.files} == {"val"}
    assert (len(learned.train.files), len(learned.validation.files)) == (6, 6)


def test_a_validation_split_without_a_class_is_not_used(tmp_path: Path) -> None:
    root = fill(tmp_path / "faces", "train/happy", "train/sad", "val/happy", n=3)

    learned = material.read(TrainingConfig(data=str(root), validation_split=0.34))

    assert {file.split("/")[0] for file in learned.validation.files} == {"train"}


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        (("train1/happy", "train1/sad", "train2/happy", "test/happy", "test/sad"),
         {"train": {"happy": 4, "sad": 2}, "test": {"happy": 2, "sad": 2}}),
        (("data/happy/train", "data/sad/train", "data/happy/test", "data/sad/test"),
         {"train": {"happy": 2, "sad": 2}, "test": {"happy": 2, "sad": 2}}),
        (("happy_train", "sad_train", "happy_test", "sad_test"),
         {"train": {"happy": 2, "sad": 2}, "test": {"happy": 2, "sad": 2}}),
        (("train/anna/happy", "train/ben/happy", "train/ben/sad", "test/carl/sad", "test/carl/happy"),
         {"train": {"happy": 4, "sad": 2}, "test": {"happy": 2, "sad": 2}}),
        (("train/happy/anna", "train/sad/anna", "test/happy/ben", "test/sad/ben"),
         {"train": {"happy": 2, "sad": 2}, "test": {"happy": 2, "sad": 2}}),
        (("train/train/happy", "train/train/sad", "train/val/happy", "train/val/sad", "test/happy", "test/sad"),
         {"train": {"happy": 2, "sad": 2}, "test": {"happy": 2, "sad": 2}, "validation": {"happy": 2, "sad": 2}}),
    ],
)  # fmt: skip
def test_splits_and_classes_are_found_on_whatever_level(
    tmp_path: Path, folders: tuple[str, ...], expected: dict[str, dict[str, int]]
) -> None:
    record = add.add_folder(fill(tmp_path / "faces", *folders), "faces")

    assert record.counts == expected


def test_classes_in_folders_of_sources_are_put_together_and_shared_out(tmp_path: Path) -> None:
    record = add.add_folder(fill(tmp_path / "faces", "data/happy", "data/sad", "other/happy", n=5), "faces")

    assert {name: sum(counts.get(name, 0) for counts in record.counts.values()) for name in LABELS} == {
        "happy": 10,
        "sad": 5,
    }


def test_a_copy_of_a_split_beside_it_is_left_out_and_counted(tmp_path: Path) -> None:
    root = fill(tmp_path / "faces", *(f"{split}/{name}" for split in ("train", "train_set", "test") for name in LABELS))

    record = add.add_folder(root, "faces")

    assert record.counts["train"] == {"happy": 2, "sad": 2}
    assert record.left_out == {"pictures in folders beside the splits": 4}


def test_pictures_of_a_test_without_classes_are_left_out_and_said(tmp_path: Path) -> None:
    root = fill(tmp_path / "faces", "train/happy", "train/sad", "test")

    record = add.add_folder(root, "faces")

    assert record.counts == {"train": {"happy": 2, "sad": 2}, "test": {}}
    assert record.left_out == {"pictures of test in no class folder": 2}


def test_folds_are_refused_with_the_remedy(tmp_path: Path) -> None:
    root = fill(tmp_path / "faces", *(f"fold_{n}/{split}/{name}" for n in (1, 2) for split in ("train", "test")
                                      for name in LABELS))  # fmt: skip

    with pytest.raises(DataError, match="Add one fold"):
        add.add_folder(root, "faces")


def test_a_class_without_a_picture_is_left_out_and_said(tmp_path: Path) -> None:
    root = fill(tmp_path / "faces", "train/happy", "train/sad", "test/happy", "test/sad")
    (root / "train" / "fear").mkdir()

    record = add.add_folder(root, "faces")

    assert record.counts == {"train": {"happy": 2, "sad": 2}, "test": {"happy": 2, "sad": 2}}
    assert record.left_out == {"classes without a picture (fear)": 1}


def test_names_of_one_meaning_are_one_class_in_both_splits(tmp_path: Path) -> None:
    root = fill(tmp_path / "faces", "train/happiness", "train/sadness", "test/01_happy", "test/Sad faces")

    record = add.add_folder(root, "faces")

    assert record.counts == {"train": {"happiness": 2, "sadness": 2}, "test": {"happiness": 2, "sadness": 2}}


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

    with pytest.raises(DataError, match="export it for classification"):
        add.add_folder(root, "faces")


def test_a_class_called_like_a_split_is_refused_with_the_remedy(tmp_path: Path) -> None:
    root = fill(tmp_path / "faces", "train/happy", "train/val", "train/sad")

    with pytest.raises(DataError, match="train/<class>/"):
        add.add_folder(root, "faces")


def test_classes_that_the_splits_do_not_share_are_told() -> None:
    counts = {
        "train": {"angry": 5, "happy": 5, "sad": 5},
        "test": {"happy": 2, "sad": 2, "contempt": 1, "angry": 0},
        "validation": {"happy": 1, "sad": 1},
    }

    assert disagreements(counts) == [
        "test has no picture of angry: its score is of the other classes.",
        "test has pictures of contempt, which train has not: they are left out of the score.",
        "validation has no picture of angry: a part of train is kept aside instead.",
    ]
    assert disagreements(counts, ("happy", "sad")) == []
    assert disagreements({"train": {"happy": 1}, "test": {}}) == [NO_TEST]


def test_a_check_tells_what_the_splits_do_not_share(tmp_path: Path) -> None:
    root = fill(tmp_path / "faces", "train/happy", "train/sad", "train/fear", "test/happy", "test/sad")

    found = check.check(root).find("classes")

    assert found
    assert found.title == "test has no picture of fear: its score is of the other classes"


def test_only_classes_that_are_in_test_are_asked_about(tmp_path: Path) -> None:
    root = fill(tmp_path / "faces", "train/happy", "train/sad", "train/fear", "test/happy", "test/sad", n=4)

    learned = material.read(TrainingConfig(data=str(root), classes=("fear", "happy", "sad")))

    assert learned.test().classes == ("happy", "sad")  # type: ignore[union-attr]


def test_pictures_behind_a_link_are_read_once(tmp_path: Path) -> None:
    root = fill(tmp_path / "faces", "train/happy", "train/sad", "test/happy", "test/sad")
    fill(tmp_path, "other_disk", n=5)
    (root / "train" / "happy" / "more").symlink_to(tmp_path / "other_disk")
    (tmp_path / "other_disk" / "back").symlink_to(root)

    record = add.add_folder(root, "faces")

    assert record.counts["train"] == {"happy": 7, "sad": 2}


def test_what_is_left_out_is_told_by_ending_and_class(tmp_path: Path) -> None:
    root = fill(tmp_path / "faces", "train/happy", "train/sad", "test/happy", "test/sad")
    for name in ("notes.txt", "sketch.psd", "clip.mp4"):
        (root / "train" / "happy" / name).write_bytes(b"no picture")
    (root / "train" / "sad" / "scan.psd").write_bytes(b"no picture")

    record = add.add_folder(root, "faces")

    assert record.left_out == {
        ".mp4 files in train/happy": 1,
        ".psd files in train/happy": 1,
        ".psd files in train/sad": 1,
        ".txt files in train/happy": 1,
    }


@pytest.mark.parametrize(
    "name", ["a.jfif", "a.JPG_large", "a.jpe", "a.mpo", "a.pjpeg", "a", "a.jpeg.download", "a.png_orig"]
)
def test_a_picture_is_known_by_its_first_bytes(tmp_path: Path, name: str) -> None:
    root = fill(tmp_path / "faces", "train/happy", "train/sad", "test/happy", "test/sad")
    Image.new("L", (48, 48), 90).save(root / "train" / "happy" / name, "JPEG")

    assert add.add_folder(root, "faces").counts["train"] == {"happy": 3, "sad": 2}


def test_class_names_of_a_chinese_zip_are_no_letter_salad(tmp_path: Path) -> None:
    faces = {f"表情/{name}/微笑{place}.jpg".encode("gbk"): png(place + 9 * number)
             for number, name in enumerate(("伤心", "开心")) for place in range(4)}  # fmt: skip
    (tmp_path / "faces.zip").write_bytes(raw_zip(list(faces.items())))

    record = add.add(tmp_path / "faces.zip")

    assert record.counts == {"train": {"伤心": 3, "开心": 3}, "test": {"伤心": 1, "开心": 1}}
    assert record.notes == ["Names in it were read as Chinese (GBK)."]


def test_a_zip_of_a_train_and_a_test_zip_is_read_as_these_splits(tmp_path: Path) -> None:
    for split in ("train", "test"):
        folder = fill(tmp_path / split, "happy", "sad")
        zip_of(folder, tmp_path / f"{split}.zip")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as outer:
        for split in ("train", "test"):
            outer.write(tmp_path / f"{split}.zip", f"{split}.zip")
        outer.writestr("sampleSubmission.csv", "id,label\n1,0\n")

    record = add.add(tmp_path / "outer.zip")

    assert record.counts == {"train": {"happy": 2, "sad": 2}, "test": {"happy": 2, "sad": 2}}


def test_a_tar_gz_is_brought_in_like_a_zip(tmp_path: Path) -> None:
    faces = {f"faces/{name}/{place}.jpg": png(place + 9 * number)
             for number, name in enumerate(LABELS) for place in range(5)}  # fmt: skip

    record = add.add(tar_of(tmp_path / "faces.tar.gz", faces))

    assert (record.name, record.counts) == ("faces", {"train": {"happy": 4, "sad": 4}, "test": {"happy": 1, "sad": 1}})
