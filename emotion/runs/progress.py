"""Where a run stands, in words and numbers that a person can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emotion.runs.run import Status
from emotion.system import N_, _, duration, ngettext

if TYPE_CHECKING:
    from emotion.runs.history import History
    from emotion.runs.run import Run


PHASES = (N_("loading data"), N_("loading TensorFlow"), N_("training"), N_("exporting"))
WINDOW = 24  # live rows that the remaining time is judged by: about twelve seconds


@dataclass(frozen=True)
class Progress:
    """A run at one moment.

    Attributes:
        text: one short phrase, such as "epoch 3 of 10, 41 s left".
        share: 0 to 1, of all epochs.
        seconds_left: of the training, or None while there is nothing to judge by.
        phases: (name, "done" | "now" | "later") in order.
        epoch: 1-based, the one at work; 0 before the first.
        epochs: how many were asked for.
    """

    text: str
    share: float
    seconds_left: float | None
    phases: list[tuple[str, str]]
    epoch: int
    epochs: int


def describe(run: Run, history: History, ahead: int = 0) -> Progress:
    """Puts a run's state into words.

    Args:
        ahead: number of runs before it in the queue.
    """
    done = _epochs_done(history)
    share = min(1.0, done / run.config.epochs)
    left = seconds_left(history, run.config.epochs)
    epoch = min(run.config.epochs, int(done) + 1) if history.steps or history.epochs else 0
    if run.status is Status.COMPLETED:
        share, left = 1.0, None
    text = _text(run, history, epoch, left, ahead)
    if run.node and run.status.is_active:
        text = _("{what} · on {computer}", what=text, computer=run.node)
    return Progress(text, share, left, _phases(run, history), epoch, run.config.epochs)


def _epochs_done(history: History) -> float:
    """Epochs behind the run, with the part of the present one."""
    whole = float(history.epochs[-1]["epoch"]) if history.epochs else 0.0
    if not history.steps:
        return whole
    return max(whole, _position(history.steps[-1]))


def _position(row: dict[str, Any]) -> float:
    return float(row["epoch"]) - 1 + float(row["step"]) / float(row["steps"])


def seconds_left(history: History, epochs: int) -> float | None:
    """Seconds until the last epoch is over, judged by the speed of the last dozen seconds.

    Returns:
        None with fewer than two live rows of one sitting.
    """
    sitting: list[dict[str, Any]] = []
    for row in reversed(history.steps[-WINDOW:]):
        if sitting and row["seconds"] > sitting[-1]["seconds"]:
            break  # the clock starts anew when a run is resumed
        sitting.append(row)
    if len(sitting) < 2:
        return None
    latest, earliest = sitting[0], sitting[-1]
    way, seconds = _position(latest) - _position(earliest), latest["seconds"] - earliest["seconds"]
    return None if way <= 0 else max(0.0, (epochs - _position(latest)) * seconds / way)


def _phases(run: Run, history: History) -> list[tuple[str, str]]:
    if run.status in (Status.COMPLETED, Status.QUEUED):
        return [(name, "done" if run.status is Status.COMPLETED else "later") for name in PHASES]
    current = "exporting" if history.phase == "evaluating" else history.phase
    place = PHASES.index(current) if current in PHASES else -1
    states = ["done" if i < place else "now" if i == place else "later" for i in range(len(PHASES))]
    return list(zip(PHASES, states, strict=True))


def _text(run: Run, history: History, epoch: int, left: float | None, ahead: int) -> str:
    match run.status:
        case Status.QUEUED if run.on:
            return _("waiting for a computer of the cluster")
        case Status.QUEUED:
            ahead_of_it = ngettext("waiting: {n} run before it", "waiting: {n} runs before it", ahead)
            return ahead_of_it if ahead else _("waiting to start")
        case Status.STARTING:
            return _(history.phase) or _("starting")
        case Status.STOPPING:
            return _("stopping and keeping what it has")
        case Status.RUNNING if history.phase == "training":
            at = {"epoch": max(epoch, 1), "epochs": run.config.epochs}
            if left:
                return _("epoch {epoch} of {epochs}, {time} left", time=duration(left), **at)
            return _("epoch {epoch} of {epochs}", **at)
        case Status.RUNNING:
            said = {"exporting": _("making the model usable"), "evaluating": _("testing it")}
            return said.get(history.phase, _(history.phase))
        case Status.COMPLETED:
            return _("finished")
        case Status.STOPPED:
            return ngettext("stopped after {n} epoch", "stopped after {n} epochs", len(history.epochs))
        case Status.FAILED:
            return _("failed")
        case Status.DIVERGED:
            return _("its loss grew without bound")
        case _:
            return _("its process is gone")
