"""Processes of this program: starting one that outlives its parent, and telling whether one is still there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

_children: list[subprocess.Popen[bytes]] = []


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


def spawn(arguments: list[str], stdin: int, output: Any) -> subprocess.Popen[bytes]:
    """Starts Python with these arguments from the project's folder, as a session of its own.

    It survives the server, and Ctrl-C in the server's terminal does not reach it.

    Args:
        stdin: `subprocess.PIPE` or `subprocess.DEVNULL`.
        output: a file, or `subprocess.DEVNULL`, for standard output and error.
    """
    _children[:] = [child for child in _children if child.poll() is None]  # reaps those that have ended
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=Path(__file__).resolve().parent.parent,
        stdin=stdin,
        stdout=output,
        stderr=output,
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    _children.append(process)
    return process
