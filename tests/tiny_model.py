"""Models of a few kilobytes that can be worked out by hand: happy for a bright picture, sad for a dark one.

See `tests/data/make_models.py`; `EMOTIONS` knows seven classes, `THREE_CLASSES` angry, happy and sad.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from emotion.recipes.settings import TrainingConfig
from emotion.runs.run import RunPaths, Status, new_run, write_status
from emotion.system.files import read_json, write_json

DATA = Path(__file__).resolve().parent / "data"
BRIGHTNESS, THREE_CLASSES, EMOTIONS = (DATA / name for name in ("brightness", "three_classes", "emotions"))


def finished_run(name: str, folder: Path) -> RunPaths:
    """A run with the tiny model that has come to its end."""
    paths = give_model(new_run(TrainingConfig(name=name), folder))
    write_status(paths, Status.COMPLETED)
    return paths


def give_model(paths: RunPaths, model: Path = BRIGHTNESS, **info: Any) -> RunPaths:
    """Puts a model into a run's folder, as its worker would have; `info` says otherwise than its `model.json`."""
    for name in ("model.tflite", "model.json"):
        shutil.copy(model / name, paths.root / name)
    if info:
        write_json(paths.model_info, read_json(paths.model_info) | info)
    return paths
