"""Work of some seconds or minutes beside a page: it goes on while the page is left, and is found again by its name.

A task is a command of this program, in a process of its own that outlives the server; or a function, in a thread of
this process, for what needs a model and faces that the server holds already. Each has a folder in the cache,
`tasks/<name>/`, by which every process can follow it. A file has one writer and is replaced whole:

    started.json   who does it, since when; by the one who started it
    told.json      how far it is, at its end what came of it; by the one who does it
    files/         what it was given, such as an upload; removed at its end
    log.txt        what its process has said

The processes of runs and of tunings have folders of their own, which stay: `emotion.runs.queue`, `emotion.tuning`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from emotion.system import disk, files, processes, stored
from emotion.system.errors import EmotionError
from emotion.system.paths import cache_dir
from emotion.system.words import N_

UNEXPECTED = N_("Something went wrong that should not have. {log} says more. Try it again.")
LOST = N_("Its process ended without a word; perhaps the computer was out of memory. Try it again.")
FORGOTTEN = 3600.0  # seconds after which a task that has ended is not remembered any more
TOLD_EVERY = 0.2  # seconds between two words of one task about how far it is
STARTED, TOLD, LOG, GIVEN = "started.json", "told.json", "log.txt", "files"

Tell = Callable[[str, float, float], None]  # what is done, how much of it, of how much

_starting = threading.Lock()  # the server's sessions are threads
_own: Teller | None = None  # of the task that this process was started for


@dataclass(frozen=True)
class Task:
    """A task as it stands at one moment.

    Attributes:
        title: in words, as it was started with.
        what, done, total: what it does now, how much of it, of how much.
        seconds: since it began with that.
        ended: whether it is over, well or not.
        problem: why it failed, one or two sentences; "" while it is at work and when it went well.
        result: what came of it, such as a name; "" for a task that leaves something on the disk only.
    """

    name: str
    title: str
    what: str
    done: float
    total: float
    seconds: float
    ended: bool
    problem: str
    result: str

    @property
    def share(self) -> float:
        """Of what it does now, 0 to 1."""
        return min(max(self.done / self.total, 0.0), 1.0) if self.total > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Of what it does now; None while there is nothing to judge by."""
        return self.seconds / self.share * (1 - self.share) if self.share > 0.02 and self.seconds > 1 else None


@dataclass(frozen=True)
class _Started:
    """`started.json`."""

    title: str
    pid: stored.Pid
    pid_started: processes.Started
    thread: bool
    at: stored.Moment


@dataclass(frozen=True)
class _Told:
    """`told.json`; the fields of a `Task`."""

    at: stored.Moment
    what: str = "starting"
    done: stored.Figure = 0.0
    total: stored.Figure = 0.0
    seconds: stored.Seconds = 0.0
    ended: bool = False
    problem: str = ""
    result: str = ""


