"""Imports beside the page, each as a task: it starts one, can be left, and finds it again.

An import is a process of its own. In a thread of the server it would have to ask for Python's one lock six times a
file, and take minutes beside busy pages. Nothing half-made is left behind (`emotion.data.bring.staging`).
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from typing import TYPE_CHECKING, BinaryIO

from emotion.data import registry
from emotion.data.bring import staging
from emotion.data.bring.layout import Options
from emotion.data.class_names import safe_name
from emotion.system import EmotionError, disk, tasks

if TYPE_CHECKING:
    from emotion.data.registry import DataSet
    from emotion.system import Task


BEGINNING = "import-"  # of the names of the tasks


def add(source: str | BinaryIO, name: str, title: str, options: Options | None = None) -> str:
    """Starts to bring in a path or an upload, and returns the name of the task at once.

    Args:
        source: what the person has typed, or an upload; that is written to the disk first.
        name: of the data set; "" makes one.
        title: the name of the file, or what the person has typed.

    Raises:
        NoRoomError, OutputFolderError: when an upload cannot be written.
    """
    options, task = options or Options(), _new_name()
    if not isinstance(source, str):
        source = _written(source, task, title)
    words = [f"--name={name}", f"--share={options.share}", f"--seed={options.seed}", f"--test={options.test}",
             f"--code-page={options.code_page}", f"--labels={options.labels.file}",
             f"--file-column={options.labels.file_column}", f"--label-column={options.labels.label_column}",
             f"--label-pattern={options.labels.pattern}"]  # fmt: skip
    words += [f"--leave-out={name}" for name in options.leave_out]
    tasks.start(task, ["data", "add", *words, "--", source], title)
    return task


def _written(upload: BinaryIO, task: str, title: str) -> str:
    """The path of an upload that was written to where the task will find it."""
    path = tasks.given(task) / safe_name(title)
    try:
        disk.check_room(path.parent, upload.seek(0, os.SEEK_END))
        upload.seek(0)
        with disk.writing(path.parent), path.open("wb") as file:
            shutil.copyfileobj(upload, file, 2**20)
    except EmotionError:
        tasks.forget(task)  # what is half written holds the very space that is missing
        raise
    return str(path)


def get_fer2013(name: str) -> str:
    """Starts the download of FER-2013, whose terms the person has accepted, and returns the name of the task."""
    task = _new_name()
    tasks.start(task, ["data", "get-fer2013", "--accept", f"--name={name}"], "FER-2013")
    return task


def _new_name() -> str:
    """Names in the order of the alphabet are in that of their starts."""
    return f"{BEGINNING}{time.time_ns():020}-{secrets.token_hex(2)}"


def list_imports() -> list[Task]:
    """All imports that are at work, or have ended within the last hour and not been dismissed, the oldest first."""
    return tasks.list_tasks(BEGINNING)


def record(task: Task) -> DataSet | None:
    """The data set that an import has brought; None for one that has not, or whose data set was removed since."""
    return registry.find(task.result) if task.result else None


def stop(name: str) -> None:
    """Stops an import; nothing of it stays."""
    tasks.stop(name)
    staging.sweep()


def dismiss(name: str) -> None:
    """Shows an import that has ended no more."""
    tasks.forget(name)
