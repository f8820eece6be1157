"""A disk that takes no more, in words: whatever writes says it in one way.

What comes out is an error of ours and an OSError at once: a cache that may go without passes over it like over any
other, a page and a command show it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from emotion.system.errors import EmotionError, NoRoomError, OutputFolderError
from emotion.system.words import _

FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
SAYS_FULL = {"No space left on device", "errno = 28", "Disk quota exceeded"}  # HDF5 and SQLite keep the number in words
HIDDEN = (".part", ".gone")  # endings of folders on their way in or out
DEEPEST = 10  # errors behind one another that are looked at
RESERVE = 50 * 10**6  # bytes that stay free on the disk beside what is about to be written


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Tells in words what keeps the block from writing into this folder.

    What is said of a file elsewhere, such as one that the block reads, stays the error that it is.

    Raises:
        NoRoomError, OutputFolderError: in the place of an error of the system, or of a library that met a full disk.
    """
    try:
        yield
    except Exception as error:
        told = in_words(error, folder)
        if told is error:
            raise
        raise told from error


@contextlib.contextmanager
def of_file(path: Path) -> Iterator[None]:
    """Says of an error of the system that names no file, as those of an open one do, that it is of this one."""
    try:
        yield
    except OSError as error:
        if error.filename is None and not isinstance(error, EmotionError):
            error.filename = str(path)
        raise


def open_end(path: Path) -> IO[bytes]:
    """Opens a file to write to its end, without a buffer; it is made. A pipe that stands there is not waited for.

    Raises:
        NoRoomError, OutputFolderError
    """
    with writing(path.parent), of_file(path):
        if path.exists() and not path.is_file():
            raise OutputFolderError(path.parent, _("{name} is no file", name=path.name))
        return path.open("ab", buffering=0)


@contextlib.contextmanager
def full_in_words(folder: Path) -> Iterator[None]:
    """Tells in words that a disk is full; all other errors stay what they are. For the whole of a process.

    Args:
        folder: to name where the error does not say which disk it is.

    Raises:
        NoRoomError
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, EmotionError) or not is_full(error):
            raise
        raise in_words(error, folder) from error


def make_folder(folder: Path) -> Path:
    """Makes a folder and those above it, where they are not there yet; returns it.

    Raises:
        NoRoomError, OutputFolderError
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder that the block fills; after an error it is removed again, unless it was there before.

    Raises:
        NoRoomError, OutputFolderError
    """
    was_there = folder.exists()
    try:
        with writing(folder):
            yield make_folder(folder)
    except BaseException:
        if not was_there:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def in_words(error: Exception, folder: Path) -> Exception:
    """The error in words where the disk is to blame for not taking what was written into the folder, else as it is."""
    if isinstance(error, EmotionError):
        return error
    elsewhere = _elsewhere(error, folder)
    if is_full(error):
        return NoRoomError(_shown(elsewhere or folder))
    if isinstance(error, OSError) and error.errno is not None:
        if error.errno == errno.EROFS:  # nobody is told this who only reads
            return OutputFolderError(elsewhere or folder, error.strerror or str(error))
        if elsewhere is None and (error.filename is not None or error.errno == errno.EFBIG):
            return OutputFolderError(folder, error.strerror or str(error))
    return error  # one that names no file may be of what the block reads


def _shown(folder: Path) -> Path:
    """The folder as a person knows it: without the hidden one that is only there until all of it is written."""
    hidden = (one for one in (folder, *folder.parents) if one.name.startswith(".") and one.suffix in HIDDEN)
    return next((one.parent for one in hidden), folder)


def _elsewhere(error: Exception, folder: Path) -> Path | None:
    """The folder of the file that an error names, where that is neither in the given folder nor one that it lies in."""
    name = getattr(error, "filename", None)
    if not isinstance(name, str | os.PathLike):
        return None
    named, ours = Path(os.path.abspath(name)), Path(os.path.abspath(folder))
    return None if named.is_relative_to(ours) or ours.is_relative_to(named) else named.parent


def is_full(error: BaseException) -> bool:
    """Whether a full disk has brought an error about; libraries raise errors of their own in the place of the first."""
    one: BaseException | None = error
    for _step in range(DEEPEST):
        if one is None:
            return False
        if isinstance(one, NoRoomError) or (isinstance(one, OSError) and one.errno in FULL):
            return True
        if any(words in str(one) for words in SAYS_FULL):
            return True
        one = one.__cause__ or one.__context__
    return False


def check_room(folder: Path, needed: int, reserve: int | None = None) -> None:
    """Says before a long wait that the disk of this folder, which may not be there yet, cannot take so many bytes.

    Args:
        reserve: bytes that stay free beside them; None: 50 MB.

    Raises:
        NoRoomError
    """
    try:
        free = shutil.disk_usage(_existing(folder)).free
    except OSError:
        return  # writing will tell
    wanted = needed + (RESERVE if reserve is None else reserve)
    if free < wanted:
        raise NoRoomError(_shown(folder), wanted, free)


def _existing(folder: Path) -> Path:
    folder = Path(os.path.abspath(folder))
    return next(one for one in (folder, *folder.parents) if one.exists() or one == one.parent)
