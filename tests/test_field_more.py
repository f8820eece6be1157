"""Layouts beyond those that were reported: each is read rightly or refused in one sentence that says what to change."""

from __future__ import annotations

from pathlib import Path

import pytest

from emotion.data import disagreements
from emotion.data.bring import add
from emotion.data.bring.layout import Options
from emotion.data.bring.tables.labels import Asked
from emotion.system import DataError
from tests.test_field_tables import pictures, table, totals
from tests.zips import png, zip_of

WORDS = ("sad", "happy")


@pytest.fixture(autouse=True)
def _own_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emotion.data.registry.sets_dir", lambda: tmp_path / "sets")


def test_a_competition_with_ids_in_a_table_and_a_test_without_labels(tmp_path: Path) -> None:
    pictures(tmp_path / "faces" / "train", 10, "{}.png")
    pictures(tmp_path / "faces" / "test", 4, "{}.png", first=50)
    table(tmp_path / "faces" / "train.csv", "id,label", [f"{n},{WORDS[n % 2]}" for n in range(10)])
    table(tmp_path / "faces" / "sample_submission.csv", "id,label", [f"{n},happy" for n in range(4)])

    record = add.add_folder(tmp_path / "faces", "faces")

    assert record.counts["train"] == {"happy": 5, "sad": 5}
    assert not record.counts["test"]
    assert record.left_out["pictures without a label"] == 4


def test_raf_db_of_kaggle_with_numbers_for_classes_and_tables_beside(tmp_path: Path) -> None:
    for split, n in (("train", 4), ("test", 2)):
        for number in (4, 5):
            pictures(tmp_path / "raf" / "DATASET" / split / str(number), n, first=number * 50 + len(split))
        rows = [f"{n}.png,{4 + n % 2}" for n in range(4)]
        table(tmp_path / "raf" / f"{split}_labels.csv", "image,label", rows)

    record = add.add_folder(tmp_path / "raf", "raf")

    assert record.counts == {"train": {"4": 4, "5": 4}, "test": {"4": 2, "5": 2}}


def test_votes_in_a_table_of_counts_are_no_labels_and_refused_by_name(tmp_path: Path) -> None:
    names = pictures(tmp_path / "ferplus" / "FER2013Train", 6, "fer{}.png")
    rows = [f'{name},"(0, 0, 48, 48)",{n % 4},{3 + n % 3},0,{n % 2},2,0' for n, name in enumerate(names)]
    table(tmp_path / "ferplus" / "FER2013Train" / "label.csv", "", rows)

    with pytest.raises(DataError, match=r"FER2013Train holds 6 pictures.*label\.csv was not understood.*--labels"):
        add.add_folder(tmp_path / "ferplus", "ferplus")


def test_a_folder_for_each_person_with_the_emotion_in_the_file_name_is_told(tmp_path: Path) -> None:
    for person in range(3):
        for place, word in enumerate(WORDS):
            (tmp_path / "yale" / f"s0{person}").mkdir(parents=True, exist_ok=True)
            (tmp_path / "yale" / f"s0{person}" / f"{word}.png").write_bytes(png(10 * person + place))

    record = add.add_folder(tmp_path / "yale", "yale")
    read = add.refresh("yale", Options(labels=Asked(pattern="(?i).*?(?P<label>happy|sad)")))

    assert record.notes == [
        "The names of the files speak of emotions, those of the folders do not: --label-pattern "
        "'(?i).*?(?P<label>happy|sad)' reads those instead of the folders."
    ]
    assert totals(read.counts) == {"happy": 3, "sad": 3}


def test_a_flat_folder_of_names_with_emotions_is_refused_with_the_pattern(tmp_path: Path) -> None:
    for word in WORDS:
        pictures(tmp_path / "flat", 3, f"{word} ({{}}).jpg", first=ord(word[0]))

    with pytest.raises(DataError, match=r"try --label-pattern '\(\?i\)\.\*\?\(\?P<label>happy\|sad\)'"):
        add.add_folder(tmp_path / "flat", "flat")


@pytest.mark.parametrize(
    ("name", "says"),
    [("labels.xlsx", "as csv"), ("train-00000-of-00001.parquet", "as files in a folder for each class"),
     ("train.zip", "add the zip itself")],
)  # fmt: skip
def test_a_folder_without_pictures_is_refused_by_what_lies_there(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "faces").mkdir()
    (tmp_path / "faces" / name).write_bytes(b"PK\3\4")

    with pytest.raises(DataError, match=says):
        add.add_folder(tmp_path / "faces", "faces")


def test_a_single_picture_is_no_data_set(tmp_path: Path) -> None:
    (tmp_path / "me.jfif").write_bytes(png(0))

    with pytest.raises(DataError, match="is one picture"):
        add.add(tmp_path / "me.jfif")


def test_class_folders_that_are_links_are_read(tmp_path: Path) -> None:
    for place, word in enumerate(WORDS):
        pictures(tmp_path / "disk" / word, 5, first=50 * place)
        (tmp_path / "faces").mkdir(exist_ok=True)
        (tmp_path / "faces" / word).symlink_to(tmp_path / "disk" / word)

    assert totals(add.add_folder(tmp_path / "faces", "faces").counts) == {"happy": 5, "sad": 5}


def test_splits_in_a_folder_of_images_with_their_classes(tmp_path: Path) -> None:
    for split, n in (("train", 4), ("val", 2), ("test", 2)):
        for place, word in enumerate(WORDS):
            pictures(tmp_path / "set" / "images" / split / word, n, first=100 * place + len(split))
    (tmp_path / "set" / "README.md").write_text("a set")

    record = add.add(zip_of(tmp_path / "set", tmp_path / "set.zip"))

    assert record.counts == {
        "train": {"happy": 4, "sad": 4},
        "test": {"happy": 2, "sad": 2},
        "validation": {"happy": 2, "sad": 2},
    }


def test_a_test_with_numbers_for_the_classes_of_train_is_told(tmp_path: Path) -> None:
    for place, (split, word) in enumerate((("train", "happy"), ("train", "sad"), ("test", "0"), ("test", "1"))):
        pictures(tmp_path / "faces" / split / word, 3, first=50 * place)

    record = add.add_folder(tmp_path / "faces", "faces")

    assert disagreements(record.counts) == [
        "test has no picture of happy and sad: so there will be no test score.",
        "test has pictures of 0 and 1, which train has not: they are left out of the score.",
    ]


@pytest.mark.parametrize("content", [b"", b"just a text", b"\0" * 50])
def test_any_other_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "faces.dat").write_bytes(content)

    with pytest.raises(DataError, match=r"^[^.]*: choose another one\.$"):
        add.add(tmp_path / "faces.dat")
