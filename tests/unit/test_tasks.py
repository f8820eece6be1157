"""Work beside a page: in a thread and in a process of its own, while it goes on, at its end, and when it dies."""

from __future__ import annotations

import dataclasses
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from emotion.checks import CHECK, FACES, check, job
from emotion.system import DecisionError, Task, files, processes, tasks
from tests import planted_data
from tests.waiting import wait_for

pytestmark = pytest.mark.usefixtures("home")


def ended(name: str) -> Task:
    return wait_for(lambda: task if (task := tasks.find(name)) and task.ended else None)


@pytest.fixture
def child(home: Path) -> Callable[..., None]:
    """A process of a task as the task's folder tells of it, this one or one that is gone; and what it told last."""

    def write(pid: int = os.getpid(), at: float | None = None, thread: bool = False, **told: object) -> None:
        folder = home / ".cache" / "tasks" / "one"
        folder.mkdir(parents=True)
        started = {
            "title": "",
            "pid": pid,
            "pid_started": processes.started(pid),
            "thread": thread,
            "at": at or time.time(),
        }
        files.write_json(folder / tasks.STARTED, started)
        if told:
            files.write_json(folder / tasks.TOLD, told | {"at": at or time.time()})

    return write


GONE = 2**22 + 1  # no process has this number


def test_is_found_again_by_its_name() -> None:
    go_on = threading.Event()

    tasks.start("one", lambda tell: (tell("half way", 1, 2), go_on.wait(10)), "One")

    task = wait_for(lambda: now if (now := tasks.find("one")) and now.share == 0.5 else None)
    assert (task.title, task.what, task.ended) == ("One", "half way", False)
    go_on.set()
    assert ended("one").problem == ""


def test_is_started_once_only() -> None:
    go_on, started = threading.Event(), []

    tasks.start("one", lambda tell: (started.append(1), go_on.wait(10)))
    tasks.start("one", lambda tell: started.append(2))

    go_on.set()
    ended("one")
    assert started == [1]


def test_can_be_started_anew_when_it_has_ended() -> None:
    started: list[int] = []
    tasks.start("one", lambda tell: started.append(1))
    ended("one")

    tasks.start("one", lambda tell: started.append(2))

    ended("one")
    assert started == [1, 2]


def test_any_name_is_found_again_and_lies_in_the_cache(home: Path) -> None:
    for name in ("of ../../a model", "of ../../b model"):
        tasks.start(name, lambda tell: None, name)

    assert [ended(name).title for name in ("of ../../a model", "of ../../b model")] == [
        "of ../../a model",
        "of ../../b model",
    ]
    assert [path.name for path in home.iterdir()] == [".cache"]


def test_tells_a_failure_in_plain_words() -> None:
    def fail(tell: tasks.Tell) -> None:
        raise DecisionError("room", "none")

    tasks.start("one", fail)

    assert ended("one").problem == str(DecisionError("room", "none"))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_says_something_even_of_a_failure_that_nobody_foresaw() -> None:
    tasks.start("unforeseen", lambda tell: int("no number"))

    wait_for(lambda: "unforeseen" not in {thread.name for thread in threading.enumerate()})
    assert "The terminal says more" in ended("unforeseen").problem


@pytest.mark.parametrize(("done", "share"), [(-1.0, 0.0), (0.3, 0.3), (2.0, 1.0)])
def test_a_share_stays_between_nothing_and_all(child: Callable[..., None], done: float, share: float) -> None:
    child(done=done, total=1.0)

    task = tasks.find("one")

    assert task is not None
    assert task.share == share


def test_guesses_the_time_left_from_the_time_gone(child: Callable[..., None]) -> None:
    child(done=25, total=100, seconds=10.0)

    task = tasks.find("one")

    assert task is not None
    assert task.seconds_left == pytest.approx(30)
    assert dataclasses.replace(task, seconds=0.5).seconds_left is None


def test_a_count_that_begins_anew_has_a_time_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    teller, seconds = tasks.Teller(tmp_path), []

    for moment, done, total in ((101, 0, 10), (105, 5, 10), (107, 0, 10), (108, 1, 20), (110, 2, 20)):
        now[0] = moment
        teller.tell("", done, total)
        seconds.append(files.read_json(tmp_path / tasks.TOLD)["seconds"])

    assert seconds == [0, 4, 0, 0, 2]


