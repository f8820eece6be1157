"""The computer of a cluster that trains a run, as the process that follows the run knows it: an actor of Ray.

Nothing here knows Ray: it is a class whose methods are called from another computer.
"""

from __future__ import annotations

import contextlib
import json
import platform
import shutil
import subprocess
from pathlib import Path

from filelock import FileLock, Timeout

from emotion import __version__
from emotion.runs import RunPaths
from emotion.system import _, cache_dir, disk, processes
from emotion.training.cluster import luggage
from emotion.training.cluster.mirror import Changes, Mirror

KEPT = 4  # sets of pictures that stay for later runs; FER-2013 with its two classes takes 60 MB
THERE, BRING, WAIT = "there", "bring", "wait"


class Site:
    """One run's place on a computer. Its folder goes with it."""

    def __init__(self) -> None:
        base = disk.make_folder(cache_dir() / "cluster")
        self._data, all_runs = disk.make_folder(base / "data"), disk.make_folder(base / "runs")
        _sweep(all_runs)
        me = processes.me()
        self._home = disk.make_folder(all_runs / f"{me['pid']}_{me['pid_started']}")
        self._lock: FileLock | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._mirror: Mirror | None = None
        self._paths = RunPaths(self._home)

    def hello(self) -> tuple[str, str]:
        """The name of this computer, and its version of the program."""
        return platform.node(), __version__

    def wants(self, key: str) -> str:
        """Whether pictures have to be brought: "there", "bring", or "wait" while they are being brought already."""
        if self._place(key).is_file():
            return THERE
        lock = FileLock(self._data / f".{key}.lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return WAIT
        if self._place(key).is_file():  # it came a moment ago
            lock.release()
            return THERE
        self._lock = lock
        return BRING

    def take(self, key: str, packed: luggage.Arrays) -> None:
        """Keeps pictures that were brought, and the latest of those that were before."""
        luggage.write(self._place(key), packed)
        newest = sorted(self._data.glob("*.npz"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for old in newest[KEPT:]:
            old.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.release()

    def begin(self, run_id: str, content: dict[str, bytes], key: str, cpus: int) -> None:
        """Starts the process that trains.

        Args:
            run_id: of the run.
            content: name below the home → content, of the run's own folder and of models that it goes on from.
            key: of its pictures, which are there.
            cpus: how many processor cores it may use.
        """
        for name, whole in content.items():
            path = self._home / name
            disk.make_folder(path.parent)
            path.write_bytes(whole)
        self._paths = RunPaths(self._home / "runs" / run_id)
        self._mirror = Mirror(self._paths)
        self._place(key).touch()
        words = ["-m", "emotion.training.cluster.at_node"]
        self._process = processes.spawn(words, self._paths.log, stdin=subprocess.PIPE)
        asked = {"home": str(self._home), "run_dir": str(self._paths.root), "data": str(self._place(key)), "cpus": cpus}
        if self._process.stdin is not None:
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            self._process.stdin.flush()

    def changes(self, *, stop: bool) -> Changes:
        """What has changed in the run's folder since the last call.

        Args:
            stop: whether someone has pressed Stop.
        """
        if self._process is None or self._mirror is None:
            raise RuntimeError(_("begin() has not been called"))
        if stop:
            self._paths.stop.touch()
        return self._mirror.look(gone=self._process.poll() is not None)

    def end(self) -> None:
        """Ends the process and removes the run's folder here."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._lock is not None:
            self._lock.release()
        shutil.rmtree(self._home, ignore_errors=True)

    def _place(self, key: str) -> Path:
        return self._data / f"{key}.npz"


def _sweep(all_runs: Path) -> None:
    """Removes the folders of runs whose process on this computer is gone: it had no time to do so."""
    for folder in all_runs.iterdir():
        pid, _other, began = folder.name.partition("_")
        with contextlib.suppress(ValueError):
            if not processes.is_alive(int(pid), began if "-" in began else float(began)):
                shutil.rmtree(folder, ignore_errors=True)
