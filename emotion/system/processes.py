"""Processes of this program: starting one that outlives its parent, and telling whether one is still there."""

from __future__ import annotations

import contextlib
import ctypes
import os
import site
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

from emotion.system import paths

_children: list[subprocess.Popen[bytes]] = []
# Of glibc's malloc.h.
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD, M_MMAP_MAX, M_ARENA_MAX = -1, -2, -3, -4, -8
MOST = 2**31 - 1  # bytes, the largest that `mallopt` takes
GROWTH = 256 * 2**20  # bytes that the heap grows by; what is not touched costs nothing
_keeps_everything = False


def keep_memory(block: int | None = None) -> None:
    """Has the C library keep freed memory instead of handing it back to the system, where it is glibc.

    A page that is handed back costs a page fault when it is next touched, which on a virtual machine can take as long
    as the work on it: see docs/decisions/0010-feeding-training.md. No other C library is asked for anything.

    Args:
        block: bytes of the largest block that is taken again and again; None: whatever there is. For a process that
            does one thing and ends, since it never becomes smaller.
    """
    global _keeps_everything
    if sys.platform != "linux" or _keeps_everything:
        return
    with contextlib.suppress(OSError, AttributeError):  # musl has no such function
        mallopt = ctypes.CDLL(None).mallopt
        if block is not None:
            mallopt(M_MMAP_THRESHOLD, block)
            mallopt(M_TRIM_THRESHOLD, 2 * block)
            return
        for what, value in ((M_ARENA_MAX, 1), (M_MMAP_MAX, 0), (M_TRIM_THRESHOLD, MOST), (M_TOP_PAD, GROWTH)):
            mallopt(what, value)
        _keeps_everything = True


def is_alive(pid: int | None, started: float | None) -> bool:
    """Whether that very process still runs; the start time tells it from a later one with the same number.

    Args:
        started: seconds since 1970, as psutil gives it; None takes any process of that number.
    """
    if not pid:
        return False
    try:
        process = psutil.Process(pid)
        same = started is None or abs(process.create_time() - started) < 1.0
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def folder() -> Path:
    """Where our processes start: the project's folder, or the person's where the package is installed.

    The person's folder is made, since a process cannot start in one that is not there.
    """
    if project := paths.checkout():
        return project
    home = paths.home()
    home.mkdir(parents=True, exist_ok=True)
    return home


def environment() -> dict[str, str]:
    """The variables of this process, by which a process that starts in `folder()` finds the same packages.

    `PYTHONPATH` may hold folders that are named from the current one. An installed package is also found where it lies
    outside of Python's own folders, and what lies in the person's folder is never taken for a package.
    """
    variables = dict(os.environ)
    stored = variables.get("PYTHONPATH", "")
    found = [os.path.abspath(one) for one in stored.split(os.pathsep)] if stored else []
    if not paths.checkout():
        variables["PYTHONSAFEPATH"] = "1"
        code = paths.beside_the_code()
        of_python = [*site.getsitepackages(), site.getusersitepackages()]
        if code not in [Path(one).resolve() for one in [*found, *of_python]]:
            found.insert(0, str(code))
    if found:
        variables["PYTHONPATH"] = os.pathsep.join(found)
    return variables


def spawn(arguments: list[str], stdin: int, output: Any) -> subprocess.Popen[bytes]:
    """Starts Python with these arguments in `folder()`, as a session of its own.

    It survives the server, and Ctrl-C in the server's terminal does not reach it.

    Args:
        stdin: `subprocess.PIPE` or `subprocess.DEVNULL`.
        output: a file, or `subprocess.DEVNULL`, for standard output and error.
    """
    _children[:] = [child for child in _children if child.poll() is None]  # reaps those that have ended
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder(),
        env=environment(),
        stdin=stdin,
        stdout=output,
        stderr=output,
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    _children.append(process)
    return process
