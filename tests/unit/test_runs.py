"""Runs on disk."""

import json
import os
import subprocess
import sys

import psutil
import pytest

from emotion.recipes.settings import TrainingConfig
from emotion.runs import queue
from emotion.runs import run as runs
from emotion.runs.history import History, append_history, read_history
from emotion.runs.run import RunPaths, Status
from emotion.system import files, processes
from emotion.system.errors import RunMissingError, RunUnreadableError


@pytest.fixture
def paths(home):
    return runs.new_run(TrainingConfig())


def test_a_new_run_is_queued_with_its_settings(home):
    asked = TrainingConfig(epochs=3, name="first try")

    run = runs.read_run(runs.new_run(asked))

    assert (run.status, run.config, run.title) == (Status.QUEUED, asked, "first try")


def test_a_run_at_work_is_lost_when_its_process_is_gone(paths):
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = psutil.Process(child.pid).create_time()
    runs.write_status(paths, Status.RUNNING, pid=child.pid, pid_started=started)
    assert runs.read_run(paths).status is Status.RUNNING

    child.kill()
    child.communicate()

    assert runs.read_run(paths).status is Status.LOST


def test_another_process_with_the_same_number_is_not_the_runs(paths):
    runs.write_status(paths, Status.RUNNING, pid=os.getpid(), pid_started=1.0)

    assert runs.read_run(paths).status is Status.LOST


def test_a_zombie_counts_as_gone():
    child = subprocess.Popen([sys.executable, "-c", ""])
    started = psutil.Process(child.pid).create_time()
    while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
        pass

    alive = processes.is_alive(child.pid, started)
    child.wait()

    assert not alive


def test_runs_are_listed_newest_first(home):
    first = runs.new_run(TrainingConfig(name="first"))
    second = runs.new_run(TrainingConfig(name="second"))

    assert [run.id for run in runs.list_runs()] == [second.id, first.id]


def test_a_folder_that_is_no_run_is_passed_over(paths):
    (paths.root.parent / "notes").mkdir()
    (paths.root.parent / "odd").mkdir()
    (paths.root.parent / "odd" / "status.json").write_text("{half", encoding="utf-8")

    assert [run.id for run in runs.list_runs()] == [paths.id]


@pytest.mark.parametrize("reference", ["latest", "id", "path"])
def test_a_run_is_found_by_each_of_its_names(paths, reference):
    said = {"latest": "latest", "id": paths.id, "path": str(paths.root)}[reference]

    assert runs.find_run(said).root.resolve() == paths.root.resolve()


def test_an_unknown_run_is_named_in_the_error(home):
    with pytest.raises(RunMissingError, match="No run called 'nobody'"):
        runs.find_run("nobody")


def test_a_torn_last_line_is_passed_over(paths):
    append_history(paths, event="phase", phase="training")
    with paths.history.open("a", encoding="utf-8") as file:
        file.write('{"event": "epoch", "epo')

    history = read_history(paths)

    assert (history.phase, history.epochs) == ("training", [])


def test_after_a_resume_later_rows_replace_the_cut_off_ones(paths):
    figures = {"loss": 0.5, "accuracy": 0.7, "seconds": 1.0}
    append_history(paths, event="epoch", epoch=1, val_loss=0.5, val_accuracy=0.6, **figures)
    append_history(paths, event="epoch", epoch=2, val_loss=0.9, val_accuracy=0.6, **figures)
    append_history(paths, event="step", epoch=3, step=1, steps=9, **figures)
    append_history(paths, event="resumed", epoch=1)
    append_history(paths, event="epoch", epoch=2, val_loss=0.4, val_accuracy=0.6, **figures)

    history = read_history(paths)

    assert [(row["epoch"], row["val_loss"]) for row in history.epochs] == [(1, 0.5), (2, 0.4)]
    assert history.steps == []
    assert history.best == history.epochs[1]


