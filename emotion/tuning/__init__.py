"""Many runs with other settings each, and which of them does best on faces kept aside.

May import `training` and the rooms below it.
"""

from __future__ import annotations

from emotion.tuning import control, fields, folder, work
from emotion.tuning.fields import Field, Range
from emotion.tuning.folder import Tuning, TuningPaths, TuningState, read
from emotion.tuning.of_runs import studies
from emotion.tuning.trials import (
    MOST_JOBS,
    Settings,
    Trial,
    TrialState,
    best,
    best_sentence,
    best_so_far,
    budget_sentence,
    doubt_sentence,
    first,
    own_settings,
    share_done,
    shown,
)

__all__ = [
    "MOST_JOBS",
    "Field",
    "Range",
    "Settings",
    "Trial",
    "TrialState",
    "Tuning",
    "TuningPaths",
    "TuningState",
    "best",
    "best_sentence",
    "best_so_far",
    "budget_sentence",
    "control",
    "doubt_sentence",
    "fields",
    "first",
    "folder",
    "own_settings",
    "read",
    "share_done",
    "shown",
    "studies",
    "work",
]
