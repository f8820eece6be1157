"""Pictures out of a zip that may have been made to harm.

Only picture files are unpacked, under names that every system can hold; what else is in the zip is counted. Sizes are
judged by the bytes that come out, not by what the zip says of itself. One bad path, link or lock refuses the whole
zip: who made it meant no good, or it is not what the person thinks. Nested zips are never opened.
"""

from __future__ import annotations

import calendar
import contextlib
import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO

from emotion.data.bring import zip_entries
from emotion.data.bring.errors import (
    SourceMissingError,
    ZipBombError,
    ZipCutShortError,
    ZipPathError,
    ZipTooLargeError,
    ZipWithoutPicturesError,
)
from emotion.data.bring.staging import check_room, quiet

if TYPE_CHECKING:
    from emotion.data.bring.staging import Progress
    from emotion.data.bring.zip_entries import Wanted


SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})  # as in data folders
MOST_BYTES = 16 * 2**30  # of all pictures together
LARGEST = 25 * 2**20  # bytes of one picture; larger ones are not read later either
LARGEST_CSV = 2 * 2**30  # bytes; fer2013.csv has 301 MB
GROWTH = 100  # times the size of the zip; blank pictures in BMP files come to about 40
GROWTH_FROM = 50 * 2**20  # bytes that may come out of the smallest zip
CHUNK = 256 * 1024
TELL_EACH = 250  # files
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)


@dataclass(frozen=True)
class Unpacked:
    """What came out of a zip: numbers of pictures, of other files, and of pictures too large to be read."""

    pictures: int
    others: int
    too_large: int


class _Meter:
    """Counts the bytes that come out of a zip and stops what grows too much."""

    def __init__(self, packed: int) -> None:
        self.most = min(MOST_BYTES, max(GROWTH_FROM, GROWTH * packed))
        self.total = 0

    def take(self, n: int) -> None:
        self.total += n
        if self.total > self.most:
            raise ZipBombError if self.most < MOST_BYTES else ZipTooLargeError(MOST_BYTES)


@contextlib.contextmanager
def _opened(source: Path | BinaryIO) -> Iterator[zipfile.ZipFile]:
    if not isinstance(source, Path):
        with zip_entries.open_zip(source) as opened:
            yield opened
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise SourceMissingError(source) from error
    with file, zip_entries.open_zip(file) as opened:
        yield opened


def unpack(source: Path | BinaryIO, target: Path, progress: Progress = quiet) -> Unpacked:
    """Unpacks the pictures of a zip into an empty folder.

    Args:
        source: the zip, on the disk or as an upload.
        target: a folder that is there and empty; what is in it after an error is the caller's to remove.
        progress: may raise, to stop.

    Raises:
        ZipError: with one sentence on why the zip is refused.
        NoRoomError: before anything is written, when the disk is too full.
    """
    with _opened(source) as opened:
        wanted, others = zip_entries.wanted(opened, SUFFIXES)
        if not wanted:
            raise ZipWithoutPicturesError(others)
        check_room(target, sum(one.entry.file_size for one in wanted), len(wanted))
        too_large = _unpack_all(opened, wanted, target, progress)
    return Unpacked(len(wanted) - too_large, others, too_large)


def unpack_csv(source: Path | BinaryIO, target: Path, progress: Progress = quiet) -> bool:
    """Unpacks the one csv file of a zip that holds no picture to `target`; False for any other zip.

    Raises:
        ZipError, NoRoomError
    """
    with _opened(source) as opened:
        wanted, _ = zip_entries.wanted(opened, SUFFIXES | {".csv"})
        if len(wanted) != 1 or not wanted[0].path.lower().endswith(".csv"):
            return False
        entry = wanted[0].entry
        check_room(target.parent, entry.file_size, 1)
        progress("Unpacking", 0, 1)
        if not _write(opened, entry, target, _Meter(opened.start_dir), LARGEST_CSV):
            raise ZipTooLargeError(LARGEST_CSV)
        return True


def _unpack_all(opened: zipfile.ZipFile, wanted: list[Wanted], target: Path, progress: Progress) -> int:
    """Returns how many were left out because they are too large."""
    meter, made, too_large = _Meter(opened.start_dir), {""}, 0
    for number, one in enumerate(wanted):
        folder = one.path.rpartition("/")[0]
        if folder not in made:
            _make_folder(target / folder, one.path)
            made.add(folder)
        too_large += not _write(opened, one.entry, target / one.path, meter, LARGEST)
        if number % TELL_EACH == 0:
            progress("Unpacking", number, len(wanted))
    progress("Unpacking", len(wanted), len(wanted))
    return too_large


def _make_folder(folder: Path, name: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:  # a file of the zip is called so
        raise ZipPathError(name) from error


def _write(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, meter: _Meter, largest: int) -> bool:
    """Unpacks one file; False, and no file, when it has more bytes than the largest that is wanted."""
    size = 0
    try:
        source = opened.open(entry)
    except BROKEN as error:
        raise ZipCutShortError from error
    with source, _new_file(path) as target:
        while chunk := _read(source):
            meter.take(len(chunk))
            size += len(chunk)
            if size > largest:
                break
            target.write(chunk)
    if size > largest:
        os.unlink(target.name)
        return False
    _keep_time(target.name, entry)
    return True


def _keep_time(path: str, entry: zipfile.ZipInfo) -> None:
    """The time that the zip tells, so that the same zip gives the same fingerprint wherever it is unpacked."""
    with contextlib.suppress(ValueError, OverflowError, OSError):  # a month 0, a year that the disk does not know
        told = calendar.timegm((*entry.date_time, 0, 0, 0))
        os.utime(path, (told, told))


def _read(source: IO[bytes]) -> bytes:
    try:
        return source.read(CHUNK)
    except BROKEN as error:  # a wrong check sum, a wrong size, an end that comes too early
        raise ZipCutShortError from error


def _new_file(path: Path) -> BinaryIO:
    """A file that was not there: names that fall together on this system get a number."""
    number = 1
    while True:
        numbered = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        try:
            return numbered.open("xb")
        except FileExistsError:
            number += 1
