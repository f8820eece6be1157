"""At most so many things at once, the others in the order in which they came, each told how many come first."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator

AT_ONCE = min(4, max(2, os.cpu_count() or 2))  # photos of all people together: each takes a core and up to 500 MB
TOLD_EVERY = 0.5  # seconds between two words to one who waits


class Turns:
    """For work that takes a processor core and much memory, and that many threads may want at once.

    Args:
        most: how many may be at it at once, 1 or more.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._changed = threading.Condition()
        self._queue: list[object] = []  # those at work, then those who wait

    @contextlib.contextmanager
    def take(self, tell: Callable[[int], None] | None = None) -> Iterator[None]:
        """Runs the block when it is this thread's turn.

        Args:
            tell: called in this thread, now and then while it waits, with how many that wait too come first (0 or
                more). What it raises ends the waiting.
        """
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
        try:
            while (before := self._before(ticket)) >= self._most:
                if tell is not None:
                    tell(before - self._most)
                with self._changed:
                    if self._queue.index(ticket) >= self._most:
                        self._changed.wait(TOLD_EVERY)
            yield
        finally:
            with self._changed:
                self._queue.remove(ticket)
                self._changed.notify_all()

    def _before(self, ticket: object) -> int:
        with self._changed:
            return self._queue.index(ticket)
