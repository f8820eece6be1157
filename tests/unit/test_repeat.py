"""Fix and retrain: the same settings once more, and before and after on the same test pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emotion.data import dataset, edits
from emotion.data.decisions import EXCLUDE, Change
from emotion.data.listing import scan
from emotion.models.predictor import Predictor, load_model
from emotion.recipes.settings import TrainingConfig
from emotion.runs import run as runs
from emotion.runs.run import Run
from emotion.system import files
from emotion.training import repeat
from tests import planted_data
from tests.tiny_model import BRIGHTNESS, give_model


@pytest.fixture
def data(home: Path) -> Path:
    return planted_data.write_clean(home / "data")


def run_of(data: Path, fingerprint: str, **settings: str) -> Run:
    """A run with a model that has learned from the data in some state."""
    paths = give_model(runs.new_run(TrainingConfig(data=str(data), epochs=3, seed=5, **settings)))
    files.write_json(paths.model_info, files.read_json(paths.model_info) | {"fingerprint": fingerprint})
    return runs.read_run(paths)


def drop_one(data: Path) -> None:
    edits.decide(data, [Change(EXCLUDE, ("test/happy/00.png",))], "no face")


def test_asks_for_the_same_once_more(data: Path) -> None:
    before = run_of(data, "old", name="first")

    config = repeat.again(before)

    assert config == replace(before.config, name="first, mended data", repeats=before.id)


def test_a_long_name_stays_within_its_bounds(data: Path) -> None:
    before = run_of(data, "old", name="x" * 80)

    assert len(repeat.again(before).name) == 80


def test_offers_runs_that_learned_from_another_state_of_the_data(data: Path) -> None:
    before = run_of(data, scan(data).fingerprint)
    drop_one(data)
    run_of(data, scan(data).fingerprint)

    assert [run.id for run in repeat.candidates(scan(data))] == [before.id]


def test_offers_no_run_of_other_data(data: Path, home: Path) -> None:
    run_of(planted_data.write_clean(home / "other"), "old")

    assert repeat.candidates(scan(data)) == []


def test_pairs_a_run_with_its_repetition(data: Path) -> None:
    before = run_of(data, "old")
    after = run_of(data, "new", repeats=before.id)

    pairs = repeat.repetitions(scan(data))

    assert [(first.id, second.id) for first, second in pairs] == [(before.id, after.id)]


def test_a_repetition_of_a_run_that_is_gone_has_no_pair(data: Path) -> None:
    run_of(data, "new", repeats="20261123-000000-gone")

    assert repeat.repetitions(scan(data)) == []


class Dark(Predictor):
    """Says the opposite."""

    def predict_classes(self, faces: np.ndarray) -> np.ndarray:
        return super().predict_classes(faces)[:, ::-1]


def test_tells_which_pictures_changed_sides(data: Path) -> None:
    bright = load_model(str(BRIGHTNESS / "model.tflite"))
    dark = Dark(bright.path, bright.info, "dark")
    test = dataset.load(scan(data), "test", ("sad", "happy"))

    both = repeat.compare(dark, bright, test)

    assert sorted([*both.won.tolist(), *both.lost.tolist()]) == list(range(24))
    assert both.comparison.only_after == len(both.won)
    assert both.comparison.only_before == len(both.lost)
    assert (both.answered_before != both.answered_after).all()


def test_both_are_asked_about_the_test_pictures_in_use(data: Path) -> None:
    before = run_of(data, "old")
    after = run_of(data, "new", repeats=before.id)
    drop_one(data)
    said: list[tuple[int, int]] = []

    both = repeat.compared(before, after, lambda done, total: said.append((done, total)))

    assert both.comparison.n == 23
    assert both.to_json()["comparison"]["words"] == "As many right as before."
    assert said[-1] == (46, 46)
