"""The work of a tuning's process on runs that are made up: how many are at work at once, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emotion.recipes import catalogue
from emotion.runs import queue
from emotion.runs import run as runs
from emotion.runs.history import append_history, read_history
from emotion.runs.run import RunPaths, Status
from emotion.tuning import folder, work
from emotion.tuning.folder import TuningPaths, TuningState
from emotion.tuning.study import TuningStudy
from emotion.tuning.trials import Settings, TrialState

RANGES = {"learning_rate": (1e-4, 1e-1)}
PLENTY = 2**50  # bytes


class Trainings:
    """Runs that go on by an epoch whenever the tuning rests, and end as they are told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, memory: int = PLENTY) -> None:
        self.at_work: list[RunPaths] = []
        self.at_once: list[int] = []
        self.places: list[int] = []
        self.end = Status.COMPLETED
        self.meanwhile: Callable[[], Any] = lambda: None
        monkeypatch.setattr(queue, "start", self.start)
        monkeypatch.setattr(work.time, "sleep", self.go_on)
        monkeypatch.setattr(work.psutil, "virtual_memory", lambda: type("Memory", (), {"available": memory}))

    def start(self, config: Any, places: int = 1, on: str = "") -> runs.Run:
        paths = runs.new_run(config)
        queue.claim(paths, Status.RUNNING)
        self.at_work.append(paths)
        self.places.append(places)
        return runs.read_run(paths)

    def go_on(self, seconds: float) -> None:
        self.at_once.append(len(self.at_work))
        self.meanwhile()
        for paths in [*self.at_work]:
            epoch, of = len(read_history(paths).epochs) + 1, runs.read_run(paths).config.epochs
            ends = epoch == of or paths.stop.exists()
            append_history(paths, event="step", epoch=epoch, step=1, steps=1, loss=0.5, accuracy=0.5, seconds=1.0)
            append_history(paths, event="epoch", epoch=epoch, loss=0.5, accuracy=0.5, val_loss=0.5, val_accuracy=0.7,
                           seconds=1.0)  # fmt: skip
            if ends:
                self.at_work.remove(paths)
                runs.write_status(paths, Status.STOPPED if paths.stop.exists() else self.end, reason="Made up.")


def plan(**changes: Any) -> TuningPaths:
    settings = {"base": catalogue.config("quick"), "vary": RANGES, "trials": 5, "trial_epochs": 2}
    return folder.new(Settings(**settings | changes))


def states(paths: TuningPaths) -> list[TrialState]:
    return [trial.state for trial in folder.read(paths).trials]


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_as_many_trials_are_at_work_at_once_as_were_asked_for(
    home: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    made, paths = Trainings(monkeypatch), plan(jobs=jobs)

    assert work.work(paths) is TuningState.FINISHED

    assert max(made.at_once) == jobs
    assert made.places == [jobs] * 5
    assert states(paths) == [TrialState.FINISHED] * 5


def test_a_second_trial_waits_until_there_is_memory_for_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, paths = Trainings(monkeypatch, memory=queue.RUN_NEEDS_BYTES - 1), plan(jobs=2)

    work.work(paths)

    assert set(made.at_once) == {1}
    assert states(paths) == [TrialState.FINISHED] * 5


def test_the_memory_that_a_trial_has_not_taken_yet_is_counted(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, paths = Trainings(monkeypatch, memory=queue.RUN_NEEDS_BYTES), plan(jobs=2, trial_epochs=4)

    work.work(paths)

    assert made.at_once[0] == 1  # the first has not begun to train
    assert max(made.at_once) == 2


def test_stop_reaches_all_trials_at_work_and_begins_no_other(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, paths = Trainings(monkeypatch), plan(jobs=2, trial_epochs=9)
    made.meanwhile = lambda: paths.stop.touch() if len(made.at_once) == 2 else None

    assert work.work(paths) is TuningState.STOPPED

    assert states(paths) == [TrialState.STOPPED] * 2


def test_two_failures_end_it_and_let_the_others_finish(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, paths = Trainings(monkeypatch), plan(jobs=2)
    made.end = Status.FAILED

    assert work.work(paths) is TuningState.FAILED

    assert states(paths) == [TrialState.FAILED] * 2
    assert folder.read(paths).reason == "Made up."


def test_all_trials_of_a_process_that_is_gone_are_taken_over_at_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, paths = Trainings(monkeypatch), plan(jobs=2, trials=2)
    with TuningStudy(paths, folder.read(paths).settings, "gone") as study:
        for trial in (study.ask(), study.ask()):
            assert trial is not None
            trial.note(run=made.start(catalogue.config("quick", epochs=2)).id)

    assert work.work(paths) is TuningState.FINISHED

    assert states(paths) == [TrialState.FINISHED] * 2
    assert len(made.places) == 2


def test_a_lost_trial_that_was_taken_over_is_tried_once_more(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, paths = Trainings(monkeypatch), plan(jobs=2, trials=2)
    with TuningStudy(paths, folder.read(paths).settings, "gone") as study:
        first = study.ask()
        assert first is not None
        lost = runs.new_run(catalogue.config("quick", epochs=2))
        runs.write_status(lost, Status.RUNNING, pid=2**22, pid_started="gone-1")
        first.note(run=lost.id)

    assert work.work(paths) is TuningState.FINISHED

    found = folder.read(paths).trials
    assert [trial.state for trial in found] == [TrialState.LOST, TrialState.FINISHED, TrialState.FINISHED]
    assert found[0].values in [trial.values for trial in found[1:]]
    assert len(made.places) == 2
