"""What a zip says of its files: which of them may be unpacked, and under which names. Nothing is unpacked here.

How many files a zip lists, counted before anything is made of them.

`zipfile` makes an object of every entry at once, which for a million entries takes minutes and gigabytes. Here the
list is only walked over, and no further than allowed. Numbers in the file are hints: it may be made to harm.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import zipfile
from collections.abc import Callable
from typing import BinaryIO

from emotion.data.bring.errors import ZipPathError
from emotion.data.bring.unpacking import CUT_SHORT, IS_LINK, MOST_FILES, TOO_MANY
from emotion.data.class_names import safe_name
from emotion.system import N_, DataError, _

DEEPEST = 12  # folders in one another
DRIVE = re.compile(r"[A-Za-z]:")
ENCRYPTED, UTF_8 = 0x1 | 0x40, 0x800  # flags of an entry
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
RARE_WAY = N_("The zip is packed in a rare way: unpack it yourself and add the folder.")


def open_zip(file: BinaryIO) -> zipfile.ZipFile:
    """Reads the list of files, after a look at it from outside.

    Raises:
        DataError: with why it is refused.
    """
    check_directory(file, MOST_FILES)
    try:
        return zipfile.ZipFile(file)
    except UnicodeDecodeError as error:
        raise DataError(
            _(
                "The zip is refused because names in it are said to be UTF-8 and are not UTF-8: pack it again, or add "
                "the folder itself."
            )
        ) from error
    except NotImplementedError as error:
        raise DataError(_(RARE_WAY)) from error
    except Exception as error:  # as in `unpacking.reading`
        raise DataError(_(CUT_SHORT)) from error


def raw_name(entry: zipfile.ZipInfo) -> bytes:
    """The name of an entry as it stands in the zip."""
    return entry.orig_filename.encode("utf-8" if entry.flag_bits & UTF_8 else "cp437", "surrogateescape")


def name_of(entry: zipfile.ZipInfo, read: Callable[[bytes], str]) -> str:
    """The name of an entry, with "/" between its folders.

    Args:
        read: for a name that the zip does not say to be UTF-8; see `code_pages.decoder`.
    """
    name = entry.orig_filename if entry.flag_bits & UTF_8 else read(raw_name(entry))
    return name.replace("\\", "/")


def safe_path(name: str) -> str:
    """The name as a relative path whose parts every system can hold.

    Raises:
        ZipPathError: when it leads out of its folder, or has more than `DEEPEST` folders.
    """
    parts = [part for part in name.split("/") if part not in ("", ".")]
    absolute = name.startswith("/") or DRIVE.match(name) or "\0" in name
    if absolute or ".." in [part.strip() for part in parts] or not 0 < len(parts) <= DEEPEST:
        raise ZipPathError(name)
    return "/".join(safe_name(part) for part in parts)


def check(entry: zipfile.ZipInfo, read: Callable[[bytes], str]) -> str:
    """Looks at one entry without unpacking it; returns its safe path.

    Raises:
        DataError: for links and devices, passwords, foreign packing, paths that lead out.
    """
    name = name_of(entry, read)
    path = safe_path(name)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise DataError(_(IS_LINK, name=repr(name[:80])))
    if entry.flag_bits & ENCRYPTED:
        raise DataError(_("The zip is locked with a password: unpack it yourself and add the folder."))
    if entry.compress_type not in METHODS:
        raise DataError(_(RARE_WAY))
    return path


END = struct.Struct("<4s4H2LH")  # end of central directory: signature, …, its size and offset, length of a comment
END_64 = struct.Struct("<4sQ2H2L4Q")  # the same for large zips
LOCATOR_64 = struct.Struct("<4sLQL")
ENTRY = struct.Struct("<4s4B4H3L5H2L")  # of the central directory, before name, extra and comment
LONGEST_COMMENT = 65_535
MOST_BYTES = 128 * 2**20  # of a list of files; 35,887 of FER-2013 take 3.4 MB


def check_directory(file: BinaryIO, most: int) -> None:
    """Refuses what is no zip, a zip without its end, and one that lists more files than wanted.

    Raises:
        DataError
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    starts_like_one = file.read(4) in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
    end = _end(file, size)
    if end is None:
        no_zip = _("This is not a zip file, whatever its name says: choose another one.")
        raise DataError(_(CUT_SHORT) if starts_like_one else no_zip)
    place, listed = end
    if listed > place:
        raise DataError(_(CUT_SHORT))
    if listed > MOST_BYTES:
        raise DataError(_(TOO_MANY, most=most))
    file.seek(place - listed)
    if _count(file.read(listed), most) > most:
        raise DataError(_(TOO_MANY, most=most))


def _end(file: BinaryIO, size: int) -> tuple[int, int] | None:
    """Where the list of files ends and how many bytes it has, found in the way of `zipfile`; None without a list."""
    start = max(0, size - END.size - LONGEST_COMMENT)
    file.seek(start)
    tail = file.read()
    place = len(tail) - END.size
    if place < 0 or not tail[place:].startswith(b"PK\x05\x06") or tail[-2:] != b"\0\0":
        place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < END.size:
        return None
    listed = END.unpack_from(tail, place)[5]
    return _end_64(file, start + place) or (start + place, listed)


def _end_64(file: BinaryIO, end: int) -> tuple[int, int] | None:
    if end < LOCATOR_64.size + END_64.size:
        return None
    file.seek(end - LOCATOR_64.size)
    if LOCATOR_64.unpack(file.read(LOCATOR_64.size))[0] != b"PK\x06\x07":
        return None
    place = end - LOCATOR_64.size - END_64.size
    file.seek(place)
    fields = END_64.unpack(file.read(END_64.size))
    return (place, fields[8]) if fields[0] == b"PK\x06\x06" else None


def _count(listed: bytes, most: int) -> int:
    """Entries in a list of files; counts no further than one more than wanted."""
    place = number = 0
    while number <= most and place + ENTRY.size <= len(listed):
        fields = ENTRY.unpack_from(listed, place)
        if fields[0] != b"PK\x01\x02":
            raise DataError(_(CUT_SHORT))
        place += ENTRY.size + fields[12] + fields[13] + fields[14]
        number += 1
    return number
