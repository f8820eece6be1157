"""Models on LiteRT: the tiny ones of tests/data, whose answers can be worked out by hand."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import emotion
from emotion.images import crop
from emotion.models import predictor
from emotion.models.predictor import load_model
from emotion.recipes.settings import TrainingConfig
from emotion.runs import run as runs
from emotion.system.errors import ModelError, UnsupportedPlatformError

DATA = Path(__file__).resolve().parent.parent / "data"


def flat_faces(*greys: float) -> np.ndarray:
    """Faces of one grey each."""
    return np.tile(np.array(greys, np.float32).reshape(-1, 1, 1, 1), (1, 48, 48, 1))


def sigmoid(logit: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(logit, dtype=float)))


def copy_model(folder: Path, name: str = "brightness", **changes: Any) -> Path:
    """A model of tests/data with other words in its model.json."""
    shutil.copytree(DATA / name, folder, dirs_exist_ok=True)
    info = json.loads((folder / "model.json").read_text(encoding="utf-8")) | changes
    (folder / "model.json").write_text(json.dumps(info), encoding="utf-8")
    return folder


def run_with_model() -> runs.RunPaths:
    paths = runs.new_run(TrainingConfig())
    copy_model(paths.root)
    return paths


def test_predicts_one_probability_a_face() -> None:
    probabilities = load_model(DATA / "brightness").predict(flat_faces(0.25, 0.5, 1.0))

    assert probabilities.shape == (3, 1)
    assert probabilities.dtype == np.float32
    assert probabilities[:, 0] == pytest.approx(sigmoid([-2, 0, 4]), abs=1e-5)


def test_the_snippet_of_the_readme_works(tmp_path: Path) -> None:
    image_path = tmp_path / "bright.png"
    Image.new("L", (48, 48), 255).save(image_path)
    model = emotion.load_model(DATA / "brightness")

    image = emotion.load_and_preprocess_image(image_path)
    prediction = model.predict(image)
    predicted_label = int(prediction[0][0] > 0.5)

    assert prediction.shape == (1, 1)
    assert f"Prediction: {'Happy' if predicted_label == 1 else 'Not Happy'} ({prediction[0][0]:.2f})" == (
        "Prediction: Happy (0.98)"
    )


@pytest.mark.parametrize("count", [31, 32, 33, 64, 70])
def test_batches_answer_like_single_faces(count: int) -> None:
    greys = np.linspace(0, 1, count)

    probabilities = load_model(DATA / "brightness").predict(flat_faces(*greys))

    assert probabilities[:, 0] == pytest.approx(sigmoid(8 * greys - 4), abs=1e-5)


def test_no_faces_have_no_probabilities() -> None:
    assert load_model(DATA / "brightness").predict(flat_faces()).shape == (0, 1)


def test_classes_stand_in_label_order() -> None:
    probabilities = load_model(DATA / "brightness").predict_classes(flat_faces(1.0))

    assert probabilities == pytest.approx(np.array([[sigmoid(-4), sigmoid(4)]]), abs=1e-5)


def test_features_are_the_layer_before_the_last() -> None:
    face = flat_faces(0.0)
    face[0, :24, 24:] = 1.0  # the quarter at the top right

    features = load_model(DATA / "brightness").features(face)

    assert features.tolist() == [[0.0, 1.0, 0.0, 0.0]]


def test_three_classes_are_a_softmax() -> None:
    probabilities = load_model(DATA / "three_classes").predict_classes(flat_faces(0.75))

    expected = np.exp([0.0, 2.0, -2.0]) / np.exp([0.0, 2.0, -2.0]).sum()
    assert probabilities[0] == pytest.approx(expected, abs=1e-5)


def test_more_classes_answer_happy_or_sad() -> None:
    probabilities = load_model(DATA / "three_classes").predict(flat_faces(0.25, 0.75))

    assert probabilities[:, 0] == pytest.approx(sigmoid([-4, 4]), abs=1e-5)


def test_more_classes_without_sad_answer_the_positive(tmp_path: Path) -> None:
    model = load_model(copy_model(tmp_path, "three_classes", classes=["angry", "happy", "calm"]))

    probabilities = model.predict(flat_faces(0.75))

    assert probabilities[:, 0] == pytest.approx(np.exp(2) / np.exp([0.0, 2.0, -2.0]).sum(), abs=1e-5)


def test_the_positive_class_may_come_first(tmp_path: Path) -> None:
    model = load_model(copy_model(tmp_path, classes=["happy", "sad"]))

    assert model.predict(flat_faces(1.0))[0, 0] == pytest.approx(sigmoid(-4), abs=1e-5)


def test_temperature_divides_the_logit(tmp_path: Path) -> None:
    model = load_model(copy_model(tmp_path, temperature=2.0))

    assert model.predict(flat_faces(0.25, 1.0))[:, 0] == pytest.approx(sigmoid([-1, 2]), abs=1e-5)


def test_takes_double_precision_and_mirrored_faces() -> None:
    face = flat_faces(0.0).astype(np.float64)
    face[0, :, :24] = 1.0

    features = load_model(DATA / "brightness").features(face[:, :, ::-1])

    assert features.tolist() == [[0.0, 1.0, 0.0, 1.0]]


@pytest.mark.parametrize(
    ("faces", "received"),
    [
        (flat_faces(1.0)[0], r"shape \(48, 48, 1\)"),
        (np.zeros((1, 64, 64, 1), np.float32), r"shape \(1, 64, 64, 1\)"),
        (np.zeros((1, 48, 48, 3), np.float32), r"shape \(1, 48, 48, 3\)"),
        (np.zeros((1, 48, 48, 1), np.uint8), "uint8"),
        (flat_faces(0.0, 255.0), "values from 0 to 255"),
        (flat_faces(-1.0, 1.0), "values from -1 to 1"),
        (flat_faces(np.nan), "nan"),
        ([[0.5]], "shape list"),
    ],
)
def test_refuses_faces_that_are_not_prepared(faces: Any, received: str) -> None:
    model = load_model(DATA / "brightness")

    with pytest.raises(ModelError, match=received):
        model.predict(faces)


def test_several_threads_get_their_own_answers() -> None:
    model = load_model(DATA / "brightness")
    greys = np.linspace(0, 1, 200)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda grey: model.predict(flat_faces(*[grey] * (1 + int(grey * 40))))[-1, 0], greys))

    assert answers == pytest.approx(sigmoid(8 * greys - 4), abs=1e-5)


def test_loads_the_shipped_model_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictor, "PRETRAINED", DATA / "brightness")

    model = load_model()

    assert model.reference == "pretrained"
    assert model.info.recipe == "brightness"


def test_loads_a_model_by_the_path_of_its_file() -> None:
    model = load_model(DATA / "brightness" / "model.tflite")

    assert load_model(model.reference).path == model.path


def test_loads_a_run_by_its_id(home: Path) -> None:
    paths = run_with_model()

    model = load_model(paths.id)

    assert model.reference == paths.id
    assert model.path == paths.model


def test_a_run_given_by_path_is_named_by_id(home: Path) -> None:
    paths = run_with_model()

    assert load_model(paths.root).reference == paths.id


def test_a_run_elsewhere_is_named_by_path(home: Path, tmp_path: Path) -> None:
    paths = runs.new_run(TrainingConfig(), tmp_path / "elsewhere" / "mine")
    copy_model(paths.root)

    model = load_model(paths.root)

    assert load_model(model.reference).path == paths.model


def test_latest_is_the_newest_run_with_a_model(home: Path) -> None:
    for created in (1.0, 2.0):
        runs.write_status(run_with_model(), runs.Status.COMPLETED, created=created)
    newest_with_model = next(run for run in runs.list_runs() if run.has_model)
    runs.new_run(TrainingConfig())

    assert load_model("latest").reference == newest_with_model.id


def test_latest_needs_a_run_with_a_model(home: Path) -> None:
    runs.new_run(TrainingConfig())

    with pytest.raises(ModelError, match="No model called 'latest'"):
        load_model("latest")


def test_a_run_without_a_model_says_so(home: Path) -> None:
    paths = runs.new_run(TrainingConfig())

    with pytest.raises(ModelError, match=f"Run {paths.id} has no model to use; it is queued"):
        load_model(paths.id)


@pytest.mark.parametrize("reference", ["nothing", "", " ", "no/such/folder", "none.tflite", "a" * 5000, "nul\0"])
def test_unknown_names_are_no_model(home: Path, reference: str) -> None:
    with pytest.raises(ModelError, match="Expected a run id, latest, pretrained"):
        load_model(reference)


@pytest.mark.parametrize("cut", [0, 4, 100, 2000, -1])
def test_refuses_a_file_that_is_no_whole_model(tmp_path: Path, cut: int) -> None:
    model = copy_model(tmp_path) / "model.tflite"
    model.write_bytes(model.read_bytes()[:cut])

    with pytest.raises(ModelError, match="it is not a whole LiteRT model"):
        load_model(model)


def test_refuses_a_file_of_another_kind(tmp_path: Path) -> None:
    (copy_model(tmp_path) / "model.tflite").write_bytes(b"PK\3\4 a zip, say" * 100)

    with pytest.raises(ModelError, match="it is not a whole LiteRT model"):
        load_model(tmp_path)


@pytest.mark.parametrize("text", [None, "", "{", "[]", "{}", '{"threshold": 0.5}'])
def test_refuses_a_model_without_its_words(tmp_path: Path, text: str | None) -> None:
    info = copy_model(tmp_path) / "model.json"
    info.unlink() if text is None else info.write_text(text, encoding="utf-8")

    with pytest.raises(ModelError, match=r"there is no readable model\.json beside it"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"positive": "calm"}, "positive: expected one of sad, happy"),
        ({"format_version": 99}, "update this program"),
        ({"temperature": 0}, "temperature: expected a number"),
        ({"threshold": "high"}, "threshold: expected a number"),
        ({"unsure_band": [0.6, 0.4]}, "unsure_band: expected two rising numbers"),
        ({"classes": 2}, "model.json is not valid"),
        ({"unsure_band": None}, "model.json is not valid"),
        ({"unsure_band": ["a", "b"]}, "model.json is not valid"),
        ({"format_version": "new"}, "model.json is not valid"),
    ],
)
def test_refuses_words_that_cannot_be(tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ModelError, match=why):
        load_model(copy_model(tmp_path, **changes))


def test_refuses_a_network_for_another_size(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"its input is \(48, 48, 1\), expected \(64, 64, 1\)"):
        load_model(copy_model(tmp_path, input_size=64))


@pytest.mark.parametrize(
    ("name", "classes"), [("brightness", ["angry", "happy", "sad"]), ("three_classes", ["sad", "happy"])]
)
def test_refuses_a_network_for_other_classes(tmp_path: Path, name: str, classes: list[str]) -> None:
    with pytest.raises(ModelError, match=f"do not fit the {len(classes)} classes"):
        load_model(copy_model(tmp_path, name, classes=classes))


def test_says_where_it_cannot_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)

    with pytest.raises(UnsupportedPlatformError, match="ai-edge-litert"):
        load_model(DATA / "brightness")


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import emotion, sys; print([name for name in ('numpy', 'PIL', 'ai_edge_litert') if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=DATA.parent.parent)

    assert done.stdout.strip() == "[]"


def test_the_package_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'anything'"):
        emotion.anything  # noqa: B018

    assert set(emotion.__all__) <= set(dir(emotion))


@pytest.mark.parametrize(
    "rule", [{"rule": "oval"}, crop.CROP | {"side": 1.3}, crop.CROP | {"turned": True}, {}, None], ids=str
)
def test_a_model_of_an_unknown_crop_rule_is_refused_with_the_remedy(tmp_path: Path, rule: Any) -> None:
    folder = copy_model(tmp_path, crop=rule)

    with pytest.raises(ModelError, match=r"cut out by a rule which this version .* Update the program, choose"):
        load_model(folder)


@pytest.mark.parametrize("rule", [rule for rule, _ in crop.SIDES], ids=str)
def test_a_model_of_a_known_crop_rule_is_served(tmp_path: Path, rule: dict[str, Any]) -> None:
    assert load_model(copy_model(tmp_path, crop=rule)).info.crop == rule


def test_the_shipped_model_has_learned_with_the_rule_of_today() -> None:
    assert load_model("pretrained").info.crop == crop.CROP