def test_the_best_epoch_is_never_one_whose_loss_is_no_number():
    rows = [{"epoch": number, "val_loss": loss} for number, loss in enumerate((float("nan"), 0.7, 0.9), start=1)]

    assert History(rows).best == rows[1]
    assert History(rows[:1]).best is None


def test_a_reader_never_meets_half_a_file(tmp_path):
    path = tmp_path / "status.json"
    files.write_json(path, {"n": 0})
    writer = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from emotion.system import processes, files\n"
            "for n in range(300): files.write_json(Path(sys.argv[1]), {'n': n, 'padding': 'x' * 20000})",
            str(path),
        ]
    )

    reads = []
    while writer.poll() is None:
        reads.append(json.loads(path.read_text(encoding="utf-8"))["n"])

    assert writer.returncode == 0
    assert reads == sorted(reads)
    assert list(tmp_path.iterdir()) == [path]


def test_status_keeps_the_fields_that_are_not_named(paths):
    created = files.read_json(paths.status)["created"]

    runs.write_status(paths, Status.FAILED, reason="No folder.")

    assert files.read_json(paths.status)["created"] == created
    assert runs.read_run(RunPaths(paths.root)).reason == "No folder."


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("config", {"setting_of_tomorrow": 1}),
        ("config", {"epochs": "many"}),
        ("config", {"name": None}),
        ("config", {"classes": 7}),
        ("status", {"status": "dreaming"}),
        ("status", {"created": None}),
    ],
)
def test_a_run_of_another_version_is_told_and_passed_over(paths, file, words):
    known = runs.new_run(TrainingConfig())
    path = getattr(paths, file)
    files.write_json(path, files.read_json(path) | words)

    with pytest.raises(RunUnreadableError, match=f"Run {paths.id} cannot be read here, since another version"):
        runs.read_run(paths)
    assert [run.id for run in runs.list_runs()] == [known.id]


class Waiting(Exception):
    """A run has been told that it has to wait."""


def waits(ahead):
    raise Waiting("its turn has not come")


def at_work(paths):
    queue.claim(paths, Status.RUNNING)


def queued(places=1):
    paths = runs.new_run(TrainingConfig())
    if places > 1:
        runs.write_status(paths, Status.QUEUED, places=places)
    return paths


def test_a_second_run_waits_where_there_is_one_place(home):
    paths = queued()
    with queue.turn(paths) as first:
        at_work(paths)
        assert first
        with pytest.raises(Waiting, match="turn"), queue.turn(queued(), waits):
            pass


def test_a_run_that_another_process_trains_is_not_taken_from_it(home):
    paths, other = queued(), os.getppid()
    runs.write_status(paths, Status.RUNNING, pid=other, pid_started=processes.started(other))

    with queue.turn(paths) as ours:
        assert not ours

    run = runs.read_run(paths)
    assert (run.status, run.pid) == (Status.RUNNING, other)


def listed(paths):
    (run,) = runs.list_runs()
    return run


@pytest.mark.parametrize("look", [runs.read_run, listed])
def test_a_run_that_ends_while_it_is_looked_at_is_not_lost(home, monkeypatch, look):
    paths = queued()
    at_work(paths)

    def ended(pid, started):
        runs.write_status(paths, Status.COMPLETED)
        return False

    monkeypatch.setattr(processes, "is_alive", ended)

    assert look(paths).status is Status.COMPLETED


def test_runs_with_two_places_are_trained_two_at_a_time_beside_no_other(home):
    first, second, third, own = queued(2), queued(2), queued(2), queued()
    with queue.turn(first) as one:
        at_work(first)
        with queue.turn(second) as two:
            at_work(second)
            assert one
            assert two
            for waiting in (third, own):
                with pytest.raises(Waiting, match="turn"), queue.turn(waiting, waits):
                    pass


def test_a_run_of_the_persons_own_has_the_first_place_that_trials_leave(home):
    first, own = queued(2), queued()
    with queue.turn(first) as one:
        at_work(first)
        with queue.turn(own) as two:
            assert one
            assert two
