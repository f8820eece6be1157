"""fer2013.csv becomes pictures in train/ and test/; what is not as expected is told with its line."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.data import votes
from emotion.data.bring import add, fer_csv
from emotion.data.bring.errors import CsvError
from emotion.data.bring.layout import Options
from emotion.system.errors import DataError, VotesError
from tests.zips import face, zip_of

NAMES = "emotion,pixels,Usage"


def row(emotion: int, seed: int, usage: str) -> str:
    return f"{emotion},{' '.join(map(str, face(seed).ravel()))},{usage}"


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def table(home: Path) -> Path:
    """Two training pictures, one of each test part, for happy (3) and sad (4)."""
    rows = [
        row(emotion, 10 * emotion + place, usage)
        for emotion in (3, 4)
        for place, usage in enumerate(("Training", "Training", "PublicTest", "PrivateTest"))
    ]
    return write(home / "fer2013.csv", NAMES, *rows)


def test_pixels_arrive_as_they_are(table: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()

    fer_csv.convert(table, target)

    with Image.open(target / "train" / "happy" / "training_00002.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture), face(30))
        assert picture.mode == "L"


@pytest.mark.parametrize(
    ("part", "test", "left_out"),
    [("public", 1, {"privatetest": 2}), ("private", 1, {"publictest": 2}), ("both", 2, {})],
)
def test_one_test_part_is_taken(part: str, test: int, left_out: dict[str, int], table: Path) -> None:
    record = add.add_csv(table, "fer", Options(test=part))

    assert record.counts == {"train": {"happy": 2, "sad": 2}, "test": {"happy": test, "sad": test}}
    assert record.left_out == left_out


def test_columns_are_found_by_their_names(tmp_path: Path) -> None:
    pixels = " ".join(map(str, face(0).ravel()))
    path = write(tmp_path / "icml.csv", "emotion, Usage, pixels", f"3,Training,{pixels}")

    rows = list(fer_csv.rows(path))

    assert [(found.name, found.usage) for found in rows] == [("happy", "training")]


def test_a_first_line_of_names_is_not_needed(tmp_path: Path) -> None:
    path = write(tmp_path / "fer.csv", row(3, 0, "Training"))

    assert len(list(fer_csv.rows(path))) == 1


def test_a_zip_with_the_csv_is_understood(table: Path, home: Path) -> None:
    folder = home / "folder"
    folder.mkdir()
    table.rename(folder / "fer2013.csv")

    record = add.add_zip(zip_of(folder, home / "a.zip"), "fer", "a.zip")

    assert record.counts["train"] == {"happy": 2, "sad": 2}
    assert not (record.home / "table.csv").exists()


def test_the_same_csv_gives_the_same_fingerprint(table: Path) -> None:
    records = [add.add_csv(table, name) for name in ("one", "two")]

    assert records[0].fingerprint == records[1].fingerprint


@pytest.mark.parametrize(
    ("line", "match"),
    [
        ("8," + "0 " * 2304 + ",Training", "Line 2 .* an emotion that there is not"),
        ("-1," + "0 " * 2304 + ",Training", "Line 2 .* an emotion that there is not"),
        ("3," + "0 " * 2303 + ",Training", "Line 2 .* does not hold 2,304 grey values"),
        ("3," + "0 " * 2303 + "256,Training", "Line 2 .* does not hold 2,304 grey values"),
        ("3," + "0 " * 2303 + "-1,Training", "Line 2 .* does not hold 2,304 grey values"),
        ("3," + "x " * 2304 + ",Training", "Line 2 .* something else than numbers"),
        ("3," + "0 " * 2304 + ",Sometimes", "Line 2 .* a use that there is not"),
        ("3", "Line 2 .* is cut short"),
        ('3,"' + "0 " * 100_000 + '",Training', "is not text of that kind"),
    ],
)  # fmt: skip
def test_tells_the_line_that_is_wrong(line: str, match: str, home: Path) -> None:
    with pytest.raises(CsvError, match=match):
        add.add_csv(write(home / "fer.csv", NAMES, line), "fer")

    assert list((home / "datasets").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"a,b,c\n1,2,3\n", b"\xff\xfe\0\0", b"emotion,pixels,Usage\n"])
def test_refuses_what_is_no_such_table(content: bytes, home: Path) -> None:
    (home / "fer.csv").write_bytes(content)

    with pytest.raises(CsvError, match="csv file"):
        add.add_csv(home / "fer.csv", "fer")


def test_refuses_a_table_that_is_not_there(home: Path) -> None:
    with pytest.raises(DataError, match="no folder, archive or csv file"):
        add.add_csv(home / "nowhere.csv", "fer")


def rows_of(*emotions: str, usage: str = "Training") -> list[str]:
    return [f"{emotion},{' '.join(map(str, face(place).ravel()))},{usage}" for place, emotion in enumerate(emotions)]


@pytest.mark.parametrize(
    ("delimiter", "encoding", "end", "quoted"),
    [(";", "utf-8-sig", "\r\n", False), (",", "utf-8-sig", "\r\n", True), ("\t", "utf-16", "\n", False),
     ("|", "latin-1", "\n", True)],
)  # fmt: skip
def test_a_table_of_another_program_is_read(
    delimiter: str, encoding: str, end: str, quoted: bool, tmp_path: Path
) -> None:
    cells = [line.split(",") for line in (NAMES, *rows_of("3", "4"))]
    lines = [delimiter.join(f'"{cell}"' if quoted else cell for cell in line) for line in cells]
    (tmp_path / "fer.csv").write_bytes((end.join(lines) + end).encode(encoding))

    assert [found.name for found in fer_csv.rows(tmp_path / "fer.csv")] == ["happy", "sad"]


def test_an_emotion_may_be_a_number_a_fraction_or_a_word(tmp_path: Path) -> None:
    path = write(tmp_path / "fer.csv", NAMES, *rows_of("3", "4.0", "Happiness", "7"))

    assert [found.name for found in fer_csv.rows(path)] == ["happy", "sad", "happiness", "contempt"]


def test_without_usage_a_part_is_set_aside(home: Path) -> None:
    lines = [line.rpartition(",")[0] for line in rows_of(*"3344334433")]

    record = add.add_csv(write(home / "train.csv", "emotion,pixels", *lines), "fer")

    assert record.counts == {"train": {"happy": 5, "sad": 3}, "test": {"happy": 1, "sad": 1}}


def test_usage_may_be_any_word_for_a_split(home: Path) -> None:
    lines = [line for split in ("train", "val", "test") for line in rows_of("3", "4", usage=split)]

    record = add.add_csv(write(home / "fer.csv", NAMES, *lines), "fer")

    assert record.counts == {split: {"happy": 1, "sad": 1} for split in ("train", "test", "validation")}


def test_text_behind_the_last_row_is_left_out_and_said(home: Path) -> None:
    lines = rows_of(*"3344") + rows_of("3", "4", usage="PublicTest")
    lines += ["fer2013/README,0000644,0001750", "The data is described in the paper, and so on."]

    record = add.add_csv(write(home / "fer.csv", NAMES, *lines), "fer")

    assert record.counts["train"] == {"happy": 2, "sad": 2}
    assert record.left_out == {"lines behind the last row": 2}


@pytest.mark.parametrize(("good", "is_taken"), [(99, True), (98, False)])
def test_one_bad_row_in_a_hundred_is_left_out_and_said(good: int, is_taken: bool, home: Path) -> None:
    lines = rows_of(*("3", "4") * 50)[:good]
    lines.insert(50, "3," + "0 " * 2303 + ",Training")
    path = write(home / "fer.csv", NAMES, *lines)

    if is_taken:
        assert add.add_csv(path, "fer").left_out == {"rows that hold no picture": 1}
    else:
        with pytest.raises(CsvError, match="Line 52 "):
            add.add_csv(path, "fer")


def test_a_table_of_votes_is_recognised(home: Path) -> None:
    path = write(home / "fer2013new.csv", "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,"
                 "contempt,unknown,NF", "Training,fer0000000.png,4,0,0,1,3,2,0,0,0,0")  # fmt: skip

    with pytest.raises(CsvError, match=r"has no pixels: give fer2013\.csv too"):
        add.add_csv(path, "fer")


def test_the_csv_that_can_be_used_is_found_inside_a_zip(home: Path) -> None:
    folder = home / "folder"
    folder.mkdir()
    write(folder / "example_submission.csv", "id,label", "1,0")
    write(folder / "test.csv", "pixels", *[line.split(",")[1] for line in rows_of(*"3" * 20)])
    write(folder / "train.csv", NAMES, *rows_of(*"3344"), *rows_of("3", "4", usage="PublicTest"))

    record = add.add_zip(zip_of(folder, home / "a.zip"), "fer", "a.zip")

    assert record.counts == {"train": {"happy": 2, "sad": 2}, "test": {"happy": 1, "sad": 1}}
    assert record.left_out == {"other tables in the zip": 2}


FERPLUS = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"


def voted(table: Path, *rows: str) -> None:
    write(table.with_name("fer2013new.csv"), FERPLUS, *rows)


def test_votes_beside_it_become_the_votes_of_its_pictures(table: Path, tmp_path: Path) -> None:
    said = [f"Training,fer{number}.png,0,{number},0,1,0,0,0,0,0,0" for number in range(8)]
    voted(table, *said[:5], "Training,,0,0,0,0,0,0,0,0,0,0", *said[6:])
    target = tmp_path / "out"
    target.mkdir()

    fer_csv.convert(table, target)

    names = ["train/happy/training_00002.png", "train/happy/training_00003.png", "test/happy/publictest_00004.png"]
    names += ["train/sad/training_00006.png", "train/sad/training_00007.png", "test/sad/publictest_00008.png"]
    found = votes.of(target, names, ("sad", "happy"))
    assert found.counts.tolist() == [[1, 0], [1, 1], [1, 2], [1, 4], [0, 0], [1, 6]]
    assert found.known.tolist() == [True, True, True, True, False, True]
    assert "privatetest" not in (target / "votes.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (["Training,a,0,1,0,1,0,0,0,0,0,0"] * 7, "expected 8 rows, one for each picture of fer2013.csv. Received: 7"),
        (["Training,a,0,one,0,1,0,0,0,0,0,0"] * 8, "whole numbers of votes. Received: line 2: Training,a,0,one"),
        (["Training,a,0"] * 8, "whole numbers of votes"),
        (["Training,a,0,-1,0,1,0,0,0,0,0,0"] * 8, "0 or more"),
    ],
)
def test_votes_of_other_pictures_are_refused(table: Path, tmp_path: Path, rows: list[str], says: str) -> None:
    voted(table, *rows)
    (tmp_path / "out").mkdir()

    with pytest.raises(VotesError, match=re.escape(says)):
        fer_csv.convert(table, tmp_path / "out")


def test_a_table_beside_it_that_is_not_of_votes_is_refused(table: Path, tmp_path: Path) -> None:
    write(table.with_name("fer2013new.csv"), NAMES, "3,1 2 3,Training")
    (tmp_path / "out").mkdir()

    with pytest.raises(VotesError, match="a first line with Usage, Image name"):
        fer_csv.convert(table, tmp_path / "out")


def test_a_bad_row_moves_no_votes_to_another_picture(home: Path, tmp_path: Path) -> None:
    lines = rows_of(*("3", "4") * 50)
    lines.insert(50, "3," + "0 " * 2303 + ",Training")
    table = write(home / "fer2013.csv", NAMES, *lines)
    voted(table, *(f"Training,a,0,{number},0,0,0,0,0,0,0,0" for number in range(1, 102)))
    (tmp_path / "out").mkdir()

    fer_csv.convert(table, tmp_path / "out")

    said = votes.of(
        tmp_path / "out", ["train/sad/training_00051.png", "train/happy/training_00053.png"], ("sad", "happy")
    )
    assert said.counts[:, 1].tolist() == [50, 52]
