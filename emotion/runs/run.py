"""Runs on disk: one training, one folder. Whoever has the folder has the run.

The worker is the only writer of what a run produces; pages and the command line read. The person's own words
(`stop`, `person.json`) are separate files. Whole files are replaced; `history.jsonl` is appended.
"""

from __future__ import annotations

import datetime
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from emotion.data import edits
from emotion.recipes import TrainingConfig
from emotion.runs import index, person
from emotion.system import (
    N_,
    ConfigError,
    RunMissingError,
    RunUnreadableError,
    StoredFileError,
    StoredFileMissingError,
    _,
    disk,
    expanded,
    files,
    moment,
    processes,
    runs_dir,
    stored,
)

RUN_BYTES = 50 * 10**6  # that a run takes at most beside its log: each of its networks once more while it is written
NO_WORDS = person.Words()
ID_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no letters that are mistaken for one another


class Status(StrEnum):
    """Where a run stands.

    `DIVERGED`: its loss grew without bound; what it knew at its best epoch before that is kept. `LOST` is derived (says
    it is at work, but its process is gone) and never stored.
    """

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    COMPLETED = "completed"
    STOPPED = "stopped"
    FAILED = "failed"
    DIVERGED = "diverged"
    LOST = "lost"

    @property
    def is_active(self) -> bool:
        return self in (Status.STARTING, Status.RUNNING, Status.STOPPING)

    @property
    def has_ended(self) -> bool:
        return self in (Status.COMPLETED, Status.STOPPED, Status.FAILED, Status.DIVERGED, Status.LOST)

    @property
    def said(self) -> str:
        """For a person; the value is for programs."""
        return _(STATUS_WORDS[self])


STATUS_WORDS = {
    Status.QUEUED: N_("waiting"),
    Status.STARTING: N_("starting"),
    Status.RUNNING: N_("training"),
    Status.STOPPING: N_("stopping"),
    Status.COMPLETED: N_("finished"),
    Status.STOPPED: N_("stopped and kept"),
    Status.FAILED: N_("failed"),
    Status.DIVERGED: N_("got ever worse"),
    Status.LOST: N_("lost"),
}


@dataclass(frozen=True)
class RunPaths:
    """The files of one run, by name."""

    root: Path

    @property
    def id(self) -> str:
        return self.root.name

    @property
    def config(self) -> Path:
        return self.root / "config.json"

    @property
    def status(self) -> Path:
        return self.root / "status.json"

    @property
    def history(self) -> Path:
        return self.root / "history.jsonl"

    @property
    def film(self) -> Path:
        """The answers about a few validation faces after each epoch, see `emotion.runs.film`."""
        return self.root / "film.jsonl"

    @property
    def history_picture(self) -> Path:
        return self.root / "history.png"

    @property
    def samples_picture(self) -> Path:
        return self.root / "samples.png"

    @property
    def average(self) -> Path:
        """The running mean of the weights at that moment; only of recipes that keep one."""
        return self.root / "average.npz"

    @property
    def last_checkpoint(self) -> Path:
        """Weights, optimiser and epoch of the last whole epoch: to resume from."""
        return self.root / "last.keras"

    @property
    def keras_model(self) -> Path:
        """The best weights so far, without the optimiser: to go on from."""
        return self.root / "model.keras"

    @property
    def model(self) -> Path:
        """The same weights for LiteRT: to use."""
        return self.root / "model.tflite"

    @property
    def model_info(self) -> Path:
        return self.root / "model.json"

    @property
    def report(self) -> Path:
        return self.root / "report.json"

    @property
    def held_out(self) -> Path:
        """What was answered of each training face while it was held out, see `emotion.evaluation.study`."""
        return self.root / "held_out.npz"

    @property
    def log(self) -> Path:
        return self.root / "log.txt"

    @property
    def stop(self) -> Path:
        """Exists when someone pressed Stop."""
        return self.root / "stop"

    @property
    def person(self) -> Path:
        return self.root / "person.json"


