"""The places of requests whose photos stand in memory: so many, and no more bytes than so many."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Iterator

from emotion.serving.limits import BusyError

USUAL_SECONDS = 0.1  # that a photo takes, until the first ones have told
WEIGHT = 0.1  # of the newest photo in the mean
LONGEST_RETRY = 60  # seconds


class Places:
    """A queue that sends away instead of growing. For several threads.

    Args:
        at_once: requests that are worked on.
        waiting: requests that may wait beside them.
        most_bytes: of all of them together; one that is larger than that is taken where no other is there.

    Attributes:
        taken, bytes: what is taken of them now.
        learned: how many photos have told their time.
    """

    def __init__(self, at_once: int, waiting: int, most_bytes: int) -> None:
        self._at_once, self._most, self._most_bytes = at_once, at_once + waiting, most_bytes
        self._lock = threading.Lock()
        self._seconds = USUAL_SECONDS
        self.taken, self.bytes, self.learned = 0, 0, 0

    @contextlib.contextmanager
    def take(self, size: int) -> Iterator[None]:
        """Holds a place as long as the block runs.

        Args:
            size: bytes that the request may bring.

        Raises:
            BusyError: when no place is free.
        """
        with self._lock:
            too_much = self.taken and self.bytes + size > self._most_bytes
            if self.taken >= self._most or too_much:
                raise BusyError(self._retry_after())
            self.taken, self.bytes = self.taken + 1, self.bytes + size
        try:
            yield
        finally:
            with self._lock:
                self.taken, self.bytes = self.taken - 1, self.bytes - size

    def learn(self, seconds: float) -> None:
        """Takes in how long a photo took."""
        with self._lock:
            self._seconds += WEIGHT * (seconds - self._seconds)
            self.learned += 1

    @property
    def waiting(self) -> int:
        """Requests beyond those that can be worked on."""
        return max(0, self.taken - self._at_once)

    def _retry_after(self) -> int:
        """Seconds in which half of those who are here will be done, as far as the last photos tell."""
        return min(LONGEST_RETRY, max(1, math.ceil(self._seconds * self.taken / self._at_once / 2)))
