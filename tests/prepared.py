"""Processes of this program that have loaded the large packages as they begin: forked from ones that wait with them.

For tests that ask nothing of how the app or a training starts. What the app needs takes two seconds of a processor to
load, and each file of browser tests has a server of its own; what a training needs takes five.
"""

from __future__ import annotations

import atexit
import contextlib
import faulthandler
import functools
import gc
import importlib
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import traceback
import types
from collections.abc import Sequence
from multiprocessing import forkserver, popen_forkserver
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from emotion.recipes import catalogue
from emotion.system import disk, processes
from tests import tiny_recipe

ROOT = Path(__file__).resolve().parent.parent
OF_THE_APP = ["streamlit.web.cli", "streamlit.web.server.starlette", "streamlit.elements.plotly_chart", "pandas",
              "pyarrow", "jinja2", "ai_edge_litert.interpreter", "uvicorn.config", "uvicorn.loops.auto",
              "uvicorn.protocols.websockets.auto", "uvicorn.protocols.http.auto", "starlette.middleware.sessions",
              "emotion.cli.app", "emotion.evaluation", "emotion.tuning", __name__]  # fmt: skip
OF_THE_APP += [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "pages/ui").rglob("*.py")]
OF_A_TRAINING = ["tensorflow", "keras", "matplotlib.pyplot", "optuna", "emotion.training.fit",
                 "emotion.training.export", "emotion.training.report", "emotion.training.worker",
                 "emotion.tuning.work"]  # fmt: skip
LENDER = "EMOTION_TESTS_LENDER"  # the variable with the address of the process that waits with TensorFlow
spawn_cold = processes.spawn  # as it is for a person
_waiting = forkserver.ForkServer()  # beside that of the program, which has loaded less
_waiting.set_forkserver_preload(OF_THE_APP)


class Beginning(NamedTuple):
    """What a new process of the program is given."""

    words: Sequence[str]
    folder: Path
    environment: dict[str, str]
    log: Path


class Prepared:
    """A process of the app, with what `subprocess.Popen` has and a `Server` uses."""

    def __init__(self, beginning: Beginning) -> None:
        lender()
        given = beginning.environment | {LENDER: os.environ[LENDER]}
        self._process = _start(_do, beginning._replace(environment=given))
        self.pid = self._process.pid or 0
        self.terminate, self.kill = self._process.terminate, self._process.kill

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("the app", timeout or 0.0)
        return self._process.exitcode


@functools.cache
def lender() -> int:
    """Process id of the one that lends processes with TensorFlow to this one and to what this one starts."""
    address = f"\0emotion-tests-{os.getpid()}"  # of Linux' own kind, which leaves no file behind
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        process = _start(_lend, listening)
    atexit.register(process.terminate)
    os.environ[LENDER] = address[1:]
    return process.pid or 0


def end_all() -> None:
    """Ends whatever still runs in a process that was lent."""
    if lender.cache_info().currsize:
        for process in psutil.Process(lender()).children():
            process.kill()


def spawn(arguments: Sequence[str], output: Path | int = subprocess.DEVNULL, stdin: int = subprocess.DEVNULL) -> Any:
    """Does what the function of this name in `emotion.system.processes` does, for commands in a process that is lent.

    Returns:
        For a command, what has the `pid` of its process; nobody asks for more.
    """
    if list(arguments[:2]) != ["-m", "emotion"] or not isinstance(output, Path):
        return spawn_cold(arguments, output, stdin)
    if LENDER not in os.environ:
        lender()
    beginning = Beginning(arguments[2:], processes.folder(), processes.environment(), output)
    with disk.open_end(output), socket.socket(socket.AF_UNIX) as asking:  # one that cannot be written is told here
        asking.connect(f"\0{os.environ[LENDER]}")
        with Connection(asking.detach()) as other:
            other.send(beginning)
            return types.SimpleNamespace(pid=other.recv())


def _start(target: types.FunctionType, *arguments: object) -> multiprocessing.context.ForkServerProcess:
    process = multiprocessing.get_context("forkserver").Process(target=target, args=arguments)
    ours = types.SimpleNamespace(
        connect_to_new_process=_waiting.connect_to_new_process, read_signed=forkserver.read_signed
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(popen_forkserver, "forkserver", ours)
        # It would run what is called `__main__` here; a test of a page leaves its script there.
        patch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
        process.start()
    return process


def _lend(listening: socket.socket) -> None:
    """Forks a process for each that asks, until the one that the tests run in is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # those that have ended leave nothing behind
    tests = multiprocessing.parent_process().sentinel
    while tests not in wait([listening, tests]):
        number = None
        with Connection(listening.accept()[0].detach()) as asking, contextlib.suppress(EOFError, OSError):
            beginning = asking.recv()
            with processes.loading_modules():
                for name in OF_A_TRAINING:
                    importlib.import_module(name)
            number = os.fork()
            if number:
                asking.send(number)  # unless who has asked was killed meanwhile
        if number == 0:
            listening.close()
            _do_alone(beginning)


def _do_alone(beginning: Beginning) -> None:
    """Runs in a process that is lent: does its work as a session of its own, and ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    try:
        with contextlib.suppress(SystemExit):  # nobody asks how it ended
            _do(beginning)
    except Exception:  # noqa: BLE001 - told as Python tells what nobody has caught
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _do(beginning: Beginning) -> None:
    """Runs in a forked process: what a new one would be given is put in the place of what the waiting one had."""
    os.chdir(beginning.folder)
    os.environ.clear()
    os.environ.update(beginning.environment)
    written = os.open(beginning.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for stream in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(written, stream)
    faulthandler.register(signal.SIGUSR1)
    gc.freeze()  # what is looked through for garbage is copied
    processes.spawn = spawn
    if tiny_recipe.WANTED in os.environ:
        catalogue.RECIPES.update(tiny_recipe.RECIPES)

    from emotion.__main__ import main

    sys.exit(main(list(beginning.words)))
