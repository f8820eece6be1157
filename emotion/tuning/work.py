"""The work of a tuning's process: one trial after the other, each an ordinary run that waits its turn like any other.

The runs have processes of their own. When this one is killed its run goes on, and the next process that works on the
tuning takes the trial over.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filelock import FileLock

from emotion import runs
from emotion.runs import Status, queue, read_history
from emotion.system import EmotionError, RunMissingError
from emotion.tuning import folder
from emotion.tuning import trials as tuning
from emotion.tuning.control import Attendance, prepare
from emotion.tuning.folder import IN_STATE, TuningState
from emotion.tuning.study import TuningStudy, reports
from emotion.tuning.trials import Trial, TrialState

if TYPE_CHECKING:
    from emotion.runs import History, Run, RunPaths
    from emotion.tuning.folder import TuningPaths
    from emotion.tuning.study import OpenTrial
    from emotion.tuning.trials import Settings


POLL_SECONDS = 0.25
MOST_FAILURES = 2  # in a row: then it is not the values that are wrong
WORSE = "It did worse than the middle of the others at the same share of its way."
STOPPED, TIME_UP = "The tuning was stopped.", "The time was up."
BROKEN = "Something went wrong inside the program; the last lines of its log tell more"
BY_HAND, GONE = "Its run was stopped by hand.", "Its process was gone."

Tell = Callable[[Trial], None]


def work(paths: TuningPaths, *, join: bool = False, tell: Tell = lambda trial: None,
         trials: int | None = None, minutes: float | None = None) -> TuningState:  # fmt: skip
    """Works on a tuning until its trials or its time are used, or someone stops it.

    Args:
        paths: its folder.
        join: works on it beside other processes, whether there are any or not.
        tell: is called with every trial that ends.
        trials, minutes: new limits, for all sittings together; None leaves the old ones.

    Returns:
        How it ended: finished, stopped or failed.

    Raises:
        EmotionError: when there is no such tuning, it is in another state, or its study cannot be used.
    """
    attendance = _entered(paths, join, trials, minutes)
    try:
        settings = folder.read(paths).settings
        with TuningStudy(paths, settings, attendance.name) as study:
            state, reason = _Sitting(paths, settings, study, attendance, tell).all_trials()
    except BaseException as error:
        ours = isinstance(error, EmotionError)
        attendance.end(TuningState.FAILED, str(error) if ours else f"{BROKEN} ({type(error).__name__}).")
        raise
    attendance.end(state, reason)
    return state


def _entered(paths: TuningPaths, join: bool, trials: int | None, minutes: float | None) -> Attendance:
    """Writes this process down as one that works on the tuning, unless another does and it may not join."""
    with FileLock(paths.lock):
        state = folder.read(paths).state
        if state is TuningState.STOPPING and join:
            raise EmotionError(IN_STATE.format(paths.id, "stopping", "one that is at work or has ended"))
        beside = state is TuningState.RUNNING and join
        if not beside and state is not TuningState.STARTING:  # whoever asked for this process has prepared it already
            prepare(paths, trials, minutes)
        return Attendance(paths)


@dataclass
class _Sitting:
    """One process's time with a tuning."""

    paths: TuningPaths
    settings: Settings
    study: TuningStudy
    attendance: Attendance
    tell: Tell

    def all_trials(self) -> tuple[TuningState, str]:
        """Takes over what others left, then asks for one trial after the other."""
        for left in self.study.adopt(self._is_gone):
            self._follow(left, self._left_behind(left))
        self.study.retry()
        failures = 0
        while not self.paths.stop.exists():
            trial = self.study.ask()
            if trial is None:
                return TuningState.FINISHED, ""
            ended = self._follow(trial, self._begun(trial))
            failures = failures + 1 if ended.state is TrialState.FAILED else 0
            if failures >= MOST_FAILURES:
                return TuningState.FAILED, ended.why
        return TuningState.STOPPED, ""

    def _is_gone(self, name: str) -> bool:
        worker = folder.worker_in(self.paths.workers / f"{name}.json")
        return name != self.attendance.name and (worker is None or not folder.is_at_work(worker))

    def _run_name(self, trial: OpenTrial) -> str:
        return f"tuning {self.paths.id.rsplit('-', 1)[-1]}, trial {trial.number}"

    def _begun(self, trial: OpenTrial) -> RunPaths:
        config = self.settings.config(trial.values, self._run_name(trial))
        run = queue.start(config)
        trial.note(run=run.id, epochs=config.epochs)
        return run.paths

    def _left_behind(self, trial: OpenTrial) -> RunPaths | None:
        """The run of a trial that another process began, by its name where that process had no time to note it."""
        name = self._run_name(trial)
        known = (run.id for run in runs.list_runs() if run.config.name == name)
        reference = trial.told.get("run") or next(known, None)
        if not reference:
            return None
        try:
            paths = runs.find_run(reference)
        except RunMissingError:
            return None
        trial.note(run=paths.id, epochs=runs.read_run(paths).config.epochs)
        return paths

    def _follow(self, trial: OpenTrial, paths: RunPaths | None) -> Trial:
        """Watches a run until it has ended, and closes its trial."""
        if paths is None:
            trial.end(TrialState.LOST, why=GONE)
        else:
            self._watch(trial, paths)
        ended = next(row for row in self.study.rows() if row.number == trial.number)
        self.tell(ended)
        return ended

    def _watch(self, trial: OpenTrial, paths: RunPaths) -> None:
        before, since, seen, end = float(trial.told.get("seconds", 0.0)), None, -1, None
        while True:
            run, history = runs.read_run(paths), read_history(paths)
            if since is None and run.status is not Status.QUEUED:
                since = time.monotonic()
            seconds = round(before + (time.monotonic() - since if since else 0.0), 1)
            if len(history.epochs) != seen:
                seen = len(history.epochs)
                self._report(trial, run, history, seconds)
                end = end or self._verdict(trial, history)
                time_left = self._time_left(trial)
            if run.status.has_ended:
                break
            if end is None and (self.paths.stop.exists() or seconds > time_left):
                end = TrialState.STOPPED, STOPPED if self.paths.stop.exists() else TIME_UP
            if end and not paths.stop.exists():
                runs.request_stop(paths)
            if run.status is Status.QUEUED and run.pid is None:
                queue.start_orphans()
            self.attendance.seen()
            time.sleep(POLL_SECONDS)
        trial.note(seconds=seconds)
        trial.end(*outcome(run, read_history(paths), self.settings.goal, end))

    def _report(self, trial: OpenTrial, run: Run, history: History, seconds: float) -> None:
        trial.note(epochs_done=len(history.epochs), seconds=seconds)
        trial.report(reports(history.epochs, run.config.epochs, self.settings.goal))
        self.study.publish()

    def _verdict(self, trial: OpenTrial, history: History) -> tuple[TrialState, str] | None:
        """Whether a trial is not worth finishing, after an epoch."""
        if history.epochs and trial.is_worse_than_most():
            return TrialState.PRUNED, WORSE
        return None

    def _time_left(self, trial: OpenTrial) -> float:
        """Seconds that this trial may take; the first one may always finish, so that there is something to show."""
        others = [row for row in self.study.rows() if row.number != trial.number]
        if self.settings.minutes is None or tuning.best(others, self.settings) is None:
            return math.inf
        return 60 * self.settings.minutes - tuning.seconds_used(others)


def outcome(
    run: Run, history: History, goal: str, asked: tuple[TrialState, str] | None
) -> tuple[TrialState, float | None, str]:
    """What has come of a run that has ended, as a trial: state, value and why.

    Args:
        asked: why this process asked it to stop; None when it did not.
    """
    best = history.best
    if run.status is Status.COMPLETED and best is not None:
        return TrialState.FINISHED, float(best[f"val_{goal}"]), ""
    if run.status is Status.DIVERGED:
        return TrialState.PRUNED, None, run.reason
    if run.status is Status.FAILED:
        return TrialState.FAILED, None, run.reason
    if run.status is Status.LOST:
        return TrialState.LOST, None, GONE
    state, why = asked or (TrialState.STOPPED, BY_HAND)
    return state, None, why
