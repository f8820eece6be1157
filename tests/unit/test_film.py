"""The film of a run: which faces it is about, what is written of them, and what is read again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emotion.data.dataset import Examples
from emotion.evaluation.report.mistakes import worst
from emotion.recipes.settings import ModelInfo
from emotion.runs import film
from emotion.runs.history import History
from emotion.runs.run import RunPaths

FACES = np.arange(3 * 48 * 48, dtype=np.uint32).reshape(3, 48, 48).astype(np.uint8)
CLASSES = ("sad", "happy")


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    """A run with a film of three faces and two epochs, in the second of which the first face changes."""
    paths = RunPaths(tmp_path)
    film.begin(paths, FACES, [0, 1, 1], CLASSES)
    film.append(paths, 1, np.array([[0.4, 0.6], [0.3, 0.7], [0.8, 0.2]], np.float32))
    film.append(paths, 2, np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]], np.float32))
    return paths


def test_a_film_is_read_as_it_was_written(paths: RunPaths) -> None:
    found = film.read(paths)

    assert found is not None
    assert np.array_equal(found.faces, FACES)
    assert (found.labels, found.classes, list(found.epochs)) == ((0, 1, 1), CLASSES, [1, 2])
    assert found.answers(2) == [("sad", 0.9), ("happy", 0.8), ("sad", 0.7)]


def test_a_face_that_is_called_otherwise_than_an_epoch_before_has_flipped(paths: RunPaths) -> None:
    found = film.read(paths)

    assert found is not None
    assert found.flips(1) == ["", "", ""]
    assert found.flips(2) == ["happy", "", ""]


def test_a_line_that_is_being_written_is_passed_over(paths: RunPaths) -> None:
    paths.film.write_bytes(paths.film.read_bytes()[:-9])

    assert (found := film.read(paths)) is not None
    assert list(found.epochs) == [1]


def test_after_a_resume_the_later_answers_of_an_epoch_count(paths: RunPaths) -> None:
    film.begin(paths, FACES, [0, 1, 1], CLASSES)
    film.append(paths, 2, np.array([[0.1, 0.9], [0.2, 0.8], [0.7, 0.3]], np.float32))

    assert (found := film.read(paths)) is not None
    assert list(found.epochs) == [1, 2]
    assert found.answers(2)[0] == ("happy", 0.9)


@pytest.mark.parametrize(
    "line",
    [
        '{"event": "epoch", "epoch": 3, "probabilities": [[0.5, 0.5]]}',
        '{"event": "epoch", "epoch": 3, "probabilities": "many"}',
        '{"event": "faces", "classes": ["a"], "labels": [0], "pixels": "AAAA"}',
        '{"event": "faces", "classes": ["a"], "labels": [7], "pixels": ""}',
    ],
)
def test_a_row_that_does_not_fit_is_passed_over(paths: RunPaths, line: str) -> None:
    with paths.film.open("a", encoding="utf-8") as file:
        file.write(line + "\n")

    assert (found := film.read(paths)) is not None
    assert list(found.epochs) == [1, 2]


def test_answers_that_are_no_numbers_are_not_written(paths: RunPaths) -> None:
    film.append(paths, 3, np.full((3, 2), np.nan, np.float32))

    assert (found := film.read(paths)) is not None
    assert 3 not in found.epochs


def test_a_run_without_a_film_has_none(tmp_path: Path) -> None:
    assert film.read(RunPaths(tmp_path)) is None


def test_the_faces_of_a_film_are_as_many_of_each_class_as_can_be() -> None:
    labels = np.array([0] * 100 + [1] * 100 + [2] * 2)

    chosen = film.choose(labels, 3, seed=4)

    assert np.bincount(labels[chosen]).tolist() == [5, 5, 2]
    assert np.array_equal(chosen, film.choose(labels, 3, seed=4))


def test_fewer_faces_than_twelve_are_all_in_the_film() -> None:
    assert sorted(film.choose(np.array([1, 0, 1]), 2, seed=0).tolist()) == [0, 1, 2]


def history(losses: list[float], validation: list[float]) -> History:
    pairs = enumerate(zip(losses, validation, strict=True), start=1)
    return History([{"epoch": epoch, "loss": loss, "val_loss": val} for epoch, (loss, val) in pairs])


@pytest.mark.parametrize(
    ("losses", "validation", "since"),
    [
        ([0.6, 0.5, 0.4, 0.3], [0.6, 0.5, 0.55, 0.6], 3),
        ([0.6, 0.5, 0.4], [0.6, 0.5, 0.55], None),
        ([0.6, 0.5, 0.4], [0.6, 0.5, 0.4], None),
        ([0.6, 0.5, 0.7, 0.6], [0.6, 0.5, 0.7, 0.6], None),
        ([], [], None),
    ],
)
def test_the_epoch_is_told_from_which_only_the_training_faces_got_better(
    losses: list[float], validation: list[float], since: int | None
) -> None:
    assert history(losses, validation).only_training_since == since


def test_the_worst_mistakes_are_those_made_with_the_most_certainty() -> None:
    happy = np.array([0.9, 0.2, 0.6, 0.1])
    examples = Examples(np.tile(FACES[:1], (4, 1, 1)), np.array([1, 1, 0, 1]), CLASSES, tuple("abcd"), (), "")

    found = worst(examples, np.stack([1 - happy, happy], axis=1), ModelInfo())

    assert [(one["truth"], one["answer"], round(one["share"], 3)) for one in found] == [
        ("happy", "sad", 0.9),
        ("happy", "sad", 0.8),
        ("sad", "happy", 0.6),
    ]
    assert np.array_equal(film.unpacked(found[0]["pixels"]), FACES[:1])
