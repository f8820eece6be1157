"""A tuning as its processes would have left it, made without training anything."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from emotion.recipes import catalogue
from emotion.runs.history import append_history
from emotion.runs.run import Status, new_run, write_status
from emotion.system.files import write_json
from emotion.tuning import folder
from emotion.tuning.control import Attendance
from emotion.tuning.folder import TuningPaths, TuningState
from emotion.tuning.trials import Settings, Trial, TrialState

RANGES = {"learning_rate": (5e-3, 0.12), "weight_decay": (4e-3, 0.1), "width": (0.5, 1.5), "shift": (0.0, 0.16)}
ENDED = (TrialState.FINISHED, TrialState.FINISHED, TrialState.PRUNED, TrialState.FINISHED, TrialState.PRUNED)


def give_tuning(
    states: Sequence[TrialState] = ENDED, ended: TuningState | None = TuningState.FINISHED, **changes: object
) -> TuningPaths:
    """A tuning with one trial for each of the states.

    Args:
        states: of its trials; each but a failed one has a run.
        ended: how its process ended; None: this process is it, and still at work.
        changes: of its settings.
    """
    usual = {"base": catalogue.config("quick", data="demo"), "vary": RANGES, "trial_epochs": 4, "validation_faces": 400}
    settings = Settings(**usual | changes)  # type: ignore[arg-type]
    paths = folder.new(settings)
    rng = np.random.default_rng(1)
    trials = [_trial(number, state, settings, rng) for number, state in enumerate(states, start=1)]
    write_json(paths.trials, {"trials": [trial.to_json() for trial in trials], "written": time.time()})
    attendance = Attendance(paths)
    if ended is not None:
        attendance.end(ended, "No folder at nowhere." if ended is TuningState.FAILED else "")
    return paths


def _trial(number: int, state: TrialState, settings: Settings, rng: np.random.Generator) -> Trial:
    values = {name: float(np.exp(rng.uniform(*np.log(np.maximum(ends, 1e-3))))) for name, ends in settings.vary.items()}
    value = round(0.93 - abs(np.log10(values.get("learning_rate", 0.02)) + 1.7) / 5 + rng.normal(0, 0.01), 4)
    common = {"number": number, "state": state, "values": values}
    if state is TrialState.FAILED:
        return Trial(**common, why="No folder at nowhere.")
    done = 4 if state is TrialState.FINISHED else 2
    run = new_run(settings.config(values, f"tuning abcd, trial {number}"))
    for epoch in range(1, done + 1):
        append_history(run, event="epoch", epoch=epoch, loss=0.5, accuracy=value - 0.02, val_loss=0.5 - epoch / 100,
                       val_accuracy=value, seconds=10 * epoch)  # fmt: skip
    write_status(run, Status.COMPLETED if state is TrialState.FINISHED else Status.STOPPED)
    return Trial(**common, value=float(value), run=run.id, epochs_done=done, epochs=4, seconds=10.0 * done)
