"""Runs by the id that an address names. Ids only, never paths: an address may come from anywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from emotion.runs import RunPaths, read_run
from emotion.system import RunMissingError, runs_dir

if TYPE_CHECKING:
    from emotion.runs import Run


ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def find(run_id: str | None) -> Run | None:
    """The run of that id under `runs/`, or None."""
    if not run_id or not ID.fullmatch(run_id):
        return None
    try:
        return read_run(RunPaths(runs_dir() / run_id))
    except RunMissingError:
        return None
