"""Waiting for what another process does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from emotion.runs import run as runs
from emotion.runs.run import RunPaths, Status

T = TypeVar("T")


def wait_for(condition: Callable[[], T], seconds: float = 180.0) -> T:
    """Returns the first true value; the limit only keeps a hanging test from hanging for ever."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"nothing happened within {seconds} s")


def wait_for_status(paths: RunPaths, *wanted: Status) -> Status:
    """Waits until the run has one of the states; an end that was not asked for fails at once, with the log."""

    def look() -> Status | None:
        run = runs.read_run(paths)
        if run.status in wanted:
            return run.status
        if run.status in (Status.FAILED, Status.LOST):
            log = paths.log.read_text(encoding="utf-8") if paths.log.exists() else ""
            raise AssertionError(f"{run.status}: {run.reason}\n{log[-2000:]}")
        return None

    return wait_for(look)
