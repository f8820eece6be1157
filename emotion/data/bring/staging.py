"""A place for data that is being brought in: hidden until it is whole, gone when it is given up.

The place is a folder `datasets/.<token>.<pid>.<start>.part`. What is finished in it is moved to its name in one step.
A process that was killed leaves its folder behind; the next one that looks (`sweep`) sees that its owner is gone and
removes it.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from emotion.data import registry
from emotion.system import DataError, _, disk, processes, replace

PART = re.compile(r"\.[0-9a-f]+\.(\d+)\.([0-9a-f-]+)\.(part|gone)")
RESERVE = 200 * 10**6  # bytes that stay free on the disk
BLOCK = 4096  # bytes that even the smallest file takes

Progress = Callable[[str, int, int], None]  # what is done, how many, of how many


def quiet(what: str, done: int, total: int) -> None:
    """Progress that nobody wants to see."""


def _hidden(ending: str) -> Path:
    started = processes.started()
    start = started if isinstance(started, str) else f"{started:.0f}"
    return registry.sets_dir() / f".{secrets.token_hex(4)}.{os.getpid()}.{start}.{ending}"


@contextlib.contextmanager
def place(name: str) -> Iterator[Path]:
    """A hidden folder to fill; at the end of the block it becomes `datasets/<name>`, after an error it is removed.

    Raises:
        DataError: when another one was faster.
        NoRoomError, OutputFolderError: when the disk takes no more.
    """
    sweep()
    part = _hidden("part")
    try:
        with disk.writing(registry.sets_dir()):
            part.mkdir(parents=True)
            yield part
            _move(part, registry.sets_dir() / name, name)
    finally:
        if part.exists():
            shutil.rmtree(part, ignore_errors=True)


def _move(part: Path, target: Path, name: str) -> None:
    """One step: a folder that holds something is never replaced by another one."""
    if target.exists():  # Windows says the same with an error that could mean other things too
        raise DataError(_(registry.NAME_TAKEN, name=repr(name)))
    try:
        replace(part, target)
    except OSError as error:
        if target.exists():
            raise DataError(_(registry.NAME_TAKEN, name=repr(name))) from error
        raise


def remove(folder: Path) -> None:
    """Takes a folder of `datasets/` away: first out of sight in one step, then from the disk."""
    hidden = _hidden("gone")
    with disk.writing(folder):
        replace(folder, hidden)
    shutil.rmtree(hidden, ignore_errors=True)


def _start(text: str) -> processes.Started:
    """When a process started, out of the name of a folder."""
    return float(text) if text.isdecimal() else text


def sweep() -> int:
    """Removes what killed processes have left in `datasets/`; returns how many folders."""
    removed = 0
    with contextlib.suppress(OSError):  # no such folder, or none that can be read: nothing of ours is in it
        for entry in list(os.scandir(registry.sets_dir())):
            owner = PART.fullmatch(entry.name)
            if owner and not processes.is_alive(int(owner[1]), _start(owner[2])):
                shutil.rmtree(entry.path, ignore_errors=True)
                removed += 1
    return removed


def check_room(folder: Path, sizes: int, files: int) -> None:
    """Says before a long wait that the disk cannot hold so many bytes in so many files.

    Raises:
        NoRoomError
    """
    disk.check_room(folder, sizes + files * BLOCK // 2, RESERVE)  # half of each file's last block is lost
