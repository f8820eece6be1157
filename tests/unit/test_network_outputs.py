"""Answers of a network that are kept on disk."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from emotion.data.dataset import Examples
from emotion.evaluation import network_outputs, scores
from emotion.models import preferences
from emotion.models.predictor import Predictor, load_model
from emotion.models.preferences import Adjustment
from emotion.system.errors import ModelError

DATA = Path(__file__).resolve().parent.parent / "data"
PICTURES = np.random.default_rng(1).integers(0, 256, (70, 48, 48), np.uint8)


class Counting(Predictor):
    """Counts how often the network itself is asked."""

    asked = 0

    def _run(self, *arguments: object) -> list[np.ndarray]:
        self.asked += 1
        return super()._run(*arguments)


def counting(folder: Path) -> Counting:
    model = load_model(folder)
    return Counting(model.path, model.info, model.reference)


@pytest.fixture
def three(home: Path) -> Path:
    """A model of three classes in a folder of its own."""
    folder = home / "model"
    shutil.copytree(DATA / "three_classes", folder)
    return folder


def test_a_second_look_asks_no_network(three: Path) -> None:
    first = network_outputs.ask(counting(three), PICTURES)
    model = counting(three)

    again = network_outputs.ask(model, PICTURES)

    assert model.asked == 0
    assert (again.probabilities == first.probabilities).all()
    assert (again.features == first.features).all()


def test_gives_what_the_model_itself_would(three: Path) -> None:
    model = load_model(three)

    found = network_outputs.ask(model, PICTURES)

    greys = (PICTURES / np.float32(255))[..., np.newaxis].astype(np.float32)
    assert found.probabilities == pytest.approx(model.predict_classes(greys), abs=1e-6)
    assert found.features == pytest.approx(model.features(greys), abs=1e-6)


@pytest.mark.parametrize("classes", [("angry", "happy", "sad"), ("sad", "happy"), ("happy", "angry")])
def test_narrows_to_classes_as_an_evaluation_does(three: Path, classes: tuple[str, ...]) -> None:
    preferences.save(three / "model.tflite", load_model(three).info, Adjustment(temperature=1.7))
    model = load_model(three)
    examples = Examples(PICTURES, np.arange(70) % len(classes), classes, ("",) * 70, (), "")

    found = network_outputs.ask(model, PICTURES).of_classes(model.info, classes)

    assert found == pytest.approx(scores.evaluate_model(model, examples)[1], abs=1e-6)


def test_refuses_a_class_that_the_model_does_not_know(three: Path) -> None:
    model = load_model(three)

    with pytest.raises(ModelError, match="knows only the classes"):
        network_outputs.ask(model, PICTURES).of_classes(model.info, ("happy", "tired"))


def test_a_new_temperature_needs_no_second_asking(three: Path) -> None:
    network_outputs.ask(load_model(three), PICTURES)
    preferences.save(three / "model.tflite", load_model(three).info, Adjustment(temperature=2.0))
    model = counting(three)

    found = network_outputs.ask(model, PICTURES).of_classes(model.info, model.info.classes)

    assert model.asked == 0
    assert found.max() < network_outputs.ask(model, PICTURES).probabilities.max()


def test_other_pixels_are_asked_about_anew(three: Path) -> None:
    network_outputs.ask(load_model(three), PICTURES)
    model, other = counting(three), PICTURES.copy()
    other[3, 4, 5] ^= 1

    network_outputs.ask(model, other)

    assert model.asked > 0


def test_another_network_is_asked_anew(three: Path) -> None:
    network_outputs.ask(load_model(three), PICTURES)
    for name in ("model.tflite", "model.json"):
        shutil.copy(DATA / "brightness" / name, three / name)
    model = counting(three)

    found = network_outputs.ask(model, PICTURES)

    assert model.asked > 0
    assert found.probabilities.shape == (70, 2)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 nothing", b"\x93NUMPY"])
def test_a_damaged_file_is_made_anew(three: Path, damage: bytes) -> None:
    first = network_outputs.ask(load_model(three), PICTURES)
    network_outputs.location(three / "model.tflite", PICTURES).write_bytes(damage)

    again = network_outputs.ask(load_model(three), PICTURES)

    assert (again.probabilities == first.probabilities).all()


def test_only_the_newest_answers_are_kept(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_outputs, "KEPT", 2)
    model, kept = load_model(three), []
    for count in (1, 2, 3):
        network_outputs.ask(model, PICTURES[:count])
        kept.append(network_outputs.location(model.path, PICTURES[:count]))
        os.utime(kept[-1], (count, count))

    network_outputs.ask(model, PICTURES[:4])

    assert [path.exists() for path in kept] == [False, False, True]


def test_a_full_disk_is_no_error(three: Path, home: Path) -> None:
    (home / ".cache").write_text("in the way", encoding="utf-8")

    found = network_outputs.ask(load_model(three), PICTURES)

    assert len(found.features) == 70


def test_tells_how_far_it_is(three: Path) -> None:
    told: list[tuple[int, int]] = []

    network_outputs.ask(load_model(three), np.tile(PICTURES, (8, 1, 1)), lambda done, of: told.append((done, of)))

    assert told == [(512, 560), (560, 560)]


def test_no_faces_have_no_answers(three: Path) -> None:
    found = network_outputs.ask(load_model(three), PICTURES[:0])

    assert found.probabilities.shape == (0, 3)


def test_two_copies_answer_like_one(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = np.tile(PICTURES, (20, 1, 1))
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    one = network_outputs.ask(load_model(three), many, keep=False)
    monkeypatch.setattr("os.cpu_count", lambda: 2)

    two = network_outputs.ask(load_model(three), many, keep=False)

    assert (two.probabilities == one.probabilities).all()
    assert (two.features == one.features).all()


def test_whoever_has_gone_ends_the_asking(three: Path) -> None:
    model = counting(three)

    def leave(done: int, total: int) -> None:
        raise InterruptedError("gone")

    with pytest.raises(InterruptedError, match="gone"):
        network_outputs.ask(model, np.tile(PICTURES, (100, 1, 1)), leave)

    assert model.asked < 10
    assert not network_outputs.location(three / "model.tflite", np.tile(PICTURES, (100, 1, 1))).exists()
