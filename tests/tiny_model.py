"""A model of a few kilobytes that can be worked out by hand: happy for a bright picture, sad for a dark one."""

from __future__ import annotations

import shutil
from pathlib import Path

from emotion.runs import RunPaths

BRIGHTNESS = Path(__file__).resolve().parent / "data" / "brightness"


def give_model(paths: RunPaths, model: Path = BRIGHTNESS) -> RunPaths:
    """Puts a model into a run's folder, as its worker would have."""
    for name in ("model.tflite", "model.json"):
        shutil.copy(model / name, paths.root / name)
    return paths
