"""Pictures and tables of labels out of a zip that may have been made to harm.

What else is in the zip is counted, whatever it is called. One bad path, link or lock among what is wanted refuses the
whole zip: who made it meant no good, or it is not what the person thinks.
"""

from __future__ import annotations

import calendar
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from emotion.data.bring import code_pages, zip_entries
from emotion.data.bring.errors import ZipPathError
from emotion.data.bring.staging import check_room
from emotion.data.bring.unpacking import ARCHIVE, OTHER, UNKNOWN, purpose, reading
from emotion.system import N_

if TYPE_CHECKING:
    from emotion.data.bring.staging import Progress
    from emotion.data.bring.unpacking import Unpacker

TELL_EACH = 250  # files

Inner = Callable[[BinaryIO, str], None]  # takes an archive in the archive, and its path


def unpack(source: BinaryIO, unpacker: Unpacker, prefix: str, inner: Inner, progress: Progress) -> None:
    """Unpacks what is wanted of a zip.

    Args:
        prefix: of every path: "" or with a "/" at its end.
        inner: called with each archive in the archive.

    Raises:
        DataError: with one sentence on why the zip is refused.
        NoRoomError: before anything is written, when the disk is too full.
    """
    with zip_entries.open_zip(source) as opened:
        wanted = _wanted(opened, unpacker)
        check_room(unpacker.target, sum(one.file_size for one, _, _ in wanted), len(wanted))
        for number, (entry, path, kind) in enumerate(wanted):
            _take(opened, entry, prefix + path, kind, unpacker, inner)
            if number % TELL_EACH == 0:
                progress(N_("Unpacking"), number, len(wanted))
        progress(N_("Unpacking"), len(wanted), max(1, len(wanted)))


def _wanted(opened: zipfile.ZipFile, unpacker: Unpacker) -> list[tuple[zipfile.ZipInfo, str, str]]:
    """The entries that may be wanted with their safe paths and purposes; the others are counted, not looked at."""
    entries = [entry for entry in opened.infolist() if not entry.is_dir()]
    unpacker.count(len(entries))
    kinds = [purpose(zip_entries.raw_name(entry).decode("latin-1").replace("\\", "/")) for entry in entries]
    chosen = [(entry, kind) for entry, kind in zip(entries, kinds, strict=True) if kind != OTHER]
    unpacker.others += len(entries) - len(chosen)
    raw = {zip_entries.raw_name(entry) for entry, _ in chosen if not entry.flag_bits & zip_entries.UTF_8}
    read, page = code_pages.decoder(raw, unpacker.code_page)
    unpacker.said = unpacker.said or page
    found = []
    for entry, kind in chosen:
        try:
            found.append((entry, zip_entries.check(entry, read), kind))
        except ZipPathError:
            if kind != UNKNOWN:
                raise
            unpacker.others += 1
    return found


def _take(
    opened: zipfile.ZipFile, entry: zipfile.ZipInfo, path: str, kind: str, unpacker: Unpacker, inner: Inner
) -> None:
    with reading():
        source = opened.open(entry)
    with source:
        if kind == ARCHIVE:
            inner(source, path)  # type: ignore[arg-type]
        else:
            unpacker.take(source, path, kind, _told(entry))


def _told(entry: zipfile.ZipInfo) -> float | None:
    """The time that the zip tells, so that the same zip gives the same fingerprint wherever it is unpacked."""
    try:
        return calendar.timegm((*entry.date_time, 0, 0, 0))
    except (ValueError, OverflowError):  # a month 0
        return None
