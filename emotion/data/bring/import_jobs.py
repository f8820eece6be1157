"""Imports at work for the page: it starts one, can be left, and finds it again.

An import is a process of its own (`python -m emotion data … --follow`), which says how far it is in lines of JSON. In a
thread of the server it would have to ask for Python's one lock six times a file, and take minutes beside busy pages.
When the server ends, its imports end too; nothing half-made is left behind (`emotion.data.bring.staging`).
"""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from emotion.data import registry
from emotion.data.bring import staging
from emotion.data.bring.layout import Options
from emotion.data.class_names import safe_name
from emotion.system import processes

if TYPE_CHECKING:
    from emotion.data.registry import DataSet


UNEXPECTED = "Something went wrong that should not have. The terminal says more. Nothing was brought in."
FORGOTTEN = 3600.0  # seconds after which an ended import is shown no more
SURE_AFTER = 1.0  # seconds of a phase after which its end can be guessed
FOLLOW = "--follow"

_jobs: dict[int, Job] = {}
_numbers = itertools.count(1)
_lock = threading.Lock()


@dataclass
class Job:
    """One import, as its process told last.

    Attributes:
        title: what is brought in, in words.
        what, done, total: where it stands.
        record: the data set, at the end.
        problem: why it did not come, at the end.
        ended: whether it has come to its end, a monotonic time; None while it is at work.
    """

    number: int
    title: str
    process: subprocess.Popen[str]
    what: str = "Starting"
    done: int = 0
    total: int = 1
    record: DataSet | None = None
    problem: str = ""
    phase_began: float = field(default_factory=time.monotonic)
    ended: float | None = None
    is_stopped: bool = False

    def tell(self, what: str, done: int, total: int) -> None:
        """Takes in how far it is."""
        if what != self.what:
            self.phase_began = time.monotonic()
        self.what, self.done, self.total = what, done, max(total, 1)

    @property
    def share(self) -> float:
        return min(1.0, self.done / self.total)

    @property
    def seconds_left(self) -> float | None:
        """Of this phase; None while that cannot be told."""
        seconds = time.monotonic() - self.phase_began
        return seconds / self.done * (self.total - self.done) if self.done and seconds > SURE_AFTER else None


def add(source: str | BinaryIO, name: str, title: str, options: Options | None = None) -> Job:
    """Starts to bring in a path or an upload, and returns at once.

    Args:
        source: what the person has typed, or an upload; that is written to the disk first.
        name: of the data set; "" makes one.
        title: the name of the file, or what the person has typed.

    Raises:
        NoRoomError, CannotWriteError: when an upload cannot be written.
    """
    options = options or Options()
    words = [f"--name={name}", f"--share={options.share}", f"--seed={options.seed}", f"--test={options.test}",
             f"--code-page={options.code_page}", f"--labels={options.labels.file}",
             f"--file-column={options.labels.file_column}", f"--label-column={options.labels.label_column}",
             f"--label-pattern={options.labels.pattern}"]  # fmt: skip
    words += [f"--leave-out={name}" for name in options.leave_out]
    if isinstance(source, str):
        return _start(title, ["add", *words, "--", source])
    scratch = staging.scratch()
    path = scratch / safe_name(title)
    with staging.told(scratch), path.open("wb") as file:
        source.seek(0)
        shutil.copyfileobj(source, file, 2**20)
    return _start(title, ["add", *words, "--", str(path)], scratch)


def get_fer2013(name: str) -> Job:
    """Starts the download of FER-2013, whose terms the person has accepted."""
    return _start("FER-2013", ["get-fer2013", "--accept", f"--name={name}"])


def _start(title: str, words: list[str], scratch: Path | None = None) -> Job:
    verb, *rest = words
    process = subprocess.Popen(
        [sys.executable, "-m", "emotion", "data", verb, FOLLOW, *rest],
        cwd=processes.folder(),
        env=processes.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,  # Ctrl-C in the server's terminal ends the server, and by that this
    )
    with _lock:
        job = Job(next(_numbers), title, process)
        _jobs[job.number] = job
    threading.Thread(target=_follow, args=(job, scratch), name=f"import-{job.number}", daemon=True).start()
    return job


def _follow(job: Job, scratch: Path | None) -> None:
    """Takes in what the process says until it ends, and clears up behind it."""
    with job.process:
        for line in job.process.stdout or ():
            _take(job, line)
    if scratch:
        shutil.rmtree(scratch, ignore_errors=True)
    staging.sweep()
    if job.is_stopped:
        dismiss(job.number)
    elif job.record is None and not job.problem:
        job.problem = UNEXPECTED
    job.ended = time.monotonic()


def _take(job: Job, line: str) -> None:
    try:
        told = json.loads(line)
    except ValueError:  # a library has printed something
        return
    if "name" in told:
        job.record = registry.find(told["name"])
    elif "problem" in told:
        job.problem = told["problem"]
    elif "what" in told:
        job.tell(told["what"], told["done"], told["total"])


def list_jobs() -> list[Job]:
    """All imports that are at work or have ended and not been dismissed, the oldest first."""
    with _lock:
        now = time.monotonic()
        for number in [number for number, job in _jobs.items() if job.ended and now - job.ended > FORGOTTEN]:
            del _jobs[number]
        return list(_jobs.values())


def stop(number: int) -> None:
    """Stops an import; nothing of it stays."""
    if job := _jobs.get(number):
        job.is_stopped = True
        job.process.terminate()


def dismiss(number: int) -> None:
    """Shows an import that has ended no more."""
    with _lock:
        _jobs.pop(number, None)
