"""Keras files of other programs: converted by TensorFlow in a process of its own, and never run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emotion.images import as_batch
from emotion.models import load_model
from emotion.training.elsewhere import Description, ElsewhereError, bring_in
from tests.conftest import CommandLine, each_night

ELSEWHERE = Path(__file__).resolve().parents[1] / "data" / "elsewhere"


def sigmoid(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


def saved(path: Path, *, first: Any = None, side: int = 48, channels: int = 1) -> Path:
    """A network of the mean of a picture m: the softmax of (8 m - 4, 0) after whatever layer stands first."""
    import keras

    dense = keras.layers.Dense(2, activation="softmax")
    layers = [keras.Input((side, side, channels)), *([first] if first else []), keras.layers.GlobalAveragePooling2D()]
    model = keras.Sequential([*layers, dense])
    weights = np.zeros((channels, 2), np.float32)
    weights[0, 0] = 8
    dense.set_weights([weights, np.array([-4, 0], np.float32)])
    model.save(path)
    (path.parent / "labels.txt").write_text("0 happy\n1 sad\n", encoding="utf-8")
    return path


def said(run_id: str, grey: int) -> float:
    """P(happy) of a plain grey face."""
    model = load_model(run_id)
    return float(model.predict_classes(as_batch(np.full((1, 48, 48), grey, np.uint8)))[0, 1])


@pytest.mark.slow
@pytest.mark.usefixtures("opened_within")
def test_a_keras_classifier_is_used_with_the_values_that_it_takes(home: Path, tmp_path: Path) -> None:
    import keras

    run = bring_in(saved(tmp_path / "mine.keras", first=keras.layers.Rescaling(1 / 255)))

    assert load_model(run.id).info.origin["range"] == [0, 255]
    assert said(run.id, 204) == pytest.approx(sigmoid(8 * 0.8 - 4), abs=1e-3)


@pytest.mark.slow
@pytest.mark.usefixtures("opened_within")
def test_a_file_of_keras_2_as_teachable_machine_writes_it_is_read(home: Path, tmp_path: Path) -> None:
    import h5py
    import keras

    depthwise = keras.layers.DepthwiseConv2D(1, depthwise_initializer="ones", use_bias=False)
    path = saved(tmp_path / "keras_model.h5", first=depthwise, side=224, channels=3)
    with h5py.File(path, "r+") as file:  # Keras 2 wrote how many groups there are, which Keras 3 refuses
        written = json.loads(file.attrs["model_config"])
        for layer in written["config"]["layers"]:
            if layer["class_name"] == "DepthwiseConv2D":
                layer["config"]["groups"] = 1
        file.attrs["model_config"] = json.dumps(written)

    run = bring_in(path)

    assert load_model(run.id).info.origin == {
        "file": "keras_model.h5", "kind": "HDF5", "type": "float32", "range": [-1, 1]
    }  # fmt: skip
    assert said(run.id, 204) == pytest.approx(sigmoid(8 * 0.6 - 4), abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["code.keras", *each_night("code.h5")])
def test_code_in_a_file_is_never_run(home: Path, tmp_path: Path, name: str) -> None:
    import keras

    path = saved(tmp_path / name, first=keras.layers.Lambda(lambda x: x * 2))

    with pytest.raises(ElsewhereError, match="it holds a Lambda layer, which is code, and no code of a file is run"):
        bring_in(path, Description(value_range=(0, 1)))


@pytest.mark.slow
def test_weights_without_a_network_and_damaged_files_are_told(home: Path, tmp_path: Path) -> None:
    whole = saved(tmp_path / "whole.keras").read_bytes()
    (tmp_path / "cut.keras").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "half.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(500))

    for name in ("cut.keras", "half.h5"):
        with pytest.raises(ElsewhereError, match=rf"{name} cannot be brought in: "):
            bring_in(tmp_path / name, Description(value_range=(0, 1)))


def test_the_command_line_brings_in_predicts_and_evaluates(
    home: Path, tmp_path: Path, emotion: CommandLine, astronaut: Path
) -> None:
    names = tmp_path / "names.txt"
    names.write_text("happy\nneutral\nsad\n", encoding="utf-8")

    brought = emotion("import", ELSEWHERE / "logits.tflite", "--labels", names, "--range", "0", "1")
    run = brought.stdout.strip()
    predicted = emotion("predict", "--model", run, astronaut)
    evaluated = emotion("evaluate", run, "--data", "demo", "--json")

    assert "tells happy, neutral, sad by faces of 48×48 pixels, grey, values 0 to 1" in brought.stderr
    assert predicted.returncode == 0, predicted.stderr
    assert "looks" in predicted.stdout
    assert json.loads(evaluated.stdout)["classes"] == ["sad", "happy"]
