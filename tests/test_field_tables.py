"""Labels as people have them: in tables of many kinds, in file names, in a file for each picture."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from emotion.data import listing, registry
from emotion.data.bring import add
from emotion.data.bring.errors import TableError
from emotion.data.bring.layout import Options
from emotion.data.bring.tables.labels import Asked
from emotion.system import ConfigError, DataError
from tests.zips import png, zip_of

WORDS = ("sad", "happy")


@pytest.fixture(autouse=True)
def _own_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emotion.data.registry.sets_dir", lambda: tmp_path / "sets")


def pictures(folder: Path, n: int = 10, name: str = "{}.png", first: int = 0) -> list[str]:
    """Writes n different pictures; returns their names."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [name.format(place) for place in range(n)]
    for place, one in enumerate(names):
        (folder / one).write_bytes(png(first + place))
    return names


def table(path: Path, head: str, rows: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([head, *rows] if head else rows) + "\n", encoding="utf-8")
    return path


def totals(counts: dict[str, dict[str, int]]) -> dict[str, int]:
    names = {name for inside in counts.values() for name in inside}
    return {name: sum(inside.get(name, 0) for inside in counts.values()) for name in sorted(names)}


def test_a_legend_beside_a_flat_folder_gives_the_labels(tmp_path: Path) -> None:
    names = pictures(tmp_path / "faces" / "images", name="Person_{}.png")
    rows = [f"{600 + n % 3},{name},{('sadness', 'HAPPINESS', 'sadness', 'happiness')[n % 4]}"
            for n, name in enumerate(names)]  # fmt: skip
    table(tmp_path / "faces" / "data" / "legend.csv", "user.id,image,emotion", rows)

    record = add.add_folder(tmp_path / "faces", "faces")

    assert totals(record.counts) == {"happiness": 5, "sadness": 5}
    assert record.notes == ["Labels are from legend.csv: the picture in “image”, the class in “emotion”."]
    assert listing.scan(listing.resolve("faces")).counts == record.counts


def test_tables_in_the_splits_give_the_labels_and_the_splits(tmp_path: Path) -> None:
    for split, first in (("train", 0), ("validation", 100), ("test", 200)):
        names = pictures(tmp_path / "faces" / split, 4, first=first)
        rows = [f"{name},{WORDS[n % 2]}" for n, name in enumerate(names)]
        table(tmp_path / "faces" / split / "metadata.csv", "file_name,label", rows)

    record = add.add_folder(tmp_path / "faces", "faces")

    assert record.counts == {split: {"happy": 2, "sad": 2} for split in ("train", "test", "validation")}


def test_one_column_for_each_class_is_read_as_labels(tmp_path: Path) -> None:
    for split, first in (("train", 0), ("test", 100)):
        names = pictures(tmp_path / "faces" / split, 6, first=first)
        rows = [f"{name}, {n % 2}, {1 - n % 2}, 0" for n, name in enumerate(names[:5])] + [f"{names[5]}, 1, 1, 0"]
        table(tmp_path / "faces" / split / "_classes.csv", "filename, Happy, Sad, Unlabeled", rows)

    record = add.add_folder(tmp_path / "faces", "faces")

    assert record.counts == {split: {"happy": 2, "sad": 3} for split in ("train", "test")}
    assert record.left_out == {"rows without one label": 2, "pictures without a label": 2}


def test_of_shares_of_the_classes_the_largest_counts(tmp_path: Path) -> None:
    names = pictures(tmp_path / "faces", 13)
    rows = [f"{name},{0.9 - 0.7 * (n % 2):.2f},{0.1 + 0.7 * (n % 2):.2f}" for n, name in enumerate(names[:12])]
    rows.append(f"{names[12]},0.5,0.5")
    table(tmp_path / "faces" / "scores.csv", "file,happy,sad", rows)

    record = add.add_folder(tmp_path / "faces", "faces")

    assert record.counts == {"train": {"happy": 5, "sad": 5}, "test": {"happy": 1, "sad": 1}}
    assert record.left_out == {"rows without one label": 1, "pictures without a label": 1}


