"""Whole files: written under another name and moved into place, so that nobody ever reads half of one."""

from __future__ import annotations

import contextlib
import json
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import filelock

from emotion.system import disk, stored
from emotion.system.errors import NoRoomError, StoredFileMissingError

BLOCK = 4096  # bytes that a file takes on a disk at least
UNFINISHED = ".tmp"  # stands in the name of a file that is being written


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A name to write a file under, which becomes `path` when all of it is there; a reader never meets a part.

    Every call gets a name of its own, since two threads would write into each other's file. The name begins with a dot
    and ends like `path`, by which some writers choose the format. On an error, and where nothing is written, it is
    removed: on a full disk it holds the very space that is missing.

    Raises:
        NoRoomError, OutputFolderError: when it cannot be written, or not be moved to its name.
    """
    temporary = path.with_name(f".{path.stem}.{uuid.uuid4().hex}{UNFINISHED}{path.suffix}")
    try:
        with disk.writing(path.parent):
            yield temporary
            replace(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def unfinished(folder: Path, beginning: str = "") -> Iterator[Path]:
    """The files in a folder that a killed process left half written, by the beginning of the name they were to get."""
    return folder.glob(f".{beginning}*{UNFINISHED}*")


def write_json(path: Path, value: Any) -> None:
    """Writes a whole JSON file.

    Raises:
        ValueError: for a number that JSON has no word for; what stood there before is left.
        NoRoomError, OutputFolderError: when it cannot be written; what stood there before is left.
    """
    text = json.dumps(value, indent=1, allow_nan=False).encode("utf-8")
    try:
        with whole(path) as temporary, disk.of_file(temporary):
            temporary.write_bytes(text)
    except NoRoomError:
        if not _written_over(path, text):
            raise


def _written_over(path: Path, text: bytes) -> bool:
    """Writes into the block that a small file has already, which takes no room: the end of a run has to be told.

    Only where there is no room for a whole file beside it. It is one write: a reader all but never meets a part of it.
    """
    try:
        size = path.stat().st_size
        if not 0 < size <= BLOCK or len(text) > BLOCK:
            return False
        with path.open("r+b", buffering=0) as file:
            return file.write(text.ljust(size)) == max(size, len(text))
    except OSError:
        return False


def append(path: Path, text: bytes, *, kept: bool = False) -> None:
    """Adds whole lines to the end of a file, which is made. One writer at a time.

    Where a process was killed in the middle of a line, or a full disk has taken a part of one, the next begins anew.

    Args:
        kept: waits until the disk has them, so that not even a loss of power takes them back.

    Raises:
        NoRoomError, OutputFolderError: when the disk takes no more.
    """
    with disk.writing(path.parent), disk.of_file(path), disk.open_end(path) as file:
        text = text if _ends_well(path) else b"\n" + text
        while text:  # the system may take a part only
            text = text[file.write(text) :]
        if kept:
            os.fsync(file.fileno())


def _ends_well(path: Path) -> bool:
    """Whether a new line can begin: nothing half written stands at the end."""
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def update_json(
    path: Path, fields: dict[str, Any], without: str = "", unless: Callable[[], bool] = lambda: False
) -> bool:
    """Sets some keys of a JSON object in a file and keeps the others, one writer at a time.

    The lock holds between threads and between processes. A file that is missing counts as {}.

    Args:
        path: of the file; its folder has to be there.
        fields: the keys to set.
        without: a key to take out first; "" takes none.
        unless: is asked when nobody else can write; True leaves the file as it is.

    Returns:
        Whether they were set.

    Raises:
        StoredFileError: when the file is there and cannot be read as an object; it is left as it is.
        NoRoomError, OutputFolderError: when it cannot be written; what stood there before is left.
    """
    lock = filelock.FileLock(path.with_name(f".{path.name}.lock"), poll_interval=0.005)
    with disk.writing(path.parent), lock:
        if unless():
            return False
        try:
            before = stored.read(path, dict[str, Any])
        except StoredFileMissingError:
            before = {}
        write_json(path, {name: value for name, value in before.items() if name != without} | fields)
        return True


def replace(source: Path, target: Path) -> None:
    """`os.replace` that waits for a reader on Windows, where an open file cannot be replaced."""
    for attempt in range(50):
        try:
            os.replace(source, target)
            return
        except PermissionError:
            if attempt == 49:
                raise
            time.sleep(0.02)


def tail(path: Path, most: int) -> str:
    """The last characters of a text, such as a log; "" where there is no such file, or none that can be read.

    Args:
        most: characters, however large the file is.
    """
    if not path.is_file():  # a pipe would be waited for
        return ""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 4 * most))
            return file.read(4 * most).decode("utf-8", "replace")[-most:].strip()
    except OSError:
        return ""


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file, whatever is in it; {} where there is none or it is not one.

    For files of which single keys are asked; `stored.read` checks all that is used.
    """
    return stored.read_or(path, dict[str, Any], {})
