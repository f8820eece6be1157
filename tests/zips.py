"""Zips to bring in, good ones and such as were made to harm; written by hand where `zipfile` would refuse."""

from __future__ import annotations

import io
import stat
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ("happy", "sad")


def face(seed: int) -> np.ndarray:
    """(48, 48) uint8 that no other seed gives."""
    return np.random.default_rng(seed).integers(0, 256, (48, 48), dtype=np.uint8)


def png(seed: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(face(seed)).save(buffer, "PNG")
    return buffer.getvalue()


def write_classes(folder: Path, count: int = 10, first: int = 0) -> Path:
    """`folder/<class>/<number>.png`, every picture another one."""
    for place, name in enumerate(CLASSES):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            (folder / name / f"{number:03d}.png").write_bytes(png(first + 1000 * place + number))
    return folder


def write_archive(folder: Path, train: int = 6, test: int = 2) -> Path:
    """`folder/{train,test}/<class>/<number>.png`."""
    write_classes(folder / "train", train)
    write_classes(folder / "test", test, first=500)
    return folder


def zip_of(folder: Path, path: Path, outer: str = "") -> Path:
    """All files of a folder in a zip, below an outer folder if one is named."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for found in sorted(folder.rglob("*")):
            if found.is_file():
                file.write(found, outer + found.relative_to(folder).as_posix())
    return path


def tar_of(path: Path, contents: dict[str, bytes]) -> Path:
    """Files in a tar, packed as its ending says."""
    mode = {"tgz": "gz", "tar": ""}.get(path.suffix[1:], path.suffix[1:])
    with tarfile.open(path, f"w:{mode}") as file:  # type: ignore[call-overload]
        for name, content in contents.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            file.addfile(entry, io.BytesIO(content))
    return path


def zip_with(path: Path, **files: bytes) -> Path:
    """A good zip of two classes and some more files, by name."""
    return zip_names(path, dict(files))


def zip_names(path: Path, more: dict[str | zipfile.ZipInfo, bytes], mode: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", mode) as file:
        for split in ("train", "test"):
            for place, name in enumerate(CLASSES):
                file.writestr(f"{split}/{name}/a.png", png(place + 2 * (split == "test")))
        for name, content in more.items():
            file.writestr(name, content)
    return path


def link(name: str, to: str) -> tuple[zipfile.ZipInfo, bytes]:
    return special(name, stat.S_IFLNK), to.encode()


def special(name: str, kind: int) -> zipfile.ZipInfo:
    """An entry that claims to be a link, a device or a pipe of Unix."""
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = (kind | 0o777) << 16
    return entry


def raw_zip(entries: list[tuple[bytes, bytes]], flags: int = 0, claimed: int | None = None) -> bytes:
    """A zip of stored files whose names are any bytes.

    Args:
        entries: name and content.
        flags: of every entry; 0x1 = encrypted, 0x800 = the name is UTF-8.
        claimed: size that the headers tell, None = the true one.
    """
    body, listed = b"", b""
    for name, content in entries:
        size = len(content) if claimed is None else claimed
        facts = struct.pack("<4H3L", flags, 0, 0, 0, zlib.crc32(content), len(content), size)
        head = b"PK\x03\x04" + struct.pack("<H", 20) + facts + struct.pack("<2H", len(name), 0) + name
        listed += b"PK\x01\x02" + struct.pack("<2H", 20, 20) + facts
        listed += struct.pack("<5H2L", len(name), 0, 0, 0, 0, 0, len(body)) + name
        body += head + content
    count = len(entries)
    return body + listed + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count & 0xFFFF, count & 0xFFFF,
                                       len(listed), len(body), 0)  # fmt: skip


def crowd(count: int, claimed: int) -> bytes:
    """A zip that lists `count` empty pictures, says at its end that it lists `claimed`, and holds only the first."""
    name = b"a.png"
    head = b"PK\x03\x04" + struct.pack("<5H3L2H", 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0) + name
    entry = b"PK\x01\x02" + struct.pack("<6H3L5H2L", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0) + name
    listed = entry * count
    return head + listed + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, claimed, claimed, len(listed), len(head), 0)
