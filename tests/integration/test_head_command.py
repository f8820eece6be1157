"""`python -m emotion train` with a few pictures and nothing but defaults."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emotion.runs.run import RunPaths
from tests.conftest import CommandLine


def test_few_pictures_are_learned_on_the_shipped_model_and_scored_held_out(
    emotion: CommandLine, home: Path, few: Path
) -> None:
    trained = emotion("train", "--data", few, "--classes", "bright,dark")
    evaluated = emotion("evaluate", "latest", "--data", few, "--json")

    assert "16 faces: builds on the shipped model" in trained.stderr
    assert "held out in turn: " in trained.stderr
    assert "no test score" not in trained.stderr
    assert trained.stderr.count("loading data") == 1
    paths = RunPaths(home / "runs" / trained.stdout.split()[-1])
    assert json.loads(paths.config.read_text(encoding="utf-8"))["recipe"] == "head"
    assert "no test split" in evaluated.stderr
    assert json.loads(evaluated.stdout)["method"] == "held out in turn"


@pytest.mark.parametrize("named", [["--epochs", "3"], ["--own"]])
def test_a_setting_of_a_network_and_own_pictures_train_no_head(
    emotion: CommandLine, home: Path, few: Path, named: list[str]
) -> None:
    refused = emotion("train", "--data", few, "--classes", "bright,dark", "--recipe", "head", *named)

    assert refused.returncode == 2
    assert "no settings of a network, and no --own" in refused.stderr


def test_the_recipe_head_loads_no_tensorflow(emotion: CommandLine, home: Path, few: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.mkdir()
    (trap / "tensorflow.py").write_text("raise RuntimeError('TensorFlow was loaded')", encoding="utf-8")
    (trap / "keras.py").write_text("raise RuntimeError('Keras was loaded')", encoding="utf-8")

    trained = emotion("train", "--data", few, "--classes", "bright,dark", PYTHONPATH=str(trap))

    assert trained.returncode == 0, trained.stderr
