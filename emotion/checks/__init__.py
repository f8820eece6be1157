"""What is wrong with a data set: the rules, their findings, near duplicates, label errors.

May import `models` and the rooms below it.
"""

from __future__ import annotations

from emotion.checks import check, job, label_errors, picture_facts, rules
from emotion.checks.check import Report
from emotion.checks.finding import Finding, Remedy
from emotion.checks.job import CHECK, FACES, LABELS
from emotion.checks.label_errors import LabelError, LabelErrors
from emotion.checks.table import OUT, TEST, TRAIN, Places, Table

__all__ = [
    "CHECK",
    "FACES",
    "LABELS",
    "OUT",
    "TEST",
    "TRAIN",
    "Finding",
    "LabelError",
    "LabelErrors",
    "Places",
    "Remedy",
    "Report",
    "Table",
    "check",
    "job",
    "label_errors",
    "picture_facts",
    "rules",
]
