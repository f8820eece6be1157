"""One process of several that look at pictures: it makes itself ready once and answers names with rows.

LiteRT and the libraries of numbers take one thread each; the processes are what fills the cores.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeVar

from threadpoolctl import threadpool_limits

from emotion.models.answers import Looking
from emotion.models.many.stores import answers
from emotion.models.predictor import load_quietly
from emotion.system import ENGLISH, N_, _, speaking

Row = dict[str, Any]  # as `Answer.to_json` gives it
T = TypeVar("T")

LOST = N_(
    "The process that looked at this picture ended: it is damaged in a rare way, or memory ran out; save it as JPEG."
)


class PictureTask(Protocol[T]):
    """What processes are asked about pictures: it is sent to each of them."""

    def begin(self) -> Callable[[list[str]], list[T]]:
        """Makes a process ready; what it gives answers names with a row each."""

    def lost(self, name: str) -> T:
        """The row of a picture that ends whatever process looks at it."""


def lost(name: str) -> Row:
    """The row of a photo that ends whatever process looks at it."""
    return {"file": name, "faces": [], "turned": 0, "error": LOST, "note": None}


@dataclass(frozen=True)
class PhotoTask:
    """What a model says of photos.

    Attributes:
        model: how `load_model` finds it.
        looking: how to look at each photo.
        all_classes: also say the probability of every class.
    """

    model: str
    looking: Looking
    all_classes: bool

    def begin(self) -> Callable[[list[str]], list[Row]]:
        predictor = load_quietly(self.model)

        def look(names: list[str]) -> list[Row]:
            with speaking(ENGLISH):  # rows are for programs, and are kept
                return [given.to_json(self.all_classes) for given in answers(names, predictor, self.looking)]

        return look

    def lost(self, name: str) -> Row:
        return lost(name)


_look: Callable[[list[str]], list[Any]] | None = None


def begin(task: PictureTask[Any], until_closed: Connection) -> None:
    """Makes this process ready. It ends with the one that started it, and leaves Ctrl-C to that one.

    Args:
        task: what it is asked.
        until_closed: it also ends when the other end of this is closed.
    """
    global _look
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(until_closed,), daemon=True).start()
    threadpool_limits(1)
    _look = task.begin()


def _end_with(until_closed: Connection) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel, until_closed])
        os._exit(1)


def look(names: list[str]) -> list[Any]:
    """The rows of these files; no names show that the process is ready."""
    if _look is None:
        raise RuntimeError(_("begin() has not been called"))
    return _look(names)
