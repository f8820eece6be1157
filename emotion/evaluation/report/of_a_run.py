"""What a run says of itself at its end: its `report.json` as it is read. Its worker writes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from emotion.evaluation.honest import Score
from emotion.evaluation.report.mistakes import Mistake
from emotion.evaluation.scores import Evaluation, no_better_than_guessing
from emotion.metrics import Comparison
from emotion.system import N_, StoredFileError, StoredFileMissingError, _, stored

if TYPE_CHECKING:
    from emotion.recipes import TrainingConfig
    from emotion.runs import RunPaths


TELLING = 100  # faces: with fewer, the interval of a score is at least 20 points wide


class WayOut(StrEnum):
    """What mends a run that is no better than guessing."""

    PICTURES = N_("more pictures")
    TRANSFER = N_("building on a trained model")
    CHECK = N_("a check of the data")


@dataclass(frozen=True)
class EpochResult:
    """The figures of one epoch's weights on the faces that judge a run.

    Attributes:
        n: faces; accuracy: share answered right, with its 95 % interval.
        classes: that it was asked about; none where that was not written down.
        doubt: why it has learned nothing that can be used; "" for no such doubt.
        confusion_matrix: counts; row = truth, column = answer, both in the order of `classes`.
    """

    n: stored.Number
    accuracy: stored.Share
    accuracy_interval: tuple[stored.Share, stored.Share]
    classes: tuple[str, ...] = ()
    doubt: str = ""
    confusion_matrix: list[list[stored.Number]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.confusion_matrix and {len(self.confusion_matrix), *map(len, self.confusion_matrix)} != {
            len(self.classes)
        }:
            raise ValueError(_("the confusion matrix does not fit the classes"))

    @property
    def no_better(self) -> str:
        """Why it is no better than guessing yet; "" where it is better, or nothing says so."""
        return no_better_than_guessing(self.confusion_matrix, self.classes, self.accuracy, self.accuracy_interval)


@dataclass(frozen=True)
class BothScores:
    """The honest and the naive score, and why they differ, see `emotion.evaluation.honest`."""

    honest: Score
    naive: Score
    words: str


@dataclass(frozen=True)
class OnTheSameFaces:
    """Before and after on the same faces; `how` and `seen` of own pictures only, see `training.before_after`."""

    comparison: Comparison
    how: str = ""
    seen: stored.Number | None = None


@dataclass(frozen=True)
class Compared:
    """What retraining has brought: `base` is the model before; a pair is None where nothing could be compared."""

    base: str = ""
    test: OnTheSameFaces | None = None
    own: OnTheSameFaces | None = None
    warning: str = ""


@dataclass(frozen=True)
class RunReport:
    """Whatever of it was written down.

    Attributes:
        best, last: of the epoch that is kept and of the last one.
        honest: where the check knew of two scores.
        compared: of a run that went on from another model.
        method: by which faces it is judged, see `emotion.training.head.run`; "" for the test split.
        warning: why there is no score, in words.
        notes: what else there is to say of the outcome, in sentences.
        mistakes: the surest ones of the epoch that is kept; None where that was not written down.
        best_epoch, epochs: the number of the epoch that is kept, and of all.
    """

    best: EpochResult | None = None
    last: EpochResult | None = None
    honest: BothScores | None = None
    compared: Compared | None = None
    method: str = ""
    warning: str = ""
    notes: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] | None = None
    best_epoch: stored.Number | None = None
    epochs: stored.Number | None = None


@dataclass(frozen=True)
class HeldOut:
    """The score of held-out faces in full, of a run of the recipe `head` that has no test split."""

    best: Evaluation
    method: str
    folds: stored.Number
    rounds: stored.Number = 1


def read(paths: RunPaths) -> RunReport:
    """The report of a run; an empty one before there is any, and with a warning where it is damaged."""
    try:
        return stored.read(paths.report, RunReport)
    except StoredFileMissingError:
        return RunReport()
    except StoredFileError as error:
        return RunReport(
            warning=N_("Its report cannot be read ({why}); its model is not touched by that.").format(why=error.why)
        )


def read_held_out(paths: RunPaths) -> HeldOut | None:
    """The score of held-out faces; None for a run without one."""
    try:
        return stored.read(paths.report, HeldOut)
    except StoredFileError:
        return None


def ways_out(result: EpochResult, config: TrainingConfig) -> tuple[WayOut, ...]:
    """What mends a result that has a doubt or is no better than guessing, the likeliest first; () for any other.

    Args:
        result: of the run.
        config: of the run: one that went on from a model already cannot be helped by that.
    """
    if not (result.doubt or result.no_better):
        return ()
    wanted = [WayOut.CHECK]
    if not config.start_from:
        wanted.insert(0, WayOut.TRANSFER)
    wanted.insert(0 if result.n < TELLING else len(wanted), WayOut.PICTURES)
    return tuple(wanted)
