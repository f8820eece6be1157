"""`python -m emotion train` with a few pictures and nothing but defaults."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.runs.run import RunPaths
from tests.conftest import CommandLine


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Eight dark and eight bright pictures of face size, and no test split."""
    rng = np.random.default_rng(0)
    for name, low in (("dark", 0), ("bright", 150)):
        folder = tmp_path / "data" / "train" / name
        folder.mkdir(parents=True)
        for number in range(8):
            Image.fromarray(rng.integers(low, low + 100, (48, 48), np.uint8)).save(folder / f"{number}.png")
    return tmp_path / "data"


def test_few_pictures_are_learned_on_the_shipped_model_and_scored_held_out(
    emotion: CommandLine, home: Path, few: Path
) -> None:
    trained = emotion("train", "--data", few, "--classes", "bright,dark")
    evaluated = emotion("evaluate", "latest", "--data", few, "--json")

    assert "16 faces: builds on the shipped model" in trained.stderr
    assert "held out in turn: " in trained.stderr
    paths = RunPaths(home / "runs" / trained.stdout.split()[-1])
    assert json.loads(paths.config.read_text(encoding="utf-8"))["recipe"] == "head"
    assert "no test split" in evaluated.stderr
    assert json.loads(evaluated.stdout)["method"] == "held out in turn"


def test_a_setting_of_a_network_trains_no_head(emotion: CommandLine, home: Path, few: Path) -> None:
    refused = emotion("train", "--data", few, "--classes", "bright,dark", "--recipe", "head", "--epochs", "3")

    assert refused.returncode == 2
    assert "no settings of a network" in refused.stderr


def test_the_recipe_head_loads_no_tensorflow(emotion: CommandLine, home: Path, few: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.mkdir()
    (trap / "tensorflow.py").write_text("raise RuntimeError('TensorFlow was loaded')", encoding="utf-8")
    (trap / "keras.py").write_text("raise RuntimeError('Keras was loaded')", encoding="utf-8")

    trained = emotion("train", "--data", few, "--classes", "bright,dark", PYTHONPATH=str(trap))

    assert trained.returncode == 0, trained.stderr
