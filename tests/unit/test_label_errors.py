"""Label errors: the rule of confident learning by hand, and a search through a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.checks import label_errors
from emotion.checks.label_errors import LabelError, LabelErrors
from emotion.data import edits
from emotion.data.decisions import CONFIRM, RELABEL, Change
from emotion.data.listing import on_disk
from tests.tiny_model import BRIGHTNESS


@pytest.fixture
def data(home: Path) -> Path:
    """Bright pictures are happy and dark ones sad, but for one bright one among the sad."""
    rng = np.random.default_rng(0)
    root = home / "data"
    for split, count in (("train", 20), ("test", 6)):
        for name, grey in (("happy", 200), ("sad", 50)):
            (root / split / name).mkdir(parents=True)
            for number in range(count):
                pixels = rng.normal(grey, 12, (48, 48)).clip(0, 255).astype(np.uint8)
                Image.fromarray(pixels).save(root / split / name / f"{number:02}.png")
    (root / "train/happy/07.png").rename(root / "train/sad/wrong.png")
    return root


def test_a_class_is_believed_from_its_own_mean_probability_on() -> None:
    # The mean of class 0 among its own is 0.7, that of class 1 is 0.6.
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.1, 0.9], [0.3, 0.7], [0.8, 0.2]])
    labels = np.array([0, 0, 0, 1, 1, 1])

    suspected, believed = label_errors.confident(probabilities, labels)

    assert suspected.tolist() == [False, False, True, False, False, True]
    assert believed[suspected].tolist() == [1, 0]


def test_a_picture_that_reaches_no_mean_is_not_suspected() -> None:
    probabilities = np.array([[0.9, 0.1], [0.45, 0.55], [0.1, 0.9], [0.05, 0.95]])
    labels = np.array([0, 0, 1, 1])

    suspected, _ = label_errors.confident(probabilities, labels)

    assert suspected.tolist() == [False, False, False, False]


def test_finds_the_wrong_label_and_what_it_should_be(data: Path) -> None:
    outcome = label_errors.search(data, str(BRIGHTNESS / "model.tflite"), ("sad", "happy"))

    assert [(one.file, one.label, one.likely) for one in outcome.found] == [("train/sad/wrong.png", "sad", "happy")]
    assert outcome.n == 52
    assert outcome.accuracy == pytest.approx(51 / 52)


def test_the_outcome_is_kept_for_the_page(data: Path) -> None:
    outcome = label_errors.search(data, str(BRIGHTNESS / "model.tflite"))

    kept = label_errors.last_found(on_disk(data))

    assert kept is not None
    assert [one.file for one in kept.found] == [one.file for one in outcome.found]


def test_of_too_many_pictures_some_are_drawn_and_it_is_said(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_errors, "MOST_ASKED", 26)

    outcome = label_errors.search(data, str(BRIGHTNESS / "model.tflite"), ("sad", "happy"))
    kept = label_errors.last_found(on_disk(data))

    assert (outcome.n, outcome.drawn_from) == (27, 52)  # 21 and 19 of train halved, and 6 and 6 of test
    assert kept is not None
    assert kept.drawn_from == 52


def test_all_of_few_pictures_are_asked_about(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_errors, "MOST_ASKED", 52)

    outcome = label_errors.search(data, str(BRIGHTNESS / "model.tflite"), ("sad", "happy"))

    assert (outcome.n, outcome.drawn_from) == (52, 0)


def test_nothing_is_known_before_a_search(data: Path) -> None:
    assert label_errors.last_found(on_disk(data)) is None


@pytest.mark.parametrize("change", [Change(CONFIRM, ("train/sad/wrong.png",)),
                                    Change(RELABEL, ("train/sad/wrong.png",), "happy")])  # fmt: skip
def test_what_was_decided_is_no_label_error_any_more(data: Path, change: Change) -> None:
    label_errors.search(data, str(BRIGHTNESS / "model.tflite"))

    decision = edits.decide(data, [change], "looked at")
    after = label_errors.last_found(on_disk(data))
    edits.undo(data, decision.id)
    again = label_errors.last_found(on_disk(data))

    assert after is not None
    assert after.found == ()
    assert again is not None
    assert len(again.found) == 1


def test_goes_to_json_and_back() -> None:
    outcome = LabelErrors("pretrained", 3, ("sad", "happy"), 0.5, (LabelError("a", "sad", "happy", 0.25),))

    assert LabelErrors.from_json(outcome.to_json()) == outcome
