"""Processes of this program: starting one that outlives its parent, and telling whether one is still there."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import re
import signal
import site
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import psutil

from emotion.system import disk, paths
from emotion.system.words.reader import ENGLISH, VARIABLE

_children: list[subprocess.Popen[bytes]] = []
# Of glibc's malloc.h.
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD, M_MMAP_MAX, M_ARENA_MAX = -1, -2, -3, -4, -8
MOST = 2**31 - 1  # bytes, the largest that `mallopt` takes
GROWTH = 256 * 2**20  # bytes that the heap grows by; what is not touched costs nothing
_keeps_everything = False
_PROC = Path("/proc")
# A moment may lie so far ahead: clocks of two computers, or of a file server and this one, differ a little.
AHEAD_SECONDS = 2.0
PATIENCE = 5.0  # seconds that a process has to end when it is asked to

# When a process started, as a file keeps it: on Linux "<boot>-<ticks>", which no change of the clock moves; elsewhere,
# and in files of earlier versions, seconds since 1970.
Started = str | float


def cores() -> int:
    """How many of the computer's processor cores this process may use, at least 1."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def keep_memory(block: int | None = None) -> None:
    """Has the C library keep freed memory instead of handing it back to the system, where it is glibc.

    A page that is handed back costs a page fault when it is next touched, which on a virtual machine can take as long
    as the work on it: see docs/decisions/0010-feeding-training.md. No other C library is asked for anything.

    Args:
        block: bytes of the largest block that is taken again and again; None: whatever there is. For a process that
            does one thing and ends, since it never becomes smaller.
    """
    global _keeps_everything
    if sys.platform != "linux" or _keeps_everything:
        return
    with contextlib.suppress(OSError, AttributeError):  # musl has no such function
        mallopt = ctypes.CDLL(None).mallopt
        if block is not None:
            mallopt(M_MMAP_THRESHOLD, block)
            mallopt(M_TRIM_THRESHOLD, 2 * block)
            return
        for what, value in ((M_ARENA_MAX, 1), (M_MMAP_MAX, 0), (M_TRIM_THRESHOLD, MOST), (M_TOP_PAD, GROWTH)):
            mallopt(what, value)
        _keeps_everything = True


def take_one_heap() -> None:
    """Has all threads take their memory from one heap, where the C library is glibc; before they are started.

    glibc gives each thread a heap of its own, up to eight a core. The free memory at the end of such a heap goes back
    to the system only when something there is freed later on, so that what a crowd has taken stays: `give_memory_back`
    reaches the end of the first heap alone. See docs/decisions/0015-many-people.md.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # musl has no such function
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def give_memory_back() -> None:
    """Collects what nothing refers to and hands freed memory back to the system, where the C library is glibc.

    Takes a tenth of a second or so, in which no other thread of this process runs: for moments without work.
    """
    gc.collect()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # musl has no such function
            ctypes.CDLL(None).malloc_trim(0)


@contextlib.contextmanager
def loading_modules() -> Iterator[None]:
    """Within, nothing is looked through for garbage, and what is there at the end never is again.

    Modules are no garbage, but while a large package loads they are looked through dozens of times: more than a
    quarter of the start of TensorFlow. For the beginning of a process, since a circle that is garbage by the end stays,
    too.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


@lru_cache(maxsize=1)
def multiplies_short_floats() -> bool:
    """Whether this processor multiplies bfloat16 by itself; as far as Linux tells."""
    try:
        return re.search(r"\b(avx512_bf16|amx_bf16)\b", (_PROC / "cpuinfo").read_text(encoding="ascii")) is not None
    except (OSError, ValueError):
        return False


def started(pid: int | None = None) -> Started:
    """When a process started, for `is_alive` to be asked with in another process, or later.

    psutil's time of creation is the time of boot, which follows the clock, plus ticks since then: it moves when
    somebody sets the clock. Here the boot is told by its random number instead. It is made of [0-9a-f-] only, so that
    it can stand in the name of a file.

    Args:
        pid: None: this one.

    Returns:
        0.0 for one that is gone.
    """
    boot, found = _boot(), _on_linux(str(pid or "self"))
    if boot and found is not None:
        return f"{boot}-{found[1]}"
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return 0.0


