"""A full, read-only or forbidden disk, and a home that is a file: one sentence from each command, and nothing half."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from emotion import __main__ as command_line
from emotion.data.drawn import write
from emotion.recipes.settings import TrainingConfig
from emotion.runs.history import append_history, read_history
from emotion.runs.run import Status, list_runs, new_run, read_run, unreadable_runs, write_status
from emotion.system import NoRoomError, OutputFolderError, disk, files, tasks
from emotion.tuning import folder as tunings
from emotion.tuning.trials import Settings
from tests.full_disk import FULL, KINDS, READ_ONLY, SAID, fill, small_disk, strays, taking_nothing
from tests.tiny_model import BRIGHTNESS
from tests.waiting import wait_for
from tests.zips import write_archive, zip_of

MAKING = {
    "add a folder": ("data", "add", "{faces}"),
    "add a zip": ("data", "add", "{zip}", "--name", "zipped"),
    "export": ("export", "{model}", "--to", "{home}/out.zip"),
    "mark": ("predict", "{model}", "{face}", "--whole", "--annotate", "{home}/marked"),
    "report": ("evaluate", "{model}", "--data", "{faces}", "--report", "{home}/report"),
    "train": ("train", "--data", "{faces}"),
    "tune": ("tune", "--data", "{faces}", "--trials", "1"),
    "draw": ("evaluate", "{model}", "--data", "demo"),
}
FULL_WORDS = "There is no room left"
READING = {
    "runs": ("runs",),
    "data": ("data", "list"),
    "predict": ("predict", "--model", "{model}", "{face}", "--whole"),
    "evaluate": ("evaluate", "{model}", "--data", "{faces}"),
    "check": ("check", "{faces}"),
}
MAKING["mark"] = (*READING["predict"], "--annotate", "{home}/marked")


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """Faces and a zip of them, outside of any home."""
    root = tmp_path_factory.mktemp("given")
    faces = write_archive(root / "faces", train=12)
    return {
        "faces": faces,
        "zip": zip_of(faces, root / "faces.zip"),
        "face": faces / "test" / "sad" / "000.png",
        "model": BRIGHTNESS,
    }


def words(command, given, home):
    return [word.format(home=home, **given) for word in command]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", MAKING)
def test_a_command_says_in_one_sentence_that_nothing_can_be_written(emotion, home, given, name, kind):
    with taking_nothing(home, KINDS[kind]):
        done = emotion(*words(MAKING[name], given, home))

    assert done.returncode == 2
    told = [line for line in done.stderr.splitlines() if line.startswith("emotion: ")]
    assert len(told) == 1
    assert told[0].startswith(f"emotion: {SAID[KINDS[kind]]} {home}")
    assert ".part" not in told[0]
    assert "Traceback" not in done.stderr
    assert list_runs() == []
    assert unreadable_runs() == []
    assert strays(home) == []


@pytest.mark.parametrize("name", READING)
@pytest.mark.parametrize("kind", KINDS)
def test_a_command_that_only_reads_goes_on(emotion, home, given, name, kind):
    with taking_nothing(home, KINDS[kind]):
        done = emotion(*words(READING[name], given, home))

    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", {**MAKING, **READING})
def test_a_home_that_is_a_file_is_told_where_it_is_needed(emotion, tmp_path, given, name):
    home = tmp_path / "home"
    home.write_bytes(b"in the way")

    done = emotion(*words((MAKING | READING)[name], given, home), EMOTION_HOME=str(home))

    if name in READING:
        assert done.returncode == 0, done.stderr
    else:
        assert done.returncode == 2
        assert f"emotion: Nothing can be written to {home}" in done.stderr
        assert "EMOTION_HOME" in done.stderr


def test_a_home_that_is_a_link_to_itself_is_told_where_it_is_needed(emotion, tmp_path, given):
    home = tmp_path / "home"
    home.symlink_to("home")

    assert emotion("runs", EMOTION_HOME=str(home)).returncode == 0
    done = emotion(*words(MAKING["add a folder"], given, home), EMOTION_HOME=str(home))

    assert done.returncode == 2
    assert f"emotion: Nothing can be written to {home}" in done.stderr


@pytest.mark.parametrize("name", ["add a folder", "add a zip", "export", "mark"])
def test_a_command_works_when_there_is_room_again(emotion, home, given, name):
    with taking_nothing(home, FULL):
        assert emotion(*words(MAKING[name], given, home)).returncode == 2

    done = emotion(*words(MAKING[name], given, home))

    assert done.returncode == 0, done.stderr


def test_what_is_not_of_the_disk_is_seen_through_and_told_with_a_log(emotion, home, monkeypatch, capsys):
    def broken(*_):
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr(command_line, "_run", broken)

    with pytest.raises(ZeroDivisionError, match="nobody foresaw"):
        emotion("runs")
    monkeypatch.setattr("sys.argv", ["emotion", "runs"])
    assert command_line.entry() == 1

    told = capsys.readouterr().err
    log = home / ".cache" / command_line.LOG
    assert told == f"emotion: Something went wrong inside the program (ZeroDivisionError). All of it is in {log}.\n"
    assert "nobody foresaw this" in log.read_text(encoding="utf-8")


def test_the_log_of_what_nobody_foresaw_goes_elsewhere_where_the_home_takes_nothing(
    home, monkeypatch, capsys, tmp_path
):
    elsewhere = tmp_path.parent / f"{tmp_path.name}-elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    monkeypatch.setattr("sys.argv", ["emotion", "runs"])
    monkeypatch.setattr(command_line, "_run", lambda chosen: 1 // 0)

    with taking_nothing(home, READ_ONLY):
        assert command_line.entry() == 1

    assert str(elsewhere / command_line.LOG) in capsys.readouterr().err


def test_an_error_of_another_folder_is_not_told_as_one_of_writing(tmp_path):
    for number in (errno.EACCES, errno.EIO, errno.ENOENT):
        with pytest.raises(OSError, match="faces") as caught, disk.writing(tmp_path / "run"):
            raise OSError(number, os.strerror(number), str(tmp_path / "faces" / "1.png"))
        assert not isinstance(caught.value, OutputFolderError)


def test_another_disk_that_is_full_is_named(tmp_path):
    with pytest.raises(NoRoomError, match="of " + str(tmp_path / "scratch")), disk.writing(tmp_path / "run"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / "scratch" / "1.h5"))


@pytest.mark.parametrize(
    "error",
    [
        OSError("Can't write data (file write failed: errno = 28, error message = 'No space left on device')"),
        RuntimeError("No space left on device"),
    ],
)
def test_a_library_that_met_a_full_disk_is_understood(tmp_path, error):
    def save():
        try:
            raise error
        except Exception as first:
            raise ValueError("Unable to save the model") from first

    with pytest.raises(NoRoomError, match=FULL_WORDS), disk.writing(tmp_path):
        save()


def test_too_little_room_is_told_before_a_run_a_tuning_and_a_report(emotion, home, given, monkeypatch):
    monkeypatch.setattr(disk, "RESERVE", 10**18)

    for name in ("train", "tune", "report"):
        done = emotion(*words(MAKING[name], given, home))
        assert done.returncode == 2
        assert "(needed: 1,000,000,0" in done.stderr
    assert not any((home / "runs").glob("*"))
    assert not any((home / "tuning").glob("*"))


def test_a_run_that_cannot_be_written_whole_leaves_nothing(home):
    with taking_nothing(home, FULL, "*status*"), pytest.raises(NoRoomError, match=FULL_WORDS):
        new_run(TrainingConfig())

    assert not any((home / "runs").iterdir())


def test_a_tuning_that_cannot_be_written_whole_leaves_nothing(home):
    with taking_nothing(home, FULL, "*tuning*.json"), pytest.raises(NoRoomError, match=FULL_WORDS):
        tunings.new(Settings(TrainingConfig(), {"shift": (0.0, 0.2)}))

    assert not any(tunings.tuning_dir().iterdir())


def test_the_end_of_a_run_is_written_into_the_block_that_its_status_has(tmp_path, monkeypatch):
    with small_disk(tmp_path / "disk", "1m") as room:
        paths = new_run_without_asking(room / "run", monkeypatch)
        fill(room)

        write_status(paths, Status.FAILED, reason="There is no room left.", traceback=["x" * 200] * 12)

        found = read_run(paths)
        assert (found.status, found.reason) == (Status.FAILED, "There is no room left.")
        assert strays(room) == []
        with pytest.raises(NoRoomError, match=FULL_WORDS):
            write_status(paths, Status.FAILED, reason="x" * 8000)
        assert read_run(paths).reason == "There is no room left."


def new_run_without_asking(folder, monkeypatch):
    """A run on a disk that is too small for one."""
    monkeypatch.setattr(disk, "RESERVE", -(10**12))
    return new_run(TrainingConfig(), folder)


def test_a_line_that_a_full_disk_has_cut_off_does_not_take_the_next_one_along(home):
    paths = new_run(TrainingConfig())
    row = {"event": "epoch", "loss": 0.5, "accuracy": 0.5, "val_loss": 0.5, "val_accuracy": 0.5, "seconds": 1.0}
    append_history(paths, **row, epoch=1)
    with paths.history.open("ab") as file:
        file.write(json.dumps(row | {"epoch": 2}).encode()[:30])

    append_history(paths, **row, epoch=2)

    assert [one["epoch"] for one in read_history(paths).epochs] == [1, 2]


@pytest.mark.parametrize("kind", KINDS)
def test_a_task_that_cannot_be_written_down_is_not_started(home, kind):
    begun = []

    with taking_nothing(home, KINDS[kind]), pytest.raises(OutputFolderError, match=r"can be written to|no room left"):
        tasks.start("one", begun.append)

    assert begun == []
    assert tasks.find("one") is None


def test_a_task_that_meets_a_full_disk_says_so(home):
    def work(tell):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    tasks.start("one", work)

    assert wait_for(lambda: (task := tasks.find("one")) and task.problem).startswith("There is no room left")


def test_an_upload_that_does_not_fit_is_not_left_half_written(home, given, monkeypatch):
    from emotion.data.bring import import_jobs

    with (
        taking_nothing(home, FULL, "*.zip"),
        Path(given["zip"]).open("rb") as file,
        pytest.raises(NoRoomError, match=FULL_WORDS),
    ):
        import_jobs.add(file, "", "faces.zip")

    assert not any((home / ".cache" / "tasks").iterdir())


def test_a_file_is_whole_or_as_it_was(home):
    files.write_json(home / "kept.json", {"old": 1})

    for number in KINDS.values():
        with taking_nothing(home, number), pytest.raises(OutputFolderError, match=r"can be written to|no room left"):
            files.write_json(home / "kept.json", {"new": 1})

    assert files.read_json(home / "kept.json") == {"old": 1}


def test_drawn_faces_that_do_not_fit_are_not_left_half_drawn(home):
    with taking_nothing(home, FULL, "*.png"), pytest.raises(NoRoomError, match=FULL_WORDS):
        write.write(home / "drawn", train=8, test=4)

    assert list(home.iterdir()) == []
