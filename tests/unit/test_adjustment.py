"""What the person has changed about a model, and that it is used wherever the model is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emotion.models import preferences
from emotion.models.answers import judge
from emotion.models.predictor import load_model
from emotion.models.preferences import Adjustment
from emotion.recipes.settings import ModelInfo, TrainingConfig
from emotion.runs import run
from emotion.system import files
from emotion.system.errors import ConfigError, OutputFolderError
from tests.tiny_model import BRIGHTNESS, give_model


def a_run() -> run.RunPaths:
    return give_model(run.new_run(TrainingConfig()))


def test_a_saved_threshold_is_used_wherever_the_model_is(home: Path) -> None:
    paths = a_run()

    preferences.save(paths.model, load_model(paths.id).info, Adjustment(threshold=0.7))

    info = load_model(paths.id).info
    assert info.threshold == 0.7
    assert [label for _, label, _ in judge(np.array([[0.35, 0.65], [0.25, 0.75]]), info)] == ["sad", "happy"]


def test_what_the_worker_wrote_stays_as_it_is(home: Path) -> None:
    paths = a_run()
    before = paths.model_info.read_bytes()

    preferences.save(paths.model, ModelInfo(), Adjustment(threshold=0.7))

    assert paths.model_info.read_bytes() == before


def test_other_words_about_a_run_are_kept(home: Path) -> None:
    paths = a_run()
    run.rename(paths, "my best")

    preferences.save(paths.model, ModelInfo(), Adjustment(threshold=0.7))
    preferences.forget(paths.model)

    assert run.read_run(paths).own_name == "my best"
    assert load_model(paths.id).info.threshold == 0.5


def test_a_new_name_keeps_the_threshold(home: Path) -> None:
    paths = a_run()
    preferences.save(paths.model, ModelInfo(), Adjustment(threshold=0.7))

    run.rename(paths, "my best")

    assert load_model(paths.id).info.threshold == 0.7


def test_later_changes_leave_earlier_ones(home: Path) -> None:
    paths = a_run()
    preferences.save(paths.model, ModelInfo(), Adjustment(temperature=1.5))

    preferences.save(paths.model, ModelInfo(), Adjustment(threshold=0.4))

    assert preferences.read(paths.model) == Adjustment(threshold=0.4, temperature=1.5)


def test_another_network_starts_with_its_own_words(home: Path) -> None:
    paths = a_run()
    preferences.save(paths.model, ModelInfo(), Adjustment(threshold=0.7))

    paths.model.write_bytes(paths.model.read_bytes() + b"\0")

    assert preferences.read(paths.model) == Adjustment()


def test_the_shipped_model_has_its_words_at_home(home: Path) -> None:
    shipped = preferences.SHIPPED / "model.tflite"

    preferences.save(shipped, load_model().info, Adjustment(threshold=0.6))

    assert files.read_json(home / "pretrained.json")["adjusted"]["threshold"] == 0.6
    assert load_model().info.threshold == 0.6


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_refuses_a_threshold_outside_its_range(home: Path, threshold: float) -> None:
    paths = a_run()

    with pytest.raises(ConfigError, match="threshold: expected a number from 0 to 1"):
        preferences.save(paths.model, ModelInfo(), Adjustment(threshold=threshold))

    assert not paths.person.exists()


@pytest.mark.parametrize(
    ("threshold", "band"), [(0.2, (0.2, 0.6)), (0.3, (0.3, 0.6)), (0.5, (0.3, 0.6)), (0.8, (0.3, 0.8))]
)
def test_the_unsure_band_always_holds_the_threshold(threshold: float, band: tuple[float, float]) -> None:
    info = ModelInfo(unsure_band=(0.3, 0.6))

    assert Adjustment(threshold=threshold).apply(info).unsure_band == band


def test_a_model_that_is_never_unsure_stays_so() -> None:
    info = Adjustment(threshold=0.7).apply(ModelInfo())

    assert info.unsure_band == (0.7, 0.7)


@pytest.mark.parametrize(
    "stored", ["text", {"threshold": 7}, {"threshold": "high"}, {"unsure_band": [1]}, {"unsure_band": "x"}]
)
def test_damaged_words_are_left_aside(home: Path, stored: object) -> None:
    paths = a_run()
    if isinstance(stored, dict):
        stored = stored | {"model": preferences.digest(paths.model)}
    files.write_json(paths.person, {"adjusted": stored})

    assert load_model(paths.id).info.threshold == 0.5


def test_says_where_nothing_can_be_written(home: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    model = BRIGHTNESS / "model.tflite"

    with pytest.raises(OutputFolderError, match="Nothing can be written to"):
        preferences._write(blocked / model.name, {"threshold": 0.7})


def test_a_change_is_seen(home: Path) -> None:
    paths = a_run()
    before = preferences.changed(paths.model)

    preferences.save(paths.model, ModelInfo(), Adjustment(threshold=0.7))

    assert preferences.changed(paths.model) > before
    assert preferences.changed(home / "nothing.tflite") == 0
