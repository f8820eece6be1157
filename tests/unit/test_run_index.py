"""The index of runs: nothing is read twice, and nothing that changed is overlooked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from emotion.recipes.settings import TrainingConfig
from emotion.runs import index
from emotion.runs import run as runs
from emotion.runs.history import append_history
from emotion.runs.index import Index
from emotion.runs.run import RunPaths, Status
from emotion.runs.summary import Summary, summarize
from emotion.system import files

LONG_AGO = 1_700_000_000


def age(paths: RunPaths, seconds: float = LONG_AGO) -> None:
    """Makes the files of a run old: a fresh one may change again within a tick of the clock and is not trusted yet."""
    for path in paths.root.iterdir():
        os.utime(path, (seconds, seconds))


@pytest.fixture
def ended(home: Path) -> list[RunPaths]:
    """Three old runs that have ended, the first one oldest."""
    made = [runs.new_run(TrainingConfig(name=name)) for name in ("first", "second", "third")]
    for created, paths in enumerate(made, 1):
        runs.write_status(paths, Status.COMPLETED, created=float(created))
        age(paths)
    return made


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were opened to be read, in order."""
    seen: list[Path] = []
    read_text = Path.read_text

    def counted(path: Path, *arguments: Any, **options: Any) -> str:
        seen.append(path)
        return read_text(path, *arguments, **options)

    monkeypatch.setattr(Path, "read_text", counted)
    return seen


def titles() -> list[str]:
    return [run.title for run in runs.list_runs()]


def test_a_second_listing_of_unchanged_runs_opens_no_file(ended: list[RunPaths], opened: list[Path]) -> None:
    first = runs.list_runs()
    assert len(opened) >= 2 * len(ended)
    opened.clear()

    second = runs.list_runs()

    assert opened == []
    assert second == first
    assert [run.title for run in second] == ["third", "second", "first"]


def test_only_the_run_that_changed_is_opened_again(ended: list[RunPaths], opened: list[Path]) -> None:
    runs.list_runs()
    runs.write_status(ended[1], Status.FAILED, reason="No folder.")
    opened.clear()

    listed = runs.list_runs()

    assert {path.parent for path in opened} == {ended[1].root}
    assert (listed[1].status, listed[1].reason) == (Status.FAILED, "No folder.")


def test_a_renamed_run_has_its_new_name_at_once(ended: list[RunPaths]) -> None:
    assert titles() == ["third", "second", "first"]

    runs.rename(ended[0], "mine")
    assert titles() == ["third", "second", "mine"]

    runs.rename(ended[0], "")
    assert titles() == ["third", "second", "first"]


def test_a_name_taken_back_is_kept_like_any_other(ended: list[RunPaths], opened: list[Path]) -> None:
    runs.rename(ended[0], "")
    age(ended[0])
    runs.list_runs()
    opened.clear()

    runs.list_runs()

    assert opened == []


def test_a_configuration_that_was_edited_in_place_is_read_again(ended: list[RunPaths]) -> None:
    runs.list_runs()

    text = ended[0].config.read_text(encoding="utf-8")
    ended[0].config.write_text(text.replace('"first"', '"FIRST"'), encoding="utf-8")

    assert titles() == ["third", "second", "FIRST"]


def test_a_file_replaced_by_one_of_the_same_size_and_time_is_read_again(ended: list[RunPaths]) -> None:
    runs.list_runs()
    text = ended[0].config.read_text(encoding="utf-8")

    other = ended[0].root / "other"
    other.write_text(text.replace('"first"', '"FIRST"'), encoding="utf-8")
    os.utime(other, (LONG_AGO, LONG_AGO))
    os.replace(other, ended[0].config)

    assert titles() == ["third", "second", "FIRST"]


def test_deleted_new_and_moved_runs_are_seen_at_once(ended: list[RunPaths]) -> None:
    runs.list_runs()

    shutil.rmtree(ended[2].root)
    ended[1].root.rename(ended[1].root.with_name("moved"))
    new = runs.new_run(TrainingConfig(name="new"))

    assert [run.id for run in runs.list_runs()] == [new.id, "moved", ended[0].id]


