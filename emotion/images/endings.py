"""Which files are pictures: one answer for training, imports, walked folders and the page.

The ending is a hint only. One that is known says so without a look, which keeps the listing of 30,000 files at 0.2 s;
for every other one (`.JPG_large`, `.download`, none at all) the first bytes decide.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from emotion.images.decode import SUFFIXES, starts_like_a_picture

HEAD = 16  # bytes that tell a picture from everything else
PICTURES = SUFFIXES | frozenset(
    {".jfif", ".jpe", ".jif", ".jfi", ".pjpeg", ".pjp", ".mpo", ".dib", ".apng", ".pgm", ".ppm", ".pbm", ".pnm"}
    | {".jp2", ".j2k", ".avifs", ".hif", ".heics", ".heifs"}
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


def is_picture(name: str, head: Callable[[], bytes]) -> bool:
    """Whether a file is one to be read as a picture; whether it can be, reading shows.

    Args:
        name: of the file.
        head: gives its first `HEAD` bytes, b"" where it cannot be opened; asked only where the ending is unknown.
    """
    if name.startswith("._"):  # which a Mac puts beside a picture on a foreign disk
        return False
    known = ending(name)
    return known in PICTURES or (known not in OTHERS and starts_like_a_picture(head()))


def head_of(path: str) -> bytes:
    """The first bytes of a file; b"" where it cannot be opened."""
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read(HEAD)
    except OSError:
        return b""
