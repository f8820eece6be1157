"""One process of several that look at photos: it reads the model once and answers names with rows.

LiteRT and the libraries of numbers take one thread each; the processes are what fills the cores.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threadpoolctl import threadpool_limits

from emotion.models.answers import Looking, answer
from emotion.models.predictor import load_quietly
from emotion.system import ENGLISH, _, speaking

if TYPE_CHECKING:
    from emotion.models.predictor import Predictor

Row = dict[str, Any]  # as `Answer.to_json` gives it


@dataclass(frozen=True)
class PhotoTask:
    """What all processes are asked.

    Attributes:
        model: how `load_model` finds it.
        looking: how to look at each photo.
        all_classes: also say the probability of every class.
    """

    model: str
    looking: Looking
    all_classes: bool


_asked: tuple[PhotoTask, Predictor] | None = None


def begin(task: PhotoTask) -> None:
    """Makes this process ready. It ends with the one that started it, and leaves Ctrl-C to that one."""
    global _asked
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    threadpool_limits(1)
    _asked = task, load_quietly(task.model)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def look(names: list[str]) -> list[Row]:
    """The rows of these files; no names show that the process is ready."""
    if _asked is None:
        raise RuntimeError(_("begin() has not been called"))
    task, predictor = _asked
    with speaking(ENGLISH):  # rows are for programs, and are kept
        return [answer(Path(name), predictor, name, task.looking).to_json(task.all_classes) for name in names]
