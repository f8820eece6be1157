"""The first process of a container: a signal reaches all others through it, and what they leave behind it clears away.

When the first process ends, the kernel ends all others that moment. So it ends last, and does nothing else.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

LOOK_SECONDS = 0.1
SIGNALS = (signal.SIGTERM, signal.SIGINT)


def lead() -> None:
    """Where this process is the first one of a container, what comes after the call is done by a child of it.

    A termination is told to all processes at once, those too that outlive whoever has started them: a training stops
    and keeps what it has. The container ends when all of them have ended, as the child has.
    """
    if sys.platform == "win32" or os.getpid() != 1:
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # none is lost until each of the two can hear it
    child = os.fork()
    if child:
        sys.exit(_until_all_have_ended(child))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def _until_all_have_ended(child: int) -> int:
    """How the child has ended, as an exit status."""
    told, status = False, 0

    def tell(*_signal: object) -> None:
        nonlocal told
        if not told:  # a second one would end a training that is about to keep what it has
            told = True
            _terminate_others()

    def hand_on(*_signal: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGINT)

    signal.signal(signal.SIGTERM, tell)
    signal.signal(signal.SIGINT, signal.SIG_IGN if os.isatty(0) else hand_on)  # a terminal tells it to both of them
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    while ended := _next_end():
        if ended[0] == child:
            code = os.waitstatus_to_exitcode(ended[1])
            status = code if code >= 0 else 128 - code
            tell()
    while _are_others():  # that the container was asked to start beside its command, so they are no children
        time.sleep(LOOK_SECONDS)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
    return status


def _next_end() -> tuple[int, int] | None:
    """Waits for the next child that ends, or orphan; None where there is none."""
    try:
        return os.wait()
    except ChildProcessError:
        return None


def _are_others() -> bool:
    try:
        os.kill(-1, 0)
    except ProcessLookupError:
        return False
    return True


def _terminate_others() -> None:
    with contextlib.suppress(ProcessLookupError):  # there are none
        os.kill(-1, signal.SIGTERM)  # all but the first
