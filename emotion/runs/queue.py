"""Starting, queueing and stopping the processes that train.

A job is the process of a run. Each queued run has a process that waits for the lock of `runs/`; the oldest takes
it when it is free, and the operating system gives it back when its holder ends, however it ends. A queued run whose
process was killed is given a new one by whoever notices: a worker at its end, a page, the command line.

There is one such place to train at. The trials of a tuning that wants several at once are given more of them.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil
from filelock import FileLock, Timeout

from emotion.runs import run as runs
from emotion.runs.run import Status
from emotion.system import N_, RunError, _, disk, files, processes, runs_dir

if TYPE_CHECKING:
    from emotion.recipes import TrainingConfig
    from emotion.runs.run import Run, RunPaths


POLL_SECONDS = 0.2
GRACE_SECONDS = 10.0  # a new process has this long to say that it waits for its run
LEFT_QUEUE = N_("It was taken out of the queue before it began.")
LOCK = ".lock"  # of the first place; those of the others are called .lock-2, .lock-3 …
PLACES, MOST_PLACES = "places", 256  # the word in status.json for how many a run may choose from
RUN_NEEDS_BYTES = 3 * 2**29  # that the process of a run takes, with the pictures of FER-2013
WARM_NEEDS_BYTES = 2 * 2**30  # the warm worker holds 730 MB; below this much free memory there is none

_started: dict[str, float] = {}  # run id → when this process last started one for it, on a clock that nobody sets
_warm: subprocess.Popen[bytes] | None = None
_guard = threading.Lock()  # the server's sessions are threads


def cluster() -> str:
    """The cluster that runs may be given to on the pages: the variable `EMOTION_CLUSTER`, where Ray is installed.

    Returns:
        "auto", ray://host:10001, or "" for none.
    """
    named = os.environ.get("EMOTION_CLUSTER", "")
    return named if named and importlib.util.find_spec("ray") else ""  # the search takes time in each rerun of a page


def active(*, here: bool = False) -> Run | None:
    """The run that is being trained now, if any.

    Args:
        here: leaves out those that a cluster trains: no other run waits for them.
    """
    return next((run for run in runs.list_runs() if run.status.is_active and not (here and run.on)), None)


def queue() -> list[Run]:
    """The runs that wait their turn on this computer, oldest first."""
    return [run for run in _queued() if not run.on]


def _queued() -> list[Run]:
    waiting = [run for run in runs.list_runs() if run.status is Status.QUEUED]
    return sorted(waiting, key=lambda run: (run.queued, run.id))


def claim(paths: RunPaths, status: Status) -> bool:
    """Says that this process is the one at work (or waiting its turn) for the run.

    Returns:
        False where another process is at work for it, from which nothing is taken: a run is given a second process
        when its first one was slow to say that it is there.
    """

    def is_taken() -> bool:
        run = runs.read_run(paths)
        return run.status.is_active and run.pid != os.getpid()

    return runs.write_status(paths, status, is_taken, **processes.me())


@contextmanager
def turn(paths: RunPaths, on_wait: Callable[[int], None] = lambda ahead: None) -> Iterator[bool]:
    """Waits until this process may train its run; the body runs with the lock held.

    Args:
        paths: a queued run.
        on_wait: is called with the number of runs ahead whenever that changes.

    Yields:
        True when it is this process's turn; False when the run was stopped while it waited, or another process
        has taken it over.
    """
    waits = claim(paths, Status.QUEUED)
    locks, told = _locks(paths), 0
    while waits and _still_ours(paths):
        line = queue()
        ahead = _ahead(paths, line)
        if ahead == 0 and (lock := _acquired(locks)):
            try:
                yield _still_ours(paths)
            finally:
                lock.release()
            return
        waiting = max(ahead, 1)
        if waiting != told:
            on_wait(waiting)
            told = waiting
        start_orphans(line)
        time.sleep(POLL_SECONDS)
    yield False


def _still_ours(paths: RunPaths) -> bool:
    said = files.read_json(paths.status)
    if said.get("status") != Status.QUEUED or said.get("pid") != os.getpid():
        return False
    if paths.stop.exists():
        runs.write_status(paths, Status.STOPPED, reason=LEFT_QUEUE)
        return False
    return True


def _ahead(paths: RunPaths, line: list[Run]) -> int:
    """How many runs of the queue come first: those queued earlier (a run outside `runs/` waits for the lock alone)."""
    ids = [run.id for run in line]
    return ids.index(paths.id) if paths.id in ids else 0


def _locks(paths: RunPaths) -> list[FileLock]:
    """Of the places that a run may take, the first of them last: it is the only one for all other runs."""
    given, folder = files.read_json(paths.status).get(PLACES), disk.make_folder(runs_dir())
    places = given if type(given) is int and 1 <= given <= MOST_PLACES else 1
    names = [LOCK, *(f"{LOCK}-{number}" for number in range(2, places + 1))]
    return [FileLock(folder / name, thread_local=False) for name in reversed(names)]


def _acquired(locks: list[FileLock]) -> FileLock | None:
    """The first lock that is free, which is taken; None where there is none."""
    for lock in locks:
        with contextlib.suppress(Timeout):
            lock.acquire(timeout=0)
            return lock
    return None


def start(config: TrainingConfig, places: int = 1, on: str = "") -> Run:
    """Makes a new run and starts its process, the warm one where there is one. Returns at once.

    Args:
        config: what is asked for.
        places: how many such runs may be trained at once, 1 to 256; beside all others, which wait for the first place.
        on: the cluster that is to train it, which waits for no place here: "auto" or ray://host:10001.
    """
    paths = runs.new_run(config)
    if places > 1 or on:
        runs.write_status(paths, Status.QUEUED, **{PLACES: places, "on": on})
    return _launch(paths)


def resume(reference: str) -> Run:
    """Goes on with a run that was stopped, lost or failed, from its last whole epoch.

    Raises:
        RunMissingError, RunError
    """
    return _launch(requeue(runs.find_run(reference)))


def requeue(paths: RunPaths, on: str | None = None) -> RunPaths:
    """Puts an unfinished run back into the queue, behind the others.

    Args:
        paths: of the run.
        on: the cluster that is to go on with it, "" for this computer; None: where it was before.

    Raises:
        RunError: when it is at work, queued or completed.
    """
    run = runs.read_run(paths)
    if run.status not in (Status.STOPPED, Status.LOST, Status.FAILED):
        raise RunError.in_state(run.id, str(run.status), _("a run that was stopped, lost or failed, to go on with it"))
    with disk.writing(paths.root):
        paths.stop.unlink(missing_ok=True)
    where = run.on if on is None else on
    runs.write_status(paths, Status.QUEUED, pid=None, reason="", queued=time.time(), on=where, node="", **{PLACES: 1})
    return paths


def stop(reference: str) -> Run:
    """Asks a run to stop and keep what it has; one that waits leaves the queue. Does nothing to an ended one."""
    paths = runs.find_run(reference)
    if not runs.read_run(paths).status.has_ended:
        runs.request_stop(paths)
    return runs.read_run(paths)


def export(reference: str) -> None:
    """Starts a process that makes a lost run's best weights usable; its `model.tflite` appears in a few seconds."""
    paths = runs.find_run(reference)
    processes.start_command(["export", str(paths.root)], paths.log)


