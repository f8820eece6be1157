"""Work of some seconds or minutes that goes on while a page is left, and is found again by its name.

Each is a thread of this process and ends with it; what it is worth is on disk at its end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from emotion.system.errors import EmotionError

UNEXPECTED = "Something went wrong that should not have. The terminal says more. Try it again."
FORGOTTEN = 3600.0  # seconds after which work that has ended is not remembered any more

Tell = Callable[[str, float], None]  # what is done, share of all that is done

_works: dict[str, Work] = {}
_lock = threading.Lock()


@dataclass
class Work:
    """Where a piece of work stands.

    Attributes:
        what: is being done; `share` of all is done, 0 to 1.
        problem: why it failed, one sentence; "" while it is at work and when it went well.
        ended: whether it is over, well or not.
    """

    what: str = "starting"
    share: float = 0.0
    problem: str = ""
    ended: bool = False
    began: float = field(default_factory=time.monotonic)
    end: float = 0.0

    def tell(self, what: str, share: float) -> None:
        self.what, self.share = what, min(max(share, 0.0), 1.0)

    @property
    def seconds_left(self) -> float | None:
        """None while that cannot be told."""
        seconds = time.monotonic() - self.began
        return seconds / self.share * (1 - self.share) if self.share > 0.02 and seconds > 1 else None


def start(name: str, work: Callable[[Tell], object]) -> Work:
    """Starts work in a thread, unless work of that name is going on already; returns at once.

    Args:
        name: of the work, such as "report" and what it is about.
        work: does it; is told how to say how far it is.
    """
    with _lock:
        _forget()
        going_on = _works.get(name)
        if going_on is not None and not going_on.ended:
            return going_on
        started = _works[name] = Work()
    threading.Thread(target=_run, args=(started, work), name=name, daemon=True).start()
    return started


def _run(started: Work, work: Callable[[Tell], object]) -> None:
    well = False
    try:
        work(started.tell)
        well = True
    except EmotionError as error:
        started.problem = str(error)
    finally:  # what nobody foresaw goes on to the terminal
        if not well and not started.problem:
            started.problem = UNEXPECTED
        started.end = time.monotonic()
        started.ended = True


def find(name: str) -> Work | None:
    """Work of that name that goes on, or has ended within the last hour."""
    with _lock:
        _forget()
        return _works.get(name)


def _forget() -> None:
    now = time.monotonic()
    for name in [name for name, work in _works.items() if work.ended and now - work.end > FORGOTTEN]:
        del _works[name]
