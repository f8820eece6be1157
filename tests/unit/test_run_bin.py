"""Deleting a run: into a bin, back again, and gone for good after 30 days."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from emotion import runs
from emotion.recipes import TrainingConfig
from emotion.runs import RunPaths, Status, deleted, queue
from emotion.system import RunError, RunMissingError

DAY = 24 * 3600


def ended(name: str) -> RunPaths:
    paths = runs.new_run(TrainingConfig(name=name))
    runs.write_status(paths, Status.COMPLETED)
    return paths


def test_a_deleted_run_is_in_no_list_and_comes_back_as_it_was(home: Path) -> None:
    paths = ended("mine")
    before = runs.read_run(paths)

    run_id = deleted.delete(paths.id)

    assert runs.list_runs() == [] == runs.unreadable_runs()
    assert [(one.id, one.title, one.days_left()) for one in deleted.in_bin()] == [(paths.id, "mine", 30)]
    assert deleted.restore(run_id) == paths
    assert runs.list_runs() == [before]
    assert deleted.in_bin() == []


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.STOPPING])
def test_a_run_that_has_not_ended_is_not_deleted(home: Path, status: Status) -> None:
    paths = ended("mine")
    queue.claim(paths, status)

    with pytest.raises(RunError, match="stop it first"):
        deleted.delete(paths.id)

    assert [run.id for run in runs.list_runs()] == [paths.id]


def test_a_damaged_run_is_deleted_and_restored_too(home: Path) -> None:
    paths = ended("mine")
    paths.status.write_text("{")

    deleted.delete(paths.id)

    assert [one.title for one in deleted.in_bin()] == [paths.id]
    assert deleted.restore(paths.id).status.read_text() == "{"


def test_a_run_elsewhere_than_in_runs_is_not_deleted(home: Path, tmp_path: Path) -> None:
    elsewhere = runs.new_run(TrainingConfig(), tmp_path / "elsewhere")
    runs.write_status(elsewhere, Status.COMPLETED)

    with pytest.raises(RunMissingError, match="No run called"):
        deleted.delete(elsewhere.root)

    assert elsewhere.config.is_file()


def test_a_second_click_on_delete_or_restore_says_that_there_is_none(home: Path) -> None:
    paths = ended("mine")
    deleted.delete(paths.id)

    with pytest.raises(RunMissingError, match="No run called"):
        deleted.delete(paths.id)
    deleted.restore(paths.id)
    with pytest.raises(RunMissingError, match="No run called"):
        deleted.restore(paths.id)


def test_nothing_is_restored_over_another_run(home: Path) -> None:
    paths = ended("mine")
    deleted.delete(paths.id)
    paths.root.mkdir()

    with pytest.raises(RunError, match="there already"):
        deleted.restore(paths.id)

    assert len(deleted.in_bin()) == 1


@pytest.mark.parametrize("run_id", ["..", "../runs", "", "."])
def test_only_what_lies_in_the_bin_is_restored(home: Path, run_id: str) -> None:
    ended("mine")

    with pytest.raises(RunMissingError, match="No run called"):
        deleted.restore(run_id)


def test_after_thirty_days_a_run_is_gone_and_a_younger_one_is_not(home: Path) -> None:
    old, young = ended("old"), ended("young")
    for paths, days in ((old, 31), (young, 29)):
        deleted.delete(paths.id)
        then = time.time() - days * DAY
        os.utime(deleted.folder() / paths.id, (then, then))

    deleted.sweep()

    assert [(one.title, one.days_left()) for one in deleted.in_bin()] == [("young", 1)]


def test_the_bin_is_emptied_at_once_and_links_are_not_followed(home: Path, tmp_path: Path) -> None:
    real = tmp_path / "real"
    runs.write_status(runs.new_run(TrainingConfig(), real), Status.COMPLETED)
    deleted.delete(ended("mine").id)
    (deleted.folder() / "link").symlink_to(real, target_is_directory=True)

    assert deleted.empty() == 2

    assert deleted.in_bin() == []
    assert (real / "config.json").is_file()


def test_the_command_line_deletes_lists_restores_and_empties(home: Path, emotion) -> None:
    one, two = ended("one"), ended("two")

    gone = emotion("runs", "--delete", one.id, two.id, "no-such-run")
    listed = emotion("runs", "--bin")
    back = emotion("runs", "--restore", one.id)
    emptied = emotion("runs", "--empty-bin")

    assert (gone.returncode, gone.stdout.split()) == (1, [one.id, two.id])
    assert "No run called 'no-such-run'" in gone.stderr
    assert f"--restore {one.id}" in gone.stderr
    assert "30 days left  two" in listed.stdout
    assert back.stdout.strip() == one.id
    assert "1 run removed for good" in emptied.stderr
    assert [run.title for run in runs.list_runs()] == ["one"]
    assert deleted.in_bin() == []
