"""The command that makes the shipped model of two networks."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from emotion import recipes
from emotion.data.drawn import write
from emotion.recipes.settings import SEVEN_EMOTIONS
from emotion.system import ModelError
from emotion.training import ship
from emotion.training.network import load_whole, network
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
SMALL = 0.02  # so that networks that have learned nothing are not quite sure of what they say

ABOUT = {
    "settings": {
        "batch": 1,
        "rate": 0.1,
        "decay": 0.1,
        "epochs": 2,
        "share": 0.5,
        "seed": 1,
        "torch": "2",
        "device": "lamp",
    },
    "teachers": [
        {"name": "a wise one", "weights": "nothing", "licence": "–", "epochs": 3, "seven": 70.0, "pair": 96.0}
    ],
}


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


@pytest.fixture
def networks(tmp_path: Path) -> tuple[Path, Path]:
    """What a run of `full` and `tools/distil.py` leave behind, as far as it goes without learning anything."""
    import keras

    keras.utils.set_random_seed(7)
    one = network(recipes.find("full"), 7)
    last = one.get_layer("probability")
    last.set_weights([SMALL * weights for weights in last.get_weights()])
    one.save(tmp_path / "one.keras")
    layers = sorted(network(recipes.find("duo"), 7).layers, key=ship._number)
    arrays, skipped = [], 11  # of convolutions and norms are in the half that looks at the face
    for kind in (keras.layers.Conv2D, keras.layers.BatchNormalization, keras.layers.DepthwiseConv2D):
        of_kind = [layer.get_weights() for layer in layers if type(layer) is kind]
        arrays += of_kind[0 if kind is keras.layers.DepthwiseConv2D else skipped :]
    arrays = [np.stack(weights) if len(weights) == 4 else weights[0] for weights in arrays]
    rng = np.random.default_rng(3)
    end = {"kernel": SMALL * rng.normal(size=(256, 7)), "bias": rng.normal(size=7)}
    end = {name: part.astype(np.float32) for name, part in end.items()}
    end |= {f"layer_{number:03}": array for number, array in enumerate(arrays)}
    np.savez(tmp_path / "other.npz", about=json.dumps(ABOUT), **end)
    return tmp_path / "one.keras", tmp_path / "other.npz"


@pytest.mark.nightly  # builds networks of recipes beyond the two of each day
def test_the_two_networks_answer_with_the_mean_of_their_logits(networks: tuple[Path, Path]) -> None:
    import keras

    one, (other, _) = load_whole(networks[0], compiled=False), ship.read(networks[1])
    faces = np.random.default_rng(1).random((5, 48, 48, 1), np.float32)

    both = ship.joined(one, other)

    def found(model: keras.Model, features: keras.KerasTensor, faces: np.ndarray) -> np.ndarray:
        return keras.Model(model.inputs, features).predict(faces, verbose=0).astype(np.float64)

    kernel, bias = one.get_layer("probability").get_weights()
    half = both.get_layer("features").input[1]
    logits = found(one, one.get_layer("features").output, faces) @ kernel + bias
    logits = (logits + found(both, half, faces) @ other[-1][0] + other[-1][1]) / 2
    wanted = np.exp(logits - logits.max(axis=1, keepdims=True))
    wanted /= wanted.sum(axis=1, keepdims=True)
    assert wanted.max() < 0.99
    np.testing.assert_allclose(both.predict(faces, verbose=0), wanted, atol=1e-5)
    seen, mirrored = found(both, half, faces), found(both, half, faces[:, :, ::-1])
    assert np.abs(mirrored - seen).max() > 1e-3 * np.abs(seen).max()  # it tells a face from its mirror image


@pytest.mark.nightly
def test_one_command_makes_the_shipped_model_and_its_card(
    seven: Path, networks: tuple[Path, Path], home: Path, tmp_path: Path
) -> None:
    into = tmp_path / "shipped"
    command = [sys.executable, "-m", "emotion.training.ship", str(seven), *map(str, networks), "--into", str(into)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=600)

    assert done.returncode == 0, done.stderr
    assert {path.name for path in into.iterdir()} == {
        "README.md", "config.json", "history.jsonl", "model.json", "model.keras", "model.tflite"
    }  # fmt: skip
    info = json.loads((into / "model.json").read_text(encoding="utf-8"))
    assert (info["recipe"], info["classes"]) == ("duo", list(SEVEN_EMOTIONS))
    assert info["scores"]["test_all_n"] == 35
    assert 0 <= info["scores"]["val_accuracy"] <= 1
    assert str(tmp_path) not in (into / "config.json").read_text(encoding="utf-8")
    card = (into / "README.md").read_text(encoding="utf-8")
    assert f"{info['scores']['test_all_accuracy']:.1%}" in card
    assert "| a wise one | nothing | – | 3 | 70.0 % | 96.0 % |" in card
    assert "Copyright (c) Microsoft Corporation" in card  # the licence of FER+ wants to go along


@pytest.mark.nightly
@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="PyTorch would train the second network")
def test_one_command_trains_ships_and_evaluates_and_goes_on_where_it_ended(
    seven: Path, networks: tuple[Path, Path], tmp_path: Path
) -> None:
    work, into = tmp_path / "work", tmp_path / "shipped"
    command = [sys.executable, "tools/make_shipped.py", str(seven), "--work", str(work), "--into", str(into)]

    def call() -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, "--epochs", "1"], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=900)

    first = call()

    assert first.returncode != 0
    assert "torch" in first.stderr
    assert not into.exists()

    (work / "other.npz").write_bytes(networks[1].read_bytes())
    second = call()

    assert second.returncode == 0, second.stderr
    assert "emotion train" not in second.stderr  # the first network was there
    assert json.loads((into / "model.json").read_text(encoding="utf-8"))["recipe"] == "duo"
    assert "happy" in second.stdout
    assert "surprise" in second.stdout


def test_says_what_the_second_file_should_have_been(
    seven: Path, networks: tuple[Path, Path], home: Path, tmp_path: Path
) -> None:
    (tmp_path / "other.npz").write_bytes(b"something else")

    with pytest.raises(ModelError, match=r"network of tools/distil\.py"):
        ship.read(tmp_path / "other.npz")


def refusal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path) -> str:
    """What the command says of a data folder that it does not take; it asks for nothing else before."""
    monkeypatch.setattr(sys, "argv", ["ship", str(data), "one.keras", "other.npz"])
    assert ship.main() == 2
    return capsys.readouterr().err


def test_says_that_the_votes_are_missing(
    seven: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (seven / "votes.csv").unlink()

    assert "no votes at" in refusal(monkeypatch, capsys, seven)


def test_says_which_class_is_missing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write.write(tmp_path / "two", train=4, test=4)
    _vote(tmp_path / "two")

    assert "angry" in refusal(monkeypatch, capsys, tmp_path / "two")
