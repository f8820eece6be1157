"""Disks that take nothing: any folder, for this process, on every system; and a real one, where it may be mounted."""

from __future__ import annotations

import builtins
import contextlib
import errno
import io
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

FULL, READ_ONLY, FORBIDDEN = errno.ENOSPC, errno.EROFS, errno.EACCES
KINDS = {"full": FULL, "read-only": READ_ONLY, "forbidden": FORBIDDEN}
SAID = {FULL: "There is no room left on the disk of", READ_ONLY: "Nothing can be written to"}
SAID[FORBIDDEN] = SAID[READ_ONLY]
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@contextlib.contextmanager
def taking_nothing(folder: Path, number: int, only: str = "") -> Iterator[None]:
    """Whatever this process writes below a folder fails with that number, in the block.

    Args:
        only: a pattern of names, such as `*.json`; other files are written. "" refuses all.
    """
    with pytest.MonkeyPatch.context() as patch:
        refuse(patch, folder, number, only)
        yield


def refuse(patch: pytest.MonkeyPatch, folder: Path, number: int, only: str = "") -> None:
    """The same until the patch is undone."""
    ours = os.path.abspath(folder)

    def check(path: Any) -> None:
        if isinstance(path, str | bytes | os.PathLike):
            whole = os.path.abspath(os.fsdecode(path))
            fits = not only or Path(whole).match(only)
            if fits and (whole == ours or whole.startswith(ours + os.sep)):
                raise OSError(number, os.strerror(number), whole)

    def instead(real: Callable[..., Any], writes: Callable[..., bool], place: int = 0) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            if writes(*args, **named):
                check(args[place])
            return real(*args, **named)

        return call

    def opens_to_write(path: Any, mode: str = "r", *_: Any, **named: Any) -> bool:
        return bool(set(named.get("mode", mode)) & set("wax+"))

    opened = instead(io.open, opens_to_write)
    patch.setattr(io, "open", opened)
    patch.setattr(builtins, "open", opened)
    patch.setattr(os, "open", instead(os.open, lambda path, flags, *_, **__: bool(flags & WRITES)))
    for name, place in (("mkdir", 0), ("replace", 1), ("rename", 1), ("utime", 0)):
        patch.setattr(os, name, instead(getattr(os, name), lambda *_, **__: True, place))
    if number != FULL:  # a full disk lets go of what it holds
        for name in ("unlink", "rmdir"):
            patch.setattr(os, name, instead(getattr(os, name), lambda *_, **__: True))


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A real disk of that size, such as `3m`, in the block; skips the test where this user may not mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], capture_output=True)
    except OSError as error:
        pytest.skip(f"no disk can be mounted here: {error}")
    if made.returncode:
        pytest.skip(f"no disk can be mounted here: {made.stderr.decode(errors='replace').strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path, leave: int = 0) -> Path:
    """Takes all room of a small disk but so many bytes; returns the file that holds it."""
    zeros = folder / "zeros"
    with zeros.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    if leave:
        os.truncate(zeros, zeros.stat().st_size - leave)
    return zeros


def strays(folder: Path) -> list[str]:
    """What is half written below a folder."""
    return [str(path) for path in folder.rglob(".*") if ".tmp" in path.name or path.suffix in (".part", ".gone")]