@dataclass(frozen=True)
class Run:
    """A run as read from its folder at one moment.

    Attributes:
        status: with `LOST` derived.
        reason: one sentence for a failed run, else "".
        pid: of the process that works (or waits) for it, or None.
        created: seconds since 1970.
        queued: when it was last put into the queue, seconds since 1970.
        words: what the person says of it; a name there goes before that of the configuration.
        on: the cluster that trains it, as `--on` says it; "" for this computer.
        node: the name of that computer of the cluster which trains it, or did; "" for none.
    """

    paths: RunPaths
    config: TrainingConfig
    status: Status
    reason: str = ""
    pid: int | None = None
    created: float = 0.0
    queued: float = 0.0
    words: person.Words = NO_WORDS
    on: str = ""
    node: str = ""

    @property
    def id(self) -> str:
        return self.paths.id

    @property
    def own_name(self) -> str:
        """The name that the person gave it later, "" for none."""
        return self.words.name

    @property
    def title(self) -> str:
        return self.own_name or self.config.name or f"{self.config.recipe}, {self.when}"

    @property
    def when(self) -> str:
        return moment(self.created, with_year=False)

    @property
    def has_model(self) -> bool:
        return self.paths.model.is_file() and self.paths.model_info.is_file()

    @property
    def said(self) -> str:
        """Where it stands, for a person; one that was stopped before there was anything to keep is not called kept."""
        return _("stopped") if self.status is Status.STOPPED and not self.has_model else self.status.said


def new_run(config: TrainingConfig, directory: Path | None = None) -> RunPaths:
    """Creates the folder of a run with `config.json` and the status queued.

    Args:
        config: what is asked for.
        directory: where; None makes a new folder under `runs/`, named by time and four random letters.

    Returns:
        The paths of the new run.

    Raises:
        NoRoomError, OutputFolderError: when the disk takes no run; nothing of it is left then.
    """
    while directory is None:
        stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
        candidate = runs_dir() / f"{stamp}-{''.join(secrets.choice(ID_ALPHABET) for _letter in range(4))}"
        directory = None if candidate.exists() else candidate
    check_room(directory)
    with disk.new_folder(directory) as folder:
        paths = RunPaths(folder)
        files.write_json(paths.config, replace(config, decisions=edits.digest_of(config.data)).to_json())
        now = time.time()
        write_status(paths, Status.QUEUED, pid=None, created=now, queued=now)
    return paths


def check_room(folder: Path) -> None:
    """Says before a long wait that the disk of this folder takes no run.

    Raises:
        NoRoomError
    """
    disk.check_room(folder, RUN_BYTES)


def write_status(paths: RunPaths, status: Status, unless: Callable[[], bool] = lambda: False, /, **fields: Any) -> bool:
    """Replaces `status.json`; fields that are not named keep their value. See `files.update_json`."""
    now = {"status": str(status), "changed": time.time()}
    return files.update_json(paths.status, fields | now, unless=unless)


@dataclass(frozen=True)
class _Status:
    """`status.json`."""

    status: Status
    reason: str = ""
    created: stored.Moment = 0.0
    queued: stored.Moment = 0.0
    pid: stored.Pid | None = None
    pid_started: processes.Started | None = None
    on: str = ""
    node: str = ""


@dataclass(frozen=True)
class _Stored:
    """A run as its files say, before anybody asks whether its process still lives.

    Attributes:
        run: with the stored status and no pid.
        pid, started: of the process that said last that it is at work; None for none.
        certain: False when the person's words are there and could not be read, which may pass.
    """

    run: Run
    pid: int | None
    started: processes.Started | None
    certain: bool

    def as_it_is_now(self) -> Run:
        """The run with what its files cannot say: a process may end without a word."""
        if self.run.status.has_ended:
            return self.run
        if processes.is_alive(self.pid, self.started):
            return replace(self.run, pid=self.pid)
        return replace(self.run, status=Status.LOST) if self.run.status.is_active else self.run