def start_orphans(line: list[Run] | None = None) -> None:
    """Gives a process to queued runs that have none. Cheap: pages call it whenever they show the queue.

    Args:
        line: the queue, for a caller who has just asked for it; None asks, also for runs that wait for a cluster.
    """
    for run in _queued() if line is None else line:
        just_started = time.monotonic() - _started.get(run.id, -GRACE_SECONDS) < GRACE_SECONDS
        if run.pid is None and not just_started and not processes.is_fresh(run.queued, GRACE_SECONDS):
            _launch(run.paths)


def _launch(paths: RunPaths) -> Run:
    with _guard:
        _started[paths.id] = time.monotonic()
        if runs.read_run(paths).on or not _hand_to_warm_worker(paths):
            processes.start_command(["train", "--run-dir", str(paths.root)], paths.log)
    return runs.read_run(paths)


def warm_up() -> None:
    """Starts the warm worker: a process that has TensorFlow ready when someone presses Train.

    At most one a server, only while nothing is trained, not with `EMOTION_WARM=0` nor with less than 2 GB of
    memory free. It ends by itself when this process does.
    """
    global _warm
    with _guard:
        if _warm is not None and _warm.poll() is None:
            return
        enough = psutil.virtual_memory().available >= WARM_NEEDS_BYTES
        if os.environ.get("EMOTION_WARM") == "0" or not enough:
            return
        if not all(run.status.has_ended for run in runs.list_runs()):
            return
        _warm = processes.spawn(["-m", "emotion.training.worker"], stdin=subprocess.PIPE)


def _hand_to_warm_worker(paths: RunPaths) -> bool:
    global _warm
    worker, _warm = _warm, None
    if worker is None or worker.poll() is not None or worker.stdin is None:
        return False
    try:
        worker.stdin.write(json.dumps({"run_dir": str(paths.root)}).encode() + b"\n")
        worker.stdin.close()
    except OSError:
        return False
    return True
