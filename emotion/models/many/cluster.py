"""Many computers that look at photos, through Ray (`pip install emotion[cluster]`): the same rows as from `pool`.

No disk is shared: the network and each photo travel as bytes; objects in a store each computer reads itself. Ray gives
a task to whichever process is free, and gives it to another one where a process or a computer ends.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emotion import __version__
from emotion.images import memory
from emotion.models.answers import Looking, answer
from emotion.models.many.pool import AHEAD
from emotion.models.many.stores import answers, is_address
from emotion.models.many.worker import lost
from emotion.models.predictor import Predictor
from emotion.recipes import ModelInfo
from emotion.system import EmotionError, _

if TYPE_CHECKING:
    from types import ModuleType

    from emotion.models.many.worker import Row

RETRIES = 3  # of a task whose process ends
Setup = tuple[str, str, bytes, dict[str, Any], Looking, bool]  # id, version, network, info, looking, all classes

_ready: tuple[str, Predictor] | None = None  # in a process of the cluster: what it was last asked with


def look(setup: Setup, names: list[str], photos: dict[str, bytes]) -> list[Row]:
    """In a process of the cluster: the rows of these photos; objects in a store it reads itself."""
    global _ready
    known_as, version, network, info, looking, all_classes = setup
    if version != __version__:
        raise RuntimeError(
            _("this node has version {here} of the program, the one that asks {there}", here=__version__, there=version)
        )
    if _ready is None or _ready[0] != known_as:
        _ready = known_as, Predictor(Path("model.tflite"), ModelInfo.from_json(info), known_as, network)
    predictor = _ready[1]
    return [given.to_json(all_classes) for given in answers(names, predictor, looking, photos)]


def no_cluster(where: str, why: str) -> EmotionError:
    """What is told where a cluster cannot be used.

    Args:
        where: it was looked for.
        why: in words, or as Ray says it.
    """
    return EmotionError(
        _(
            "{where}: expected a cluster of Ray whose computers have this version of the program. Received: {why}. "
            "Start one with `ray start --head`, or leave out --on.",
            where=where,
            why=why[:300].rstrip("."),
        )
    )


def connect(where: str) -> tuple[ModuleType, bool]:
    """Ray, connected to a cluster, and whether it was not before.

    Args:
        where: "auto" for the cluster that this computer is part of, or ray://host:10001.

    Raises:
        EmotionError: where Ray is not installed, or no cluster answers.
    """
    try:
        import ray
    except ImportError as error:
        raise EmotionError(
            _(
                "--on needs the package ray, which is not installed. Install it here and on each computer of the "
                "cluster: {command}",
                command='pip install "emotion[cluster]"',
            )
        ) from error
    began = not ray.is_initialized()
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent anywhere else
    try:
        ray.init(where, ignore_reinit_error=True, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise no_cluster(where, " ".join(str(error).split())) from error
    return ray, began


class RayPool:
    """The processes of a cluster, one a core of all its computers.

    Args:
        where: "auto" for the cluster that this computer is part of, or ray://host:10001.
        predictor: the model.
        looking: how to look at each photo.
        all_classes: also say the probability of every class.

    Raises:
        EmotionError: where Ray is not installed, or no cluster answers.
    """

    def __init__(self, where: str, predictor: Predictor, looking: Looking, all_classes: bool) -> None:
        self._ray, self._began = connect(where)
        self._predictor, self._looking, self._all_classes = predictor, looking, all_classes
        ray = self._ray
        network, info = predictor.path.read_bytes(), predictor.info.to_json()
        setup: Setup = (os.urandom(8).hex(), __version__, network, info, looking, all_classes)
        self._setup = ray.put(setup)
        self._look = ray.remote(num_cpus=1, max_retries=RETRIES)(look)

    def __enter__(self) -> RayPool:
        return self

    def __exit__(self, *_other: object) -> None:
        if self._began:
            self._ray.shutdown()

    def rows(self, batches: Iterator[list[str]]) -> Iterator[list[Row]]:
        """The rows of each batch of names, in the order of the batches.

        Raises:
            EmotionError: where a computer of it has another version of this program, or none.
        """
        most = AHEAD * max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        asked: deque[tuple[list[str], Any]] = deque()
        while True:
            while len(asked) < most and (names := next(batches, None)) is not None:
                asked.append((names, self._ask(names)))
            if not asked:
                return
            names, ref = asked.popleft()
            yield self._found(names, ref)

    def _found(self, names: list[str], ref: Any) -> list[Row]:
        crashed = (self._ray.exceptions.WorkerCrashedError, self._ray.exceptions.OutOfMemoryError)
        try:
            return self._in_order(names, self._ray.get(ref))
        except crashed:
            if len(names) == 1:
                return [lost(names[0])]
            return [row for name in names for row in self._found([name], self._ask([name]))]
        except self._ray.exceptions.RayError as error:
            if isinstance(told := getattr(error, "cause", None), EmotionError):
                raise told from error
            raise no_cluster(_("the cluster"), str(error).strip().splitlines()[-1]) from error

    def _ask(self, names: list[str]) -> Any:
        sent = {name: photo for name in names if (photo := _content(name)) is not None}
        return self._look.remote(self._setup, [name for name in names if name in sent or is_address(name)], sent)

    def _in_order(self, names: list[str], rows: list[Row]) -> list[Row]:
        """All rows: those of photos that were not sent are worked out here."""
        found = {row["file"]: row for row in rows}
        return [found.get(name) or self._here(name) for name in names]

    def _here(self, name: str) -> Row:
        return answer(Path(name), self._predictor, name, self._looking).to_json(self._all_classes)


def _content(name: str) -> bytes | None:
    """The bytes of a photo; None where it cannot be read, or is larger than what is taken as bytes."""
    try:
        if not os.path.isfile(name) or os.path.getsize(name) > memory.upload_mb() * 2**20:
            return None
        with open(name, "rb") as file:
            return file.read()
    except (OSError, ValueError):  # ValueError: a path with a zero byte
        return None
