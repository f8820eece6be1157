"""The work of a tuning's process: one trial after the other, or several at once, each an ordinary run that waits its
turn like any other.

The runs have processes of their own. When this one is killed its runs go on, and the next process that works on the
tuning takes the trials over.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psutil
from filelock import FileLock

from emotion import runs
from emotion.runs import Status, queue, read_history
from emotion.system import ENGLISH, N_, EmotionError, RunMissingError, _, language, speaking
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
WORSE = N_("It did worse than the middle of the others at the same share of its way.")
STOPPED, TIME_UP = N_("The tuning was stopped."), N_("The time was up.")
BROKEN = N_("Something went wrong inside the program; the last lines of its log tell more ({kind}).")
BY_HAND, GONE = N_("Its run was stopped by hand."), N_("Its process was gone.")

Tell = Callable[[Trial], None]


def work(paths: TuningPaths, *, join: bool = False, tell: Tell = lambda trial: None, **changes: Any) -> TuningState:
    """Works on a tuning until its trials or its time are used, or someone stops it.

    Args:
        paths: its folder.
        join: works on it beside other processes, whether there are any or not.
        tell: is called with every trial that ends.
        changes: see `control.prepare`; nothing of it counts beside a process that is at work.

    Returns:
        How it ended: finished, stopped or failed.

    Raises:
        EmotionError: when there is no such tuning, it is in another state, or its study cannot be used.
    """
    attendance, reader = _entered(paths, join, changes), language()

    def tell_reader(trial: Trial) -> None:
        with speaking(reader):
            tell(trial)

    try:
        settings = folder.read(paths).settings
        with speaking(ENGLISH), TuningStudy(paths, settings, attendance.name) as study:  # what is kept of it
            state, reason = _Sitting(paths, settings, study, attendance, tell_reader).all_trials()
    except BaseException as error:
        ours = isinstance(error, EmotionError)
        attendance.end(TuningState.FAILED, str(error) if ours else BROKEN.format(kind=type(error).__name__))
        raise
    attendance.end(state, reason)
    return state


def _entered(paths: TuningPaths, join: bool, changes: dict[str, Any]) -> Attendance:
    """Writes this process down as one that works on the tuning, unless another does and it may not join."""
    with FileLock(paths.lock):
        state = folder.read(paths).state
        if state is TuningState.STOPPING and join:
            raise EmotionError(
                _(IN_STATE, name=paths.id, state=_("stopping"), needed=_("one that is at work or has ended"))
            )
        beside = state is TuningState.RUNNING and join
        if not beside and state is not TuningState.STARTING:  # whoever asked for this process has prepared it already
            prepare(paths, **changes)
        return Attendance(paths)


@dataclass
class _Watched:
    """A trial whose run is at work or waits.

    Attributes:
        adopted: whether another process has begun it; its values are tried once more where it is lost.
        seconds: that it was at work, those of earlier sittings too.
        since: when it began in this sitting, on a clock that nobody sets.
        epochs: that were told of; -1 before the first look.
        steps: whether its network is being trained: it has its memory then.
        end: as what it is to be closed, where this process has asked it to stop, and why.
        time_left: seconds that it may take.
    """

    trial: OpenTrial
    paths: RunPaths
    adopted: bool
    seconds: float
    since: float | None = None
    epochs: int = -1
    steps: bool = False
    end: tuple[TrialState, str] | None = None
    time_left: float = math.inf


@dataclass
class _Sitting:
    """One process's time with a tuning.

    Attributes:
        at_work: its trials that have not ended.
        failures: trials that have failed, one after the other.
        given_up: why no more are begun, "" while they are.
        all_asked: whether there was nothing more to try when it was last asked.
    """

    paths: TuningPaths
    settings: Settings
    study: TuningStudy
    attendance: Attendance
    tell: Tell
    at_work: list[_Watched] = field(default_factory=list)
    failures: int = 0
    given_up: str = ""
    all_asked: bool = False

    def all_trials(self) -> tuple[TuningState, str]:
        """Takes over what others left, then asks for trials, as many at once as are wanted, until none is left."""
        for left in self.study.adopt(self._is_gone):
            self._take_up(left, self._left_behind(left), adopted=True)
        self.study.retry()
        self._begin_more()
        while self.at_work:
            self._look_at_all()
            self._begin_more()
        if self.given_up:
            return TuningState.FAILED, self.given_up
        return (TuningState.STOPPED if self.paths.stop.exists() else TuningState.FINISHED), ""

    def _begin_more(self) -> None:
        while len(self.at_work) < self.settings.jobs and not (self.given_up or self.all_asked):
            if self.paths.stop.exists() or not self._has_room():
                return
            trial = self.study.ask()
            if trial is None:
                self.all_asked = True
                return
            self._take_up(trial, self._begun(trial))

    def _has_room(self) -> bool:
        """Whether there is memory for one more run; those that have just begun have not taken theirs yet."""
        if not self.at_work or self.settings.on:  # a cluster knows itself how much it has
            return True
        coming = sum(not watched.steps for watched in self.at_work)
        return psutil.virtual_memory().available >= (coming + 1) * queue.RUN_NEEDS_BYTES

    def _is_gone(self, name: str) -> bool:
        worker = folder.worker_in(self.paths.workers / f"{name}.json")
        return name != self.attendance.name and (worker is None or not folder.is_at_work(worker))

    def _run_name(self, trial: OpenTrial) -> str:
        return N_("tuning {name}, trial {number}").format(name=self.paths.id.rsplit("-", 1)[-1], number=trial.number)

    def _begun(self, trial: OpenTrial) -> RunPaths:
        config = self.settings.config(trial.values, self._run_name(trial))
        run = queue.start(config, places=self.settings.jobs, on=self.settings.on)
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

    def _take_up(self, trial: OpenTrial, paths: RunPaths | None, *, adopted: bool = False) -> None:
        """Watches a trial from now on; one without a run is closed."""
        if paths is None:
            trial.end(TrialState.LOST, why=GONE)
            self._tell_end(trial)
        else:
            self.at_work.append(_Watched(trial, paths, adopted, float(trial.told.get("seconds", 0.0))))

    def _look_at_all(self) -> None:
        """One look at each run, and a moment's rest."""
        for watched in [*self.at_work]:
            if self._has_ended(watched):
                self.at_work.remove(watched)
                self._tell_end(watched.trial)
                if watched.adopted:
                    self.study.retry()
        self.attendance.seen()
        if self.at_work:
            time.sleep(POLL_SECONDS)

    def _tell_end(self, trial: OpenTrial) -> None:
        ended = next(row for row in self.study.rows() if row.number == trial.number)
        self.failures = self.failures + 1 if ended.state is TrialState.FAILED else 0
        if self.failures >= MOST_FAILURES:
            self.given_up = ended.why
        self.all_asked = False  # one that has failed is made up for
        self.tell(ended)

    def _has_ended(self, watched: _Watched) -> bool:
        """Looks at a run: notes how far it is, asks it to stop where it should, closes its trial when it has ended."""
        trial, paths = watched.trial, watched.paths
        run, history = runs.read_run(paths), read_history(paths)
        now = time.monotonic()
        if watched.since is None and run.status is not Status.QUEUED:
            watched.since = now - watched.seconds
        if watched.since is not None:
            watched.seconds = round(now - watched.since, 1)
        if len(history.epochs) != watched.epochs:
            watched.epochs = len(history.epochs)
            self._report(trial, run, history, watched.seconds)
            watched.end = watched.end or self._verdict(trial, history)
            watched.time_left = self._time_left(trial)
        watched.steps = bool(history.steps)
        if run.status.has_ended:
            trial.note(seconds=watched.seconds)
            trial.end(*outcome(run, read_history(paths), self.settings.goal, watched.end))
            return True
        if watched.end is None and (self.paths.stop.exists() or watched.seconds > watched.time_left):
            watched.end = TrialState.STOPPED, STOPPED if self.paths.stop.exists() else TIME_UP
        if watched.end and not paths.stop.exists():
            runs.request_stop(paths)
        if run.status is Status.QUEUED and run.pid is None:
            queue.start_orphans()
        return False

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
