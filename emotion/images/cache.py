"""Decoded pictures kept on disk, so that a second start need not open thousands of files.

One file per listing, split and choice of classes, see `emotion.system.cache`.
"""

from __future__ import annotations

from pathlib import Path

from emotion.images.load import Pixels
from emotion.system import IMAGE_SIZE, StoredFileError, arrays, cache, cache_dir

FORMAT = 3  # raised when pictures are read in another way, so that older files are not used
COLUMNS = {"images": ("uint8", "N", IMAGE_SIZE, IMAGE_SIZE), "unreadable": ("int64", "U"), "faceless": ("int64", "F")}
KEPT = 12  # cache files of all data folders together; FER-2013 happy and sad take 28 MB


def location(root: Path, fingerprint: str, split: str, classes: tuple[str, ...]) -> Path:
    """Where the pictures of these classes, in this order, are kept: pictures-<root>-<fingerprint>-<choice>.npz."""
    choice = cache.digest("\0".join((str(FORMAT), str(IMAGE_SIZE), split, *classes)))
    return cache_dir() / f"{_prefix(root)}{cache.digest(fingerprint)}-{choice}.npz"


def _prefix(root: Path) -> str:
    return f"pictures-{cache.digest(root)}-"


def read(path: Path, n: int) -> Pixels | None:
    """The kept pictures of a list of n, or None where there are none or the file is damaged."""
    try:
        pixels = Pixels(**arrays.read(path, COLUMNS))
    except StoredFileError:
        return None
    lost = pixels.lost
    places = lost.size == pixels.unreadable.size + pixels.faceless.size and ((lost >= 0) & (lost < n)).all()
    return pixels if places and len(pixels.images) == n - lost.size else None


def write(path: Path, pixels: Pixels) -> None:
    """Keeps the pictures; removes those of the same root with another fingerprint, and of all roots the oldest."""
    cache.write_arrays(path, images=pixels.images, unreadable=pixels.unreadable, faceless=pixels.faceless)
    family, state = path.name.rsplit("-", 2)[:2]
    mine = path.parent.glob(f"{family}-*.npz")
    cache.remove(other for other in mine if not other.name.startswith(f"{family}-{state}-"))
    cache.keep_newest("pictures", KEPT)


def forget(root: Path) -> None:
    """Removes everything that is kept of a data folder."""
    cache.remove(cache_dir().glob(f"{_prefix(root)}*.npz"))
