"""Real training with TensorFlow, on few faces."""

import dataclasses

import numpy as np
import pytest

from emotion.data.dataset import Examples
from emotion.recipes import catalogue
from emotion.recipes.augmentation import Augmentation
from emotion.runs import run
from emotion.runs.history import append_history, read_history
from tests import tiny_recipe

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tiny_recipes")]

SETTINGS = tiny_recipe.config(epochs=3, batch_size=16, seed=5)
VARIED = tiny_recipe.config(
    tiny_recipe.VARIED,
    epochs=3,
    batch_size=16,
    seed=5,
    width=0.5,
    augmentation=Augmentation(mirror=True, shift=0.1, rotation=5.0, brightness=0.1, erase=0.5, mixup=0.2),
)


@pytest.fixture(scope="module")
def training(tiny_recipes):
    pytest.importorskip("tensorflow")
    from emotion.training import fit as training

    return training


def noise(n, seed):
    """Examples that can only be remembered: losses that agree to six digits did not agree by being zero."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (n, 48, 48), dtype=np.uint8)
    files = tuple(f"{place}.png" for place in range(n))
    return Examples(images, rng.integers(0, 2, n), ("sad", "happy"), files, (), "fingerprint")


TRAIN, VALIDATION = noise(200, 1), noise(50, 2)


def fit(training, folder, settings=SETTINGS, stop_after=None, traced=None):
    paths = run.RunPaths(folder) if folder.exists() else run.new_run(settings, folder)

    def tell(row):
        if row["event"] == "epoch" and row["epoch"] == stop_after:
            run.request_stop(paths)

    fitted = training.fit(settings, TRAIN, VALIDATION, paths, tell, traced)
    rows = [{name: row[name] for name in row if name != "seconds"} for row in read_history(paths).epochs]
    return fitted, rows, paths


@pytest.fixture(scope="module")
def whole(training, tmp_path_factory):
    return *fit(training, tmp_path_factory.mktemp("runs") / "whole"), SETTINGS


@pytest.fixture(scope="module")
def varied(training, tmp_path_factory):
    return *fit(training, tmp_path_factory.mktemp("runs") / "varied", VARIED), VARIED


@pytest.fixture(params=[pytest.param("whole", marks=pytest.mark.nightly), "varied"])  # the latter has all that varies
def either(request):
    return request.getfixturevalue(request.param)


def test_classic_has_the_network_that_was_asked_for(training):
    model = training.build(catalogue.config("classic"))

    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == [
        "InputLayer",
        "Conv2D",
        "MaxPooling2D",
        "Conv2D",
        "MaxPooling2D",
        "Flatten",
        "Dense",
        "Dropout",
        "Dense",
        "Dense",
    ]
    assert model.count_params() == catalogue.find("classic").parameters
    assert (model.input_shape, model.output_shape) == ((None, 48, 48, 1), (None, 1))
    assert [model.layers[place].units for place in (6, 8, 9)] == [256, 64, 1]
    assert model.layers[7].rate == 0.2
    assert (model.loss.name, model.loss.label_smoothing) == ("binary_crossentropy", 0)
    assert type(model.optimizer).__name__ == "Adam"


def test_more_classes_end_in_a_softmax(training):
    model = training.build(dataclasses.replace(SETTINGS, classes=("sad", "happy", "angry")))

    answers = model.predict(np.zeros((2, 48, 48, 1), np.float32), verbose=0)

    assert answers.shape == (2, 3)
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)


def test_training_lowers_the_loss(whole):
    _, rows, _, _ = whole

    assert rows[-1]["loss"] < rows[0]["loss"]


@pytest.mark.nightly  # by day: a network traced beforehand, and a resumed run, have the history of another
def test_same_seed_gives_the_same_history(training, either, tmp_path):
    _, rows, _ = fit(training, tmp_path / "again", either[3])

    assert rows == either[1]


def test_a_step_is_traced_once(training, monkeypatch):
    steps, step = [], training.keras.Model.train_step
    monkeypatch.setattr(
        training.keras.Model, "train_step", lambda model, batch: steps.append(model) or step(model, batch)
    )

    training.trace(SETTINGS)

    assert len(steps) == 1


def test_another_seed_gives_another_history(training, whole, tmp_path):
    _, rows, _ = fit(training, tmp_path / "other", dataclasses.replace(SETTINGS, seed=6, epochs=1))

    assert rows[0] != whole[1][0]


def test_a_network_traced_beforehand_changes_nothing(training, either, tmp_path):
    settings = either[3]
    before = catalogue.config(settings.recipe, width=settings.width)
    assert training.serves(before, settings)

    _, rows, _ = fit(training, tmp_path / "warm", settings, traced=training.trace(before))

    assert rows == either[1]


def test_a_resumed_run_ends_with_the_same_history(training, either, tmp_path):
    stopped, rows, paths = fit(training, tmp_path / "resumed", either[3], stop_after=1)
    assert (stopped.stopped, stopped.epochs, rows) == (True, 1, either[1][:1])
    paths.stop.unlink()

    resumed, rows, _ = fit(training, tmp_path / "resumed", either[3])

    assert (resumed.stopped, resumed.epochs) == (False, 3)
    assert rows == either[1]


def test_an_epoch_that_a_crash_cut_off_is_repeated(training, whole, tmp_path):
    _, _, paths = fit(training, tmp_path / "crashed", stop_after=1)
    paths.stop.unlink()
    append_history(paths, event="epoch", epoch=2, loss=9.0, accuracy=0.0, val_loss=9.0, val_accuracy=0.0, seconds=1.0)

    _, rows, _ = fit(training, tmp_path / "crashed")

    assert rows == whole[1]


def test_stop_before_the_first_epoch_keeps_the_present_weights(training, tmp_path):
    paths = run.new_run(SETTINGS, tmp_path / "early")
    run.request_stop(paths)

    fitted, rows, _ = fit(training, tmp_path / "early")

    assert (fitted.stopped, fitted.epochs, rows) == (True, 0, [])
    assert paths.keras_model.is_file()
    assert not paths.last_checkpoint.exists()


def test_the_kept_weights_are_those_of_the_best_epoch(training, whole):
    from emotion.training import network

    _, rows, paths, _ = whole

    model = network.load_whole(paths.keras_model)
    model.compile(loss="binary_crossentropy")
    loss = model.evaluate(VALIDATION.images[..., None] / np.float32(255), VALIDATION.labels[:, None], verbose=0)

    assert loss == pytest.approx(min(row["val_loss"] for row in rows), abs=1e-4)


def test_the_kept_model_goes_without_the_optimisers_state(training, whole):
    from emotion.training import network

    fitted, _, paths, _ = whole
    of_adam = 2 * 4 * fitted.model.count_params()  # bytes: it keeps two means of each weight

    assert paths.last_checkpoint.stat().st_size > paths.keras_model.stat().st_size + of_adam
    assert getattr(network.load_whole(paths.keras_model), "optimizer", None) is None


def test_litert_answers_as_keras_does(training, whole):
    from emotion.images.crop import as_batch
    from emotion.models import predictor
    from emotion.training import export, network

    _, _, paths, _ = whole
    model = network.load_whole(paths.keras_model)
    export.write_model(paths, model, export.describe(model, SETTINGS, "fingerprint", {}))
    faces = as_batch(noise(500, 3).images)

    lite = predictor.load_model(str(paths.root)).predict(faces)

    np.testing.assert_allclose(lite, model.predict(faces, verbose=0), atol=1e-5)


def test_a_model_that_only_guesses_is_always_unsure(training, tmp_path):
    from emotion.models.predictor import load_model
    from emotion.training import export, report

    paths = run.new_run(SETTINGS, tmp_path / "guesses")
    model = training.build(SETTINGS)
    export.write_model(paths, model, export.describe(model, SETTINGS, "fingerprint", {}))

    report.calibrate(paths, noise(400, 9))

    low, high = load_model(str(paths.root)).info.unsure_band
    assert low < 0.5 < high or (low, high) in ((0.0, 0.5), (0.5, 1.0))


def test_live_rows_say_how_far_the_epoch_is(whole):
    _, _, paths, _ = whole

    first = read_history(paths).steps[0]

    assert (first["epoch"], first["step"], first["steps"]) == (1, 1, 13)
    assert {"loss", "accuracy", "seconds"} <= set(first)
