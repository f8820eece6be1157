"""A training on a disk that fills up: it ends as failed and says why, and goes on when there is room again."""

from __future__ import annotations

import pytest

from emotion.models.predictor import load_model
from emotion.recipes import catalogue
from emotion.runs import queue
from emotion.runs import run as runs
from emotion.runs.history import read_history
from emotion.runs.run import Status
from emotion.system import disk, files, tasks
from tests.full_disk import FULL, fill, small_disk, strays, taking_nothing
from tests.waiting import wait_for
from tests.zips import write_archive, zip_of

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tiny_recipes")]

NO_ROOM = "There is no room left on the disk of"
EPOCHS = 20  # a second's: the disk fills up before they are done


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A home on a real disk of 12 MB, which no run would be started on without being told to."""
    monkeypatch.setattr(disk, "RESERVE", -(10**12))
    with small_disk(tmp_path / "disk", "12m") as room:
        monkeypatch.setenv("EMOTION_HOME", str(room / "home"))
        yield room


def begin(faces):
    return queue.start(catalogue.config("tiny", data=str(faces), epochs=EPOCHS, batch_size=16)).paths


def go_on(paths):
    """Resumes a run within this process, which has TensorFlow already."""
    from emotion.training import worker

    worker.run(queue.requeue(paths))
    assert runs.read_run(paths).status is Status.COMPLETED


def ended(paths):
    return wait_for(lambda: run if (run := runs.read_run(paths)).status.has_ended else None)


def test_a_training_on_a_disk_that_fills_up_says_so_and_goes_on_later(small, faces):
    paths = begin(faces)
    wait_for(lambda: read_history(paths).phase == "training")

    zeros = fill(small)
    failed = ended(paths)

    assert failed.status is Status.FAILED
    assert failed.reason.startswith(f"{NO_ROOM} {paths.root}")
    assert strays(small) == []

    zeros.unlink()
    go_on(paths)
    assert len(read_history(paths).epochs) == EPOCHS
    assert load_model(paths.id).info.classes == ("sad", "happy")
    assert "best" in files.read_json(paths.report)


@pytest.mark.nightly  # by day: the disk of the test above fills up while it trains
def test_a_training_says_at_which_moment_ever_that_there_is_no_room(home, faces, emotion):
    paths = runs.new_run(catalogue.config("classic", data=str(faces), epochs=1, batch_size=16))
    begins, goes_on = ("train", "--run-dir", paths.root), ("train", "--resume", paths.id)

    for words, refused in ((begins, ".model.*.tflite"), (goes_on, ".report.*.json")):
        with taking_nothing(home, FULL, only=refused):
            done = emotion(*words)

        assert done.returncode == 2, done.stderr
        assert runs.read_run(paths).status is Status.FAILED
        assert runs.read_run(paths).reason.startswith(NO_ROOM)
        assert strays(home) == []
    go_on(paths)
    assert load_model(paths.id).info.classes == ("sad", "happy")
    assert "best" in files.read_json(paths.report)


def test_a_check_and_an_import_on_a_full_disk_say_so(small, tmp_path, emotion_process):
    faces = write_archive(tmp_path / "faces")
    zipped = zip_of(faces, tmp_path / "faces.zip")
    zeros = fill(small, leave=40 * 4096)

    for words in (
        ("data", "add", str(zipped), "--name", "zipped"),
        ("export", "pretrained", "--to", small / "out.zip"),
    ):
        done = emotion_process(*words)
        assert done.returncode == 2, done.stderr
        assert NO_ROOM in done.stderr
        assert "Traceback" not in done.stderr
    assert strays(small) == []

    zeros.unlink()
    assert emotion_process("export", "pretrained", "--to", small / "out.zip").returncode == 0


def test_a_tuning_on_a_disk_that_fills_up_says_so(small, faces, emotion_process):
    fill(small, leave=16 * 4096)

    done = emotion_process("tune", "--data", faces, "--trials", "1")

    assert done.returncode == 2
    assert NO_ROOM in done.stderr
    assert tasks.list_tasks("") == []
