"""Which files are pictures: one answer for training, imports, walked folders and the page.

The ending is a hint only. One that is known says so without a look, which keeps the listing of 30,000 files at 0.2 s;
for every other one (`.JPG_large`, `.download`, none at all) the first bytes decide.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable

from emotion.images.kinds import signatures
from emotion.images.kinds.signatures import RAW, starts_like_a_picture, unread

HEAD = signatures.HEAD  # bytes that tell a picture from everything else
# Lower case, of kinds that Pillow reads. A name with another one may still be a picture: its first bytes say.
PICTURES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".jfi", ".pjpeg", ".pjp", ".mpo", ".png", ".apng", ".bmp", ".dib"}
    | {".gif", ".webp", ".tif", ".tiff", ".avif", ".avifs", ".heic", ".heif", ".hif", ".heics", ".heifs", ".jp2"}
    | {".j2k", ".jpx", ".jpc", ".j2c", ".jpf", ".pgm", ".ppm", ".pbm", ".pnm", ".pfm", ".tga", ".pcx", ".dcx", ".sgi"}
    | {".dds", ".ico", ".icns", ".qoi", ".ras", ".dng", ".nef", ".cr2", ".cr3", ".arw", ".orf", ".rw2", ".pef"}
    | {".srw", ".raf", ".nrw", ".x3f"}
)
OTHERS = frozenset(  # never looked into: what lies beside pictures by the thousand
    {".txt", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".npy", ".npz", ".md", ".html", ".htm", ".pdf"}
    | {".db", ".ini", ".py", ".ipynb", ".mat", ".pkl", ".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".mp4", ".mov"}
    | {".avi", ".mp3", ".wav", ".lnk", ".tmp", ".log", ".docx", ".xlsx", ".parquet", ".arrow", ".tfrecord", ".h5"}
    | {".aae", ".xmp", ".pts", ".bin", ".dat", ".names", ".labels", ".cache"}
)


def ending(name: str) -> str:
    """The ending of a file name in lower case with its dot; "" for none."""
    return os.path.splitext(name)[1].lower()


def is_picture(name: str, head: Callable[[], bytes], *, unread_too: bool = False) -> bool:
    """Whether a file is one to be read as a picture; whether it can be, reading shows.

    Args:
        name: of the file.
        head: gives its first `HEAD` bytes, b"" where it cannot be opened; asked only where the ending is unknown.
        unread_too: also one of a kind that is not read, such as JPEG XL: to be told of each file.
    """
    if name.startswith("._"):  # which a Mac puts beside a picture on a foreign disk
        return False
    known = ending(name)
    if known in PICTURES or known in OTHERS:
        return known in PICTURES
    start = head()
    kind = unread(start)
    if kind is None:
        return starts_like_a_picture(start)
    return kind.name == RAW or (unread_too and kind.is_picture)


def head_of(path: str) -> bytes:
    """The first bytes of a file; b"" where it cannot be opened."""
    try:
        facts = os.stat(path)
        if not stat.S_ISREG(facts.st_mode) or not facts.st_size:  # a pipe, and a file of /proc, may be read for ever
            return b""
        with open(path, "rb", buffering=0) as file:
            return file.read(HEAD)
    except (OSError, ValueError):  # ValueError: a path with a zero byte
        return b""
