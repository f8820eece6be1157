"""Whether a process is still there, whatever happens to the clock."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from emotion.data.bring import staging
from emotion.recipes import TrainingConfig, catalogue
from emotion.runs import Status, list_runs, new_run, queue, read_run, write_status
from emotion.system import files, processes, tasks
from emotion.tuning import folder
from emotion.tuning.control import SEEN_EVERY, Attendance
from emotion.tuning.folder import TuningState
from emotion.tuning.trials import Settings

HOUR = 3600.0
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere psutil's time of creation is all there is")


@pytest.fixture
def move_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock: Linux then moves the time of boot along, from which psutil counts."""

    def move(seconds: float) -> None:
        boot, now = psutil.boot_time(), time.time
        monkeypatch.setattr("psutil._pslinux.boot_time", lambda: boot + seconds)
        monkeypatch.setattr(time, "time", lambda: now() + seconds)

    return move


@pytest.fixture
def tuning(home: Path) -> folder.TuningPaths:
    return folder.new(Settings(catalogue.config("quick"), {"shift": (0.0, 0.2)}))


@on_linux
@pytest.mark.parametrize("seconds", [2.0, -2.0, HOUR, -HOUR])
def test_a_run_at_work_is_not_lost_when_the_clock_moves(
    home: Path, move_clock: Callable[[float], None], seconds: float
) -> None:
    paths = new_run(TrainingConfig())
    queue.claim(paths, Status.RUNNING)

    move_clock(seconds)

    assert read_run(paths).status is Status.RUNNING
    assert [run.pid for run in list_runs()] == [os.getpid()]


@on_linux
def test_a_tuning_at_work_is_not_lost_when_the_clock_moves(
    tuning: folder.TuningPaths, move_clock: Callable[[float], None]
) -> None:
    Attendance(tuning)

    move_clock(2.0)

    assert folder.read(tuning).state is TuningState.RUNNING


@on_linux
def test_a_task_at_work_is_not_lost_when_the_clock_moves(home: Path, move_clock: Callable[[float], None]) -> None:
    go_on = threading.Event()
    tasks.start("one", lambda tell: go_on.wait(60))

    move_clock(2.0)

    task = tasks.find("one")
    go_on.set()
    assert task is not None
    assert not task.ended


@on_linux
def test_an_import_at_work_is_not_swept_away_when_the_clock_moves(
    home: Path, move_clock: Callable[[float], None]
) -> None:
    with staging.place("mine") as part:
        move_clock(2.0)

        assert staging.sweep() == 0
        assert part.is_dir()


@on_linux
def test_a_process_of_an_earlier_start_of_the_machine_is_gone() -> None:
    ticks = str(processes.started()).rpartition("-")[2]

    assert not processes.is_alive(os.getpid(), f"00000000-0000-4000-8000-000000000000-{ticks}")


@on_linux
def test_a_later_process_with_the_same_number_is_another() -> None:
    boot, _, ticks = str(processes.started()).rpartition("-")

    assert processes.is_alive(os.getpid(), f"{boot}-{ticks}")
    assert not processes.is_alive(os.getpid(), f"{boot}-{int(ticks) + 1}")


@on_linux
def test_a_program_may_have_any_name() -> None:
    names_itself = "open('/proc/self/comm', 'w').write(') Z 1 (')"
    tells = "from emotion.system import processes; print(processes.started(), flush=True)"
    child = subprocess.Popen(
        [sys.executable, "-c", f"{names_itself}; {tells}; input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    started = child.stdout.readline().strip()

    assert processes.is_alive(child.pid, started)

    child.kill()
    while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    zombie = processes.is_alive(child.pid, started)
    child.communicate()
    assert not zombie
    assert not processes.is_alive(child.pid, started)


def test_a_file_of_an_earlier_version_is_still_understood(home: Path) -> None:
    paths = new_run(TrainingConfig())
    write_status(paths, Status.RUNNING, pid=os.getpid(), pid_started=psutil.Process().create_time())

    assert read_run(paths).status is Status.RUNNING


def test_a_folder_of_an_earlier_version_is_still_understood(home: Path) -> None:
    own = home / "datasets" / f".0a1b2c3d.{os.getpid()}.{psutil.Process().create_time():.0f}.part"
    own.mkdir(parents=True)

    assert staging.sweep() == 0


def test_without_proc_a_process_is_known_by_its_time_of_creation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_PROC", tmp_path)

    started = processes.started()

    assert started == psutil.Process().create_time()
    assert processes.is_alive(os.getpid(), started)


@pytest.mark.parametrize(
    ("age", "fresh"), [(0.0, True), (9.0, True), (11.0, False), (-1.0, True), (-4.0, False), (-HOUR, False)]
)
def test_only_what_lies_shortly_before_now_is_fresh(age: float, fresh: bool) -> None:
    assert processes.is_fresh(time.time() - age, 10.0) is fresh


def test_a_run_that_was_queued_in_the_future_gets_its_process_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []
    monkeypatch.setattr(processes, "start_command", lambda words, log: begun.append(log.parent.name))
    paths = new_run(TrainingConfig())
    write_status(paths, Status.QUEUED, queued=time.time() + HOUR)

    queue.start_orphans()
    queue.start_orphans()

    assert begun == [paths.id]


def test_a_tuning_whose_start_lies_in_the_future_has_not_begun(tuning: folder.TuningPaths) -> None:
    tuning.starting.touch()
    os.utime(tuning.starting, (time.time() + HOUR,) * 2)

    assert folder.read(tuning).state is TuningState.FAILED


def test_a_process_elsewhere_that_was_seen_in_the_future_does_not_count(tuning: folder.TuningPaths) -> None:
    worker = replace(Attendance(tuning).worker, host="elsewhere")

    assert not folder.is_at_work(replace(worker, seen=time.time() + HOUR))


def test_a_process_says_at_once_that_it_is_there_when_the_clock_was_put_back(tuning: folder.TuningPaths) -> None:
    attendance = Attendance(tuning)
    attendance.worker = replace(attendance.worker, seen=time.time() + SEEN_EVERY + HOUR)

    attendance.seen()

    assert files.read_json(attendance.path)["seen"] <= time.time()


@pytest.mark.parametrize("enabled", [True, False])
def test_while_modules_load_nothing_is_looked_through_and_what_is_there_is_left_out_from_then_on(enabled: bool) -> None:
    before, was_enabled = gc.get_freeze_count(), gc.isenabled()
    try:
        gc.enable() if enabled else gc.disable()
        with processes.loading_modules():
            within, loaded = gc.isenabled(), [[number] for number in range(1000)]
        assert (within, gc.isenabled()) == (False, enabled)
        assert gc.get_freeze_count() >= before + len(loaded)
    finally:
        gc.enable() if was_enabled else gc.disable()