@pytest.mark.parametrize("form", ["file: label", "file: object", "label: files"])
def test_one_object_of_files_and_labels_is_read(tmp_path: Path, form: str) -> None:
    names = pictures(tmp_path / "faces" / "imgs", 12)
    told = {name: WORDS[n % 2] for n, name in enumerate(names)}
    said: dict[str, object] = {
        "file: label": told,
        "file: object": {name: {"emotion": word, "box": [1, 2]} for name, word in told.items()},
        "label: files": {word: [name for name in names if told[name] == word] for word in WORDS},
    }[form]
    (tmp_path / "faces" / "labels.json").write_text(json.dumps(said), encoding="utf-8")

    record = add.add_folder(tmp_path / "faces", "faces")

    assert record.counts == {"train": {"happy": 5, "sad": 5}, "test": {"happy": 1, "sad": 1}}


@pytest.mark.parametrize(
    "cell",
    ["/data/upload/1/{}", "https://host:8080/data/upload/1/{}?x=1", "/data/local-files/?d=upload/1/{}",
     "C:\\Users\\me\\upload\\1\\{}", "./upload/1/{}", "{}"],
)  # fmt: skip
def test_a_picture_is_found_by_whatever_a_table_calls_it(tmp_path: Path, cell: str) -> None:
    names = pictures(tmp_path / "faces" / "upload" / "1", name="{}-photo one.png")
    rows = [f"{n},1,{WORDS[n % 2].title()},2024-01-01T00:00:00Z,{cell.format(name)},3.{n}"
            for n, name in enumerate(names)]  # fmt: skip
    table(tmp_path / "faces" / "project-1.csv", "annotation_id,annotator,choice,created_at,image,lead_time", rows)

    assert totals(add.add_folder(tmp_path / "faces", "faces").counts) == {"happy": 5, "sad": 5}


def test_a_split_column_is_used(tmp_path: Path) -> None:
    names = pictures(tmp_path / "faces" / "img", 12)
    splits = ("Train", "val", "TEST")
    rows = [f"{name};{WORDS[n % 2]};{splits[n // 4]}" for n, name in enumerate(names)]
    table(tmp_path / "faces" / "all.csv", "file;label;split", rows)

    record = add.add_folder(tmp_path / "faces", "faces")

    assert record.counts == {split: {"happy": 2, "sad": 2} for split in ("train", "test", "validation")}


@pytest.mark.parametrize("ending", ["jsonl", "json"])
def test_lines_of_json_are_a_table_too(tmp_path: Path, ending: str) -> None:
    names = pictures(tmp_path / "faces" / "img")
    objects = [{"data": {"image": name}, "meta": [1], "sentiment": WORDS[n % 2]} for n, name in enumerate(names)]
    text = json.dumps(objects) if ending == "json" else "\n".join(map(json.dumps, objects))
    (tmp_path / "faces" / f"labels.{ending}").write_text(text, encoding="utf-8")

    assert totals(add.add_folder(tmp_path / "faces", "faces").counts) == {"happy": 5, "sad": 5}


def test_a_list_without_names_of_columns_is_read(tmp_path: Path) -> None:
    pictures(tmp_path / "faces" / "aligned", 6, "train_{}_aligned.png")
    pictures(tmp_path / "faces" / "aligned", 4, "test_{}_aligned.png", first=50)
    rows = [f"train_{n}_aligned.png {4 + n % 2}" for n in range(6)] + [f"test_{n}_aligned.png {4 + n % 2}"
                                                                       for n in range(4)]  # fmt: skip
    table(tmp_path / "faces" / "list_label.txt", "", rows)

    assert totals(add.add_folder(tmp_path / "faces", "faces").counts) == {"4": 5, "5": 5}


