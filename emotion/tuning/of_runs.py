"""Which runs are trials, and of which study, for lists of runs. Read again only when something has changed."""

from __future__ import annotations

from pathlib import Path

from emotion.runs import index, table
from emotion.system import TuningMissingError, TuningUnreadableError
from emotion.tuning import folder


def studies() -> dict[str, table.StudyOf]:
    """Id of a run → the study that it is a trial of; those of a study that cannot be read are left out."""
    found: dict[str, table.StudyOf] = {}
    for path in index.folders(folder.tuning_dir()):
        found |= _index.get(path)
    return found


def _read(path: Path) -> tuple[dict[str, table.StudyOf], bool]:
    try:
        tuning = folder.read(folder.TuningPaths(path))
    except (TuningMissingError, TuningUnreadableError):
        return {}, False
    study = table.StudyOf(tuning.id, tuning.title)
    return {trial.run: study for trial in tuning.trials if trial.run}, True


_index = index.Index(("tuning.json", "trials.json"), _read)
