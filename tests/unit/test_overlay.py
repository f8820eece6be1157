"""Decisions about pictures: kept line by line, applied when the data is read, undone, exported, and never half lost."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from emotion.data import edits
from emotion.data.decisions import CONFIRM, EXCLUDE, MOVE, RELABEL, Change, Decision, apply
from emotion.data.listing import scan
from emotion.recipes.settings import TrainingConfig
from emotion.runs.run import new_run
from emotion.system.errors import DataError, DecisionError, OutputFolderError
from emotion.system.files import read_json
from tests.conftest import killed_at_random
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "train": {"happy": ("train/happy/1.png", "train/happy/2.png"), "sad": ("train/sad/1.png",)},
    "test": {"happy": ("test/happy/1.png",), "sad": ()},
}


def decision(*changes: Change, name: str = "a") -> Decision:
    return Decision(name, "2026-11-23T08:00:00+00:00", "me", "because", changes)


@pytest.fixture
def data(home: Path) -> Path:
    root = home / "data"
    for names in (names for inside in FILES.values() for names in inside.values()):
        for name in names:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(b"picture")
    return root


def test_excluded_pictures_are_in_no_split() -> None:
    after = apply(FILES, [decision(Change(EXCLUDE, ("train/happy/1.png",)))])

    assert after.files["train"] == {"happy": ("train/happy/2.png",), "sad": ("train/sad/1.png",)}
    assert (after.excluded, after.relabelled, after.moved) == (1, 0, 0)


def test_relabelled_pictures_stand_under_their_new_class() -> None:
    after = apply(FILES, [decision(Change(RELABEL, ("train/happy/1.png",), "sad"))])

    assert after.files["train"] == {"happy": ("train/happy/2.png",), "sad": ("train/happy/1.png", "train/sad/1.png")}
    assert (after.excluded, after.relabelled, after.moved) == (0, 1, 0)


def test_moved_pictures_change_their_split_and_keep_their_label() -> None:
    after = apply(FILES, [decision(Change(MOVE, ("test/happy/1.png",), "train"))])

    assert after.files["train"]["happy"] == ("test/happy/1.png", "train/happy/1.png", "train/happy/2.png")
    assert after.files["test"] == {"happy": (), "sad": ()}
    assert after.moved == 1


def test_a_later_decision_wins() -> None:
    first = decision(Change(RELABEL, ("train/happy/1.png",), "sad"))
    second = decision(Change(RELABEL, ("train/happy/1.png",), "happy"), name="b")

    assert apply(FILES, [first, second]).files == FILES


def test_decisions_about_missing_pictures_wait() -> None:
    after = apply(FILES, [decision(Change(EXCLUDE, ("train/happy/gone.png",)))])

    assert (after.files, after.excluded) == (FILES, 0)


def test_an_undone_decision_does_nothing() -> None:
    taken = decision(Change(EXCLUDE, ("train/happy/1.png",)))
    undone = Decision("b", taken.time, "me", "undone", undo="a")

    after = apply(FILES, [taken, undone])

    assert (after.files, after.digest) == (FILES, "")


def test_a_confirmed_label_changes_nothing() -> None:
    after = apply(FILES, [decision(Change(CONFIRM, ("train/happy/1.png",)))])

    assert (after.files, after.digest) == (FILES, "")


def test_the_digest_does_not_tell_who_and_when() -> None:
    changes = (Change(EXCLUDE, ("train/happy/1.png",)),)
    other = Decision("z", "2027-01-01T00:00:00+00:00", "somebody", "else", changes)

    assert apply(FILES, [decision(*changes)]).digest == apply(FILES, [other]).digest


@pytest.mark.parametrize(
    ("action", "files", "to", "says"),
    [
        ("delete", ("a",), "", "one of exclude, relabel, move, confirm"),
        (EXCLUDE, (), "", "at least one picture"),
        (MOVE, ("a",), "validation", "a move to train or test"),
        (RELABEL, ("a",), " ", "the class that the pictures get"),
    ],
)
def test_refuses_changes_that_mean_nothing(action: str, files: tuple[str, ...], to: str, says: str) -> None:
    with pytest.raises(DecisionError, match=says):
        Change(action, files, to)


def test_each_decision_is_a_line_with_who_when_and_why(data: Path) -> None:
    edits.decide(data, [Change(EXCLUDE, ("train/sad/1.png",))], "no face")

    (line,) = edits.location(data).read_text(encoding="utf-8").splitlines()

    told = json.loads(line)
    assert sorted(told) == ["changes", "id", "time", "who", "why"]
    assert (told["why"], told["changes"]) == ("no face", [{"action": "exclude", "files": ["train/sad/1.png"]}])


def test_no_file_of_the_data_is_touched(data: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*")}

    edits.decide(data, [Change(EXCLUDE, ("train/sad/1.png",))], "no face")

    assert {path: path.stat().st_mtime_ns for path in data.rglob("*")} == before


def test_a_scan_sees_decisions_at_once(data: Path) -> None:
    before = scan(data)

    edits.decide(data, [Change(MOVE, ("test/happy/1.png",), "train")], "why not")

    after = scan(data)
    assert after.counts == {"train": {"happy": 3, "sad": 1}, "test": {"happy": 0}}
    assert (after.moved, after.fingerprint != before.fingerprint) == (1, True)


def test_undo_is_a_line_too(data: Path) -> None:
    taken = edits.decide(data, [Change(EXCLUDE, ("train/sad/1.png",))], "no face")

    edits.undo(data, taken.id)

    assert [bool(line.undo) for line in edits.read(data)] == [False, True]
    assert scan(data).excluded == 0


def test_nothing_is_undone_twice(data: Path) -> None:
    taken = edits.decide(data, [Change(EXCLUDE, ("train/sad/1.png",))], "no face")
    edits.undo(data, taken.id)

    with pytest.raises(DecisionError, match="the id of a decision that holds"):
        edits.undo(data, taken.id)


def test_two_folders_of_one_name_have_their_own_decisions(home: Path) -> None:
    assert edits.location(home / "a" / "data") != edits.location(home / "b" / "data")


def test_an_exported_file_brings_decisions_to_another_place(data: Path, home: Path) -> None:
    edits.decide(data, [Change(EXCLUDE, ("train/sad/1.png",))], "no face")
    exported = edits.export(data)
    elsewhere = home / "elsewhere"
    data.rename(elsewhere)

    added = edits.take_in(elsewhere, exported)

    assert (added, scan(elsewhere).excluded) == (1, 1)


def test_taking_a_file_in_twice_adds_nothing(data: Path) -> None:
    edits.decide(data, [Change(EXCLUDE, ("train/sad/1.png",))], "no face")

    assert edits.take_in(data, edits.export(data)) == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"no json\n", "a line of JSON"),
        (b"[1]\n", "a JSON object in each line"),
        (b'{"id": "x"}\n', "a decision with id, time, who, why and changes"),
        (b'{"id": "x", "time": "", "who": "", "why": ""}\n', "either changes or the id of what is undone"),
        (b'{"id": "x", "time": "", "who": "", "why": "", "changes": 7}\n', "a decision with id, time, who"),
    ],
)
def test_takes_in_all_lines_or_none(data: Path, text: bytes, says: str) -> None:
    edits.decide(data, [Change(EXCLUDE, ("train/sad/1.png",))], "no face")
    whole = edits.export(data).replace(edits.read(data)[0].id.encode(), b"another")

    with pytest.raises(DecisionError, match=says):
        edits.take_in(data, whole + text)

    assert len(edits.read(data)) == 1


def test_a_torn_line_loses_nothing_else(data: Path) -> None:
    first = edits.decide(data, [Change(EXCLUDE, ("train/sad/1.png",))], "first")
    with edits.location(data).open("ab") as file:
        file.write(b'{"id": "torn", "time": "2026')

    second = edits.decide(data, [Change(EXCLUDE, ("test/happy/1.png",))], "second")

    assert edits.read(data) == (first, second)


@killed_at_random
def test_a_kill_while_deciding_loses_nothing_that_was_told(data: Path, home: Path, seed: int) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom emotion.data import Change, edits\n"
        "files = tuple(f'train/happy/{n}.png' for n in range(3000))\n"
        "while True:\n"
        f"    print(edits.decide(Path({str(data)!r}), [Change('exclude', files)], 'x').id, flush=True)\n"
    )
    told = home / "told.txt"
    with told.open("wb") as out:
        writer = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=out, env=os.environ.copy())
        wait_for(lambda: told.read_bytes().count(b"\n") >= 20)
        time.sleep(random.Random(seed).uniform(0, 0.1))
        writer.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        writer.wait()

    kept = [line.id for line in edits.read(data)]
    last = edits.decide(data, [Change(EXCLUDE, ("train/sad/1.png",))], "after it")
    ids = told.read_text(encoding="utf-8").split("\n")[:-1]
    assert kept[: len(ids)] == ids
    assert len(kept) <= len(ids) + 1
    assert [line.id for line in edits.read(data)] == [*kept, last.id]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="whoever is root may write everywhere")
def test_a_home_that_cannot_be_written_is_told(data: Path, home: Path) -> None:
    (home / "overlays").mkdir(mode=0o500)

    with pytest.raises(OutputFolderError, match="Nothing can be written"):
        edits.decide(data, [Change(EXCLUDE, ("train/sad/1.png",))], "no face")


def test_a_home_that_is_no_folder_is_told(data: Path, home: Path) -> None:
    (home / "overlays").write_bytes(b"")

    with pytest.raises(OutputFolderError, match="Nothing can be written"):
        edits.decide(data, [Change(EXCLUDE, ("train/sad/1.png",))], "no face")


def test_a_run_notes_what_was_decided(data: Path) -> None:
    plain = new_run(TrainingConfig(data=str(data)))
    edits.decide(data, [Change(EXCLUDE, ("train/sad/1.png",))], "no face")

    mended = new_run(TrainingConfig(data=str(data)))

    assert read_json(plain.config)["decisions"] == ""
    assert read_json(mended.config)["decisions"] == scan(data).decisions != ""


def test_decisions_that_cannot_be_read_are_told_instead_of_learning_what_was_left_out(data: Path) -> None:
    edits.decide(data, [Change("exclude", ("train/sad/1.png",))], "blurred")
    kept = edits.location(data)
    text = kept.read_bytes()
    kept.unlink()
    kept.mkdir()

    with pytest.raises(DataError, match=r"What was decided about the pictures of .* cannot be read"):
        scan(data)
    kept.rmdir()
    kept.write_bytes(text)
    assert len(edits.read(data)) == 1
