"""The table of what several people have said of each picture."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.__main__ import main
from emotion.cli import head
from emotion.data import votes
from emotion.data.drawn import write
from emotion.runs import list_runs
from emotion.system.errors import ConfigError, VotesError
from tests.tiny_model import BRIGHTNESS

HEAD = "split,class,file,happiness,sadness,neutral,unknown,NF"
CLASSES = ("sad", "happy")


def written(folder: Path, *lines: str, head: str = HEAD) -> Path:
    (folder / votes.NAME).write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return folder


def test_shares_are_those_of_the_classes_alone(tmp_path: Path) -> None:
    root = written(tmp_path, "train,happy,1.png,6,2,1,1,0")

    said = votes.of(root, ["train/happy/1.png"], CLASSES)

    np.testing.assert_allclose(said.shares, [[0.25, 0.75]])
    assert (said.counts.tolist(), said.others.tolist()) == ([[2, 6]], [2])


def test_columns_are_known_by_other_names_of_a_class_in_any_order(tmp_path: Path) -> None:
    root = written(tmp_path, "a,1,3,train,x", head="Class,Happiness,SAD,split,file")

    assert votes.of(root, ["train/a/x"], CLASSES).counts.tolist() == [[3, 1]]


def test_a_picture_is_known_by_split_class_and_file(tmp_path: Path) -> None:
    root = written(tmp_path, "train,happy,1.png,9,1,0,0,0", "test,happy,1.png,8,2,0,0,0", "train,sad,1.png,7,3,0,0,0")

    said = votes.of(root, ["Test/Happy/1.png", "train/sad/more/1.png", "train/happy/2.png"], CLASSES)

    assert said.counts.tolist() == [[2, 8], [3, 7], [0, 0]]
    assert said.known.tolist() == [True, True, False]


def test_nothing_is_said_where_nobody_means_one_of_the_classes(tmp_path: Path) -> None:
    root = written(tmp_path, "train,happy,1.png,0,0,9,1,0")

    assert np.isnan(votes.of(root, ["train/happy/1.png", "train/happy/2.png"], CLASSES).shares).all()


def test_a_picture_has_no_face_when_half_of_the_people_see_none(tmp_path: Path) -> None:
    root = written(tmp_path, "train,sad,1.png,5,0,0,0,5", "train,sad,2.png,6,0,0,0,4", "train,sad,3.png,0,0,0,0,0")

    said = votes.of(root, [f"train/sad/{number}.png" for number in (1, 2, 3, 4)], CLASSES)

    assert said.no_face.tolist() == [True, False, False, False]


def test_a_table_without_a_column_for_faceless_pictures_is_as_good(tmp_path: Path) -> None:
    root = written(tmp_path, "train,sad,1.png,5,0", head="split,class,file,happy,sad")

    assert not votes.of(root, ["train/sad/1.png"], CLASSES).no_face.any()


def test_a_mark_at_the_beginning_and_empty_lines_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / votes.NAME).write_bytes(b"\xef\xbb\xbf" + HEAD.encode() + b"\r\n\r\ntrain,sad,1.png,5,0,0,0,0\r\n\r\n")

    assert votes.of(tmp_path, ["train/sad/1.png"], CLASSES).counts.tolist() == [[0, 5]]


def test_a_changed_table_is_read_anew(tmp_path: Path) -> None:
    root = written(tmp_path, "train,sad,1.png,5,0,0,0,0")
    votes.of(root, ["train/sad/1.png"], CLASSES)

    written(tmp_path, "train,sad,1.png,5,55,0,0,0")

    assert votes.of(root, ["train/sad/1.png"], CLASSES).counts.tolist() == [[55, 5]]


def test_says_where_votes_are_missing(tmp_path: Path) -> None:
    assert not votes.there(tmp_path)
    with pytest.raises(VotesError, match=r"no votes at .*votes\.csv"):
        votes.check(tmp_path, CLASSES)


def test_names_the_class_that_nobody_was_asked_about(tmp_path: Path) -> None:
    root = written(tmp_path, "train,sad,1.png,5,0,0,0,0")

    with pytest.raises(VotesError, match=r"a column for the class 'fear'\. Received: happiness, sadness"):
        votes.check(root, ("sad", "fear"))


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["train,sad,1.png,5,0,0,0"], "8 values in every line"),
        (["train,sad,1.png,five,0,0,0,0"], "line 2: train,sad,1.png,five"),
        (["train,sad,1.png,-1,0,0,0,0"], "0 or more"),
        (["train,sad,1.png,nan,0,0,0,0"], "0 or more"),
        (["train,sad,1.png,1,0,0,0,0", "train,sad,2.png,inf,0,0,0,0"], "line 3"),
        ([], "at least one picture"),
    ],
)
def test_says_which_line_is_not_as_expected(tmp_path: Path, lines: list[str], says: str) -> None:
    root = written(tmp_path, *lines)

    with pytest.raises(VotesError, match=says):
        votes.check(root, CLASSES)


@pytest.mark.parametrize("head", ["", "a,b", "split,class,file", "split,class,happy,sad", "split,class,file,sad,sad"])
def test_says_what_the_first_line_has_to_be(tmp_path: Path, head: str) -> None:
    root = written(tmp_path, "train,sad,1.png,5", head=head)

    with pytest.raises(VotesError, match="a first line with split, class, file"):
        votes.check(root, CLASSES)


def test_what_is_no_table_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / votes.NAME).write_bytes(b"\xff\xfe\x00\x01" * 10)

    with pytest.raises(VotesError, match="comma-separated values in UTF-8"):
        votes.check(tmp_path, CLASSES)


@pytest.mark.parametrize("labels", ["votes", "both"])
def test_the_command_says_at_once_that_there_are_no_votes(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], labels: str
) -> None:
    write.write(tmp_path / "faces", train=4, test=4)

    assert main(["train", "--data", str(tmp_path / "faces"), "--labels", labels]) == 2

    assert "no votes at" in capsys.readouterr().err
    assert not list_runs()


def test_who_names_labels_wants_a_network_however_few_faces_there_are(home: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no settings of a network"):
        head.config(
            argparse.Namespace(recipe="head", backbone=None), "demo", {"classes": None, "own": None, "labels": "votes"}
        )


def test_evaluates_against_what_most_people_say(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faces = tmp_path / "faces"
    for label, grey in (("happy", 200), ("sad", 40)):
        (faces / "test" / label).mkdir(parents=True)
        for number in range(3):
            Image.new("L", (48, 48), grey + number).save(faces / "test" / label / f"{number}.png")
    # The model of this test calls bright pictures happy; people call one of them sad, and do not know another.
    happy = [f"test,happy,{number}.png,{row},0,0,0" for number, row in enumerate(("9,1", "2,8", "5,5"))]
    written(faces, *happy, *(f"test,sad,{number}.png,1,9,0,0,0" for number in range(3)))

    assert main(["evaluate", str(BRIGHTNESS), "--data", str(faces), "--labels", "votes", "--json"]) == 0

    out, err = capsys.readouterr()
    scores = json.loads(out)
    assert (scores["n"], scores["accuracy"], scores["honest"]) == (5, 0.8, None)
    assert "1 without such a majority left out" in err
