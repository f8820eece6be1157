"""The files of a run with the recipe head, asked through Keras and LiteRT: all give the same answers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from emotion import recipes
from emotion.models import load_model
from emotion.models.predictor import Predictor
from emotion.recipes import ModelInfo
from emotion.runs.run import RunPaths, new_run
from emotion.system.files import write_json
from emotion.training.head import fold, graph, keras_file, stage
from tests.conftest import CommandLine, each_night

NAMES = ("first", "second", "third")


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that has learned nothing: the files of a quick network."""
    return written("quick", 2, tmp_path_factory.mktemp("quick"))


@pytest.fixture(scope="module")
def duo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with two networks side by side, as in the shipped model."""
    return written("duo", 3, tmp_path_factory.mktemp("duo"))


def written(recipe: str, classes: int, folder: Path) -> Path:
    """Writes a network of a recipe; its weights are whole in both files, for answers that agree closely."""
    from emotion.training import export, network

    files, config = RunPaths(folder), recipes.config(recipe, classes=NAMES[:classes])
    model = network.network(recipes.find(recipe), classes)
    model.save(files.keras_model)
    write_json(files.model_info, export.describe(model, config, "fingerprint", {}).to_json())
    export.write_tflite(model, files.model, mirrored=recipes.find(recipe).mirrored)
    return folder


def faces() -> np.ndarray:
    return np.random.default_rng(0).random((4, 48, 48, 1), dtype=np.float32)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("width", [64, 64 + 32])
def test_keras_and_litert_give_one_head_the_same_answers(quick: Path, tmp_path: Path, width: int, classes: int) -> None:
    from emotion.training.network import load_whole, served

    rng = np.random.default_rng(1)
    weights = rng.normal(size=(width, classes)).astype(np.float32)
    bias = rng.normal(size=classes).astype(np.float32)
    keras, litert = tmp_path / "model.keras", tmp_path / "model.tflite"
    keras.write_bytes(keras_file.with_head((quick / keras.name).read_bytes(), weights, bias))
    litert.write_bytes(fold.fold((quick / litert.name).read_bytes(), weights, bias))

    asked = Predictor(litert, ModelInfo(classes=NAMES[:classes], positive="second"), "kept")
    answered = served(load_whole(keras), mirrored=True)(faces())

    for said, name in zip(asked._run(faces(), "probability", "features"), ("probability", "features"), strict=True):
        np.testing.assert_allclose(said, answered[name], atol=1e-5)


@pytest.mark.parametrize(("recipe", "classes", "width"), [("quick", 2, 64), *each_night(("duo", 3, 448))])
def test_keras_and_litert_give_one_change_the_same_answers(
    request: pytest.FixtureRequest, tmp_path: Path, recipe: str, classes: int, width: int
) -> None:
    from emotion.training import network

    base: Path = request.getfixturevalue(recipe)
    keras, litert = tmp_path / "model.keras", tmp_path / "model.tflite"
    rng = np.random.default_rng(1)
    change = rng.normal(size=(width, classes)).astype(np.float32), rng.normal(size=classes).astype(np.float32)

    keras.write_bytes(keras_file.with_change((base / keras.name).read_bytes(), *change))
    litert.write_bytes(fold.adjust((base / litert.name).read_bytes(), *change))

    asked = Predictor(litert, ModelInfo(classes=NAMES[:classes], positive="second"), "kept")
    answered = network.served(network.load_whole(keras), mirrored=recipes.find(recipe).mirrored)(faces())
    for said, name in zip(asked._run(faces(), "probability", "features"), ("probability", "features"), strict=True):
        np.testing.assert_allclose(said, answered[name], atol=1e-5)


def test_a_change_for_another_network_is_refused(quick: Path) -> None:
    with pytest.raises(ValueError, match=r"Expected .* weights to be changed"):
        keras_file.with_change(
            (quick / "model.keras").read_bytes(), np.zeros((3, 2), np.float32), np.zeros(2, np.float32)
        )


def test_the_earlier_stage_is_what_keras_has_before_its_last_resolution(quick: Path) -> None:
    from emotion.training.network import load_whole

    model = load_whole(quick / "model.keras")
    exposed = stage.exposed((quick / "model.tflite").read_bytes())
    assert exposed is not None
    info = ModelInfo(classes=NAMES[:2], positive="second")
    (seen,) = Predictor(quick / "model.tflite", info, "kept", exposed)._run(faces(), stage.STAGE)

    import keras

    last = [layer for layer in model.layers if layer.output.shape[1:3] == (12, 12)][-1]
    there = keras.Model(model.input, last.output)
    means = [np.mean(there(one), axis=(1, 2)) for one in (faces(), faces()[:, :, ::-1])]
    np.testing.assert_allclose(seen, np.mean(means, axis=0), atol=1e-5)


@pytest.mark.nightly  # builds a network of a recipe beyond the two of each day
@pytest.mark.parametrize("width", [448, 448 + 2 * 96])
def test_two_networks_side_by_side_each_give_their_stage(duo: Path, tmp_path: Path, width: int) -> None:
    from emotion.training.network import load_whole, served

    rng = np.random.default_rng(1)
    weights, bias = rng.normal(size=(width, 3)).astype(np.float32), rng.normal(size=3).astype(np.float32)
    keras, litert = tmp_path / "model.keras", tmp_path / "model.tflite"

    keras.write_bytes(keras_file.with_head((duo / keras.name).read_bytes(), weights, bias))
    litert.write_bytes(fold.fold((duo / litert.name).read_bytes(), weights, bias))

    asked = Predictor(litert, ModelInfo(classes=NAMES[:3], positive="second"), "kept")
    answered = served(load_whole(keras), mirrored=False)(faces())
    for said, name in zip(asked._run(faces(), "probability", "features"), ("probability", "features"), strict=True):
        np.testing.assert_allclose(said, answered[name], atol=1e-5)


def test_a_network_of_other_classes_shows_its_file_unharmed(quick: Path) -> None:
    network = (quick / "model.tflite").read_bytes()

    once = fold.fold(network, np.zeros((64, 3), np.float32), np.zeros(3, np.float32))

    assert len(once) < len(network) + 20_000
    assert set(graph.Graph(once).outputs) == {b"features", b"probability"}


@pytest.mark.parametrize("base", ["quick", *each_night("pretrained")])  # TensorFlow traces the large one for 40 s
def test_a_head_can_be_exported_and_gone_on_from(
    emotion: CommandLine, home: Path, few: Path, quick: Path, base: str
) -> None:
    below = str(quick) if base == "quick" else base
    run = new_run(recipes.teaching(str(few), ("bright", "dark"), below))
    trained = emotion("train", "--run-dir", run.root)
    before, told = load_model(run.root).predict_classes(faces()), json.loads(run.model_info.read_text())

    run.model.unlink()
    exported = emotion("export", run.id)
    after = load_model(run.root).predict_classes(faces())
    further = emotion("train", "--data", few, "--classes", "bright,dark", "--start-from", run.id, "--epochs", "1")

    assert trained.returncode == 0, trained.stderr
    assert exported.returncode == 0, exported.stderr
    np.testing.assert_allclose(after, before, atol=5e-3)  # the shipped model's file holds float16, its model.keras not
    assert json.loads(run.model_info.read_text()) == told
    assert further.returncode == 0, further.stderr
