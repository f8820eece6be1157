"""The picture files that somebody names: single files, and all those below a folder. Nothing is opened here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from emotion.images import SUFFIXES

NOT_PICTURES = "._"  # how the files begin that macOS puts beside pictures on foreign disks


def pictures(path: Path, but: Path | None = None) -> Iterator[Path]:
    """Yields a file itself, or the pictures below a folder in the order of their names, however many there are.

    Args:
        path: links to folders in a folder are not followed.
        but: a folder that is left out.
    """
    if not path.is_dir():
        yield path
        return
    left_out = None if but is None else os.path.realpath(but)
    for place, folders, files in os.walk(path):
        if os.path.realpath(place) == left_out:
            folders.clear()
            continue
        folders.sort()
        for file in sorted(files):
            if Path(file).suffix.lower() in SUFFIXES and not file.startswith(NOT_PICTURES):
                yield Path(place) / file
