"""What a page has checked beside itself, each as a task: the pictures, their faces, their labels.

A check of 32,000 pictures takes up to 210 MB and every core for some seconds: in the server it would hold up each page.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from emotion.system import tasks

CHECK, FACES, LABELS = "check", "faces", "labels"


def task_name(root: Path, kind: str) -> str:
    """The name of the task that checks a folder in one of the three ways, for `tasks.find`."""
    return f"{kind}-{hashlib.blake2b(os.fsencode(os.path.realpath(root)), digest_size=8).hexdigest()}"


def start(root: Path, kind: str, *options: str) -> None:
    """Starts a check of a folder, unless one of this kind is at work on it."""
    which = [] if kind == CHECK else [f"--{kind}"]
    tasks.start(task_name(root, kind), ["check", str(root), *which, *options])
