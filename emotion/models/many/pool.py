"""Several processes that look at pictures, and the order in which their rows come out.

A picture that ends its process (a decoder that crashes, memory that runs out) is one refused row; the others are asked
again.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import Generic

import psutil

from emotion.models.many import worker
from emotion.models.many.worker import PictureTask, T
from emotion.system import EmotionError, _, processes

AHEAD = 3  # tasks a process that wait for it, so that a slow photo holds up no other process
EACH = 500 * 2**20  # bytes that a process may take


def _context() -> BaseContext:
    """How processes are started: a fork of this one would take over its threads and locks.

    On Linux they are forked from one that has loaded what they need and does nothing else. It keeps the variables that
    there were at its start, so that each is told those of now.
    """
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([worker.__name__])
    return context


def usual_jobs() -> int:
    """How many processes: one a core that this one may use, as far as there is memory for them."""
    return max(1, min(processes.cores(), int(psutil.virtual_memory().available // EACH)))


class Pool(Generic[T]):
    """Processes that are started when they are first needed, and again where one has ended.

    Args:
        jobs: how many.
        task: what they are asked.
    """

    def __init__(self, jobs: int, task: PictureTask[T]) -> None:
        self._jobs, self._task = jobs, task
        self._executor: ProcessPoolExecutor | None = None
        self._open: Connection | None = None

    def __enter__(self) -> Pool[T]:
        return self

    def __exit__(self, *_other: object) -> None:
        self._end()

    def rows(self, batches: Iterator[list[str]]) -> Iterator[list[T]]:
        """The rows of each batch of names, in the order of the batches.

        Raises:
            EmotionError: when no process can be started, or none stays.
        """
        asked: deque[tuple[list[str], Future[list[T]]]] = deque()
        while True:
            while len(asked) < AHEAD * self._jobs and (names := next(batches, None)) is not None:
                asked.append((names, self._ask(names)))
            if not asked:
                return
            names, answer = asked.popleft()
            try:
                found = answer.result()
            except BrokenProcessPool:  # all that was asked is lost with it; whose fault it is nobody knows
                found = self._one_by_one(names)
                asked = deque((names, self._ask(names)) for names, _other in asked)
            yield found

    def _one_by_one(self, names: list[str]) -> list[T]:
        rows: list[T] = []
        self._end()
        self._check_start()
        for name in names:
            try:
                rows += self._ask([name]).result()
            except BrokenProcessPool:
                rows.append(self._task.lost(name))
                self._end()
                self._check_start()
        return rows

    def _check_start(self) -> None:
        """Tells a process that cannot begin from one that a photo ends."""
        try:
            self._ask([]).result()
        except BrokenProcessPool as error:
            raise EmotionError(
                _(
                    "The processes that look at photos end before they have looked at any. Expected room for one, of "
                    "about 500 MB: end other programs."
                )
            ) from error

    def _ask(self, names: list[str]) -> Future[list[T]]:
        try:
            return self._running().submit(worker.look, names)
        except BrokenProcessPool:  # it ended while nobody waited for it
            self._end()
            return self._running().submit(worker.look, names)

    def _running(self) -> ProcessPoolExecutor:
        if self._executor is None:
            context = _context()
            until_closed, self._open = context.Pipe(duplex=False)
            begun = (self._task, until_closed, dict(os.environ))
            self._executor = ProcessPoolExecutor(self._jobs, context, worker.begin, begun)
        return self._executor

    def _end(self) -> None:
        """Ends the processes, and waits until they are gone.

        Before Python 3.12 one that is started in the moment in which another ends is left to itself by its executor,
        which then waits for it for ever: so each ends by itself as soon as this end of its pipe is closed.
        """
        if self._executor is not None and self._open is not None:
            self._open.close()
            self._executor.shutdown(cancel_futures=True)
            self._executor = self._open = None
