"""Corrections at once: what they change, what they leave, and that a file answers as the page has shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emotion.data.dataset import Examples
from emotion.evaluation import network_outputs
from emotion.images.crop import as_batch
from emotion.models.predictor import Predictor, load_model
from emotion.training.head import correct, fold
from emotion.training.head.correct import Ground

MODELS = Path(__file__).resolve().parents[1] / "data"


def pictures(count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    grey = rng.integers(20, 235, (count, 1, 1))
    return np.clip(grey + rng.integers(-20, 20, (count, 48, 48)), 0, 255).astype(np.uint8)


def examples(images: np.ndarray, labels: np.ndarray, classes: tuple[str, ...]) -> Examples:
    files = tuple(f"{number}.png" for number in range(len(images)))
    return Examples(images, labels, classes, files, (), "")


def ground(reference: str | Path) -> Ground:
    """A model, held by 60 faces of noise, its test what it answers now: every change costs something."""
    base = load_model(reference)
    held, test = pictures(60, 1), pictures(80, 2)
    said = network_outputs.ask(base, test, keep=False)
    classes = base.info.usual.classes
    labels = said.of_classes(base.info, classes).argmax(axis=1)
    outputs = network_outputs.ask(base, held, keep=False)
    return Ground(base, "demo", outputs, examples(test, labels, classes), said)


def wrong_one(found: Ground, seed: int = 9) -> Examples:
    """A face with another class than the model answers."""
    face = pictures(1, seed)
    said = int(found.base.predict_classes(as_batch(face)).argmax())
    classes = found.base.info.classes
    return examples(face, np.array([(said + 1) % len(classes)]), classes)


@pytest.mark.parametrize("name", ["brightness", "three_classes"])
def test_a_correction_moves_the_answer_towards_what_was_said(name: str) -> None:
    found = ground(MODELS / name / "model.tflite")
    own = wrong_one(found)

    result = correct.effect(found, own)

    faces, label = as_batch(own.images), int(own.labels[0])
    before, after = (each.predict_classes(faces)[0, label] for each in (found.base, result.predictor))
    assert after > before


def test_a_correction_counts_no_more_than_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ground("pretrained")
    own = wrong_one(found)

    def right_with(weight: float) -> bool:
        monkeypatch.setattr(correct, "WEIGHTS", (weight,))
        after = correct.effect(found, own).predictor.predict_classes(as_batch(own.images))
        return bool((after.argmax(axis=1) == own.labels).all())

    weights = correct.WEIGHTS
    chosen = next((weight for weight in weights if right_with(weight)), weights[-1])
    monkeypatch.setattr(correct, "WEIGHTS", (chosen,))
    alone = correct.effect(found, own)
    monkeypatch.setattr(correct, "WEIGHTS", weights)

    np.testing.assert_array_equal(correct.effect(found, own).change.weights, alone.change.weights)


def test_faces_far_from_the_correction_stay_as_they_were() -> None:
    found = ground("pretrained")
    own = wrong_one(found)

    result = correct.effect(found, own)

    faces = as_batch(found.test.images)
    moved = np.abs(result.predictor.predict_classes(faces) - found.base.predict_classes(faces)).max(axis=1)
    corrected = as_batch(own.images)
    at_it = np.abs(result.predictor.predict_classes(corrected) - found.base.predict_classes(corrected)).max()
    assert np.median(moved) < at_it


def test_a_corrected_face_is_no_test_face_any_more() -> None:
    found = ground("pretrained")
    own = wrong_one(found)
    twin = replace(
        found,
        test=examples(np.concatenate([found.test.images[:-1], own.images]), found.test.labels, found.test.classes),
    )

    assert correct.effect(found, own).test.n == 80
    assert correct.effect(twin, own).test.n == 79


@pytest.mark.parametrize("name", ["brightness", "three_classes", "emotions"])
def test_the_file_answers_as_the_model_in_memory(name: str, tmp_path: Path) -> None:
    found = ground(MODELS / name / "model.tflite")
    result = correct.effect(found, wrong_one(found))
    path = tmp_path / "model.tflite"

    path.write_bytes(result.network())

    faces = as_batch(pictures(20, 5))
    kept = Predictor(path, found.base.info, "kept")
    np.testing.assert_allclose(kept.predict_classes(faces), result.predictor.predict_classes(faces), atol=1e-5)
    np.testing.assert_array_equal(kept.features(faces), found.base.features(faces))


def test_a_corrected_file_can_be_corrected_again(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    found = ground("pretrained")
    path.write_bytes(correct.effect(found, wrong_one(found)).network())
    again = replace(found, base=Predictor(path, found.base.info, "kept"))

    second = correct.effect(again, wrong_one(again, 11))
    path.with_name("second.tflite").write_bytes(second.network())

    faces = as_batch(pictures(5, 6))
    kept = Predictor(path.with_name("second.tflite"), found.base.info, "second")
    np.testing.assert_allclose(kept.predict_classes(faces), second.predictor.predict_classes(faces), atol=1e-5)


def test_weights_for_another_network_are_refused() -> None:
    network = (MODELS / "brightness" / "model.tflite").read_bytes()

    with pytest.raises(ValueError, match=r"Expected .* weights"):
        fold.adjust(network, np.zeros((3, 2), np.float32), np.zeros(2, np.float32))


@pytest.mark.parametrize(("lost", "too_much"), [(0.004, False), (0.005, False), (0.006, True)])
def test_more_than_half_a_point_is_too_much(lost: float, too_much: bool) -> None:
    found = ground(MODELS / "brightness" / "model.tflite")
    result = correct.effect(found, wrong_one(found))

    result = replace(result, test=replace(result.test, difference=-lost))

    assert result.costs_too_much is too_much
