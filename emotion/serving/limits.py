"""What one server takes from the programs that ask it: how much, how often, and how many at a time."""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from emotion.images import memory
from emotion.models import AT_ONCE
from emotion.system import EmotionError, check_whole

MB = 2**20
MOST_CLIENTS = 10_000  # whose rate is remembered; the one not heard of for longest is forgotten first
IPV6_NETWORK = 64  # bits: one household or machine has all addresses behind them


def _upload_bytes() -> int:
    return memory.upload_mb() * MB


@dataclass(frozen=True)
class Limits:
    """The limits of one server.

    Attributes:
        at_once: photos that are looked at at once: each takes a core and up to 500 MB.
        waiting: requests that may wait beside those; one more is sent away.
        rate: photos a minute and client, on average; twice as many never. 0: as many as it likes.
        photo_bytes: of one photo, as on the pages; its pixels are limited by `emotion.images` in every case.
        photos: that one form may hold.
        form_bytes: of one form with all of its photos.
        held_bytes: of all requests together whose photos stand in memory.
        seconds: that the body of a request may take to arrive.
    """

    at_once: int = AT_ONCE
    waiting: int = 32
    rate: int = 600
    photo_bytes: int = field(default_factory=_upload_bytes)
    photos: int = 32
    form_bytes: int = 100 * MB
    held_bytes: int = 300 * MB
    seconds: float = 30.0

    def __post_init__(self) -> None:
        check_whole("at once", self.at_once, 1, 64)
        check_whole("waiting", self.waiting, 0, 1000)
        check_whole("rate", self.rate, 0, 1_000_000)

    @property
    def largest_form(self) -> int:
        """Bytes of a form: at least one photo of the largest size fits, with the words around it."""
        return max(self.form_bytes, self.photo_bytes + MB)


class TooOftenError(EmotionError):
    """A client that asks more often than it may. Args: seconds: after which it may ask again, 1 or more."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many photos from this address in a short time: ask again in {seconds} s.")
        self.seconds = seconds


class BusyError(EmotionError):
    """No place is free. Args: seconds: after which one may be, 1 or more."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"As many photos as can wait are waiting already: ask again in {seconds} s.")
        self.seconds = seconds


class Allowance:
    """How often each client may ask: a bucket of tokens a client that fills at an even pace. For several threads.

    Args:
        a_minute: photos, and how many at once after a pause; 0: no limit.
        clock: seconds that only grow.
    """

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = float(a_minute), clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # client → tokens, and when that was
        self._lock = threading.Lock()

    def take(self, client: str) -> None:
        """Counts one request.

        Raises:
            TooOftenError: when there were too many before it; then it is not counted.
        """
        with self._lock:
            left = self._tokens(client)
            if self._most and left < 1:
                raise TooOftenError(max(1, math.ceil((1 - left) * 60 / self._most)))
            self._keep(client, left - 1)

    def charge(self, client: str, more: int) -> None:
        """Counts further photos of a request that was taken: its client pays by waiting afterwards."""
        with self._lock:
            self._keep(client, max(self._tokens(client) - more, -self._most))

    def _tokens(self, client: str) -> float:
        left, then = self._left.get(network(client), (self._most, 0.0))
        return min(self._most, left + (self._clock() - then) * self._most / 60)

    def _keep(self, client: str, tokens: float) -> None:
        name = network(client)
        self._left[name] = (tokens, self._clock())
        self._left.move_to_end(name)
        while len(self._left) > MOST_CLIENTS:
            self._left.popitem(last=False)


def network(client: str) -> str:
    """What counts as one client: an IPv4 address, or the network of an IPv6 address; any other text as it is."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, IPV6_NETWORK), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)
