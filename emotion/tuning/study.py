"""The study of a tuning: which values are tried next, and which trials are not worth finishing (Optuna).

Everything lies in `study.db`, so that a killed process loses nothing and several may work on one study. Optuna is
imported inside functions: only the processes of a tuning need it, never the server.

Trials of different length are compared at the same share of their way, in tenths: a schedule that is half done is
compared with others that are half done.
"""

from __future__ import annotations

import contextlib
import math
import re
import sqlite3
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from emotion.system import N_, ConfigError, EmotionError, _, files, stored
from emotion.tuning import fields, trials
from emotion.tuning.trials import Trial, TrialState

if TYPE_CHECKING:
    import optuna

    from emotion.tuning.folder import TuningPaths
    from emotion.tuning.trials import Settings


NAME = "tuning"  # of the one study in the file
PRUNES_AFTER_TRIALS = 4  # finished ones; before that there is no middle to be worse than
# Tenths of the way. On FER-2013 with `quick`, whose rate falls to zero, five trials lay 11 points apart at half their
# way, and one of the later best was last; at 70 % they lay as close together as at the end (4 and 5 points).
PRUNES_AFTER_TENTHS = 6
LOCK_SECONDS = 60.0  # for other processes of this tuning
FILE_SECONDS = 20.0  # for another program that has the file open, as a viewer of databases
KNOWN = {  # what SQLite says, and what that means
    r"database\s+is\s+locked": N_("another program holds it; close that program and go on"),
    r"disk\s+is\s+full": N_("there is no room left on its disk; make room and go on"),
    r"readonly\s+database": N_("it may not be written to; make it writable and go on"),
}


def opened(database: Path, settings: Settings) -> tuple[optuna.Study, Callable[[], None]]:
    """The study in this SQLite file, a new one where there is none, and what closes the file again."""
    import optuna
    from sqlalchemy import URL

    _probe(database)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    address = URL.create("sqlite", database=str(database)).render_as_string()  # which knows what to escape in a path
    storage = optuna.storages.RDBStorage(address, engine_kwargs={"connect_args": {"timeout": FILE_SECONDS}})
    study = optuna.create_study(
        storage=storage,
        pruner=optuna.pruners.MedianPruner(PRUNES_AFTER_TRIALS, PRUNES_AFTER_TENTHS),
        study_name=NAME,
        direction="minimize" if settings.sign < 0 else "maximize",
        load_if_exists=True,
    )

    def close() -> None:
        storage.remove_session()
        storage.engine.dispose()

    return study, close


def _probe(database: Path) -> None:
    """Reads all of the file once: what is wrong with it is told before the first trial, and once.

    Raises:
        sqlite3.Error: when it is damaged, or another program keeps it locked.
    """
    if not database.exists():
        return
    with contextlib.closing(sqlite3.connect(database, timeout=FILE_SECONDS, isolation_level=None)) as file:
        file.execute("BEGIN IMMEDIATE")
        found = file.execute("PRAGMA quick_check(1)").fetchone()
        file.execute("ROLLBACK")
    if found != ("ok",):
        raise sqlite3.DatabaseError(_("database disk image is malformed"))


NO_STUDY = N_(
    "Tuning {name} cannot go on, since its study.db cannot be used: {why}. Its trials so far can still be shown, and "
    "it was changed no further. Put back a copy of the file, or start another tuning."
)


@contextmanager
def told(tuning_id: str) -> Iterator[None]:
    """What comes out of Optuna, SQLAlchemy and SQLite, in one sentence.

    A damaged database may hold any values, so that each of the three may raise anything.

    Raises:
        EmotionError
    """
    try:
        yield
    except (EmotionError, OSError):  # filelock's Timeout is an OSError too
        raise
    except Exception as error:
        said = (str(error) or type(error).__name__).splitlines()[0][:120]
        known = (_(why) for words, why in KNOWN.items() if re.search(words, str(error)))
        why = next(known, _("it is damaged ({said})", said=said))
        raise EmotionError(_(NO_STUDY, name=tuning_id, why=why)) from error


