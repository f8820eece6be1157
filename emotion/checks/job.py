"""A check that runs beside the page: a process of its own, and a small file that tells how far it is.

A check of 32,000 pictures takes 250 MB and every core for some seconds: in the server it would hold up every page.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from emotion.system import StoredFileError, cache_dir, files, processes, stored

CHECK, FACES, LABELS = "check", "faces", "labels"
GRACE_SECONDS = 20.0  # a new process has this long to write its first line
WRITE_EVERY = 0.2  # seconds


@dataclass(frozen=True)
class State:
    """Where a check stands.

    Attributes:
        status: "running", "done", "failed", or "lost" when its process is gone without a word.
        what, done, total: what it does now, how many, of how many.
        error: one or two sentences where it failed.
        seconds: since it began, or that it took.
    """

    status: str
    what: str = ""
    done: int = 0
    total: int = 0
    error: str = ""
    seconds: float = 0.0

    @property
    def share(self) -> float:
        return min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Of what it does now; None while there is nothing to judge by."""
        return self.seconds * (1 - self.share) / self.share if self.share > 0.05 else None


class Writer:
    """Tells how far a check is; used by the process itself."""

    def __init__(self, place: Path) -> None:
        self._place, self._began, self._told = place, time.monotonic(), -WRITE_EVERY
        self._what, self._what_began = "", self._began
        place.parent.mkdir(parents=True, exist_ok=True)
        self._write("running", "starting", 0, 0)

    def tell(self, what: str, done: int, total: int) -> None:
        if what != self._what:
            self._what, self._what_began, self._told = what, time.monotonic(), -WRITE_EVERY
        if time.monotonic() - self._told >= WRITE_EVERY:
            self._told = time.monotonic()
            self._write("running", what, done, total)

    def end(self, error: str = "") -> None:
        self._what_began = self._began
        self._write("failed" if error else "done", "", 0, 0, error)

    def _write(self, status: str, what: str, done: int, total: int, error: str = "") -> None:
        seconds = time.monotonic() - self._what_began
        facts = {"status": status, "what": what, "done": done, "total": total, "error": error,
                 "seconds": seconds, "pid": os.getpid(), "started": processes.started()}  # fmt: skip
        files.write_json(self._place, facts)


def location(root: Path, kind: str) -> Path:
    """The file that tells how far the check of a folder is."""
    digest = hashlib.blake2b(os.fsencode(os.path.realpath(root)), digest_size=8).hexdigest()
    return cache_dir() / "checks" / f"{digest}-{kind}.json"


def start(root: Path, kind: str, *options: str) -> None:
    """Starts a check of a folder, unless one of this kind is at work on it."""
    state = read(root, kind)
    if state is not None and state.status == "running":
        return
    place = location(root, kind)
    place.parent.mkdir(parents=True, exist_ok=True)
    files.write_json(place, {"status": "running", "what": "starting", "asked": time.time()})
    which = [] if kind == CHECK else [f"--{kind}"]
    arguments = ["-m", "emotion", "check", str(root), *which, *options, "--progress", str(place)]
    processes.spawn(arguments, stdin=subprocess.DEVNULL, output=subprocess.DEVNULL)


def read(root: Path, kind: str) -> State | None:
    """Where the last check of this kind stands; None where there was none."""
    try:
        said = stored.read(location(root, kind), _Told)
    except StoredFileError:
        return None  # where it is damaged, a check can be asked for again
    status: str = said.status
    if status == "running" and not _is_there(said):
        status = "lost"
    return State(status, said.what, said.done, said.total, said.error, said.seconds)


@dataclass(frozen=True)
class _Told:
    """The file that tells how far a check is: first written by who asks for it, then by its process."""

    status: Literal["running", "done", "failed"]
    what: str = ""
    done: stored.Number = 0
    total: stored.Number = 0
    error: str = ""
    seconds: stored.Seconds = 0.0
    pid: stored.Pid | None = None
    started: processes.Started | None = None
    asked: stored.Moment | None = None


def _is_there(said: _Told) -> bool:
    if said.pid is not None and said.started is not None:
        return processes.is_alive(said.pid, said.started)
    return said.asked is not None and processes.is_fresh(said.asked, GRACE_SECONDS)
