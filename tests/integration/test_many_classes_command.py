"""The command line with models of more than two classes: happy or sad by default, all of them on request."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import CommandLine
from tests.tiny_model import EMOTIONS

FROM_DARK_TO_BRIGHT = ("sad", "angry", "fear", "disgust", "neutral", "surprise", "happy")
SEVEN = sorted(FROM_DARK_TO_BRIGHT)
MODEL = EMOTIONS / "model.tflite"


@pytest.fixture(scope="module")
def seven_faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with two test pictures of each class, which the model answers right, and two wrong ones of fear."""
    root = tmp_path_factory.mktemp("seven")
    places = [(name, place) for place, name in enumerate(FROM_DARK_TO_BRIGHT) for _ in range(2)]
    for number, (name, place) in enumerate([*places, ("fear", 1), ("fear", 1)]):
        path = root / "test" / name / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((48, 48), round(255 * place / 6), np.uint8)).save(path)
    return root


def test_predict_answers_happy_or_sad_by_default(emotion: CommandLine, seven_faces: Path) -> None:
    done = emotion("predict", seven_faces / "test" / "fear", "--model", MODEL, "--json")

    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    said = [(face["label"], face["unsure"]) for row in rows for face in row["faces"]]
    assert set(said) == {("fear", True), ("angry", True)}  # neither happy nor sad, though sad of these two
    assert set(rows[0]["faces"][0]) == {"box", "probability", "label", "unsure", "share"}


def test_predict_gives_all_classes_as_json(emotion: CommandLine, seven_faces: Path) -> None:
    done = emotion("predict", seven_faces / "test" / "neutral", "--model", MODEL, "--all-classes", "--json")

    face = json.loads(done.stdout.splitlines()[0])["faces"][0]
    assert (face["label"], face["likeliest"]) == ("neutral", "neutral")
    assert list(face["probabilities"]) == SEVEN
    assert sum(face["probabilities"].values()) == pytest.approx(1, abs=1e-6)
    assert face["likeliest_probability"] == max(face["probabilities"].values())


def test_predict_gives_all_classes_in_words(emotion: CommandLine, seven_faces: Path) -> None:
    done = emotion("predict", seven_faces / "test" / "neutral", "--model", MODEL, "--all-classes")

    assert len(done.stdout.splitlines()) == 2
    assert "looks neutral (P = 0.79), of all 7: neutral 0.79, " in done.stdout


def test_evaluate_asks_for_happy_or_sad_by_default(emotion: CommandLine, seven_faces: Path) -> None:
    default = emotion("evaluate", MODEL, "--data", seven_faces, "--json")
    named = emotion("evaluate", MODEL, "--data", seven_faces, "--classes", "happy,sad", "--json")

    scores = json.loads(default.stdout)
    assert (scores["n"], scores["classes"], scores["accuracy"]) == (4, ["sad", "happy"], 1.0)
    assert json.loads(named.stdout) == scores


def test_evaluate_gives_all_classes_as_json(emotion: CommandLine, seven_faces: Path) -> None:
    done = emotion("evaluate", MODEL, "--data", seven_faces, "--classes", "all", "--json")

    scores = json.loads(done.stdout)
    assert (scores["n"], scores["classes"], scores["accuracy"]) == (16, SEVEN, 14 / 16)
    assert [len(row) for row in scores["confusion_matrix"]] == [7] * 7
    assert scores["confusion_matrix"][SEVEN.index("fear")][SEVEN.index("angry")] == 2
    assert set(scores["per_class"]["fear"]) == {"precision", "recall", "f1", "n", "auc"}
    assert scores["macro"]["recall"] == pytest.approx(6.5 / 7)
    assert scores["macro"]["auc"] == pytest.approx(scores["auc"])


def test_evaluate_gives_all_classes_in_words(emotion: CommandLine, seven_faces: Path) -> None:
    done = emotion("evaluate", MODEL, "--data", seven_faces, "--classes", "all")

    assert "got right (accuracy)    87.5% of 16 faces" in done.stdout
    assert "mean (macro)" in done.stdout


@pytest.mark.parametrize(
    ("classes", "sentence"),
    [
        ("happy,furious", "This model knows only the classes angry, disgust, fear, happy, neutral, sad, surprise. "
                          "Received: furious. Choose among its classes, or another model."),
        ("happy", "classes: expected two or more different names. Received: 'happy'."),
    ],
)  # fmt: skip
def test_a_wrong_class_is_one_clear_line(emotion: CommandLine, seven_faces: Path, classes: str, sentence: str) -> None:
    done = emotion("evaluate", MODEL, "--data", seven_faces, "--classes", classes)

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == f"emotion: {sentence}"
    assert done.stdout == ""


def test_of_all_classes_those_with_pictures_are_scored_and_a_named_one_without_is_one_clear_line(
    emotion: CommandLine, tmp_path: Path
) -> None:
    for name in ("happy", "sad"):
        (tmp_path / "test" / name).mkdir(parents=True)
        Image.new("L", (48, 48)).save(tmp_path / "test" / name / "face.png")

    done = emotion("evaluate", MODEL, "--data", tmp_path, "--classes", "all", "--json")
    named = emotion("evaluate", MODEL, "--data", tmp_path, "--classes", "happy,angry")

    assert done.returncode == 0
    assert sorted(json.loads(done.stdout)["classes"]) == ["happy", "sad"]
    assert "test has no picture of angry, disgust, fear, neutral, surprise" in done.stderr
    assert named.returncode == 2
    assert "has no folder for the class 'angry'. Found: happy, sad." in named.stderr
