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
class TestScore:
    """What a run got right of faces that it had never seen, as its report says it.

    Attributes:
        n: faces.
        accuracy: share answered right; `accuracy_interval` is where that lies with 95 % confidence.
    """

    __test__ = False  # no test of pytest's

    n: stored.Number
    accuracy: stored.Share
    accuracy_interval: tuple[stored.Share, stored.Share]


@dataclass(frozen=True)
class Summary:
    """Figures of a run as its files give them at one moment.

    Attributes:
        accuracies: share of the validation faces that it got right, one value in [0, 1] a finished epoch.
        kept: that of the epoch whose weights are kept, in [0, 1]; None before the first epoch.
        kept_epoch: the number of that epoch; 0 for a network that was best as it began, None before the first.
        seconds: that it took, from its report, or of its epochs together while there is no report.
        test: None before there is a score.
        method: by which faces it was tested, see `emotion.training.head.run`; "" for the test split.
    """

    accuracies: tuple[float, ...] = ()
    kept: float | None = None
    kept_epoch: int | None = None
    seconds: float = 0.0
    test: TestScore | None = None
    method: str = ""


@dataclass(frozen=True)
class _Report:
    """What `report.json` says of this."""

    seconds: stored.Seconds | None = None
    best: TestScore | None = None
    method: str = ""


def summarize(paths: RunPaths) -> Summary:
    """Sums a run up. Its files are opened only when they have changed since the last time."""
    return _index.get(str(paths.root))


def _read(folder: Path) -> tuple[Summary, bool]:
    """The summary, and whether it is certain: a history or report that is there and gave nothing may be so later."""
    paths = RunPaths(folder)
    history, report, certain = read_history(paths), _Report(), True
    try:
        report = stored.read(paths.report, _Report)
    except StoredFileError as error:
        certain = not error.may_pass
    kept = history.best
    summary = Summary(
        accuracies=tuple(row["val_accuracy"] for row in history.epochs),
        kept=kept["val_accuracy"] if kept else None,
        kept_epoch=kept["epoch"] if kept else None,
        seconds=report.seconds or sum(row["seconds"] for row in history.epochs),
        test=report.best,
        method=report.method,
    )
    has_history = bool(history.epochs or history.steps or history.phase)
    return summary, certain and (has_history or not os.path.exists(paths.history))


_index = Index(("history.jsonl", "report.json"), _read)
