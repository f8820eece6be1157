"""Tunings as processes: trials are ordinary runs, and a kill at any moment loses nothing that was learned."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from emotion.models.predictor import load_model
from emotion.recipes import catalogue
from emotion.runs import queue
from emotion.runs import run as runs
from emotion.runs.run import Status
from emotion.system.paths import runs_dir
from emotion.tuning import control, folder, work
from emotion.tuning.folder import TuningState
from emotion.tuning.study import TuningStudy
from emotion.tuning.trials import TrialState
from tests.canned_tuning import give_tuning
from tests.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tiny_recipes")]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def started(home):
    """A home; whatever still works in it afterwards is ended."""
    yield home
    for pid in [*tuner_pids(), *(run.pid for run in runs.list_runs())]:
        if pid and pid != os.getpid() and psutil.pid_exists(pid):
            psutil.Process(pid).kill()


def tuner_pids():
    workers = [folder.worker_in(path) for path in folder.tuning_dir().glob("*/workers/*.json")]
    return [worker.pid for worker in workers if worker and folder.is_at_work(worker)]


def plan(faces, **changes):
    vary = {"learning_rate": (1e-4, 1e-2), "shift": (0.0, 0.2)}
    return control.plan(str(faces), "tiny", vary=vary, **{"trial_epochs": 1, "trials": 3} | changes)


def trials(paths):
    return folder.read(paths).trials


def wait_until(condition, paths):
    """Waits for a condition on the trials; a tuning that has failed fails at once, with its log."""

    def look():
        found = folder.read(paths)
        if found.state is TuningState.FAILED:
            raise AssertionError(f"{found.reason}\n{paths.log.read_text(encoding='utf-8')[-2000:]}")
        return condition(found)

    return wait_for(look, seconds=900)


def kill(pids):
    for pid in pids:
        psutil.Process(pid).send_signal(signal.SIGKILL)
    gone = psutil.STATUS_ZOMBIE
    wait_for(lambda: not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != gone for pid in pids))


@pytest.mark.nightly  # by day `unit/test_tuning_work` does it without training
@pytest.mark.parametrize("jobs", [1, 2])
def test_trials_survive_two_kills(started, faces, jobs):
    paths = control.start(plan(faces, trials=2, jobs=jobs)).paths

    # its process is killed, and the run of its first trial goes on
    first = wait_until(lambda found: found.trials and found.trials[0].run, paths)
    wait_for(lambda: runs.read_run(runs.find_run(first)).pid)
    kill(tuner_pids())
    assert folder.read(paths).state is TuningState.LOST
    assert not runs.read_run(runs.find_run(first)).status.has_ended

    # the next process takes it over; then everything is killed, as when the power fails
    control.resume(paths.id)
    second = wait_until(lambda found: len(found.trials) > 1 and found.trials[1].run, paths)
    wait_for(lambda: runs.read_run(runs.find_run(second)).status.is_active)
    kill([*tuner_pids(), runs.read_run(runs.find_run(second)).pid])
    assert runs.read_run(runs.find_run(second)).status is Status.LOST

    # the last process tries the lost values once more, and ends
    assert work.work(paths) is TuningState.FINISHED
    states = [trial.state for trial in trials(paths)]
    assert states == [TrialState.FINISHED, TrialState.LOST, TrialState.FINISHED]
    assert trials(paths)[2].values == trials(paths)[1].values
    for trial in trials(paths):
        if trial.state is TrialState.FINISHED:
            run = runs.read_run(runs.find_run(trial.run))
            assert (run.status, run.config.learning_rate) == (Status.COMPLETED, trial.values["learning_rate"])
            assert load_model(trial.run).info.scores["val_accuracy"] == pytest.approx(trial.value)


def test_a_pruned_trial_leaves_a_stopped_run_with_a_model(started, faces):
    settings = plan(faces, trials=5, trial_epochs=30)
    paths = folder.new(settings)
    study = TuningStudy(paths, settings, "made up")
    for _ in range(4):  # nothing is as good as these
        trial = study.ask()
        trial.report(dict.fromkeys(range(1, 11), 1.0))
        trial.end(TrialState.FINISHED, 1.0)

    assert work.work(paths) is TuningState.FINISHED

    pruned = trials(paths)[4]
    run = runs.read_run(runs.find_run(pruned.run))
    assert (pruned.state, run.status, run.has_model) == (TrialState.PRUNED, Status.STOPPED, True)
    assert pruned.epochs_done < 30


def test_a_wrong_folder_ends_the_tuning_in_plain_words(started, faces, tmp_path, emotion):
    settings = plan(faces)
    gone = settings.from_json(settings.to_json() | {"base": settings.base.to_json() | {"data": str(tmp_path / "gone")}})
    paths = folder.new(gone)

    done = emotion("tune", "--resume", paths.id)

    assert done.returncode == 1
    assert folder.read(paths).reason.startswith("No folder at")
    assert [trial.state for trial in trials(paths)] == [TrialState.FAILED] * 2


def test_the_command_line_lists_and_shows_tunings(home, emotion):
    paths = give_tuning()

    listed, shown = emotion("tune", "--list"), emotion("tune", "--show", "latest")

    assert listed.stdout.split()[:2] == [paths.id, "finished"]
    assert [line.split(":")[0] for line in shown.stdout.splitlines()[:5]] == [f"trial {n}" for n in range(1, 6)]


def test_train_the_best_is_a_run_that_waits_its_turn(started):
    paths = give_tuning()
    with FileLock(runs_dir() / ".lock"):  # something else is being trained
        command = [sys.executable, "-m", "emotion", "tune", "--train-best", paths.id]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        run_id = wait_for(lambda: folder.read(paths).full_run)
        wait_for(lambda: runs.read_run(runs.find_run(run_id)).pid)
        run = runs.read_run(runs.find_run(run_id))
        queue.stop(run_id)
        told, _ = process.communicate()

    best = folder.read(paths).best
    assert told.strip() == run_id
    assert (run.config.epochs, run.config.width) == (catalogue.find("quick").epochs, best.values["width"])


def test_the_command_line_tells_what_cannot_be_varied(home, faces, emotion):
    done = emotion("tune", "--data", faces, "--vary", "colour")

    assert done.returncode == 2
    assert "vary: expected one of learning_rate" in done.stderr
    assert queue.queue() == []
