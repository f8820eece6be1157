"""What every archive has in common when it is unpacked: what is wanted of it, and the limits that none may pass.

Sizes are judged by the bytes that come out, not by what an archive says of itself, and those of archives in it count
together with its own.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO

from emotion.data.bring.errors import ZipPathError
from emotion.data.folders.tree import is_junk
from emotion.images import endings, memory
from emotion.system import N_, DataError, EmotionError, _

MOST_FILES = 300_000
MOST_BYTES = 16 * 2**30  # of all files together
LARGEST = memory.MAX_FILE_BYTES  # bytes of one picture; larger ones are not read later either
LARGEST_CSV = 2 * 2**30  # bytes; fer2013.csv has 301 MB
LARGEST_TABLE = 50 * 2**20  # bytes of another table
GROWTH = 100  # times the size of the archive; blank pictures in BMP files come to about 40
GROWTH_FROM = 50 * 2**20  # bytes that may come out of the smallest archive
CHUNK = 256 * 1024

CUT_SHORT = N_("The archive is damaged or cut short: download or copy it again.")
IS_LINK = N_("The archive is refused because it holds a link or a device ({name}): pack the pictures themselves.")
TOO_MANY = N_("The archive holds more than {most} files: pack fewer, or unpack it yourself and add the folder.")
TOO_LARGE = N_("The files in the archive take more than {size} GB: unpack it yourself and add the folder.")
BOMB = N_(
    "The archive is refused because it grows more than pictures do when unpacked (a zip bomb): do not trust where it "
    "comes from, and choose another one."
)

PICTURE, TABLE, ARCHIVE, UNKNOWN, OTHER = "picture", "table", "archive", "unknown", "other"
TABLES = (".csv", ".tsv", ".jsonl", ".json", ".npy")
ARCHIVES = (".zip", ".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz", ".csv.gz")
OF_LABELS = re.compile(r"label|annot|list|legend|partition|class|emotion", re.IGNORECASE)
FOLDERS_OF_LABELS = frozenset({"labels", "annotations", "label", "annotation"})


def purpose(name: str) -> str:
    """What a file of an archive is wanted for, by its name with "/": PICTURE, TABLE, ARCHIVE, UNKNOWN or OTHER."""
    folders, _other, last = name.rpartition("/")
    kind = endings.ending(last)
    if any(is_junk(part) for part in name.split("/") if part.strip() not in (".", "..")):  # those are judged later
        return OTHER
    if kind in endings.PICTURES:
        return PICTURE
    if last.lower().endswith(ARCHIVES):
        return ARCHIVE
    labels = OF_LABELS.search(last) or folders.rpartition("/")[2].casefold() in FOLDERS_OF_LABELS
    if kind in TABLES or (kind in (".txt", ".xml") and labels):
        return TABLE
    return OTHER if kind in endings.OTHERS else UNKNOWN


@dataclass(frozen=True)
class Unpacked:
    """What came out of an archive.

    Attributes:
        pictures, tables, others, too_large: how many files; the last are pictures too large to be read.
        code_page: in which its names were written, in words; "" where they need none.
    """

    pictures: int
    others: int
    too_large: int
    tables: int = 0
    code_page: str = ""


@dataclass
class Unpacker:
    """Writes files of an archive, and of those in it, below one folder, and stops what grows too much."""

    target: Path
    packed: int
    code_page: str = ""
    total: int = 0
    files: int = 0
    pictures: int = 0
    tables: int = 0
    others: int = 0
    too_large: int = 0
    said: str = ""
    made: set[str] = field(default_factory=lambda: {""})

    def outcome(self) -> Unpacked:
        return Unpacked(self.pictures, self.others, self.too_large, self.tables, self.said)

    def grow(self, n: int) -> None:
        """Counts bytes that have come out.

        Raises:
            DataError: when they are more than any archive, or one of its size, may hold.
        """
        most = min(MOST_BYTES, max(GROWTH_FROM, GROWTH * self.packed))
        self.total += n
        if self.total > most:
            raise DataError(_(BOMB) if most < MOST_BYTES else _(TOO_LARGE, size=f"{MOST_BYTES / 2**30:g}"))

    def count(self, n: int = 1) -> None:
        """Counts files that are listed.

        Raises:
            DataError: when they are too many.
        """
        self.files += n
        if self.files > MOST_FILES:
            raise DataError(_(TOO_MANY, most=MOST_FILES))

    def take(self, source: IO[bytes], path: str, kind: str, told: float | None) -> None:
        """Writes one file.

        Args:
            path: safe, with "/" below the folder.
            kind: as `purpose` tells; of an UNKNOWN one the first bytes decide.
            told: the time that the archive tells, seconds since 1970.
        """
        head = b""
        if kind == UNKNOWN:
            head = _read(source, endings.HEAD)
            kind = PICTURE if endings.is_picture(path.rpartition("/")[2], lambda: head) else OTHER
        if kind not in (PICTURE, TABLE):
            self.others += 1
            return
        folder = path.rpartition("/")[0]
        if folder not in self.made:
            _make_folder(self.target / folder, path)
            self.made.add(folder)
        table = LARGEST_CSV if path.lower().endswith(".csv") else LARGEST_TABLE
        written = self.write(_Behind(head, source), self.target / path, LARGEST if kind == PICTURE else table, told)
        self.pictures += written and kind == PICTURE
        self.tables += written and kind == TABLE
        self.too_large += not written

    def write(self, source: IO[bytes] | _Behind, path: Path, largest: int, told: float | None = None) -> bool:
        """Writes bytes to a new file; False, and no file, when there are more than the largest that is wanted."""
        size = 0
        with _new_file(path) as target:
            while chunk := _read(source, CHUNK):
                self.grow(len(chunk))
                size += len(chunk)
                if size > largest:
                    break
                target.write(chunk)
        if size > largest:
            os.unlink(target.name)
            return False
        if told is not None:
            with contextlib.suppress(ValueError, OverflowError, OSError):  # a time that the disk does not know
                os.utime(target.name, (told, told))
        return True


class _Behind:
    """A stream of which the first bytes were read already."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self.head, self.rest = io.BytesIO(head), rest

    def read(self, n: int) -> bytes:
        return self.head.read(n) or self.rest.read(n)


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Nothing but reading stands in its block: what the archive is to blame for comes out as one error of ours.

    Raises:
        DataError: for a wrong check sum or size, an end that comes too early … A reader that is fed a broken
            archive may raise anything: each way of packing has errors of its own, beside ValueError, struct.error,
            NotImplementedError and MemoryError for sizes that were made up.
    """
    try:
        yield
    except EmotionError:
        raise
    except Exception as error:
        raise DataError(_(CUT_SHORT)) from error


def _read(source: IO[bytes] | _Behind, n: int) -> bytes:
    with reading():
        return source.read(n)


def _make_folder(folder: Path, name: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:  # a file of the archive is called so
        raise ZipPathError(name) from error


def _new_file(path: Path) -> BinaryIO:
    """A file that was not there: names that fall together on this system get a number."""
    number = 1
    while True:
        numbered = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        try:
            return numbered.open("xb")
        except FileExistsError:
            number += 1