def sampler(settings: Settings, number: int) -> optuna.samplers.BaseSampler:
    """Tree-structured Parzen estimator (Bergstra et al. 2011); some values at random come first.

    Seeded anew for every trial: a process that goes on chooses what the first one would have chosen.
    """
    import optuna

    at_random = min(10, max(4, (settings.trials or 20) // 4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.samplers.TPESampler(
            seed=settings.seed + number, n_startup_trials=at_random, multivariate=True, constant_liar=True
        )


def suggest(trial: optuna.trial.Trial, name: str, low: float, high: float) -> None:
    """Lets the study choose a value for a field."""
    scale = fields.FIELDS[name].scale
    if scale == "whole":
        trial.suggest_int(name, int(low), int(high))
    else:
        trial.suggest_float(name, low, high, log=scale == "log")


TENTHS = 10


def reports(epochs: Sequence[Mapping[str, Any]], of: int, goal: str) -> dict[int, float]:
    """The values of a run at each tenth of its way that it has passed.

    Args:
        epochs: the rows of finished epochs.
        of: how many epochs the run has.
        goal: "accuracy" or "loss".

    Returns:
        tenth (1 to 10) to the value of the first epoch at or behind it.
    """
    values: dict[int, float] = {}
    for row in epochs:
        for tenth in range(TENTHS * (row["epoch"] - 1) // of + 1, TENTHS * row["epoch"] // of + 1):
            values[tenth] = float(row[f"val_{goal}"])
    return values


class OpenTrial:
    """A trial that this process works on.

    Attributes:
        number: from 1.
        values: what to try.
    """

    def __init__(self, study: TuningStudy, trial: optuna.trial.Trial) -> None:
        self._study, self._trial = study, trial
        self.number: int = trial.number + 1
        self.values: dict[str, float] = {name: trial.params[name] for name in study.settings.vary}
        self.told: dict[str, Any] = dict(trial.user_attrs)
        self._reported = len(study.get(trial.number).intermediate_values)

    def note(self, **facts: Any) -> None:
        """Keeps facts about the trial: run, epochs, epochs_done, seconds."""
        for name, value in facts.items():
            if self.told.get(name) != value:
                with told(self._study.paths.id):
                    self._trial.set_user_attr(name, value)
        self.told |= facts

    def report(self, values: Mapping[int, float]) -> None:
        """Takes the values at the tenths of the way, see `reports`; those that it knows are passed over."""
        for tenth in sorted(values)[self._reported :]:
            with told(self._study.paths.id):
                self._trial.report(values[tenth], tenth)
            self._reported += 1

    def is_worse_than_most(self) -> bool:
        """Whether it has come far enough to be compared and is worse than the middle of the others there."""
        with told(self._study.paths.id):
            return self._study.settings.prune and self._reported > 0 and self._trial.should_prune()

    def end(self, state: TrialState, value: float | None = None, why: str = "") -> None:
        """Closes the trial.

        Args:
            state: how it ended; a stopped or a lost one is tried once more when the tuning goes on.
            value: of a finished one.
            why: one sentence where it has not finished.
        """
        self.note(why=why, ended=str(state))
        self._study.finish(self.number - 1, state, value)


class TuningStudy:
    """All trials of a tuning. Its file is closed by `close`, or at the end of a `with` block.

    Args:
        paths: the folder of the tuning.
        settings: what was asked for.
        me: the name of this process.
    """

    def __init__(self, paths: TuningPaths, settings: Settings, me: str) -> None:
        self.paths, self.settings, self.me = paths, settings, me
        with self._locked():
            self._optuna, self.close = opened(paths.study, settings)
            if not self._frozen():
                self._refuse_to_forget()
                self._optuna.enqueue_trial(fields.own_values(settings.base, settings.vary))
            self._write()

    def _refuse_to_forget(self) -> None:
        """Trials that are told of and no longer in the file are not written over."""
        known = stored.read_or(self.paths.trials, dict[str, Any], {}).get("trials")
        if known:
            why = _("it is empty or gone, while trials.json knows of trials")
            raise EmotionError(_(NO_STUDY, name=self.paths.id, why=why))

    def __enter__(self) -> TuningStudy:
        return self

    def __exit__(self, *_other: object) -> None:
        self.close()

    def ask(self) -> OpenTrial | None:
        """The next trial; None when as many as were asked for are done or at work, or the time is used."""
        with self._locked():
            rows = self.rows()
            taken = sum(row.state.counts or row.state is TrialState.RUNNING for row in rows)
            if self.settings.trials is not None and taken >= self.settings.trials:
                return None
            if self.is_time_up():
                return None
            self._optuna.sampler = sampler(self.settings, len(rows))
            trial = self._optuna.ask()
            trial.set_user_attr("worker", self.me)
            for name, (low, high) in self.settings.vary.items():
                suggest(trial, name, low, high)
            opened = OpenTrial(self, trial)
            self._write()
            return opened

    def is_time_up(self) -> bool:
        minutes = self.settings.minutes
        return minutes is not None and trials.seconds_used(self.rows()) >= 60 * minutes

    def adopt(self, is_gone: Callable[[str], bool]) -> list[OpenTrial]:
        """Takes over the open trials of processes that are gone.

        Args:
            is_gone: of the name of a process.
        """
        import optuna

        with self._locked():
            left = [trial for trial in self._frozen() if trial.state is optuna.trial.TrialState.RUNNING]
            mine = [trial for trial in left if is_gone(trial.user_attrs.get("worker", ""))]
            found = []
            for frozen in mine:
                trial = optuna.trial.Trial(self._optuna, frozen._trial_id)
                trial.set_user_attr("worker", self.me)
                if set(self.settings.vary) <= set(frozen.params):
                    found.append(OpenTrial(self, trial))
                else:  # it was cut off before it had all its values
                    trial.set_user_attr("ended", str(TrialState.LOST))
                    self._optuna.tell(frozen.number, state=optuna.trial.TrialState.FAIL)
            return found

    def retry(self) -> None:
        """Puts the values of stopped and lost trials back in front, each once."""
        with self._locked():
            done: list[int] = self._optuna.user_attrs.get("tried_again", [])
            cut_off = [row for row in self.rows() if row.state in (TrialState.STOPPED, TrialState.LOST)]
            for row in cut_off:
                if row.number not in done and row.values:
                    self._optuna.enqueue_trial(row.values)
            self._optuna.set_user_attr("tried_again", sorted({*done, *(row.number for row in cut_off)}))

    def rows(self) -> list[Trial]:
        """All trials that have begun, in order."""
        import optuna

        with told(self.paths.id):
            begun = [trial for trial in self._frozen() if trial.state is not optuna.trial.TrialState.WAITING]
            found = [_row(trial) for trial in begun]
            try:
                self.settings.check(found)
            except ConfigError as error:  # of the database, not of what was asked for
                raise ValueError(str(error)) from error
            return found

    def publish(self) -> None:
        """Writes `trials.json`."""
        with self._locked():
            self._write()

    def get(self, number: int) -> optuna.trial.FrozenTrial:
        """A trial of Optuna, whose numbers begin with 0."""
        with told(self.paths.id):
            return self._frozen()[number]

    def finish(self, number: int, state: TrialState, value: float | None) -> None:
        """Ends a trial of Optuna, whose numbers begin with 0."""
        import optuna

        ends = {
            TrialState.FINISHED: optuna.trial.TrialState.COMPLETE,
            TrialState.PRUNED: optuna.trial.TrialState.PRUNED,
        }
        with self._locked():
            kind = ends.get(state, optuna.trial.TrialState.FAIL)
            self._optuna.tell(number, value if kind is optuna.trial.TrialState.COMPLETE else None, state=kind)
            self._write()

    def _frozen(self) -> list[optuna.trial.FrozenTrial]:
        return self._optuna.get_trials(deepcopy=False)

    def _write(self) -> None:
        rows = [row.to_json() for row in self.rows()]
        files.write_json(self.paths.trials, {"trials": rows, "written": time.time()})

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time counts, takes and writes. May be entered within itself."""
        with FileLock(self.paths.lock, timeout=LOCK_SECONDS, is_singleton=True), told(self.paths.id):
            yield


def _row(frozen: optuna.trial.FrozenTrial) -> Trial:
    told = frozen.user_attrs
    curve = [frozen.intermediate_values[step] for step in sorted(frozen.intermediate_values)]
    curve = [value for value in curve if math.isfinite(value)]
    value = frozen.value if frozen.value is not None else (curve[-1] if curve else None)
    state = TrialState(told.get("ended", "running"))
    if state is TrialState.RUNNING and frozen.state.is_finished():
        state = TrialState.LOST
    known = {name: told[name] for name in ("run", "epochs_done", "epochs", "seconds", "why") if name in told}
    return Trial.from_json(  # as it will be read: a damaged database may hold any values
        known
        | {
            "number": frozen.number + 1,
            "state": state,
            "values": frozen.params,
            "value": value if value is not None and math.isfinite(value) else None,
            "curve": curve,
        }
    )
