"""A disk that takes no more, in words: whatever writes says it in one way.

What comes out is an error of ours and an OSError at once: a cache that may go without passes over it like over any
other, a page and a command show it.
"""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

from emotion.system.errors import EmotionError, NoRoomError, OutputFolderError

FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
SAYS_FULL = ("No space left on device", "errno = 28", "Disk quota exceeded")  # HDF5 and SQLite keep the number in words
DEEPEST = 10  # errors behind one another that are looked at
RESERVE = 50 * 10**6  # bytes that stay free on the disk beside what is about to be written


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Tells in words what keeps the block from writing into this folder.

    Raises:
        NoRoomError, OutputFolderError: in the place of an OSError of the system.
    """
    try:
        yield
    except OSError as error:
        raise in_words(error, folder) from error


def in_words(error: BaseException, folder: Path) -> BaseException:
    """The error in words where the disk is to blame, else as it is."""
    if isinstance(error, EmotionError):
        return error
    if is_full(error):
        return NoRoomError(folder)
    if isinstance(error, OSError) and error.errno is not None:
        return OutputFolderError(folder, error.strerror or str(error))
    return error


def is_full(error: BaseException) -> bool:
    """Whether a full disk has brought an error about; libraries raise errors of their own in the place of the first."""
    one: BaseException | None = error
    for _ in range(DEEPEST):
        if one is None:
            return False
        if isinstance(one, NoRoomError) or (isinstance(one, OSError) and one.errno in FULL):
            return True
        if any(words in str(one) for words in SAYS_FULL):
            return True
        one = one.__cause__ or one.__context__
    return False


def check_room(folder: Path, needed: int) -> None:
    """Says before a long wait that the disk of this folder, which may not be there yet, cannot take so many bytes.

    Raises:
        NoRoomError
    """
    try:
        free = shutil.disk_usage(_existing(folder)).free
    except OSError:
        return  # writing will tell
    if free < needed + RESERVE:
        raise NoRoomError(folder, needed + RESERVE, free)


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder
