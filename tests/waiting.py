"""Waiting for what another process does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from emotion.runs import run as stored
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


def run(work: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run` in a thread of its own: the browser of another test may keep a loop of events in this one."""
    with ThreadPoolExecutor(1) as own:
        return own.submit(asyncio.run, work).result()


def wait_for_status(paths: RunPaths, *wanted: Status) -> Status:
    """Waits until the run has one of the states; an end that was not asked for fails at once, with the log."""

    def look() -> Status | None:
        found = stored.read_run(paths)
        if found.status in wanted:
            return found.status
        if found.status in (Status.FAILED, Status.LOST):
            log = paths.log.read_text(encoding="utf-8") if paths.log.exists() else ""
            raise AssertionError(f"{found.status}: {found.reason}\n{log[-2000:]}")
        return None

    return wait_for(look)
