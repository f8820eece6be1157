"""How much a model suffers from corrupted faces, with models that can be worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emotion.data.dataset import Examples
from emotion.evaluation import corruptions, robustness
from emotion.evaluation.robustness import Robustness
from emotion.metrics import classification
from emotion.models import preferences
from emotion.models.predictor import load_model
from emotion.models.preferences import Adjustment
from emotion.recipes.settings import TrainingConfig
from emotion.runs import run
from tests.tiny_model import give_model

DATA = Path(__file__).resolve().parent.parent / "data"


def flat(greys: list[int], labels: list[int]) -> Examples:
    images = np.array(greys, np.uint8)[:, None, None] * np.ones((1, 48, 48), np.uint8)
    return Examples(images, np.array(labels), ("sad", "happy"), ("",) * len(greys), (), "")


def test_only_darkening_hurts_a_model_of_brightness(home: Path) -> None:
    found = robustness.measure(load_model(DATA / "brightness"), flat([60, 200, 210, 220], [0, 1, 1, 1]))

    assert found.plain.right == 4
    assert [trial.right for trial in found.kinds["darkening"]] == [4, 2, 1, 1]
    assert {trial.right for trial in found.kinds["rotation"] + found.kinds["mouth covered"]} == {4}


def test_every_kind_and_strength_is_tried(home: Path) -> None:
    found = robustness.measure(load_model(DATA / "brightness"), flat([60, 200], [0, 1]))

    assert {name: tuple(trial.strength for trial in trials) for name, trials in found.kinds.items()} == {
        kind.name: kind.strengths for kind in corruptions.KINDS
    }
    assert found.plain.interval == classification.wilson_interval(2, 2)


def test_is_read_again_from_disk(home: Path) -> None:
    model, examples, told = load_model(DATA / "brightness"), flat([60, 200], [0, 1]), []
    assert robustness.kept(model, examples) is None
    first = robustness.measure(model, examples)

    again = robustness.measure(model, examples, lambda *words: told.append(words))

    assert again == first == robustness.kept(model, examples)
    assert told == []


def test_another_threshold_is_measured_anew(home: Path) -> None:
    paths, examples = give_model(run.new_run(TrainingConfig())), flat([60, 140], [0, 1])
    before = robustness.measure(load_model(paths.id), examples)

    preferences.save(paths.model, load_model(paths.id).info, Adjustment(threshold=0.9))

    assert before.plain.right == 2
    assert robustness.measure(load_model(paths.id), examples).plain.right == 1


def test_tells_what_is_tried(home: Path) -> None:
    told: list[tuple[str, int, int]] = []

    robustness.measure(load_model(DATA / "brightness"), flat([60, 200], [0, 1]), lambda *words: told.append(words))

    assert told[0] == ("as they are", 0, 1 + sum(len(kind.strengths) for kind in corruptions.KINDS))
    assert [done for _, done, _ in told] == list(range(len(told)))


def test_is_the_same_after_json(home: Path) -> None:
    found = robustness.measure(load_model(DATA / "brightness"), flat([60, 200], [0, 1]))

    assert Robustness.from_json(found.to_json()) == found


@pytest.mark.parametrize(("faces", "used"), [(9, 9), (10, 10), (11, 10), (400, 10)])
def test_uses_no_more_faces_than_it_needs(faces: int, used: int) -> None:
    assert len(robustness.sample(np.zeros(faces, np.int64), 10)) == used


def test_each_class_keeps_its_share() -> None:
    labels = np.repeat([0, 1, 2], [500, 300, 200])

    chosen = robustness.sample(labels, 100)

    assert np.bincount(labels[chosen]).tolist() == pytest.approx([50, 30, 20], abs=1)
    assert len(set(chosen.tolist())) == 100
