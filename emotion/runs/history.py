"""What a run has been through: `history.jsonl`, one line an event, appended by its worker alone.

A reader may come while a line is being written: a torn last line is passed over.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from msgspec import Meta

from emotion.system import StoredFileError, files, stored

if TYPE_CHECKING:
    from emotion.runs.run import RunPaths


_Epoch = Annotated[int, Meta(ge=1, le=1_000_000)]


class _Phase(TypedDict):
    event: str
    phase: str


class _Resumed(TypedDict):
    event: str
    epoch: Annotated[int, Meta(ge=0, le=1_000_000)]


class _Begun(TypedDict):
    event: str
    epoch: Annotated[int, Meta(ge=0, le=0)]
    val_loss: stored.Figure
    val_accuracy: stored.Share


class _EpochRow(TypedDict):
    event: str
    epoch: _Epoch
    loss: stored.Figure
    accuracy: stored.Share
    val_loss: stored.Figure
    val_accuracy: stored.Share
    seconds: stored.Seconds


class _StepRow(TypedDict):
    event: str
    epoch: _Epoch
    step: Annotated[int, Meta(ge=1, le=2**31)]
    steps: Annotated[int, Meta(ge=1, le=2**31)]
    loss: stored.Figure
    accuracy: stored.Share
    seconds: stored.Seconds


class _Blend(TypedDict):
    event: str
    share: stored.Share


_ROWS: dict[str, type] = {
    "phase": _Phase,
    "begun": _Begun,
    "resumed": _Resumed,
    "epoch": _EpochRow,
    "step": _StepRow,
    "blend": _Blend,
}


@dataclass(frozen=True)
class History:
    """`history.jsonl` as rows.

    Attributes:
        epochs: one row a finished epoch: epoch (1-based), loss, accuracy, val_loss, val_accuracy, seconds.
        steps: rows within epochs: epoch, step, steps, loss, accuracy (so far in this epoch), seconds (since the
            first step of the run).
        begun: one row or none: how a network that goes on from another was before its first epoch, with a last layer
            that was fitted: epoch (0), val_loss, val_accuracy.
        phase: the last phase written, such as "loading data"; "" before the first.
        blend: the share of the votes in the last layer, where folders and votes were learned; None elsewhere.
    """

    epochs: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    phase: str = ""
    begun: list[dict[str, Any]] = field(default_factory=list)
    blend: float | None = None

    @property
    def best(self) -> dict[str, Any] | None:
        """The epoch with the lowest validation loss: the one whose weights are kept. Never one without a number.

        Epoch 0 is how it began.
        """
        finite = (row for row in [*self.begun, *self.epochs] if math.isfinite(row["val_loss"]))
        return min(finite, key=lambda row: row["val_loss"], default=None)

    @property
    def only_training_since(self) -> int | None:
        """The epoch from which only the training faces got better, the validation faces no more; None for no such one.

        Said only of two epochs or more, in the last of which the training faces stood better than in the best epoch.
        """
        best = self.best
        if best is None or "loss" not in best:
            return None
        later = [row for row in self.epochs if row["epoch"] > best["epoch"]]
        if len(later) < 2 or not later[-1]["loss"] < best["loss"]:
            return None
        return int(later[0]["epoch"])


def append_history(paths: RunPaths, **row: Any) -> None:
    """Appends one line to `history.jsonl` and flushes it. Only the run's own process may call this.

    Raises:
        ValueError: for a figure that is not a number: JSON has no word for it.
        NoRoomError, OutputFolderError: when the disk takes no more.
    """
    files.append(paths.history, json.dumps(row, allow_nan=False).encode() + b"\n")


def read_history(paths: RunPaths) -> History:
    """The rows so far. After a resume the rows of an epoch that was cut off are replaced by the later ones.

    A line that is no whole row, whatever it holds, is passed over.
    """
    epochs: dict[int, dict[str, Any]] = {}
    steps: list[dict[str, Any]] = []
    begun: list[dict[str, Any]] = []
    phase, blend = "", None
    for row in _rows(paths.history):
        match row.get("event"):
            case "begun":
                begun = [row]
            case "phase":
                phase = row["phase"]
            case "resumed":
                epochs = {number: old for number, old in epochs.items() if number <= row["epoch"]}
                steps = [old for old in steps if old["epoch"] <= row["epoch"]]
            case "epoch":
                epochs[row["epoch"]] = row
            case "step":
                steps.append(row)
            case "blend":
                blend = row["share"]
    return History([epochs[number] for number in sorted(epochs)], steps, phase, begun, blend)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        for line in stored.lines(path):
            event = line.get("event")
            if isinstance(event, str) and event in _ROWS:
                with contextlib.suppress(ValueError):
                    yield stored.typed(line, _ROWS[event])
    except StoredFileError:
        return