def me() -> dict[str, Any]:
    """This process as a file tells of it, for `is_alive` to be asked with later: {"pid", "pid_started"}."""
    return {"pid": os.getpid(), "pid_started": started()}


def is_alive(pid: int | None, started: Started | None) -> bool:
    """Whether that very process still runs; its start tells it from a later one with the same number.

    Args:
        started: as `started()` gave it there; None takes any process of that number.
    """
    if not pid:
        return False
    if isinstance(started, str):
        found = _on_linux(str(pid))
        return found is not None and found[0] not in "ZX" and f"{_boot()}-{found[1]}" == started
    try:
        process = psutil.Process(pid)
        same = started is None or abs(process.create_time() - started) < 1.0
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def folder() -> Path:
    """Where our processes start: the project's folder, or the person's where the package is installed.

    The person's folder is made, since a process cannot start in one that is not there.
    """
    if project := paths.checkout():
        return project
    return disk.make_folder(paths.home())


def environment() -> dict[str, str]:
    """The variables of this process, by which a process that starts in `folder()` finds the same packages.

    `PYTHONPATH` may hold folders that are named from the current one. An installed package is also found where it lies
    outside of Python's own folders, and what lies in the person's folder is never taken for a package.
    It speaks English: what it says is kept in files, which people of several languages read (`retold`).
    """
    variables = os.environ | {VARIABLE: ENGLISH}
    stored = variables.get("PYTHONPATH", "")
    found = [os.path.abspath(one) for one in stored.split(os.pathsep)] if stored else []
    if not paths.checkout():
        variables["PYTHONSAFEPATH"] = "1"
        code = paths.beside_the_code()
        of_python = [*site.getsitepackages(), site.getusersitepackages()]
        if code not in [Path(one).resolve() for one in [*found, *of_python]]:
            found.insert(0, str(code))
    if found:
        variables["PYTHONPATH"] = os.pathsep.join(found)
    return variables


def is_fresh(moment: float, seconds: float) -> bool:
    """Whether a moment lies less than that long ago; one in the future does not, whoever has set the clock.

    Args:
        moment: seconds since 1970.
        seconds: more than 0.
    """
    return -AHEAD_SECONDS <= time.time() - moment < seconds


def _boot() -> str:
    """The random number that this start of the machine has got from Linux; "" where there is none."""
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _on_linux(process: str) -> tuple[str, int] | None:
    """State (a letter) and start (clock ticks since boot) of a process as proc(5) gives them; None where it does not.

    Args:
        process: its number, or "self".
    """
    try:
        line = (_PROC / process / "stat").read_bytes()
        fields = line[line.rindex(b")") + 1 :].split()  # before it stands the program's name, with any letters
        return fields[0].decode("ascii"), int(fields[19])  # the third and the 22nd field
    except (OSError, ValueError, IndexError):
        return None


def spawn(arguments: Sequence[str], output: Path | int = subprocess.DEVNULL, stdin: int = subprocess.DEVNULL
          ) -> subprocess.Popen[bytes]:  # fmt: skip
    """Starts Python with these arguments in `folder()`, as a session of its own.

    It survives the server, and Ctrl-C in the server's terminal does not reach it.

    Args:
        output: a file, to whose end standard output and error are written, or `subprocess.DEVNULL` or `PIPE`.
        stdin: `subprocess.PIPE` or `subprocess.DEVNULL`.
    """
    _children[:] = [child for child in _children if child.poll() is None]  # reaps those that have ended
    with disk.open_end(output) if isinstance(output, Path) else contextlib.nullcontext(output) as said:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder(),
            env=environment(),
            stdin=stdin,
            stdout=said,
            stderr=said,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    _children.append(process)
    return process


def start_command(words: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Starts a command of this program, with the words that stand behind `python -m emotion`; see `spawn`."""
    return spawn(["-m", "emotion", *words], log)


def end(pid: int | None, started: Started | None) -> None:
    """Ends that very process, where it still runs, and waits until it is gone."""
    if not pid or not is_alive(pid, started):
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        process.terminate()
        try:
            process.wait(PATIENCE)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait()


def ask_when_told(ask: Callable[[], None]) -> None:
    """The first Ctrl-C, or termination, of this process only asks for its end; a second one ends it."""

    def told(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        ask()

    signal.signal(signal.SIGINT, told)
    signal.signal(signal.SIGTERM, told)
