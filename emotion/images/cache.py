"""Decoded pictures kept on disk, so that a second start need not open thousands of files.

One file per listing, split and choice of classes: an uncompressed `.npz`, whose checksums tell a damaged file.
It is written under a temporary name and moved into place. What cannot be read is a miss, what cannot be written
is left: the cache may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from pathlib import Path

import numpy as np

from emotion.images.load import Pixels
from emotion.system import IMAGE_SIZE, StoredFileError, arrays, cache_dir, files

FORMAT = 3  # raised when pictures are read in another way, so that older files are not used
KEPT = 12  # cache files of all data folders together; FER-2013 happy and sad take 28 MB
ABANDONED_SECONDS = 3600.0  # a temporary file of this age belongs to a process that was killed


def location(root: Path, fingerprint: str, split: str, classes: tuple[str, ...]) -> Path:
    """Where the pictures of these classes, in this order, are kept: pictures-<root>-<fingerprint>-<choice>.npz."""
    choice = _digest("\0".join((str(FORMAT), str(IMAGE_SIZE), split, *classes)))
    return cache_dir() / f"{_prefix(root)}{_digest(fingerprint)}-{choice}.npz"


def _prefix(root: Path) -> str:
    return f"pictures-{_digest(os.path.realpath(root))}-"


def _digest(text: str) -> str:
    return hashlib.blake2b(os.fsencode(text), digest_size=8).hexdigest()


def read(path: Path, n: int) -> Pixels | None:
    """The kept pictures of a list of n, or None where there are none or the file is damaged."""
    try:
        stored = arrays.read(path)
        pixels = Pixels(stored["images"], stored["unreadable"], stored["faceless"])
    except (StoredFileError, KeyError):
        return None
    fits = pixels.images.shape == (n - pixels.lost.size, IMAGE_SIZE, IMAGE_SIZE)
    whole = pixels.unreadable.dtype == pixels.faceless.dtype == np.int64
    return pixels if fits and whole and pixels.images.dtype == np.uint8 else None


def write(path: Path, pixels: Pixels) -> None:
    """Keeps the pictures and removes files that nobody will ask for again. A full or read-only disk is no error."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.whole(path) as temporary:
            np.savez(temporary, images=pixels.images, unreadable=pixels.unreadable, faceless=pixels.faceless)
    _forget_old(path)


def forget(root: Path) -> None:
    """Removes everything that is kept of a data folder."""
    for kept in cache_dir().glob(f"{_prefix(root)}*.npz"):
        with contextlib.suppress(OSError):
            kept.unlink()


def _forget_old(path: Path) -> None:
    """Removes files of the same root with another fingerprint, and of all roots those beyond the newest `KEPT`."""
    family, state = path.name.rsplit("-", 2)[:2]
    mine = path.parent.glob(f"{family}-*.npz")
    outdated = [other for other in mine if not other.name.startswith(f"{family}-{state}-")]
    abandoned = [part for part in files.unfinished(path.parent, "pictures-") if _age(part) > ABANDONED_SECONDS]
    for old in (*outdated, *abandoned, *sorted(path.parent.glob("pictures-*.npz"), key=_age)[KEPT:]):
        with contextlib.suppress(OSError):  # already gone, or open in another process on Windows
            old.unlink()


def _age(path: Path) -> float:
    """Seconds since the last change; 0 for a file that is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
