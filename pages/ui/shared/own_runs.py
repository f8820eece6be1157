"""Runs by the id that an address names. Ids only, never paths: an address may come from anywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from emotion.runs import RunPaths, read_run
from emotion.system import RunError, RunMissingError, RunUnreadableError, _, runs_dir

if TYPE_CHECKING:
    from emotion.runs import Run


ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def find(run_id: str | None) -> Run | None:
    """The run of that id under `runs/`, or None where there is none that this program understands."""
    try:
        return _read(run_id or "")
    except RunError:
        return None


def why_not(run_id: str, missing: str = "") -> str:
    """Why `find` gives None for the id in an address, in words; `missing` in place of the usual words."""
    try:
        _read(run_id)
    except RunUnreadableError as error:
        return str(error)
    except RunMissingError:
        pass
    return missing or _("The run in the address is not here (any more).")


def _read(run_id: str) -> Run:
    """Raises RunMissingError, also for what is no id, and RunUnreadableError."""
    if not ID.fullmatch(run_id):
        raise RunMissingError(run_id)
    return read_run(RunPaths(runs_dir() / run_id))
