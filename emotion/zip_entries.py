"""What a zip says of its files: which of them may be unpacked, and under which names. Nothing is unpacked here."""

from __future__ import annotations

import re
import stat
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from emotion import zip_directory
from emotion.class_names import safe_name
from emotion.import_errors import (
    ZipCutShortError,
    ZipEncryptedError,
    ZipLinkError,
    ZipMethodError,
    ZipNamesError,
    ZipPathError,
    ZipTooManyError,
)

MOST_FILES = 300_000
DEEPEST = 12  # folders in one another
DRIVE = re.compile(r"[A-Za-z]:")
ENCRYPTED, UTF_8 = 0x1 | 0x40, 0x800  # flags of an entry
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
JUNK_FOLDERS = frozenset({"__macosx", "@eadir"})


@dataclass(frozen=True)
class Wanted:
    """A file to unpack, and its safe path with "/" relative to where it goes."""

    entry: zipfile.ZipInfo
    path: str


def open_zip(file: BinaryIO) -> zipfile.ZipFile:
    """Reads the list of files, after a look at it from outside.

    Raises:
        ZipError
    """
    zip_directory.check(file, MOST_FILES)
    try:
        return zipfile.ZipFile(file)
    except UnicodeDecodeError as error:
        raise ZipNamesError from error
    except NotImplementedError as error:
        raise ZipMethodError from error
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ZipCutShortError from error


def name_of(entry: zipfile.ZipInfo) -> str:
    """The name of an entry, with "/" between its folders. The Mac writes UTF-8 without saying so.

    Raises:
        ZipNamesError: when it is neither ASCII nor UTF-8.
    """
    name = entry.orig_filename
    if not entry.flag_bits & UTF_8 and not name.isascii():
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError as error:
            raise ZipNamesError from error
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


def check(entry: zipfile.ZipInfo) -> str:
    """Looks at one entry without unpacking it; returns its safe path.

    Raises:
        ZipError: for links and devices, passwords, foreign packing, paths that lead out, names that are not UTF-8.
    """
    name = name_of(entry)
    path = safe_path(name)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ZipLinkError(name)
    if entry.flag_bits & ENCRYPTED:
        raise ZipEncryptedError
    if entry.compress_type not in METHODS:
        raise ZipMethodError
    return path


def _is_junk(path: str) -> bool:
    """Hidden files and folders, and what a Mac puts beside the pictures; judged by the names in the zip."""
    return any(part.startswith(".") or part.casefold() in JUNK_FOLDERS for part in path.split("/"))


def wanted(opened: zipfile.ZipFile, suffixes: frozenset[str]) -> tuple[list[Wanted], int]:
    """The files with these endings and the number of others. Every entry is checked, also those of no use.

    Raises:
        ZipError
    """
    entries = opened.infolist()
    if len(entries) > MOST_FILES:
        raise ZipTooManyError(MOST_FILES)
    found, others = [], 0
    for entry in entries:
        path = check(entry)
        if entry.is_dir():
            continue
        if _is_junk(name_of(entry)) or path[path.rfind(".") :].lower() not in suffixes:
            others += 1
        else:
            found.append(Wanted(entry, path))
    return found, others