def test_changes_within_one_tick_of_the_clock_are_all_seen(home: Path) -> None:
    paths = runs.new_run(TrainingConfig())
    now = time.time()

    seen = []
    for reason in ("aa", "bb", "cc", "dd"):  # written in place: the same size, number and time
        stored = files.read_json(paths.status) | {"status": "failed", "reason": reason}
        files.write_json(paths.root / "new.json", stored)
        paths.status.write_bytes((paths.root / "new.json").read_bytes())
        os.utime(paths.status, (now, now))
        seen.append(runs.list_runs()[0].reason)

    assert seen == ["aa", "bb", "cc", "dd"]


def test_a_listed_run_whose_process_was_killed_becomes_lost(ended: list[RunPaths], opened: list[Path]) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = psutil.Process(child.pid).create_time()
    runs.write_status(ended[2], Status.RUNNING, pid=child.pid, pid_started=started)
    age(ended[2])
    running = runs.list_runs()[0]
    opened.clear()

    child.kill()
    child.communicate()
    lost = runs.list_runs()[0]

    assert opened == []
    assert (running.status, running.pid) == (Status.RUNNING, child.pid)
    assert (lost.status, lost.pid) == (Status.LOST, None)


def test_a_run_of_another_version_is_not_opened_at_every_listing(ended: list[RunPaths], opened: list[Path]) -> None:
    files.write_json(ended[1].config, {"epochs": 3, "of_a_later_version": True})
    age(ended[1])
    assert titles() == ["third", "first"]
    opened.clear()

    assert titles() == ["third", "first"]
    assert opened == []


@pytest.mark.parametrize("failing", ["config.json", "status.json", "person.json"])
def test_an_error_that_passes_is_not_kept(ended: list[RunPaths], monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    runs.rename(ended[0], "mine")
    age(ended[0])
    read_text = Path.read_text

    def fails(path: Path, *arguments: Any, **options: Any) -> str:
        if path.name == failing:
            raise OSError(24, "Too many open files")
        return read_text(path, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", fails)
        assert "mine" not in titles()

    assert titles() == ["third", "second", "mine"]


def test_threads_that_list_while_runs_change_see_whole_runs(ended: list[RunPaths]) -> None:
    over = threading.Event()

    def list_again_and_again() -> int:
        times = 0
        while not over.is_set():
            assert [run.title.split()[0] for run in runs.list_runs()] == ["third", "second", "first"]
            times += 1
        return times

    with ThreadPoolExecutor(3) as threads:
        listings = [threads.submit(list_again_and_again) for _ in range(3)]
        try:
            for number in range(30):
                runs.rename(ended[0], f"first {number}")
                runs.write_status(ended[1], Status.FAILED, reason=str(number))
        finally:
            over.set()

    assert all(listing.result() > 0 for listing in listings)
    assert (runs.list_runs()[2].title, runs.list_runs()[1].reason) == ("first 29", "29")


def test_an_index_forgets_the_oldest_beyond_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MOST", 2)
    read: list[str] = []

    def name_of(folder: Path) -> tuple[str, bool]:
        read.append(folder.name)
        return folder.name, True

    some: Index[str] = Index(("file",), name_of)
    for name in ("a", "b", "c", "c", "b", "a"):
        assert some.get(str(tmp_path / name)) == name

    assert read == ["a", "b", "c", "a"]


def test_a_summary_is_read_once_until_another_epoch_is_written(ended: list[RunPaths], opened: list[Path]) -> None:
    row = {"event": "epoch", "loss": 0.5, "accuracy": 0.7, "seconds": 30}
    append_history(ended[0], **row, epoch=1, val_loss=0.6, val_accuracy=0.5)
    age(ended[0])
    first = summarize(ended[0])
    opened.clear()
    assert summarize(ended[0]) == first == Summary((0.5,), 0.5, 1, 30)
    assert opened == []

    append_history(ended[0], **row, epoch=2, val_loss=0.7, val_accuracy=0.4)

    assert summarize(ended[0]) == Summary((0.5, 0.4), 0.5, 1, 60)


def test_a_summary_takes_the_seconds_of_the_report_once_there_is_one(ended: list[RunPaths]) -> None:
    assert summarize(ended[0]) == Summary()

    files.write_json(ended[0].report, {"seconds": 75.5})

    assert summarize(ended[0]) == Summary(seconds=75.5)
