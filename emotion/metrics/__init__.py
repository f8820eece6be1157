"""Figures from arrays: rates, intervals, calibration, thresholds, comparisons. No model and no file.

May import `system` and `images`.
"""

from __future__ import annotations

from emotion.metrics import bootstrap, calibration, neighbours, paired, slices, thresholds
from emotion.metrics.bootstrap import Interval
from emotion.metrics.calibration import BandFigures, Bin, Coverage
from emotion.metrics.classification import (
    SMALLEST,
    Floats,
    Labels,
    accuracy,
    answers,
    class_figures,
    confusion_matrix,
    decide,
    log_loss,
    restrict,
    roc_auc,
    temper,
    unsure_band,
    wilson_interval,
)
from emotion.metrics.metric import METRICS, Answered, Metric, shown_metrics
from emotion.metrics.neighbours import Cluster, Neighbours, Plane
from emotion.metrics.paired import Comparison, Right, compare
from emotion.metrics.slices import Slice, Slicing
from emotion.metrics.thresholds import Costs, Figures, Histogram, Numbers, Sweep, histogram

__all__ = [
    "METRICS",
    "SMALLEST",
    "Answered",
    "BandFigures",
    "Bin",
    "Cluster",
    "Comparison",
    "Costs",
    "Coverage",
    "Figures",
    "Floats",
    "Histogram",
    "Interval",
    "Labels",
    "Metric",
    "Neighbours",
    "Numbers",
    "Plane",
    "Right",
    "Slice",
    "Slicing",
    "Sweep",
    "accuracy",
    "answers",
    "bootstrap",
    "calibration",
    "class_figures",
    "compare",
    "confusion_matrix",
    "decide",
    "histogram",
    "log_loss",
    "neighbours",
    "paired",
    "restrict",
    "roc_auc",
    "shown_metrics",
    "slices",
    "temper",
    "thresholds",
    "unsure_band",
    "wilson_interval",
]
