"""What was read from the folders of runs, kept for as long as their files stay as they were.

A file is known by its time, its size and its number on the disk (`os.replace` gives a new one). Asking for these costs
a few microseconds; opening, reading and checking the JSON of a run costs a hundred times as much.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from emotion.system import is_folder

# Two writes within one tick of the disk's clock can leave the same time, size and number. Ticks are at most 2 s long
# (FAT), so a file is trusted only once it is older than that when it is read.
SETTLED_SECONDS = 2.0
MOST = 10_000  # folders that one index remembers; a run takes about 2 kB

T = TypeVar("T")
_Mark = tuple[int, int, int]  # time of the last change in nanoseconds, bytes, number on the disk
_Marks = tuple[_Mark | None, ...]  # of each file, None for one that is missing


class Index(Generic[T]):
    """Values by the folder that they were read from. Any number of threads may ask at once.

    What is handed out is shared by all who ask: it must not be changed.
    """

    def __init__(self, names: tuple[str, ...], read: Callable[[Path], tuple[T, bool]]) -> None:
        """
        Args:
            names: of the files in a folder on which its value depends, and on nothing else.
            read: gives the value of a folder, and whether it may be kept: False after an error that may pass though no
                file changes, such as too many open files.
        """
        self._endings = tuple(f"/{name}" for name in names)
        self._read = read
        self._kept: dict[str, tuple[_Marks, T]] = {}
        self._guard = threading.Lock()

    def get(self, folder: str) -> T:
        """The value of a folder as its files are now; they are opened only when one of them has changed."""
        now = time.time()
        marks = self._marks(folder)  # before reading: a file that changes meanwhile is read again next time
        kept = self._kept.get(folder)
        if kept is not None and kept[0] == marks:
            return kept[1]
        value, certain = self._read(Path(folder))
        with self._guard:
            self._kept.pop(folder, None)
            if certain and _newest(marks) < now - SETTLED_SECONDS:
                self._kept[folder] = (marks, value)
                while len(self._kept) > MOST:
                    del self._kept[next(iter(self._kept))]
        return value

    def _marks(self, folder: str) -> _Marks:
        marks: list[_Mark | None] = []
        for ending in self._endings:  # most of a listing's time is spent here
            try:
                facts = os.stat(folder + ending)
            except OSError:
                marks.append(None)
            else:
                marks.append((facts.st_mtime_ns, facts.st_size, facts.st_ino))
        return tuple(marks)


def _newest(marks: _Marks) -> float:
    """When the youngest of the files was changed, seconds since 1970; 0 without a file."""
    return max((mark[0] / 1e9 for mark in marks if mark is not None), default=0.0)


def folders(directory: Path) -> list[str]:
    """The paths of the folders in a folder, in no order, but those that a dot hides; none where there is no folder."""
    try:
        with os.scandir(directory) as entries:
            return [entry.path for entry in entries if entry.name[0] != "." and is_folder(entry)]
    except OSError:
        return []
