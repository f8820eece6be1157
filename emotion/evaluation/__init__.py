"""How good a model is and where it fails, and the report about it.

May import `checks` and the rooms below it.
"""

from __future__ import annotations

from emotion.evaluation import (
    corruptions,
    duel,
    gallery,
    game,
    honest,
    network_outputs,
    recalibrate,
    report,
    robustness,
    selection,
    several,
    study,
)
from emotion.evaluation.corruptions import Corruption, Faces, Values
from emotion.evaluation.duel import Duel
from emotion.evaluation.gallery import Montage
from emotion.evaluation.honest import Honest, Score
from emotion.evaluation.recalibrate import Recalibration
from emotion.evaluation.report.mistakes import Mistake
from emotion.evaluation.report.mistakes import worst as worst_mistakes
from emotion.evaluation.report.of_a_run import EpochResult, HeldOut, RunReport, WayOut, read_held_out, ways_out
from emotion.evaluation.report.of_a_run import read as read_report
from emotion.evaluation.robustness import CorruptionScore, Robustness
from emotion.evaluation.scores import (
    KEPT_WITH_MODEL,
    Evaluation,
    asked_classes,
    evaluate,
    evaluate_answers,
    evaluate_model,
    narrow,
)
from emotion.evaluation.selection import Range, Selection, range_of
from emotion.evaluation.several import Several, Standing
from emotion.evaluation.study import Study, Truths, YesOrNo

__all__ = [
    "KEPT_WITH_MODEL",
    "Corruption",
    "CorruptionScore",
    "Duel",
    "EpochResult",
    "Evaluation",
    "Faces",
    "HeldOut",
    "Honest",
    "Mistake",
    "Montage",
    "Range",
    "Recalibration",
    "Robustness",
    "RunReport",
    "Score",
    "Selection",
    "Several",
    "Standing",
    "Study",
    "Truths",
    "Values",
    "WayOut",
    "YesOrNo",
    "asked_classes",
    "corruptions",
    "duel",
    "evaluate",
    "evaluate_answers",
    "evaluate_model",
    "gallery",
    "game",
    "honest",
    "narrow",
    "network_outputs",
    "range_of",
    "read_held_out",
    "read_report",
    "recalibrate",
    "report",
    "robustness",
    "selection",
    "several",
    "study",
    "ways_out",
    "worst_mistakes",
]
