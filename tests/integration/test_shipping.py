"""The command that makes the shipped model, at a hundredth of its size."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from emotion.data.drawn import write
from emotion.recipes.settings import SEVEN_EMOTIONS
from tests.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def seven(tmp_path: Path) -> Path:
    """Drawn faces under the names of seven classes, with votes."""
    drawn = tmp_path / "drawn"
    write.write(drawn, train=70, test=35)
    for split in ("train", "test"):
        faces = sorted((drawn / split).rglob("*.png"))
        for number, face in enumerate(faces):
            folder = tmp_path / "FER-2013" / split / SEVEN_EMOTIONS[number % 7]
            folder.mkdir(parents=True, exist_ok=True)
            face.rename(folder / f"{number}.png")
    _vote(tmp_path / "FER-2013")
    return tmp_path / "FER-2013"


def _vote(data: Path) -> None:
    """Writes seven votes for each face, all for the folder that it is in."""
    said = [f"split,class,file,{','.join(SEVEN_EMOTIONS)}"]
    for face in sorted(data.rglob("*.png")):
        split, label = face.parts[-3:-1]
        votes = ",".join("7" if name == label else "0" for name in SEVEN_EMOTIONS)
        said.append(f"{split},{label},{face.name},{votes}")
    (data / "votes.csv").write_text("\n".join(said), encoding="utf-8")


@pytest.mark.nightly
def test_one_command_makes_the_shipped_model_and_its_card(seven: Path, home: Path, tmp_path: Path) -> None:
    into = tmp_path / "shipped"
    command = [sys.executable, "-m", "emotion.training.ship", str(seven), "--scale", "0.01", "--into", str(into)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=600)

    assert done.returncode == 0, done.stderr
    assert {path.name for path in into.iterdir()} == {
        "README.md", "config.json", "history.jsonl", "model.json", "model.keras", "model.tflite"
    }  # fmt: skip
    info = json.loads((into / "model.json").read_text(encoding="utf-8"))
    assert (info["recipe"], info["classes"]) == ("full", list(SEVEN_EMOTIONS))
    assert info["scores"]["test_all_n"] == 35
    assert str(tmp_path) not in (into / "config.json").read_text(encoding="utf-8")
    card = (into / "README.md").read_text(encoding="utf-8")
    assert f"{info['scores']['test_all_accuracy']:.1%}" in card
    assert "the votes have a share of" in card
    assert "Copyright (c) Microsoft Corporation" in card  # the licence of FER+ wants to go along
    assert '"blend"' in (into / "history.jsonl").read_text(encoding="utf-8")


def test_says_that_the_votes_are_missing(seven: Path, home: Path) -> None:
    (seven / "votes.csv").unlink()

    done = subprocess.run([sys.executable, "-m", "emotion.training.ship", str(seven)],
                          cwd=ROOT, capture_output=True, encoding="utf-8", timeout=300)  # fmt: skip

    assert done.returncode == 2
    assert "no votes at" in done.stderr


def test_says_which_class_is_missing(home: Path, tmp_path: Path) -> None:
    write.write(tmp_path / "two", train=4, test=4)
    _vote(tmp_path / "two")

    done = subprocess.run([sys.executable, "-m", "emotion.training.ship", str(tmp_path / "two")],
                          cwd=ROOT, capture_output=True, encoding="utf-8", timeout=300)  # fmt: skip

    assert done.returncode == 2
    assert "angry" in done.stderr
