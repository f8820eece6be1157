"""Tunings on disk: one folder each under `tuning/`, read by pages, written by the processes that work on it.

tuning.json    what was asked for (`emotion.tuning.trials.Settings`)
study.db       every trial, of Optuna (SQLite): the one truth, safe against a kill at any moment
trials.json    the same for readers without Optuna, replaced whole after everything that happens
workers/       one file a process: which, since when, how it ended
starting       exists from the request for a process until that process has come
stop           exists when someone pressed Stop
full.json      the run that was started with the best settings at full length
log.txt        what the processes said
"""

from __future__ import annotations

import datetime
import os
import platform
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from emotion.runs import ID_ALPHABET, check_room
from emotion.system import (
    N_,
    ConfigError,
    StoredFileError,
    StoredFileMissingError,
    TuningMissingError,
    TuningUnreadableError,
    _,
    disk,
    expanded,
    files,
    home,
    moment,
    processes,
    stored,
)
from emotion.tuning import trials as tuning
from emotion.tuning.trials import Settings, Trial

IN_STATE = N_("Tuning {name} is {state}. Expected {needed}.")
GRACE_SECONDS = 30.0  # a new process has this long to come
SEEN_SECONDS = 120.0  # a process on another computer says more often than this that it is there


class TuningState(StrEnum):
    """Where a tuning stands; derived from its processes, never stored."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    LOST = "lost"

    @property
    def is_active(self) -> bool:
        return self in (TuningState.STARTING, TuningState.RUNNING, TuningState.STOPPING)

    @property
    def said(self) -> str:
        """For a person; the value is for programs."""
        return _(STATE_WORDS[self])


STATE_WORDS = {
    TuningState.STARTING: N_("starting"),
    TuningState.RUNNING: N_("at work"),
    TuningState.STOPPING: N_("stopping"),
    TuningState.FINISHED: N_("finished"),
    TuningState.STOPPED: N_("stopped"),
    TuningState.FAILED: N_("failed"),
    TuningState.LOST: N_("cut off"),
}


@dataclass(frozen=True)
class TuningPaths:
    """The files of one tuning, by name."""

    root: Path

    @property
    def id(self) -> str:
        return self.root.name

    @property
    def settings(self) -> Path:
        return self.root / "tuning.json"

    @property
    def study(self) -> Path:
        return self.root / "study.db"

    @property
    def trials(self) -> Path:
        return self.root / "trials.json"

    @property
    def workers(self) -> Path:
        return self.root / "workers"

    @property
    def starting(self) -> Path:
        return self.root / "starting"

    @property
    def stop(self) -> Path:
        return self.root / "stop"

    @property
    def full(self) -> Path:
        return self.root / "full.json"

    @property
    def log(self) -> Path:
        return self.root / "log.txt"

    @property
    def lock(self) -> Path:
        return self.root / ".lock"


@dataclass(frozen=True)
class Tuning:
    """A tuning as read from its folder at one moment.

    Attributes:
        trials: in order.
        reason: one sentence for a failed one, else "".
        full_run: id of the run at full length, "" where there is none.
        created: seconds since 1970.
    """

    paths: TuningPaths
    settings: Settings
    state: TuningState
    trials: list[Trial]
    reason: str = ""
    full_run: str = ""
    created: float = 0.0

    @property
    def id(self) -> str:
        return self.paths.id

    @property
    def short_id(self) -> str:
        """The letters at the end of the id: in the names of its runs."""
        return self.id.rsplit("-", 1)[-1]

    @property
    def best(self) -> Trial | None:
        return tuning.best(self.trials, self.settings)

    @property
    def title(self) -> str:
        return self.settings.name or f"{self.settings.base.recipe}, {moment(self.created, with_year=False)}"


@dataclass(frozen=True)
class Worker:
    """A process of a tuning, as its file in `workers/` tells.

    Attributes:
        pid, pid_started, host: which one it is.
        began, seen: when it came, and when it last said that it is there; seconds since 1970.
        ended, reason: how it ended and why; "" while it has not.
    """

    pid: stored.Pid
    pid_started: processes.Started
    host: str
    began: stored.Moment
    seen: stored.Moment
    ended: Literal["", "finished", "stopped", "failed"] = ""
    reason: str = ""


@dataclass(frozen=True)
class _Trials:
    """`trials.json`."""

    trials: list[Trial]


@dataclass(frozen=True)
class _Full:
    """`full.json`."""

    run: str = ""


def tuning_dir() -> Path:
    return home() / "tuning"


def new(settings: Settings) -> TuningPaths:
    """Creates the folder of a tuning, which counts as starting until its process has come.

    Raises:
        NoRoomError, OutputFolderError: when the disk takes no tuning; nothing of it is left then.
    """
    while True:
        stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
        folder = tuning_dir() / f"{stamp}-{''.join(secrets.choice(ID_ALPHABET) for _letter in range(4))}"
        if not folder.exists():
            break
    check_room(folder)
    with disk.new_folder(folder):
        paths = TuningPaths(folder)
        paths.workers.mkdir()
        paths.starting.touch()  # before `tuning.json`, by which others find it: they would take it for failed
        files.write_json(paths.settings, settings.to_json() | {"created": time.time()})
    return paths


def find(reference: str) -> TuningPaths:
    """The tuning that a person means by its id, `latest`, or the path of its folder.

    Raises:
        TuningMissingError: when there is none.
    """
    if reference == "latest" and (newest := next(_folders(), None)):
        return newest
    for folder in (tuning_dir() / reference, expanded(reference)):
        if os.path.isfile(folder / "tuning.json"):
            return TuningPaths(folder.resolve())
    raise TuningMissingError(reference)


def read(paths: TuningPaths) -> Tuning:
    """Reads a tuning as it is now.

    Raises:
        TuningMissingError: when the folder holds none.
        TuningUnreadableError: when it is damaged, or another version of this program wrote it with words that this one
            does not know.
    """
    try:
        said = stored.read(paths.settings, dict[str, Any])
        created: float = stored.typed(said.pop("created", 0.0), stored.Moment)
        settings = Settings.from_json(said)
        trials = _trials(paths, settings)
    except StoredFileMissingError as error:
        raise TuningMissingError(str(paths.root)) from error
    except StoredFileError as error:
        raise TuningUnreadableError(paths.id, error.why) from error
    except (ConfigError, ValueError) as error:
        raise TuningUnreadableError(paths.id, f"tuning.json: {str(error).rstrip('.')}") from error
    state, reason = _state(paths)
    full = stored.read_or(paths.full, _Full, _Full()).run
    return Tuning(paths, settings, state, trials, reason, full, created)


def _trials(paths: TuningPaths, settings: Settings) -> list[Trial]:
    """None before the first has begun."""
    try:
        found = stored.read(paths.trials, _Trials).trials
        stored.told(paths.trials, lambda: settings.check(found))
    except StoredFileMissingError:
        return []
    return found


def list_all() -> list[Tuning]:
    """All readable tunings, newest first; `unreadable` tells of the others."""
    return [found for found in _each() if isinstance(found, Tuning)]


def unreadable() -> list[stored.Unreadable]:
    """The tunings that are damaged or that another version wrote. Their folders are left alone."""
    return [found for found in _each() if isinstance(found, stored.Unreadable)]


def _each() -> Iterator[Tuning | stored.Unreadable]:
    for paths in _folders():
        try:
            yield read(paths)
        except TuningUnreadableError as error:
            yield stored.Unreadable(paths.id, error.why)
        except TuningMissingError:
            continue  # removed meanwhile


def _folders() -> Iterator[TuningPaths]:
    yield from (TuningPaths(path.parent) for path in sorted(tuning_dir().glob("*/tuning.json"), reverse=True))


def active() -> Tuning | None:
    """The newest tuning that is at work, if any."""
    return next((found for found in _each() if isinstance(found, Tuning) and found.state.is_active), None)


def _state(paths: TuningPaths) -> tuple[TuningState, str]:
    """Where it stands, and why where it failed.

    A process that comes writes its file in `workers/` and then removes `starting`. So this looks the other way round:
    if `starting` is gone, the file is there. In the same order as the process, a look could miss both.
    """
    is_starting = _is_starting(paths)
    known = (worker_in(path) for path in paths.workers.glob("*.json"))
    workers = sorted((worker for worker in known if worker is not None), key=lambda worker: worker.began)
    if any(is_at_work(worker) for worker in workers):
        return (TuningState.STOPPING if paths.stop.exists() else TuningState.RUNNING), ""
    if is_starting:
        return TuningState.STARTING, ""
    if not workers:
        return TuningState.FAILED, N_("Its process did not begin. The last lines of its log tell more.")
    last = workers[-1]
    return (TuningState(last.ended), last.reason) if last.ended else (TuningState.LOST, "")


def _is_starting(paths: TuningPaths) -> bool:
    try:
        return processes.is_fresh(paths.starting.stat().st_mtime, GRACE_SECONDS)
    except OSError:  # it is gone, or a link that leads nowhere
        return False


def worker_in(path: Path) -> Worker | None:
    """The process that a file of `workers/` tells of; None where it is missing or damaged."""
    try:
        return stored.read(path, Worker)
    except StoredFileError:
        return None


def is_at_work(worker: Worker) -> bool:
    """Whether that process is still there."""
    if worker.ended:
        return False
    if worker.host != platform.node():
        return processes.is_fresh(worker.seen, SEEN_SECONDS)
    return processes.is_alive(worker.pid, worker.pid_started)
