"""The one command that makes the shipped model: what it does, and where it goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from emotion.recipes.settings import TrainingConfig
from emotion.runs.run import RunPaths, Status, new_run, write_status
from tools import make_shipped


def left(work: Path) -> list[str]:
    """The steps that are left, each by what tells it from the others."""
    commands = make_shipped.steps(Path("data"), work, Path("into"))
    return [" ".join(words).removeprefix("-m ") for words in commands]


def trained(work: Path, status: Status) -> RunPaths:
    paths = new_run(TrainingConfig(recipe="full"), work / "full")
    write_status(paths, status)
    return paths


def test_from_nothing_it_trains_distils_ships_and_evaluates(tmp_path: Path) -> None:
    first, second, third, *figures = left(tmp_path)

    assert first.startswith("emotion train --data data --recipe full --labels both --classes all --drop-twins")
    assert second.endswith(f"distil.py data {tmp_path / 'other.npz'}")
    keras = tmp_path / "full" / "model.keras"
    assert third == f"emotion.training.ship data {keras} {tmp_path / 'other.npz'} --into into"
    assert figures == [f"emotion evaluate into --data data --classes {names}" for names in ("happy,sad", "all")]


def test_the_first_network_keeps_aside_the_faces_that_calibrate_both(tmp_path: Path) -> None:
    assert "--validation-split 0.1 " in left(tmp_path)[0]


@pytest.mark.parametrize("status", [Status.STOPPED, Status.FAILED])
def test_an_interrupted_training_is_gone_on_with(tmp_path: Path, status: Status) -> None:
    paths = trained(tmp_path, status)

    assert left(tmp_path)[0] == f"emotion train --resume {paths.root}"


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    trained(tmp_path, Status.COMPLETED)
    (tmp_path / "other.npz").touch()

    assert left(tmp_path)[0].startswith("emotion.training.ship")


@pytest.mark.parametrize(("status", "exit_status"), [(Status.STOPPED, 0), (Status.FAILED, 1)])
def test_a_step_that_does_not_end_well_ends_it(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, status: Status, exit_status: int
) -> None:
    called = []

    def run(words: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        called.append(words)
        trained(tmp_path, status)
        return subprocess.CompletedProcess(words, exit_status)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr("signal.signal", lambda number, handler: None)
    monkeypatch.setattr(sys, "argv", ["make_shipped.py", "data", "--work", str(tmp_path)])

    assert make_shipped.main() == 1
    assert len(called) == 1
