"""What a run came to, as few figures as a row of a table holds."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from emotion.runs.history import read_history
from emotion.runs.index import Index
from emotion.runs.run import RunPaths
from emotion.system import StoredFileError, stored


@dataclass(frozen=True)
class Summary:
    """Figures of a run as its files give them at one moment.

    Attributes:
        accuracies: share of the validation faces that it got right, one value in [0, 1] a finished epoch.
        best: that of the epoch whose weights are kept, in [0, 1]; None before the first epoch.
        seconds: that it took, from its report, or of its epochs together while there is no report.
    """

    accuracies: tuple[float, ...] = ()
    best: float | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class _Took:
    """The seconds in `report.json`."""

    seconds: stored.Seconds | None = None


def summarize(paths: RunPaths) -> Summary:
    """Sums a run up. Its files are opened only when they have changed since the last time."""
    return _index.get(str(paths.root))


def _read(folder: Path) -> tuple[Summary, bool]:
    """The summary, and whether it is certain: a history or report that is there and gave nothing may be so later."""
    paths = RunPaths(folder)
    history, seconds, certain = read_history(paths), None, True
    try:
        seconds = stored.read(paths.report, _Took).seconds
    except StoredFileError as error:
        certain = not error.may_pass
    best = history.best
    summary = Summary(
        accuracies=tuple(row["val_accuracy"] for row in history.epochs),
        best=best["val_accuracy"] if best else None,
        seconds=seconds or sum(row["seconds"] for row in history.epochs),
    )
    has_history = bool(history.epochs or history.steps or history.phase)
    return summary, certain and (has_history or not os.path.exists(paths.history))


_index = Index(("history.jsonl", "report.json"), _read)
