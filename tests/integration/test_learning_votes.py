"""Learning what several people have said, and the means of a longer training: a running mean, a rate that holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emotion.data.dataset import Examples
from emotion.images.crop import as_batch
from emotion.recipes import catalogue
from emotion.recipes.augmentation import Augmentation
from emotion.recipes.recipe import Recipe
from emotion.recipes.settings import TrainingConfig
from emotion.runs import run
from emotion.runs.history import read_history
from emotion.runs.run import RunPaths

pytestmark = pytest.mark.slow

THREE = ("angry", "happy", "sad")


@pytest.fixture(scope="module")
def training() -> Any:
    pytest.importorskip("tensorflow")
    from emotion.training import fit

    return fit


def body(x: Any, width: float) -> Any:
    from keras import layers

    x = layers.Conv2D(8, 3, 4, use_bias=False)(x)
    x = layers.Activation("relu")(layers.BatchNormalization(momentum=0.5)(x))
    return layers.GlobalAveragePooling2D(name="features")(x)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """A network of some weights with all that the large one has."""
    recipe = Recipe(
        "small",
        "Small.",
        body,
        parameters=1,
        epochs=4,
        batch_size=16,
        learning_rate=0.02,
        optimizer="adamw",
        schedule="hold",
        average=0.9,
        short_floats=True,
        augmentation=Augmentation(mirror=True, mixup=0.2),
    )
    monkeypatch.setitem(catalogue.RECIPES, "small", recipe)
    return recipe


def faces(n: int, seed: int = 0, classes: tuple[str, ...] = ("sad", "happy")) -> Examples:
    """Dark and bright faces in folders that say nothing of it; people have called the bright ones happy."""
    rng = np.random.default_rng(seed)
    bright = np.arange(n) % 2 == 1
    images = (rng.integers(0, 80, (n, 48, 48)) + 150 * bright[:, None, None]).astype(np.uint8)
    votes = np.zeros((n, len(classes)), np.float32)
    votes[bright, classes.index("happy")] = 1
    votes[~bright, classes.index("sad")] = 1
    labels = rng.integers(0, len(classes), n)
    return Examples(images, labels, classes, tuple(map(str, range(n))), (), "fingerprint", votes=votes)


def bright_is_happy(model: Any, of: Examples) -> float:
    said = model.predict(as_batch(of.images), verbose=0)
    happy = said[:, 0] > 0.5 if said.shape[1] == 1 else said.argmax(axis=1) == of.classes.index("happy")
    return float((happy == (np.arange(len(of.labels)) % 2 == 1)).mean())


def fit(training: Any, config: TrainingConfig, folder: Path, stop_after: int | None = None) -> tuple[Any, RunPaths]:
    paths = RunPaths(folder) if folder.exists() else run.new_run(config, folder)

    def tell(row: dict[str, Any]) -> None:
        if row["event"] == "epoch" and row["epoch"] == stop_after:
            run.request_stop(paths)

    return training.fit(config, faces(160, 1, config.classes), faces(40, 2, config.classes), paths, tell), paths


def kept(paths: RunPaths) -> Any:
    from emotion.training.network import load_whole

    return load_whole(paths.keras_model, compiled=False)


@pytest.mark.parametrize("classes", [("sad", "happy"), THREE])
def test_learns_what_people_say_and_not_the_folders(
    training: Any, small: Recipe, tmp_path: Path, classes: tuple[str, ...]
) -> None:
    config = catalogue.config("small", epochs=10, classes=classes, labels="votes")

    _, paths = fit(training, replace(config, classes=classes), tmp_path / "run")

    assert bright_is_happy(kept(paths), faces(40, 3, classes)) > 0.95


def test_pictures_without_votes_are_learned_by_their_folder(training: Any) -> None:
    from emotion.training.batches import Batches

    some = faces(6)
    said = np.array([[0.25, 0.75], [np.nan, np.nan], [1, 0], [0, 1], [0.5, 0.5], [np.nan, np.nan]], np.float32)

    batches = Batches(some.images, np.array([1, 1, 1, 0, 0, 0]), 6, votes=said, learned="votes")

    assert batches[0][1][:, 0].tolist() == [0.75, 1.0, 0.0, 1.0, 0.5, 0.0]


def test_both_labels_of_a_face_are_blended_with_the_same_other_face(training: Any) -> None:
    from emotion.training.batches import Batches

    some = faces(40, classes=THREE)
    same = np.eye(3, dtype=np.float32)[some.labels]

    batches = Batches(some.images, some.labels, 40, 3, votes=same, learned="both", seed=1,
                      augmentation=Augmentation(mixup=1.0))  # fmt: skip
    _, folders, votes = batches[0]

    assert (folders.max(axis=1) < 1).any()
    np.testing.assert_array_equal(folders, votes)


@pytest.mark.parametrize("classes", [("sad", "happy"), THREE])
def test_two_last_layers_become_one_that_answers_their_blend(
    training: Any, small: Recipe, tmp_path: Path, classes: tuple[str, ...]
) -> None:
    from emotion.training.network import blended, with_votes

    model = with_votes(training.build(catalogue.config("small", classes=classes)))
    rng = np.random.default_rng(0)
    for name in ("probability", "votes"):
        layer = model.get_layer(name)
        layer.set_weights([rng.normal(size=weights.shape) for weights in layer.get_weights()])
    images = rng.random((5, 48, 48, 1), np.float32)

    one = blended(model, 0.25)

    folders, votes = (np.clip(said, 1e-7, 1 - 1e-7) for said in model.predict(images, verbose=0))
    logits = [np.log(said) - (np.log(1 - said) if len(classes) == 2 else 0) for said in (folders, votes)]
    mean = 0.75 * logits[0] + 0.25 * logits[1]
    expected = 1 / (1 + np.exp(-mean)) if len(classes) == 2 else np.exp(mean) / np.exp(mean).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(one.predict(images, verbose=0), expected, atol=1e-4)
    assert blended(one, 0.5) is one


def test_learning_both_ends_in_a_model_like_any_other(training: Any, small: Recipe, tmp_path: Path) -> None:
    config = replace(catalogue.config("small", epochs=6, classes=THREE, class_weights="balanced"), labels="both")

    fitted, paths = fit(training, config, tmp_path / "run")

    model = kept(paths)
    assert [layer.name for layer in model.layers][-2:] == ["features", "probability"]
    assert model.output_shape == fitted.model.output_shape == (None, 3)
    assert set(read_history(paths).epochs[0]) >= {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert '"blend"' in paths.history.read_text(encoding="utf-8")


@pytest.mark.nightly  # by day: a resumed run has the history of a whole one, and the mean is what is judged and kept
@pytest.mark.parametrize("labels", ["folders", "both"])
def test_a_resumed_run_keeps_its_running_mean(training: Any, small: Recipe, tmp_path: Path, labels: str) -> None:
    config = replace(catalogue.config("small", classes=("sad", "happy")), labels=labels)
    _, whole = fit(training, config, tmp_path / "whole")
    _, paths = fit(training, config, tmp_path / "resumed", stop_after=2)
    assert paths.average.exists()
    paths.stop.unlink()

    fit(training, config, tmp_path / "resumed")

    figures = [[{name: row[name] for name in row if name != "seconds"} for row in read_history(of).epochs]
               for of in (whole, paths)]  # fmt: skip
    assert figures[0] == figures[1]


def test_the_mean_of_the_weights_is_what_is_judged_and_kept(training: Any, small: Recipe, tmp_path: Path) -> None:
    from emotion.training.network import load_whole

    _, paths = fit(training, catalogue.config("small", epochs=1, classes=THREE), tmp_path / "run")

    with np.load(paths.average) as stored:
        mean = [stored[f"weights_{number}"] for number in range(len(stored.files) - 2)]
        assert (int(stored["epoch"]), int(stored["steps"])) == (1, 10)
    own = load_whole(paths.last_checkpoint).get_weights()
    for weights, expected in zip(kept(paths).get_weights(), mean, strict=True):
        np.testing.assert_array_equal(weights, expected)
    assert any((weights != expected).any() for weights, expected in zip(own, mean, strict=True))


def test_a_mean_of_another_moment_is_begun_anew(training: Any, small: Recipe, tmp_path: Path) -> None:
    config = catalogue.config("small", classes=("sad", "happy"))
    _, paths = fit(training, config, tmp_path / "run", stop_after=2)
    paths.stop.unlink()
    with np.load(paths.average) as stored:
        np.savez(paths.average, **{**stored, "epoch": 1})

    fit(training, config, tmp_path / "run")

    with np.load(paths.average) as stored:
        assert int(stored["steps"]) == 20  # of the second sitting alone


def test_a_rate_that_holds_rises_stays_and_falls_evenly(training: Any) -> None:
    from emotion.recipes import hold

    assert [round(hold(done, 0.1), 3) for done in (0, 0.05, 0.1, 0.5, 2 / 3, 5 / 6, 1)] == [0.1, 0.55, 1, 1, 1, 0.5, 0]


def test_short_floats_are_for_training_alone(training: Any, small: Recipe, tmp_path: Path) -> None:
    import tensorflow as tf

    fit(training, catalogue.config("small", epochs=1, classes=("sad", "happy")), tmp_path / "run")

    assert not tf.config.optimizer.get_experimental_options().get("auto_mixed_precision_onednn_bfloat16", False)