class Teller:
    """Says how a task stands; for the one who does it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._began, self._told = folder, time.monotonic(), -TOLD_EVERY
        self._done = self._total = 0.0
        self.result = ""

    def tell(self, what: str, done: float, total: float) -> None:
        """Says how far it is. A count that begins anew is that of something else, and its time is counted anew."""
        now = time.monotonic()
        if total != self._total or done < self._done:
            self._began, self._told = now, -TOLD_EVERY
        self._done, self._total = done, total
        if now - self._told >= TOLD_EVERY:
            self._told = now
            self._write(what=what, done=done, total=total, seconds=now - self._began, ended=False)

    def end(self, problem: str = "") -> None:
        """Says that it is over, and why it failed where it did."""
        shutil.rmtree(self._folder / GIVEN, ignore_errors=True)
        self._write(ended=True, problem=problem, result=self.result)

    @contextlib.contextmanager
    def telling_the_end(self, log: str) -> Iterator[None]:
        """Says how the block ends; what it raises goes on.

        Args:
            log: what says more about an error that nobody foresaw, at the beginning of a sentence.
        """
        problem = UNEXPECTED.format(log=log)
        try:
            with disk.full_in_words(self._folder):
                yield
            problem = ""
        except EmotionError as error:
            problem = str(error)
            raise
        finally:
            self.end(problem)

    def _write(self, **facts: Any) -> None:
        with contextlib.suppress(OSError):  # a full disk, or the cache was deleted: the work itself may go well
            files.write_json(self._folder / TOLD, facts | {"at": time.time()})


def start(name: str, work: Sequence[str] | Callable[[Tell], object], title: str = "") -> None:
    """Starts a task, unless one of that name is at work; returns at once.

    Args:
        name: of the task: what it does and what about.
        work: the words of a command as they stand behind `python -m emotion`, or a function, which is told how to say
            how far it is.
        title: for a person.

    Raises:
        NoRoomError, OutputFolderError: when what tells of it cannot be written; nothing is started then.
    """
    with _starting:
        _forget_old()
        found = find(name)
        if found is not None and not found.ended:
            return
        folder = _folder(name)
        with disk.writing(disk.make_folder(folder)):
            for old in (STARTED, TOLD, LOG):
                (folder / old).unlink(missing_ok=True)
        if callable(work):
            pid, thread = os.getpid(), threading.Thread(target=_do, args=(folder, work), name=name, daemon=True)
        else:
            process = processes.start_command(["--task", str(folder), *work], folder / LOG)
            pid, thread = process.pid, None
        began = processes.started(pid)
        facts = {"title": title, "pid": pid, "pid_started": began, "thread": thread is not None}
        try:
            files.write_json(folder / STARTED, facts | {"at": time.time()})
        except EmotionError:  # nobody would find it
            if thread is None:
                processes.end(pid, began)
            raise
    if thread is not None:
        thread.start()


def _do(folder: Path, work: Callable[[Tell], object]) -> None:
    teller = Teller(folder)
    with contextlib.suppress(EmotionError), teller.telling_the_end(N_("The terminal")):
        work(teller.tell)


@contextlib.contextmanager
def taking_part(folder: str | None) -> Iterator[None]:
    """For a process that may have been started for a task: the block does its work, and how it ends is told.

    Args:
        folder: of the task; None for a process that a person has started.
    """
    global _own
    if folder is None:
        yield
        return
    _own = Teller(Path(folder))
    try:
        with _own.telling_the_end(str(Path(folder) / LOG)):
            yield
    finally:
        _own = None


def own() -> Tell | None:
    """How the task that this process was started for tells how far it is; None where a person has started it."""
    return None if _own is None else _own.tell


def hand_over(result: str) -> None:
    """Gives the one who has started this process for a task what came of it."""
    if _own is not None:
        _own.result = result


def find(name: str) -> Task | None:
    """A task that is at work or has ended within the last hour; None where there is none of that name.

    A file that is damaged, or that another version wrote, counts as missing: the work can be asked for again.
    """
    started = stored.read_or(_folder(name) / STARTED, _Started, None)
    if started is None:
        return None
    # In this order: a process that is gone by now has told all that it had to tell.
    is_there = processes.is_alive(started.pid, started.pid_started)
    if started.thread and not is_there:
        return None  # whatever it had worked out was in the memory of its server
    told = stored.read_or(_folder(name) / TOLD, _Told, _Told(started.at))
    if not (is_there and not told.ended) and not processes.is_fresh(told.at, FORGOTTEN):
        return None
    if not told.ended and not is_there:
        told = replace(told, ended=True, problem=LOST)
    facts = {one.name: getattr(told, one.name) for one in fields(told) if one.name != "at"}
    return Task(name, started.title, **facts)


def list_tasks(beginning: str) -> list[Task]:
    """All tasks whose names begin so, in the order of their names."""
    names = sorted(path.parent.name for path in _folder("").glob(f"{beginning}*/{STARTED}"))
    return [task for name in names if (task := find(name)) is not None]


def given(name: str) -> Path:
    """A folder for what a task is to be given, made before its start.

    Raises:
        NoRoomError, OutputFolderError: when it cannot be made.
    """
    return disk.make_folder(_folder(name) / GIVEN)


def stop(name: str) -> None:
    """Ends the process of a task and forgets it. A function is not stopped: it ends with the server."""
    started = stored.read_or(_folder(name) / STARTED, _Started, None)
    if started is not None and not started.thread:
        processes.end(started.pid, started.pid_started)
    forget(name)


def forget(name: str) -> None:
    """Forgets a task that has ended."""
    shutil.rmtree(_folder(name), ignore_errors=True)


def _forget_old() -> None:
    for path in _folder("").glob(f"*/{STARTED}"):
        if find(path.parent.name) is None:
            forget(path.parent.name)


def _folder(name: str) -> Path:
    """Of a task; a name that cannot be that of a folder, such as one with a path in it, becomes one that can."""
    safe = re.sub(r"[^A-Za-z0-9-]+", "-", name)
    if safe != name:
        safe = f"{safe[:40]}-{hashlib.blake2b(os.fsencode(name), digest_size=8).hexdigest()}"
    return cache_dir() / "tasks" / safe
