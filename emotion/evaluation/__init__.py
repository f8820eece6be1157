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
    study,
)
from emotion.evaluation.corruptions import Faces, Kind, Values
from emotion.evaluation.duel import Duel
from emotion.evaluation.gallery import Montage
from emotion.evaluation.honest import Honest, Score
from emotion.evaluation.recalibrate import Recalibration
from emotion.evaluation.robustness import Robustness, Trial
from emotion.evaluation.scores import Evaluation, asked_classes, default_classes, evaluate, evaluate_model, narrow
from emotion.evaluation.selection import Range, Selection, range_of
from emotion.evaluation.study import Study, Truths, YesOrNo

__all__ = [
    "Duel",
    "Evaluation",
    "Faces",
    "Honest",
    "Kind",
    "Montage",
    "Range",
    "Recalibration",
    "Robustness",
    "Score",
    "Selection",
    "Study",
    "Trial",
    "Truths",
    "Values",
    "YesOrNo",
    "asked_classes",
    "corruptions",
    "default_classes",
    "duel",
    "evaluate",
    "evaluate_model",
    "gallery",
    "game",
    "honest",
    "narrow",
    "network_outputs",
    "range_of",
    "recalibrate",
    "report",
    "robustness",
    "selection",
    "study",
]
