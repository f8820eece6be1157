"""Many computers that look at pictures, through Ray (`pip install emotion[cluster]`): the same rows as from `pool`.

No disk is shared: the network and each picture travel as bytes; objects in a store each computer reads itself. Ray
gives a task to whichever process is free, and gives it to another one where a process or a computer ends.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic

from emotion import __version__
from emotion.models.many.pool import AHEAD, Pool
from emotion.models.many.worker import SentTask, T, There
from emotion.system import EmotionError, _

if TYPE_CHECKING:
    from types import ModuleType

RETRIES = 3  # of a task whose process ends
Setup = tuple[str, str, Callable[[], There[Any]]]  # id, version, what makes a process ready
Asked = tuple[list[str], list[bool], Any]  # names, which of them were sent, Ray's word for the rows of these

_ready: tuple[str, There[Any]] | None = None  # in a process of the cluster: what it was last asked with


def look(setup: Setup, names: list[str], contents: list[bytes]) -> list[Any]:
    """In a process of the cluster: the rows of these pictures."""
    global _ready
    known_as, version, there = setup
    if version != __version__:
        raise RuntimeError(
            _("this node has version {here} of the program, the one that asks {there}", here=__version__, there=version)
        )
    if _ready is None or _ready[0] != known_as:
        _ready = known_as, there()
    return _ready[1](names, contents)


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


class RayPool(Generic[T]):
    """The processes of a cluster, one a core of all its computers.

    Args:
        where: "auto" for the cluster that this computer is part of, or ray://host:10001.
        task: what they are asked.

    Raises:
        EmotionError: where Ray is not installed, or no cluster answers.
    """

    def __init__(self, where: str, task: SentTask[T]) -> None:
        self._task = task
        self._ray, self._began = connect(where)
        ray = self._ray
        setup: Setup = (os.urandom(8).hex(), __version__, task.there())
        self._setup = ray.put(setup)
        self._look = ray.remote(num_cpus=1, max_retries=RETRIES)(look)

    def __enter__(self) -> RayPool[T]:
        return self

    def __exit__(self, *_other: object) -> None:
        if self._began:
            self._ray.shutdown()

    def rows(self, batches: Iterator[list[str]]) -> Iterator[list[T]]:
        """The rows of each batch of names, in the order of the batches.

        Raises:
            EmotionError: where a computer of it has another version of this program, or none.
        """
        most = AHEAD * max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        asked: deque[Asked] = deque()
        while True:
            while len(asked) < most and (names := next(batches, None)) is not None:
                asked.append(self._ask(names))
            if not asked:
                return
            yield self._found(asked.popleft())

    def _found(self, asked: Asked) -> list[T]:
        names, sent, ref = asked
        crashed = (self._ray.exceptions.WorkerCrashedError, self._ray.exceptions.OutOfMemoryError)
        try:
            rows = iter(self._ray.get(ref))
        except crashed:
            if len(names) == 1:
                return [self._task.lost(names[0])]
            return [row for name in names for row in self._found(self._ask([name]))]
        except self._ray.exceptions.RayError as error:
            if isinstance(told := getattr(error, "cause", None), EmotionError):
                raise told from error
            raise no_cluster(_("the cluster"), str(error).strip().splitlines()[-1]) from error
        return [next(rows) if there else self._here([name])[0] for name, there in zip(names, sent, strict=True)]

    def _ask(self, names: list[str]) -> Asked:
        found = [(name, self._task.content(name)) for name in names]
        sent = [(name, content) for name, content in found if content is not None]
        ref = self._look.remote(self._setup, [name for name, _other in sent], [content for _other, content in sent])
        return names, [content is not None for _other, content in found], ref

    @cached_property
    def _here(self) -> Callable[[list[str]], list[T]]:
        """Works out here the rows of pictures that were not sent."""
        return self._task.begin()


def several(task: SentTask[T], jobs: int, on: str | None = None) -> Pool[T] | RayPool[T]:
    """Whoever looks at pictures.

    Args:
        task: what they are asked.
        jobs: so many processes of this computer, or
        on: those of a cluster of Ray, see `RayPool`.

    Raises:
        EmotionError: as `RayPool`.
    """
    return RayPool(on, task) if on else Pool(jobs, task)
