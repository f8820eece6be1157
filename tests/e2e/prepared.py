"""The app in a process that has loaded the large packages before it begins: forked from one that waits with them.

For tests that ask nothing of how the app starts. To load them takes two seconds of a processor, and each file of tests
has a server of its own.
"""

from __future__ import annotations

import faulthandler
import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import types
from pathlib import Path

import pytest

PACKAGES = ["streamlit.web.cli", "streamlit.web.server.starlette", "streamlit.elements.plotly_chart", "pandas",
            "pyarrow", "jinja2", "ai_edge_litert.interpreter", "uvicorn.config", "uvicorn.loops.auto",
            "uvicorn.protocols.websockets.auto", "uvicorn.protocols.http.auto", "starlette.middleware.sessions",
            "emotion.cli.app", "emotion.evaluation", "emotion.tuning", __name__]  # fmt: skip
_waiting = multiprocessing.get_context("forkserver")
_waiting.set_forkserver_preload(PACKAGES)


class Prepared:
    """A process of the app, with what `subprocess.Popen` has and a `Server` uses."""

    def __init__(self, words: list[str], folder: Path, environment: dict[str, str], log: Path) -> None:
        self._process = _waiting.Process(target=_become_the_app, args=(words, folder, environment, log))
        with pytest.MonkeyPatch.context() as patch:
            # It would run what is called `__main__` here; a test of a page leaves its script there.
            patch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
            self._process.start()
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


def _become_the_app(words: list[str], folder: Path, environment: dict[str, str], log: Path) -> None:
    """Runs in the forked process: what a new one would be given is put in the place of what the waiting one had."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for stream in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(written, stream)
    faulthandler.register(signal.SIGUSR1)
    gc.freeze()  # what is looked through for garbage is copied

    from emotion.__main__ import main

    sys.exit(main(words))
