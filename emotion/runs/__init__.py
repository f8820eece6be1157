"""A run is a folder: its state, its history, and the queue of runs.

May import `data` and the rooms below it.
"""

from __future__ import annotations

from emotion.runs import deleted, differences, film, index, person, progress, queue, speed, table
from emotion.runs.film import Film
from emotion.runs.history import History, append_history, read_history
from emotion.runs.progress import Progress
from emotion.runs.run import (
    ID_ALPHABET,
    Run,
    RunPaths,
    Status,
    check_room,
    find_run,
    list_runs,
    new_run,
    read_run,
    rename,
    request_stop,
    unreadable_runs,
    write_status,
)
from emotion.runs.summary import Summary, TestScore, summarize

__all__ = [
    "ID_ALPHABET",
    "Film",
    "History",
    "Progress",
    "Run",
    "RunPaths",
    "Status",
    "Summary",
    "TestScore",
    "append_history",
    "check_room",
    "deleted",
    "differences",
    "film",
    "find_run",
    "index",
    "list_runs",
    "new_run",
    "person",
    "progress",
    "queue",
    "read_history",
    "read_run",
    "rename",
    "request_stop",
    "speed",
    "summarize",
    "table",
    "unreadable_runs",
    "write_status",
]