def test_columns_can_be_named_and_named_otherwise_later(tmp_path: Path) -> None:
    names = pictures(tmp_path / "faces" / "img")
    rows = [f"{name},{WORDS[n % 2]},{WORDS[n // 5]}" for n, name in enumerate(names)]
    table(tmp_path / "faces" / "votes.csv", "picture,anna,ben", rows)
    asked = Options(labels=Asked("votes.csv", "picture", "ben"))

    first = add.add_folder(tmp_path / "faces", "faces", asked)
    held = listing.scan(listing.resolve("faces")).files["train"]["sad"]
    second = add.refresh("faces", Options(labels=Asked("votes.csv", "picture", "anna")))

    assert registry.get("faces").labels == {
        "file": "votes.csv", "file_column": "picture", "label_column": "anna", "pattern": ""}  # fmt: skip
    assert totals(first.counts) == totals(second.counts) == {"happy": 5, "sad": 5}
    assert listing.scan(listing.resolve("faces")).files["train"]["sad"] != held


def test_a_column_that_there_is_not_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    names = pictures(tmp_path / "faces" / "img")
    table(tmp_path / "faces" / "a.csv", "picture,mood", [f"{name},{WORDS[n % 2]}" for n, name in enumerate(names)])

    with pytest.raises(TableError, match=r"no column 'feeling'.*it has picture, mood"):
        add.add_folder(tmp_path / "faces", "faces", Options(labels=Asked("a.csv", "", "feeling")))


def test_a_table_that_there_is_not_is_told(tmp_path: Path) -> None:
    pictures(tmp_path / "faces" / "img")

    with pytest.raises(ConfigError, match="labels: expected a table"):
        add.add_folder(tmp_path / "faces", "faces", Options(labels=Asked("nowhere.csv")))


def test_a_refusal_names_the_table_and_the_folders_that_are_there(tmp_path: Path) -> None:
    pictures(tmp_path / "faces" / "img", 4)
    table(tmp_path / "faces" / "notes.csv", "date,weather", ["1,fine", "2,rain"])

    with pytest.raises(DataError, match=r"4 pictures in img/.*notes\.csv was not understood.*--labels notes\.csv"):
        add.add_folder(tmp_path / "faces", "faces")


def test_labels_in_file_names_are_read_by_a_pattern(tmp_path: Path) -> None:
    for person in ("KA", "KL"):
        for code in ("HA", "SA"):
            pictures(
                tmp_path / "jaffe", 3, f"{person}.{code}{{}}.{person}.tiff.png", first=sum(map(ord, person + code))
            )

    record = add.add_folder(tmp_path / "jaffe", "jaffe", Options(labels=Asked(pattern="*.{label}*.*")))

    assert totals(record.counts) == {"ha": 6, "sa": 6}
    assert add.usual_names(record) == {"ha": "happy", "sa": "sad"}


def test_a_regular_expression_is_a_pattern_too(tmp_path: Path) -> None:
    for code in ("HA", "SA"):
        pictures(tmp_path / "kdef", 4, f"AF0{{}}{code}S.png", first=ord(code[0]) * 10)

    asked = Asked(pattern=r"[AB][FM]\d\d(?P<label>..)")

    assert totals(add.add_folder(tmp_path / "kdef", "kdef", Options(labels=asked)).counts) == {"ha": 4, "sa": 4}


@pytest.mark.parametrize(("pattern", "says"), [("*.png", "names no label"), ("(?P<label>", "no regular expression"),
                                               ("x{label}", "finds 0 labels")])  # fmt: skip
def test_a_pattern_that_finds_nothing_is_told(tmp_path: Path, pattern: str, says: str) -> None:
    pictures(tmp_path / "faces")

    with pytest.raises(DataError, match=says):
        add.add_folder(tmp_path / "faces", "faces", Options(labels=Asked(pattern=pattern)))


def test_names_like_those_of_jaffe_are_told_with_the_pattern(tmp_path: Path) -> None:
    pictures(tmp_path / "jaffe", 4, "KA.HA1.{}.tiff")

    with pytest.raises(DataError, match=r"so try --label-pattern '\*\.\{label\}"):
        add.add_folder(tmp_path / "jaffe", "jaffe")