def read_run(paths: RunPaths) -> Run:
    """Reads a run's state as it is now.

    Raises:
        RunMissingError: when the folder holds no run.
        RunUnreadableError: when it is damaged, or another version of this program wrote it with words that this one
            does not know.
    """
    run = _stored(paths).as_it_is_now()
    # One that seems lost may have ended well between the looks at its file and at its process.
    return _stored(paths).as_it_is_now() if run.status is Status.LOST else run


def _stored(paths: RunPaths) -> _Stored:
    try:
        config = TrainingConfig.from_json(stored.read(paths.config, dict[str, Any]))
        said = stored.read(paths.status, _Status)
    except StoredFileMissingError as error:
        raise RunMissingError(str(paths.root)) from error
    except StoredFileError as error:
        raise RunUnreadableError(paths.id, error.why, may_pass=error.may_pass) from error
    except (ConfigError, ValueError) as error:
        raise RunUnreadableError(paths.id, f"config.json: {str(error).rstrip('.')}") from error
    words, certain = person.read(paths.person)
    run = Run(paths, config, said.status, said.reason, None, said.created, said.queued, words, said.on, said.node)
    return _Stored(run, said.pid, said.pid_started, certain)


def list_runs(directory: Path | None = None) -> list[Run]:
    """All readable runs under `runs/`, newest first; `unreadable_runs` tells of the others.

    A run's files are opened only when they have changed since the last listing; whether its process lives is asked
    each time.
    """
    runs = [run for folder in index.folders(directory or runs_dir()) if (run := _listed(folder)) is not None]
    return sorted(runs, key=lambda run: (run.created, run.id), reverse=True)


def _listed(folder: str) -> Run | None:
    """As `read_run`; None where there is no run that can be read."""
    known = _index.get(folder)
    if isinstance(known, _Stored) and known.as_it_is_now().status is Status.LOST:
        known = _index.get(folder)
    return known.as_it_is_now() if isinstance(known, _Stored) else None


def unreadable_runs(directory: Path | None = None) -> list[stored.Unreadable]:
    """The runs under `runs/` that are damaged or that another version wrote, by name. Their folders are left alone."""
    each = (_index.get(folder) for folder in index.folders(directory or runs_dir()))
    return sorted((one for one in each if isinstance(one, stored.Unreadable)), key=lambda one: one.name)


def _read(folder: Path) -> tuple[_Stored | stored.Unreadable | None, bool]:
    """A run, or None for a folder without one, and whether it is certain: a file that is there may not have opened."""
    try:
        found = _stored(RunPaths(folder))
    except RunMissingError:
        return None, False
    except RunUnreadableError as error:
        return stored.Unreadable(folder.name, error.why), not error.may_pass
    return found, found.certain


_index = index.Index(("status.json", "config.json", "person.json"), _read)


def find_run(reference: str | Path) -> RunPaths:
    """The run that a person means by its id, `latest`, or the path of its folder.

    Raises:
        RunMissingError: when there is none.
    """
    if str(reference) == "latest":
        runs = list_runs()
        if not runs:
            raise RunMissingError("latest")
        return runs[0].paths
    for folder in (runs_dir() / str(reference), expanded(reference)):
        if os.path.isfile(folder / "config.json"):
            return RunPaths(folder.resolve())
    raise RunMissingError(str(reference))


def rename(paths: RunPaths, name: str) -> None:
    """Gives a run the person's own name; "" goes back to the first one."""
    person.write(paths.person, name=name)


def request_stop(paths: RunPaths) -> None:
    """Asks the run's process to stop and keep what it has.

    Raises:
        OutputFolderError: where that cannot be written down.
    """
    with disk.writing(paths.root):
        paths.stop.touch()
