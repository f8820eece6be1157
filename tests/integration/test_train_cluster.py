"""`train --on` and `tune --on`: runs that the computers of a cluster train, here two of them within this one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from emotion.images import as_batch
from emotion.models import load_model
from emotion.recipes import catalogue
from emotion.runs import film, queue
from emotion.runs import run as runs
from emotion.runs.history import read_history
from emotion.runs.run import RunPaths, Status
from emotion.system import files
from emotion.training import cluster as away
from emotion.tuning import control, folder, work
from emotion.tuning.folder import TuningState
from emotion.tuning.trials import TrialState
from tests.two_nodes import kill_node_at_work, trainers, two_nodes
from tests.waiting import wait_for, wait_for_status

pytest.importorskip("ray", reason="ray is not installed: no cluster to try (pip install 'emotion[cluster]')")

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.nightly]  # of Ray's own; and two nodes take a while


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with two_nodes(str(tmp_path_factory.mktemp("nodes"))) as cluster:
        yield cluster


@pytest.fixture
def here(home: Path, nodes: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home whose processes find the cluster, and train with one thread as its nodes do; all are ended afterwards."""
    monkeypatch.setenv("RAY_ADDRESS", nodes.address)
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "1")
    yield home
    for run in runs.list_runs():
        if run.pid and run.pid != psutil.Process().pid:
            psutil.Process(run.pid).kill()


def config(faces: Path, **changes: Any) -> Any:
    return catalogue.config("classic", **{"data": str(faces), "epochs": 3, "batch_size": 16, "seed": 3} | changes)


def told(paths: RunPaths) -> list[dict[str, Any]]:
    """The epochs of a run without their time."""
    return [{name: value for name, value in row.items() if name != "seconds"} for row in read_history(paths).epochs]


def names(paths: RunPaths) -> list[str]:
    """Of the files in a run's folder; not of the locks beside them."""
    return sorted(path.name for path in paths.root.iterdir() if not path.name.startswith("."))


def test_a_run_whose_computer_dies_ends_as_one_that_was_trained_here(here: Path, faces: Path, nodes: Any) -> None:
    own = queue.start(config(faces)).paths
    wait_for_status(own, Status.COMPLETED)
    lent, killed = runs.new_run(config(faces)), list[int]()

    def kill_once(row: dict[str, Any]) -> None:
        if row["event"] == "epoch" and not killed:
            killed.append(row["epoch"])
            kill_node_at_work(nodes)

    away.run(lent, "auto", kill_once)

    assert runs.read_run(lent).status is Status.COMPLETED
    assert killed
    assert told(lent) == told(own)
    assert list(film.read(lent).epochs) == [1, 2, 3]  # type: ignore[union-attr]
    mine, theirs = (files.read_json(paths.report) for paths in (own, lent))
    assert theirs | {"seconds": 0} == mine | {"seconds": 0}
    face = as_batch(np.full((1, 48, 48), 100, np.uint8))
    assert load_model(lent.id).predict(face) == pytest.approx(load_model(own.id).predict(face), abs=1e-6)
    assert names(lent) == names(own)
    assert not trainers()


def test_two_runs_are_trained_at_once_and_a_stop_keeps_what_each_has(here: Path, faces: Path) -> None:
    both = [queue.start(config(faces, epochs=500, seed=seed), on="auto").paths for seed in (1, 2)]

    wait_for(lambda: all(read_history(paths).epochs for paths in both), seconds=600)
    at_work = [runs.read_run(paths) for paths in both]
    for paths in both:
        queue.stop(paths.id)

    assert [(run.status, run.on) for run in at_work] == [(Status.RUNNING, "auto")] * 2
    assert all(run.node for run in at_work)
    for paths in both:
        assert wait_for_status(paths, Status.STOPPED)
        assert load_model(paths.id).info.data == faces.name
        assert paths.last_checkpoint.exists()


def test_a_run_that_waits_for_a_computer_can_be_stopped(here: Path, faces: Path) -> None:
    both = [queue.start(config(faces, epochs=500, seed=seed), on="auto").paths for seed in (1, 2)]
    wait_for(lambda: all(runs.read_run(paths).status.is_active for paths in both), seconds=600)
    third = queue.start(config(faces), on="auto").paths
    wait_for(lambda: runs.read_run(third).pid)

    queue.stop(third.id)

    wait_for_status(third, Status.STOPPED)
    for paths in both:
        queue.stop(paths.id)
        wait_for_status(paths, Status.STOPPED)


def test_a_tuning_loses_no_trial_with_a_computer(here: Path, faces: Path, nodes: Any) -> None:
    vary = {"learning_rate": (1e-4, 1e-2)}
    settings = control.plan(str(faces), "classic", vary=vary, trials=3, trial_epochs=2, jobs=2, on="auto", prune=False)
    paths, ended = folder.new(settings), list[int]()

    def kill_once(trial: Any) -> None:
        if not ended:
            wait_for(trainers, seconds=600)
            kill_node_at_work(nodes)
        ended.append(trial.number)

    assert work.work(paths, tell=kill_once) is TuningState.FINISHED

    assert [trial.state for trial in folder.read(paths).trials] == [TrialState.FINISHED] * 3
