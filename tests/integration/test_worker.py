"""Runs as processes: stop, kill, resume, queue, and the warm worker."""

import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import psutil
import pytest
from PIL import Image

from emotion.models.predictor import load_model
from emotion.recipes import catalogue
from emotion.runs import film, queue
from emotion.runs import run as runs
from emotion.runs.history import read_history
from emotion.runs.run import Status
from emotion.system import files, processes
from tests.conftest import command_here, each_night
from tests.waiting import wait_for, wait_for_status

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tiny_recipes")]

LONG = 500  # epochs that no test waits for


@pytest.fixture
def started(home):
    """Runs that a test started; whatever still works afterwards is ended."""
    yield home
    for run in runs.list_runs():
        if run.pid and run.pid != os.getpid():
            psutil.Process(run.pid).kill()


def begin(faces, recipe="tiny", **changes):
    """Starts a run. What begins as a person's does, in a process of its own, knows the recipe `classic` only."""
    settings = {"data": str(faces), "epochs": LONG, "batch_size": 16} | changes
    return queue.start(catalogue.config(recipe, **settings)).paths


def epochs_done(paths):
    return len(read_history(paths).epochs)


def kill(paths):
    pid = runs.read_run(paths).pid
    psutil.Process(pid).send_signal(signal.SIGKILL)
    wait_for(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def run_here(data, traced, **changes):
    """The folder of a run of one epoch, done in this process, which has TensorFlow already."""
    from emotion.training import worker

    paths = runs.new_run(catalogue.config("tiny", data=str(data), epochs=1, batch_size=16, **changes))
    worker.run(paths, traced=traced)
    assert runs.read_run(paths).status is Status.COMPLETED
    return paths


def go_on(paths):
    """Resumes a run, in this process too."""
    from emotion.training import worker

    worker.run(queue.requeue(paths))
    assert runs.read_run(paths).status is Status.COMPLETED


@pytest.fixture
def here(monkeypatch):
    """Runs what a process would be started for within this one, by the same words of the command line."""

    def start(words, log):
        done = command_here(*words)
        assert done.returncode == 0, done.stderr

    monkeypatch.setattr(processes, "start_command", start)


@pytest.fixture(scope="module")
def two(tmp_path_factory, faces):
    """Two runs in a home of their own: one that was stopped after an epoch, and one that waited and then went its way.

    Yields both folders; which runs waited, and which was at work, while the first was.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMOTION_HOME", str(tmp_path_factory.mktemp("home")))
        first, second = begin(faces), begin(faces, epochs=2)
        wait_for(lambda: epochs_done(first) >= 1)
        waiting, at_work = [run.id for run in queue.queue()], queue.active().id
        queue.stop(first.id)
        wait_for_status(first, Status.STOPPED)
        wait_for_status(second, Status.COMPLETED)
        yield first, second, waiting, at_work


def test_a_second_run_waits_for_the_first(two):
    first, second, waiting, at_work = two

    assert waiting == [second.id]
    assert at_work == first.id
    assert runs.read_run(first).status is Status.STOPPED
    assert runs.read_run(second).status is Status.COMPLETED


def test_stop_keeps_a_usable_model(two, faces):
    paths = two[0]

    assert load_model(paths.id).info.data == faces.name
    assert files.read_json(paths.report)["best"]["n"] == 40


def test_a_whole_run_leaves_everything_behind(two):
    paths = two[1]

    report, history = files.read_json(paths.report), read_history(paths)
    assert {"best", "last", "data", "fingerprint", "best_epoch", "seconds"} <= set(report)
    assert report["best"]["n"] == report["last"]["n"] == 40
    assert report["best_epoch"] == history.best["epoch"]
    assert list(film.read(paths).epochs) == [1, 2]
    assert len(report["mistakes"]) == min(6, 40 - round(40 * report["best"]["accuracy"]))
    for picture in (paths.history_picture, paths.samples_picture):
        assert picture.read_bytes().startswith(b"\x89PNG")
    assert load_model(paths.id).info.classes == ("sad", "happy")
    assert not paths.last_checkpoint.exists()


@pytest.mark.usefixtures("begins_cold")
def test_the_first_line_is_written_before_tensorflow_loads(started, faces):
    paths = begin(faces, "classic")

    wait_for(paths.history.exists)
    modules = wait_for(lambda: read_history(paths).phase)

    assert modules in ("starting", "loading data", "loading TensorFlow")


@pytest.mark.usefixtures("begins_cold")
def test_stop_while_loading_ends_at_once_without_a_model(started, faces):
    paths = begin(faces, "classic")
    wait_for(lambda: runs.read_run(paths).status is Status.STARTING)

    queue.stop(paths.id)
    wait_for_status(paths, Status.STOPPED)

    assert epochs_done(paths) == 0
    assert not paths.keras_model.exists()


@pytest.mark.usefixtures("here")
def test_a_stopped_run_goes_on_where_it_was(two, started):
    before = read_history(two[0]).epochs
    paths = runs.RunPaths(shutil.copytree(two[0].root, runs.runs_dir() / two[0].id))
    config = files.read_json(paths.config)
    files.write_json(paths.config, config | {"epochs": len(before) + 1})  # not all 500: one is left

    queue.resume(paths.id)
    wait_for_status(paths, Status.COMPLETED)

    assert epochs_done(paths) == len(before) + 1
    assert read_history(paths).epochs[: len(before)] == before


def test_a_killed_run_is_lost_and_the_next_one_makes_it_usable(started, faces, traced):
    lost = begin(faces)
    wait_for(lambda: lost.keras_model.exists() and epochs_done(lost) >= 1)

    kill(lost)

    assert runs.read_run(lost).status is Status.LOST
    run_here(faces, traced)
    assert load_model(lost.id).info.classes == ("sad", "happy")


@pytest.mark.usefixtures("begins_cold")
@pytest.mark.parametrize("phase", ["loading TensorFlow", *each_night("exporting", "evaluating")])
def test_a_run_that_is_killed_outside_of_training_is_lost_and_goes_on(started, faces, phase):
    paths = begin(faces, "classic", epochs=1)
    wait_for(lambda: read_history(paths).phase == phase)

    kill(paths)

    assert runs.read_run(paths).status is Status.LOST
    assert paths.keras_model.exists() == (phase != "loading TensorFlow")
    go_on(paths)
    assert epochs_done(paths) == 1
    assert load_model(paths.id).info.classes == ("sad", "happy")
    assert "best" in files.read_json(paths.report)


def test_a_waiting_run_leaves_the_queue_when_stopped(started, faces):
    first, second = begin(faces), begin(faces)
    wait_for(lambda: runs.read_run(second).pid)

    queue.stop(second.id)
    wait_for_status(second, Status.STOPPED)

    assert queue.queue() == [] or queue.queue()[0].id == first.id


def test_a_queued_run_whose_process_was_killed_is_started_again(started, faces, monkeypatch):
    monkeypatch.setattr(queue, "GRACE_SECONDS", 0.0)
    paths = runs.new_run(catalogue.config("tiny", data=str(faces), epochs=LONG))

    queue.start_orphans()

    assert wait_for_status(paths, Status.STARTING, Status.RUNNING)


def test_the_warm_worker_takes_the_run_outlives_its_server_and_keeps_what_it_has_when_it_is_terminated(started, faces):
    server = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from emotion import recipes, runs\nfrom emotion.runs import queue as jobs\nimport sys, time\n"
            "jobs.warm_up()\nprint(jobs._warm.pid, flush=True)\ninput()\n"
            "print(jobs.start(recipes.config(data=sys.argv[1], epochs=500)).id, flush=True)",
            str(faces),
        ],
        env=os.environ | {"EMOTION_WARM": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    worker = psutil.Process(int(server.stdout.readline()))
    wait_for(lambda: worker.memory_info().rss > 300e6)  # TensorFlow is there
    out, _ = server.communicate("go\n")
    paths = runs.find_run(out.strip())

    wait_for(lambda: read_history(paths).phase == "training")

    assert server.returncode == 0
    assert runs.read_run(paths).pid == worker.pid
    assert paths.log.exists()

    wait_for(lambda: read_history(paths).epochs)
    worker.terminate()
    wait_for_status(paths, Status.STOPPED)
    assert runs.read_run(paths).has_model


def test_the_idle_warm_worker_ends_with_its_server(started):
    server = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from emotion.runs import queue as jobs\njobs.warm_up()\nprint(jobs._warm.pid, flush=True)\ninput()",
        ],
        env=os.environ | {"EMOTION_WARM": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    worker = psutil.Process(int(server.stdout.readline()))

    server.kill()
    server.communicate()

    wait_for(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)


def test_no_warm_worker_when_it_is_switched_off(started, monkeypatch):
    monkeypatch.setenv("EMOTION_WARM", "0")

    queue.warm_up()

    assert queue._warm is None


def test_a_broken_data_folder_fails_the_run_in_plain_words(started, tmp_path):
    paths = begin(tmp_path / "nowhere")

    wait_for(lambda: runs.read_run(paths).status is Status.FAILED)

    assert runs.read_run(paths).reason.startswith("No folder at")


def diverging(faces, traced, poisoned_after):
    """A run whose weights stop being numbers after that many epochs, as a learning rate that is too high does it."""
    from emotion.training import worker

    model = traced[0]
    paths = runs.new_run(catalogue.config("tiny", data=str(faces), epochs=40, batch_size=16, learning_rate=0.5))

    def poison(row):
        early = row["event"] == "phase" and row["phase"] == "training" and not poisoned_after
        late = row["event"] == "step" and row["epoch"] > poisoned_after > 0
        if early or late:
            bias = model.trainable_variables[-1]
            bias.assign(bias * float("nan"))

    worker.run(paths, poison, traced=traced)
    return paths


def test_a_run_without_bound_keeps_its_best_epoch_and_says_what_to_do(started, faces, traced):
    paths = diverging(faces, traced, poisoned_after=1)

    run = runs.read_run(paths)
    assert run.status is Status.DIVERGED
    kept, reached = files.read_json(paths.report)["best_epoch"], epochs_done(paths) + 1
    assert 1 <= kept < reached
    assert run.reason == (f"The loss grew without bound at epoch {reached}. What it knew after epoch {kept} is kept. "
                          "Lower the learning rate (it was 0.5).")  # fmt: skip
    assert 0 <= load_model(paths.id).predict(np.zeros((1, 48, 48, 1), np.float32))[0, 0] <= 1
    assert "NaN" not in paths.history.read_text(encoding="utf-8")


def test_a_run_without_bound_from_the_start_keeps_nothing(started, faces, traced, monkeypatch):
    from emotion.training import fit

    monkeypatch.setattr(fit, "rewind", lambda model, config: model)  # which would undo the poison
    paths = diverging(faces, traced, poisoned_after=0)

    run = runs.read_run(paths)
    assert run.status is Status.DIVERGED
    assert "There was no whole epoch before, so nothing is kept." in run.reason
    assert not run.has_model
    assert not paths.keras_model.exists()


def test_a_run_whose_test_split_lacks_a_class_is_completed_and_says_so(started, faces, traced, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(faces, data)
    shutil.rmtree(data / "test" / "sad")

    paths = run_here(data, traced)

    assert load_model(paths.id).info.classes == ("sad", "happy")
    said = files.read_json(paths.report)["warning"]
    assert said.startswith("There is no test score. ")
    assert "has no folder for the class 'sad'" in said


def write_noise(data, classes, **counts):
    """A data folder with so many pictures of noise of each class in each split."""
    for split, n in counts.items():
        for label, name in enumerate(classes):
            (data / split / name).mkdir(parents=True)
            for place in range(n):
                noise = np.random.default_rng([label, place, n]).integers(0, 256, (48, 48), dtype=np.uint8)
                Image.fromarray(noise).save(data / split / name / f"{place}.png")


def test_a_run_without_a_test_score_says_what_its_validation_faces_say_against_it(started, traced, tmp_path):
    write_noise(tmp_path / "data", ("happy", "sad"), train=20)

    paths = run_here(tmp_path / "data", traced, classes=("happy", "sad"), learning_rate=1.0)

    said = files.read_json(paths.report)["warning"]
    assert said.startswith("There is no test score. ")
    assert "By its 8 validation faces: " in said


def test_a_test_split_that_lacks_one_of_three_classes_is_scored_on_the_others(started, traced, tmp_path):
    data = tmp_path / "data"
    write_noise(data, ("angry", "happy", "sad"), train=6, test=3)
    shutil.rmtree(data / "test" / "angry")

    paths = run_here(data, traced, classes=("angry", "happy", "sad"))

    report = files.read_json(paths.report)
    assert report["warning"] == "The test has no picture of angry: its score is of the other classes."
    assert (report["best"]["n"], sorted(report["best"]["classes"])) == (6, ["happy", "sad"])
