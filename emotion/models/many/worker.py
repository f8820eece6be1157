"""One process of several that look at pictures: it makes itself ready once and answers names with rows.

LiteRT and the libraries of numbers take one thread each; the processes are what fills the cores.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from multiprocessing import connection
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol, TypeVar

from threadpoolctl import threadpool_limits

from emotion.images import memory
from emotion.models.answers import Looking
from emotion.models.many.stores import answers, is_address
from emotion.models.predictor import Predictor, load_quietly
from emotion.recipes import ModelInfo
from emotion.system import ENGLISH, N_, _, speaking

Row = dict[str, Any]  # as `Answer.to_json` gives it
T = TypeVar("T")
There = Callable[[list[str], list[bytes]], list[T]]  # names and what was sent of each → a row each

LOST = N_(
    "The process that looked at this picture ended: it is damaged in a rare way, or memory ran out; save it as JPEG."
)


class PictureTask(Protocol[T]):
    """What processes are asked about pictures: it is sent to each of them."""

    def begin(self) -> Callable[[list[str]], list[T]]:
        """Makes a process ready; what it gives answers names with a row each."""

    def lost(self, name: str) -> T:
        """The row of a picture that ends whatever process looks at it."""


class SentTask(PictureTask[T], Protocol[T]):
    """One that can be asked on computers without these files, too: what is in them travels."""

    def content(self, name: str) -> bytes | None:
        """What travels of a picture; None where its row has to be worked out here."""

    def there(self) -> Callable[[], There[T]]:
        """What travels once: called in a process there, it makes it ready."""


def content(path: str) -> bytes | None:
    """The bytes of a file; None where it cannot be read, or is larger than what is taken as bytes."""
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > memory.upload_mb() * 2**20:
            return None
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError):  # ValueError: a path with a zero byte
        return None


@dataclass(frozen=True)
class Sent:
    """A model as it travels."""

    reference: str
    network: bytes
    info: dict[str, Any]

    @classmethod
    def of(cls, predictor: Predictor) -> Sent:
        return cls(predictor.reference, predictor.path.read_bytes(), predictor.info.to_json())

    def predictor(self) -> Predictor:
        return Predictor(Path("model.tflite"), ModelInfo.from_json(self.info), self.reference, self.network)


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
        return lambda names: _answers(predictor, self.looking, self.all_classes, names)

    def lost(self, name: str) -> Row:
        return {"file": name, "faces": [], "turned": 0, "error": LOST, "note": None}

    def content(self, name: str) -> bytes | None:
        return b"" if is_address(name) else content(name)  # objects in a store are read there

    def there(self) -> Callable[[], There[Row]]:
        return partial(_photos_there, Sent.of(load_quietly(self.model)), self.looking, self.all_classes)


def _photos_there(sent: Sent, looking: Looking, all_classes: bool) -> There[Row]:
    predictor = sent.predictor()
    return lambda names, contents: _answers(
        predictor, looking, all_classes, names, dict(zip(names, contents, strict=True))
    )


def _answers(
    predictor: Predictor, looking: Looking, all_classes: bool, names: list[str], sent: Mapping[str, bytes] | None = None
) -> list[Row]:
    with speaking(ENGLISH):  # rows are for programs, and are kept
        return [given.to_json(all_classes) for given in answers(names, predictor, looking, sent)]


_look: Callable[[list[str]], list[Any]] | None = None


def begin(task: PictureTask[Any], until_closed: Connection, environment: dict[str, str]) -> None:
    """Makes this process ready. It ends with the one that started it, and leaves Ctrl-C to that one.

    Args:
        task: what it is asked.
        until_closed: it also ends when the other end of this is closed.
        environment: the variables of the process that started it.
    """
    global _look
    os.environ.clear()
    os.environ.update(environment)
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
