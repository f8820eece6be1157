"""What takes long to work out, kept as arrays in the folder of the cache: one file a thing.

A file is an uncompressed `.npz`, whose checksums tell a damaged one. Its name, `<kind>-<digest>-<digest>.npz`, says
what it was worked out from, and the version of how. It is written under a temporary name and moved into place. What
cannot be read (`emotion.system.arrays`) is a miss, what cannot be written is left; all may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emotion.system import files
from emotion.system.paths import cache_dir

if TYPE_CHECKING:
    from numpy.typing import NDArray

ABANDONED_SECONDS = 3600.0  # a temporary file of this age belongs to a process that was killed


def digest(of: str | Path) -> str:
    """A part of the name of a file, 16 hex digits: of words, or of where a folder really is."""
    words = os.path.realpath(of) if isinstance(of, Path) else of
    return hashlib.blake2b(os.fsencode(words), digest_size=8).hexdigest()


def write_arrays(path: Path, **kept: NDArray[Any]) -> None:
    """Keeps arrays by their names. A full or read-only disk is no error."""
    import numpy as np

    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.whole(path) as temporary:
            np.savez(temporary, **kept)  # type: ignore[arg-type]  # no array is called allow_pickle


def count_as_new(path: Path) -> None:
    """Puts a file that was of use among the newest."""
    with contextlib.suppress(OSError):
        os.utime(path)


def keep_newest(kind: str, most: int) -> None:
    """Removes all files of a kind but the newest, and what a killed process left half written."""
    folder = cache_dir()
    abandoned = [part for part in files.unfinished(folder, f"{kind}-") if _age(part) > ABANDONED_SECONDS]
    remove([*abandoned, *sorted(folder.glob(f"{kind}-*.npz"), key=_age)[most:]])


def remove(paths: Iterable[Path]) -> None:
    """Removes files and folders, where they are and can be removed."""
    for path in paths:
        with contextlib.suppress(OSError):  # already gone, or open in another process on Windows
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def _age(path: Path) -> float:
    """Seconds since the last change; 0 for a file that is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