def test_what_was_told_a_moment_ago_is_not_written_again(tmp_path: Path) -> None:
    teller = tasks.Teller(tmp_path)

    for done in range(50):
        teller.tell("", done, 50)

    assert files.read_json(tmp_path / tasks.TOLD)["done"] < 49


@pytest.mark.parametrize("pid", [os.getpid(), GONE], ids=["told", "lost"])
def test_forgets_what_ended_long_ago(child: Callable[..., None], pid: int) -> None:
    child(pid, at=time.time() - 2 * tasks.FORGOTTEN, ended=pid != GONE)

    assert tasks.find("one") is None


def test_a_long_task_is_not_forgotten_while_it_is_at_work(child: Callable[..., None]) -> None:
    child(at=time.time() - 2 * tasks.FORGOTTEN, what="reading", done=1, total=2)

    assert tasks.find("one") is not None


def test_what_is_forgotten_leaves_the_disk_at_the_next_start(home: Path, child: Callable[..., None]) -> None:
    child(GONE, at=time.time() - 2 * tasks.FORGOTTEN)

    tasks.start("two", lambda tell: None)

    ended("two")
    assert [path.name for path in (home / ".cache" / "tasks").iterdir()] == ["two"]


def test_a_task_whose_process_is_gone_is_told_as_lost(child: Callable[..., None]) -> None:
    child(GONE, what="reading pictures", done=1, total=2, ended=False)

    task = tasks.find("one")

    assert task is not None
    assert (task.ended, task.problem) == (True, tasks.LOST)


def test_a_thread_that_has_gone_with_its_server_is_forgotten(child: Callable[..., None]) -> None:
    child(GONE, thread=True)

    assert tasks.find("one") is None


def test_a_damaged_file_tells_nothing(home: Path, child: Callable[..., None]) -> None:
    child(done="half")
    task = tasks.find("one")
    (home / ".cache" / "tasks" / "one" / tasks.STARTED).write_text("{", encoding="utf-8")

    assert task is not None
    assert (task.what, task.ended) == ("starting", False)
    assert tasks.find("one") is None


def test_a_full_disk_does_not_end_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []

    def work(tell: tasks.Tell) -> None:
        monkeypatch.setattr(files, "write_json", full)
        tell("half way", 1, 2)
        done.append(1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    tasks.start("one", work)

    wait_for(lambda: done)


def test_an_ordinary_command_tells_no_task() -> None:
    with tasks.taking_part(None):
        assert tasks.own() is None
        tasks.hand_over("nobody")


def test_a_process_tells_how_far_it_is_and_what_came_of_it(tmp_path: Path) -> None:
    with tasks.taking_part(str(tmp_path)):
        tell = tasks.own()
        assert tell is not None
        tell("reading", 1, 2)
        before = files.read_json(tmp_path / tasks.TOLD)
        tasks.hand_over("mine")

    after = files.read_json(tmp_path / tasks.TOLD)
    assert (before["what"], before["ended"]) == ("reading", False)
    assert (after["ended"], after["problem"], after["result"]) == (True, "", "mine")
    assert tasks.own() is None


def test_a_process_tells_where_more_is_said_of_a_failure_that_nobody_foresaw(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="nobody"), tasks.taking_part(str(tmp_path)):
        raise KeyError("nobody")

    assert str(tmp_path / "log.txt") in files.read_json(tmp_path / tasks.TOLD)["problem"]


def test_a_started_check_leaves_its_outcome(home: Path) -> None:
    root = planted_data.write_clean(home / "data")
    planted_data.twins(root)

    job.start(root, CHECK)

    assert ended(job.task_name(root, CHECK)).problem == ""
    report = check.last_report(root)
    assert report is not None
    assert report.find("twins") is not None


def test_a_check_that_cannot_begin_says_why(home: Path) -> None:
    (home / "empty").mkdir()

    job.start(home / "empty", CHECK)

    assert "has no train/ folder" in ended(job.task_name(home / "empty", CHECK)).problem


def test_each_kind_of_check_is_a_task_of_its_own(home: Path) -> None:
    assert job.task_name(home, CHECK) != job.task_name(home, FACES)


def test_a_process_that_is_killed_is_told(home: Path) -> None:
    tasks.start("one", ["data", "add", str(home), "--name", "mine"])
    psutil.Process(files.read_json(home / ".cache" / "tasks" / "one" / tasks.STARTED)["pid"]).kill()

    assert ended("one").problem == tasks.LOST
