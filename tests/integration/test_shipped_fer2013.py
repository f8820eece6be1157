"""The figures that the shipped model states of itself are those that the command line measures on the real data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from emotion.models.predictor import PRETRAINED
from emotion.system.files import read_json

pytestmark = [pytest.mark.slow, pytest.mark.nightly]  # reads all 35,887 pictures, and answers every test picture

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that knows the zip of the real data by the name that the card calls it."""
    archive = Path(os.environ.get("EMOTION_FER2013", ""))
    if not archive.is_file():
        pytest.skip("EMOTION_FER2013 does not name the zip of the real data")
    folder = tmp_path_factory.mktemp("fer2013_home")
    say(folder, "data", "add", str(archive), "--name", "FER-2013")
    return folder


def say(home: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "emotion", *words],
        cwd=ROOT,
        env=os.environ | {"EMOTION_HOME": str(home)},
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("classes", "prefix"), [("happy,sad", "test"), ("all", "test_all")])
def test_the_model_states_what_is_measured(home: Path, classes: str, prefix: str) -> None:
    said: dict[str, Any] = json.loads(
        say(home, "evaluate", "pretrained", "--data", "FER-2013", "--classes", classes, "--json")
    )

    stated = read_json(PRETRAINED / "model.json")["scores"]
    assert said["n"] == stated[f"{prefix}_n"]
    # Another processor may round the one face otherwise that lies on the border.
    assert said["accuracy"] == pytest.approx(stated[f"{prefix}_accuracy"], abs=2 / said["n"])
    assert said["auc"] == pytest.approx(stated[f"{prefix}_auc"], abs=1e-3)
    card = (PRETRAINED / "README.md").read_text(encoding="utf-8")
    assert f"{100 * stated[f'{prefix}_accuracy']:.1f}" in card
