"""Planning, starting, stopping and going on with tunings; the process of a tuning is `python -m emotion tune`."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import psutil

from emotion import recipes
from emotion.data import class_key, dataset, listing
from emotion.recipes import DEFAULT_CLASSES
from emotion.runs import queue
from emotion.system import N_, EmotionError, _, disk, files, processes
from emotion.tuning import fields, folder
from emotion.tuning import trials as tuning
from emotion.tuning.folder import IN_STATE, TuningState, Worker
from emotion.tuning.trials import Settings

if TYPE_CHECKING:
    from emotion.recipes import TrainingConfig
    from emotion.runs import Run
    from emotion.tuning.fields import Range
    from emotion.tuning.folder import Tuning, TuningPaths


OVERHEAD_SECONDS = 10.0  # of a trial beside its epochs: TensorFlow, tracing, export
SEEN_EVERY = 10.0  # seconds between two signs of life in the file of a process


def half(epochs: int) -> int:
    """The usual length of a trial, of those at full length."""
    return max(1, epochs // 2)


def plan(
    data: str,
    recipe: str = recipes.DEFAULT,
    *,
    classes: Iterable[str] | None = None,
    vary: Mapping[str, Range | None] | None = None,
    base: Mapping[str, Any] | None = None,
    trial_epochs: int | None = None,
    **others: Any,
) -> Settings:
    """The settings of a tuning from what a person says, checked against the data.

    Args:
        data: "demo" or a folder.
        recipe: name of the recipe whose settings are the starting point.
        classes: as the person names them; None: happy and sad.
        vary: field to its range; a range of None, or no field at all, takes the usual one.
        base: the person's own settings of every run, such as {"epochs": 12}; None values leave the recipe's.
        trial_epochs: of one trial; None: half of those of full length.
        others: fields of `Settings`; None leaves the default (a limit of None is none where the other is given).

    Raises:
        ConfigError, DataError
    """
    named = tuple(classes or DEFAULT_CLASSES)
    checked = dataset.checked(data, named)
    config = recipes.config(recipe, data=checked, classes=named, **(base or {}))
    known = fields.usable(recipe)
    wanted = vary or dict.fromkeys(fields.usual(recipe))
    ranges = {
        name: given or (fields.usual_range(name, config) if name in known else (0.0, 0.0))
        for name, given in wanted.items()
    }
    said = {name: value for name, value in others.items() if value is not None}
    if "minutes" in said and "trials" not in said:
        said["trials"] = None
    return Settings(
        config,
        ranges,
        trial_epochs=trial_epochs or half(config.epochs),
        validation_faces=_validation_faces(config),
        **said,
    )


def _validation_faces(config: TrainingConfig) -> int:
    """On how many faces the trials will be compared, before any picture is read."""
    counts = listing.scan(listing.resolve(config.data)).counts["train"]
    wanted = {class_key(name) for name in config.classes}
    return round(config.validation_split * sum(number for name, number in counts.items() if class_key(name) in wanted))


class Attendance:
    """The file of this process in `workers/`, by which others know that it works on a tuning, and how it ended."""

    def __init__(self, paths: TuningPaths) -> None:
        process = psutil.Process()
        self.name = f"{platform.node()}-{process.pid}-{int(process.create_time())}"
        self.path = paths.workers / f"{self.name}.json"
        now = time.time()
        self.worker = Worker(process.pid, processes.started(), platform.node(), began=now, seen=now)
        self._write()
        paths.starting.unlink(missing_ok=True)

    def seen(self) -> None:
        """Says that this process is still there."""
        if not processes.is_fresh(self.worker.seen, SEEN_EVERY):
            self._write()

    def end(self, state: TuningState, reason: str = "") -> None:
        self._write(ended=str(state), reason=reason)

    def _write(self, **changes: Any) -> None:
        self.worker = replace(self.worker, seen=time.time(), **changes)
        files.write_json(self.path, asdict(self.worker))


def start(settings: Settings) -> Tuning:
    """Makes a new tuning and starts its process. Returns at once."""
    return _launch(folder.new(settings))


def resume(reference: str, **changes: Any) -> Tuning:
    """Starts a process that goes on with a tuning that is not at work.

    Args:
        reference: an id, latest, or the path of its folder.
        changes: see `prepare`.

    Raises:
        TuningMissingError, EmotionError, ConfigError
    """
    paths = folder.find(reference)
    prepare(paths, **changes)
    return _launch(paths)


def prepare(paths: TuningPaths, **changes: Any) -> Settings:
    """Takes back a Stop and sets new limits, before a tuning goes on.

    Args:
        paths: its folder.
        changes: new limits for all sittings together (`trials`, `minutes`), and how it works from now on (`jobs`,
            `on`); None leaves what was asked for before.

    Raises:
        EmotionError: when a process works on it, or nothing is left to do.
        ConfigError: for a limit outside its range.
    """
    found = folder.read(paths)
    if found.state in (TuningState.RUNNING, TuningState.STOPPING):
        raise EmotionError(
            _(
                IN_STATE,
                name=paths.id,
                state=_("at work"),
                needed=_("one that has ended; --join adds a process to one at work"),
            )
        )
    settings = replace(found.settings, **{name: value for name, value in changes.items() if value is not None})
    if tuning.share_done(found.trials, settings) >= 1.0:
        used = tuning.budget_sentence(found.trials, settings)
        raise EmotionError(
            _(
                IN_STATE,
                name=paths.id,
                state=_("done: {used}", used=used),
                needed=_("more trials or more minutes to go on with"),
            )
        )
    with disk.writing(paths.root):
        paths.stop.unlink(missing_ok=True)
    if settings != found.settings:
        files.write_json(paths.settings, settings.to_json() | {"created": found.created})
    return settings


def stop(reference: str) -> Tuning:
    """Asks all processes of a tuning to stop; the run at work stops too and keeps its model."""
    paths = folder.find(reference)
    if folder.read(paths).state.is_active:
        with disk.writing(paths.root):
            paths.stop.touch()
    return folder.read(paths)


def best_config(found: Tuning) -> TrainingConfig:
    """The settings of the best trial at full length.

    Raises:
        EmotionError: when no trial has finished.
    """
    if found.best is None:
        raise EmotionError(
            _(
                IN_STATE,
                name=found.id,
                state=_("{state} and no trial has finished", state=_(str(found.state))),
                needed=_("a tuning with a finished trial"),
            )
        )
    return found.settings.at_full_length(found.best.values, N_("best of tuning {name}").format(name=found.short_id))


def train_best(reference: str) -> Run:
    """Starts an ordinary run with the best settings at full length. Returns at once."""
    found = folder.read(folder.find(reference))
    run = queue.start(best_config(found))
    note_full_run(found.paths, run.id)
    return run


def note_full_run(paths: TuningPaths, run_id: str) -> None:
    """Remembers which run was trained with what the tuning has found."""
    files.write_json(paths.full, {"run": run_id})


def _launch(paths: TuningPaths) -> Tuning:
    with disk.writing(paths.root):
        paths.starting.touch()
    processes.start_command(["tune", "--resume", str(paths.root)], paths.log)
    return folder.read(paths)