def test_affectnet_is_read_as_it_is_handed_out(tmp_path: Path) -> None:
    for split, n, first in (("train_set", 6, 0), ("val_set", 4, 100)):
        pictures(tmp_path / "affect" / split / "images", n, first=first)
        (tmp_path / "affect" / split / "annotations").mkdir()
        for place in range(n):
            for what, value in (("exp", str(1 + place % 2)), ("aro", "0.1")):
                np.save(tmp_path / "affect" / split / "annotations" / f"{place}_{what}.npy", np.array(value))

    record = add.add_folder(tmp_path / "affect", "affect")

    assert record.counts == {"train": {"happy": 3, "sad": 3}, "test": {}, "validation": {"happy": 2, "sad": 2}}


@pytest.mark.parametrize(
    ("numbers", "lines"),
    [((0, 1), ["happy", "sad"]), ((1, 2), ["happy", "sad"]), ((3, 4), ["4: sad", "3: happy", "9: fear"])],
)
def test_numbers_get_their_names_from_a_list_beside_the_table(
    tmp_path: Path, numbers: tuple[int, int], lines: list[str]
) -> None:
    names = pictures(tmp_path / "faces" / "img")
    table(tmp_path / "faces" / "train.txt", "", [f"{name} {numbers[n % 2]}" for n, name in enumerate(names)])
    table(tmp_path / "faces" / "classes.txt", "", lines)

    record = add.add_folder(tmp_path / "faces", "faces")

    assert totals(record.counts) == {"happy": 5, "sad": 5}


def test_a_table_called_labels_is_no_list_of_names_for_itself(tmp_path: Path) -> None:
    names = pictures(tmp_path / "faces" / "img")
    table(tmp_path / "faces" / "labels.txt", "", [f"{name} {n % 2}" for n, name in enumerate(names)])

    assert totals(add.add_folder(tmp_path / "faces", "faces").counts) == {"0": 5, "1": 5}


def test_a_list_without_a_name_for_each_number_names_none(tmp_path: Path) -> None:
    names = pictures(tmp_path / "faces" / "img")
    table(tmp_path / "faces" / "train.csv", "file,label", [f"{name},{5 * (n % 2)}" for n, name in enumerate(names)])
    table(tmp_path / "faces" / "classes.txt", "", ["happy", "sad"])

    assert totals(add.add_folder(tmp_path / "faces", "faces").counts) == {"0": 5, "5": 5}


def test_a_table_in_a_zip_is_found(tmp_path: Path) -> None:
    names = pictures(tmp_path / "faces" / "img")
    table(tmp_path / "faces" / "a.csv", "picture,mood", [f"{name},{WORDS[n % 2]}" for n, name in enumerate(names)])

    record = add.add(zip_of(tmp_path / "faces", tmp_path / "faces.zip", "outer/"))

    assert totals(record.counts) == {"happy": 5, "sad": 5}


def test_an_export_for_detection_in_a_zip_is_refused_too(tmp_path: Path) -> None:
    pictures(tmp_path / "yolo" / "train" / "images")
    table(tmp_path / "yolo" / "train" / "labels" / "0.txt", "", ["0 .5 .5 1 1"])

    with pytest.raises(DataError, match="export it for classification"):
        add.add(zip_of(tmp_path / "yolo", tmp_path / "yolo.zip"))


@pytest.mark.parametrize("name", ["_annotations.coco.json", "_annotations.createml.json"])
def test_boxes_in_one_file_are_recognised(tmp_path: Path, name: str) -> None:
    pictures(tmp_path / "coco" / "train")
    (tmp_path / "coco" / "train" / name).write_text("{}")

    with pytest.raises(DataError, match="export it for classification"):
        add.add_folder(tmp_path / "coco", "coco")


def test_a_class_is_left_out_on_request_and_said(tmp_path: Path) -> None:
    for place, name in enumerate(("happy", "sad", "contempt")):
        pictures(tmp_path / "faces" / name, 5 if name != "contempt" else 1, first=place * 50)

    record = add.add_folder(tmp_path / "faces", "faces", Options(leave_out=("Contempt",)))

    assert totals(record.counts) == {"happy": 5, "sad": 5}
    assert record.left_out == {"pictures of contempt, as asked": 1}
    assert totals(add.refresh("faces").counts) == {"happy": 5, "sad": 5}
    assert totals(add.rename_classes("faces", {"sad": "blue"}).counts) == {"blue": 5, "happy": 5}
