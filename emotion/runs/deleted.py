"""The bin of runs: a deleted run is moved, whole, into a hidden folder beside the others, and can be had back.

A folder's own time says since when it lies there, so that nothing has to be written and a full disk can be emptied.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from emotion.runs import run as runs
from emotion.runs.run import RunPaths
from emotion.system import RunError, RunMissingError, RunUnreadableError, _, disk, is_folder, runs_dir

NAME = ".bin"  # in `runs/`; the dot hides it from every listing of runs
DAYS = 30  # that a run lies there before it is gone for good
A_DAY = 24 * 3600.0


@dataclass(frozen=True)
class Deleted:
    """A run in the bin.

    Attributes:
        id: of the run; title: how it was called, its id where it cannot be read.
        since: when it was deleted, seconds since 1970.
    """

    id: str
    title: str
    since: float

    def days_left(self, now: float | None = None) -> int:
        """Whole days until it is gone for good, 0 to 30."""
        gone_by = ((time.time() if now is None else now) - self.since) / A_DAY
        return min(DAYS, max(0, round(DAYS - gone_by)))


def folder() -> Path:
    return runs_dir() / NAME


def delete(reference: str | Path) -> str:
    """Moves a run into the bin.

    Args:
        reference: as `find_run` understands it, of a run in `runs/`.

    Returns:
        Its id, for `restore`.

    Raises:
        RunMissingError: when there is no such run in `runs/`.
        RunError: when it is at work or waits, or one of its id lies in the bin already.
        OutputFolderError: when it cannot be moved.
    """
    paths = runs.find_run(reference)
    if paths.root.parent != runs_dir().resolve():
        raise RunMissingError(str(reference))
    with contextlib.suppress(RunUnreadableError):  # a damaged one may go as well
        run = runs.read_run(paths)
        if not run.status.has_ended:
            raise RunError.in_state(run.id, str(run.status), _("a run that has ended; stop it first"))
    _move(paths.root, folder() / paths.id)
    with contextlib.suppress(OSError):  # then it stays some days longer or shorter
        os.utime(folder() / paths.id)
    return paths.id


def restore(run_id: str) -> RunPaths:
    """Takes a run out of the bin again.

    Raises:
        RunMissingError: when it does not lie there (any more).
        RunError: when there is a run of its id again.
        OutputFolderError: when it cannot be moved.
    """
    there = _in_the_bin(run_id)
    _move(there, runs_dir() / run_id)
    return RunPaths(runs_dir() / run_id)


def in_bin() -> list[Deleted]:
    """The runs in the bin, those deleted last first."""
    found = [Deleted(path.name, _title(path), _since(path)) for path in _folders()]
    return sorted(found, key=lambda one: (one.since, one.id), reverse=True)


def empty(older_than_days: float = 0.0) -> int:
    """Removes runs of the bin for good.

    Args:
        older_than_days: only those that have lain there for longer.

    Returns:
        How many are gone.

    Raises:
        OutputFolderError: when one cannot be removed.
    """
    before = time.time() - older_than_days * A_DAY
    old = [path for path in _folders() if not older_than_days or _since(path) < before]
    for path in old:
        with disk.writing(path):
            path.unlink() if path.is_symlink() else shutil.rmtree(path)
    return len(old)


def sweep() -> None:
    """Removes what has lain in the bin for 30 days; what cannot be removed now stays for the next time."""
    with contextlib.suppress(OSError):
        empty(DAYS)


def _in_the_bin(run_id: str) -> Path:
    found = next((path for path in _folders() if path.name == run_id), None)
    if found is None:
        raise RunMissingError(run_id)
    return found


def _folders() -> list[Path]:
    try:
        with os.scandir(folder()) as entries:
            return [Path(entry.path) for entry in entries if is_folder(entry)]
    except OSError:
        return []


def _move(source: Path, target: Path) -> None:
    if os.path.lexists(target):
        raise RunError.in_state(
            target.name, _("there already"), _("a place that is free; rename the folder in it first")
        )
    disk.make_folder(target.parent)
    try:
        source.rename(target)
    except FileNotFoundError as error:  # somebody was quicker
        raise RunMissingError(source.name) from error
    except OSError as error:
        told = disk.in_words(error, source)
        raise told from error


def _title(path: Path) -> str:
    try:
        return runs.read_run(RunPaths(path)).title
    except (RunMissingError, RunUnreadableError):
        return path.name


def _since(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()
