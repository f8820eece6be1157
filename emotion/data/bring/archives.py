"""Archives of every kind that is read, known by their first bytes: zip, tar, tar.gz, a gzip-ed csv, one in another."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from emotion.data.bring import code_pages, zips
from emotion.data.bring.errors import NO_SOURCE
from emotion.data.bring.staging import check_room, quiet
from emotion.data.bring.unpacking import (
    ARCHIVE,
    IS_LINK,
    LARGEST_CSV,
    OTHER,
    TABLE,
    Unpacked,
    Unpacker,
    purpose,
    reading,
)
from emotion.data.bring.zip_entries import safe_path
from emotion.data.class_names import safe_name
from emotion.system import N_, DataError, _

if TYPE_CHECKING:
    from emotion.data.bring.staging import Progress

FOREIGN = {
    b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "rar", b"PAR1": "Parquet", b"ARROW1": "Arrow", b"\x89HDF": "HDF5",
    b"SQLite format": "SQLite",
}  # fmt: skip
OPENERS: dict[bytes, Callable[..., Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
TAR_AT, TAR = 257, b"ustar"
HEAD = 512
NESTED = "nested.part"  # where an archive in an archive waits


def is_archive(head: bytes) -> bool:
    """Whether a file with these first bytes is an archive, one that is not read included."""
    starts = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", *OPENERS, *FOREIGN)
    return head.startswith(starts) or _is_tar(head)


def refuse_foreign(head: bytes) -> None:
    """Says of an archive that is not read here how it can be brought in all the same.

    Raises:
        DataError
    """
    for start, kind in FOREIGN.items():
        if head.startswith(start):
            todo = (
                _("unpack it yourself (the free program 7-Zip does) and add the folder, or pack the pictures as a zip")
                if kind in ("7z", "rar")
                else _("save its pictures as files in a folder for each class and add that folder")
            )
            raise DataError(_("This is a {kind} file, which is not read here: {todo}.", kind=kind, todo=todo))


def unpack(source: Path | BinaryIO, target: Path, progress: Progress = quiet, code_page: str = "") -> Unpacked:
    """Unpacks the pictures and the tables of labels of an archive into an empty folder.

    Args:
        source: the archive, on the disk or as an upload.
        target: a folder that is there and empty; what is in it after an error is the caller's to remove.
        progress: may raise, to stop.
        code_page: in which its names are written, "" to find out.

    Raises:
        DataError: with one sentence on why the archive is refused.
        NoRoomError: when the disk is too full.
    """
    with _opened(source) as file:
        packed = file.seek(0, os.SEEK_END)
        file.seek(0)
        unpacker = Unpacker(target, packed, code_page)
        _unpack(file, unpacker, "", 0, progress)
    return unpacker.outcome()


@contextlib.contextmanager
def _opened(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    if not isinstance(source, Path):
        yield source
        return
    try:
        # Files of /proc count as empty, and may be read for ever.
        file = source.open("rb") if os.path.getsize(source) else io.BytesIO()
    except OSError as error:
        raise DataError(_(NO_SOURCE, path=source)) from error
    with file:
        yield file


def _unpack(file: BinaryIO, unpacker: Unpacker, prefix: str, depth: int, progress: Progress) -> None:
    head = file.read(HEAD)
    file.seek(0)
    refuse_foreign(head)

    def inner(source: IO[bytes], path: str) -> None:
        """Unpacks an archive in this one; one still deeper is a file like any other."""
        if depth:
            unpacker.others += 1
            return
        waiting = unpacker.target.parent / NESTED
        try:
            unpacker.write(source, waiting, LARGEST_CSV)
            with waiting.open("rb") as packed:
                if is_archive(packed.read(HEAD)):
                    packed.seek(0)
                    _unpack(packed, unpacker, _inside(path), depth + 1, progress)
                else:
                    unpacker.others += 1
        finally:
            waiting.unlink(missing_ok=True)

    opener = next((opener for start, opener in OPENERS.items() if head.startswith(start)), None)
    if opener is None and not _is_tar(head):
        zips.unpack(file, unpacker, prefix, inner, progress)
        return
    check_room(unpacker.target, unpacker.packed, 0)
    with cast(BinaryIO, opener(file, "rb")) if opener else contextlib.nullcontext(file) as plain:
        if _is_tar(_peek(plain)):
            _unpack_tar(plain, unpacker, prefix, inner, progress)
        else:  # a csv file that was packed by itself
            unpacker.take(plain, f"{prefix.rstrip('/') or 'table'}.csv", TABLE, None)


def _inside(path: str) -> str:
    """The folder for what is in an archive in the archive: `train.zip` holds train/."""
    folder, _other, name = path.rpartition("/")
    stem = safe_name(name.split(".")[0])
    return f"{folder}/{stem}/" if folder else f"{stem}/"


def _is_tar(head: bytes) -> bool:
    return head[TAR_AT : TAR_AT + len(TAR)] == TAR


def _peek(plain: BinaryIO) -> bytes:
    with reading():
        head = plain.read(HEAD)
        plain.seek(0)
    return head


def _unpack_tar(plain: BinaryIO, unpacker: Unpacker, prefix: str, inner: zips.Inner, progress: Progress) -> None:
    """Unpacks what is wanted of a tar, from its first to its last byte."""
    with reading():
        opened = tarfile.open(fileobj=plain, mode="r|")  # noqa: SIM115 - closed below
    with opened:
        for number, member in enumerate(_members(opened)):
            if not member.isdir():
                _take_member(opened, member, unpacker, prefix, inner)
            if number % zips.TELL_EACH == 0:
                progress(N_("Unpacking"), min(unpacker.total, unpacker.packed), max(unpacker.packed, 1))


def _members(opened: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while True:
        with reading():
            member = opened.next()
        if member is None:
            return
        yield member


def _take_member(
    opened: tarfile.TarFile, member: tarfile.TarInfo, unpacker: Unpacker, prefix: str, inner: zips.Inner
) -> None:
    unpacker.count()
    read, page = code_pages.decoder([raw := member.name.encode("utf-8", "surrogateescape")], unpacker.code_page)
    unpacker.said = unpacker.said or page
    name = read(raw)
    kind = purpose(name.replace("\\", "/"))
    if kind == OTHER:
        unpacker.grow(member.size)  # it has to be read over
        unpacker.others += 1
        return
    path = prefix + safe_path(name)
    with reading():
        source = opened.extractfile(member) if member.isreg() else None
    if source is None:
        raise DataError(_(IS_LINK, name=repr(name[:80])))
    if kind == ARCHIVE:
        inner(cast(BinaryIO, source), path)
    else:
        unpacker.take(source, path, kind, member.mtime)
