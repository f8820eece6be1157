"""Going on from a model with TensorFlow: with own pictures, without the old data, and for other classes."""

import dataclasses
import shutil

import numpy as np
import pytest
from PIL import Image

from emotion.data import collection, material
from emotion.data.drawn import write
from emotion.data.splits import identical_groups
from emotion.images.crop import as_batch
from emotion.models.predictor import load_model
from emotion.recipes import catalogue
from emotion.runs import run
from emotion.runs.history import read_history
from emotion.runs.run import Status
from emotion.system import files
from emotion.system.errors import DataError, ModelError
from emotion.training import start_from
from emotion.training.head import solve
from tests.conftest import each_night

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tiny_recipes")]

EACH = 6  # corrected pictures of a class


@pytest.fixture(scope="module")
def worker():
    pytest.importorskip("tensorflow")
    from emotion.training import worker

    return worker


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("EMOTION_HOME", str(folder))
        yield folder


def negative(number, label):
    """A drawn face in negative: a look that the base model has never seen."""
    happiness = 0.9 if label == "happy" else -0.9
    drawn = write.draw_face(np.random.default_rng([number, label == "happy"]), happiness)
    return Image.fromarray(255 - np.asarray(drawn))


@pytest.fixture(scope="module")
def base(worker, home, faces, tiny_recipes):
    paths = run.new_run(catalogue.config("tiny", data=str(faces), epochs=3, batch_size=16, seed=3))
    worker.run(paths)
    for number in range(EACH):
        for label in ("sad", "happy"):
            collection.keep(negative(number, label), label)
    return paths


def whole_run(worker, config):
    paths = run.new_run(config)
    worker.run(paths)
    assert run.read_run(paths).status is Status.COMPLETED
    return paths


@pytest.fixture(scope="module")
def retrained(worker, base):
    return whole_run(worker, start_from.plan(base.id, batch_size=16))


@pytest.fixture(scope="module")
def alone(worker, base):
    """Retrained as on a machine that does not have the old data."""
    return whole_run(worker, catalogue.retraining(base.id, "", ("sad", "happy"), epochs=2, batch_size=16))


@pytest.fixture(scope="module")
def corrected(worker, base, faces):
    """The same pictures learned at once, as the page Predict keeps them."""
    return whole_run(worker, start_from.correcting(load_model(base.id), str(faces), "corrected"))


def drawn_faces(count=16):
    rng = np.random.default_rng(0)
    drawn = np.stack([np.asarray(write.draw_face(rng, happiness)) for happiness in np.linspace(-1, 1, count)])
    return drawn[..., None].astype("float32") / 255


def weights(paths):
    from emotion.training import network

    return {layer.name: layer.get_weights() for layer in network.load_whole(paths.keras_model).layers}


def same(one, other):
    return all(np.array_equal(*pair) for pair in zip(one, other, strict=True))


def test_the_report_tells_before_and_after(base, retrained):
    told = files.read_json(retrained.report)["compared"]

    print(told["test"]["comparison"]["words"], told["own"]["comparison"]["words"], told["own"]["seen"])
    assert (told["base"], told["warning"]) == (base.id, "")
    assert told["test"]["before"] == {
        name: figure for name, figure in files.read_json(base.report)["best"].items() if name in told["test"]["before"]
    }
    assert told["test"]["after"]["n"] == told["test"]["comparison"]["n"] == 40
    assert told["own"]["before"]["n"] == told["own"]["comparison"]["n"] == 2 * EACH
    assert told["own"]["folds"] == 5


def test_the_new_model_answers_the_corrected_pictures_no_worse(retrained):
    own = files.read_json(retrained.report)["compared"]["own"]

    assert own["comparison"]["before"] < own["seen"]


def test_the_new_model_says_where_it_comes_from(base, retrained, faces):
    info, config = load_model(retrained.id).info, run.read_run(retrained).config

    assert (config.start_from, config.own) == (base.id, True)
    assert info.data == f"{faces.name} and my own pictures"
    assert info.fingerprint == material.read(config).fingerprint != load_model(base.id).info.fingerprint


def test_all_layers_learn_beside_the_old_data(base, retrained):
    before, after = weights(base), weights(retrained)

    assert not any(same(before[name], after[name]) for name in before if before[name])


def test_only_the_last_layer_learns_without_the_old_data(base, alone):
    before, after = weights(base), weights(alone)

    assert [name for name in before if not same(before[name], after[name])] == ["probability"]


def test_without_the_old_data_only_own_pictures_are_compared(alone):
    report = files.read_json(alone.report)

    assert "not on this computer" in report["warning"]
    assert (report["data"], report["compared"]["test"]) == ("my own pictures", None)
    assert report["compared"]["own"]["comparison"]["n"] == 2 * EACH


def test_a_kept_correction_is_a_run_with_all_its_files(base, corrected, worker):
    served, info = load_model(corrected.id), files.read_json(corrected.model_info)
    said = served.predict_classes(drawn_faces())

    worker.export_run(corrected)

    assert info["backbone"]["recipe"] == "tiny"
    np.testing.assert_allclose(load_model(corrected.id).predict_classes(drawn_faces()), said, atol=1e-5)
    assert np.abs(load_model(base.id).predict_classes(drawn_faces()) - said).max() > 1e-3
    assert files.read_json(corrected.model_info) == info


def test_a_kept_correction_can_be_gone_on_from(base, corrected, worker):
    config = start_from.plan(corrected.id, epochs=1, batch_size=16)
    further = whole_run(worker, config)

    assert (config.recipe, config.start_from, config.seed) == ("tiny", corrected.id, run.read_run(base).config.seed)
    assert files.read_json(further.report)["compared"]["own"]["base"] == base.id  # what had seen no own picture


def test_a_frozen_model_can_learn_in_all_layers_again(alone):
    from emotion.training import fit as training

    model = training.build(catalogue.retraining(alone.id, "", ("sad", "happy"), freeze=False))

    assert len(model.trainable_weights) == len(model.weights)


def fit(config, folder, stop_after=None):
    from emotion.training import fit as training

    paths = run.RunPaths(folder) if folder.exists() else run.new_run(config, folder)

    def tell(row):
        if row["event"] == "epoch" and row["epoch"] == stop_after:
            run.request_stop(paths)

    learned = material.read(config)
    training.fit(config, learned.train, learned.validation, paths, tell)
    return paths, [{name: row[name] for name in row if name != "seconds"} for row in read_history(paths).epochs]


@pytest.mark.nightly  # by day: one that begins with random weights does (test_training)
@pytest.mark.parametrize("freeze", [False, True])
def test_a_resumed_retraining_ends_with_the_same_history(base, tmp_path, freeze):
    config = start_from.plan(base.id, epochs=3, batch_size=16, freeze=freeze)
    _, whole = fit(config, tmp_path / "whole")
    paths, part = fit(config, tmp_path / "resumed", stop_after=1)
    paths.stop.unlink()

    _, resumed = fit(config, tmp_path / "resumed")

    assert part == whole[:1]
    assert resumed == whole


def test_a_run_whose_own_pictures_changed_does_not_go_on(worker, base, tmp_path):
    config = start_from.plan(base.id, epochs=3, batch_size=16)
    paths, _ = fit(config, tmp_path / "changed", stop_after=1)
    paths.stop.unlink()
    run.write_status(paths, Status.QUEUED, fingerprint=material.read(config).fingerprint)
    added = collection.keep(negative(99, "happy"), "happy")

    with pytest.raises(DataError, match="own pictures have changed"):
        worker.run(paths)

    collection.remove(added.stem)


@pytest.mark.parametrize(
    ("classes", "outputs"), [(("sad", "happy", "calm"), 3), (("happy", "sad"), 1), (("calm", "tired"), 1)]
)
def test_other_classes_get_a_new_last_layer(base, classes, outputs):
    from emotion.training import fit as training

    config = dataclasses.replace(run.read_run(base).config, start_from=base.id, classes=classes)
    model, old = training.build(config), weights(base)

    assert model.output_shape == (None, outputs)
    new = {layer.name: layer.get_weights() for layer in model.layers}
    assert [name for name in new if not same(new[name], old[name])] == ["probability"]


@pytest.fixture
def renamed(base, faces, tmp_path):
    """Settings that go on from the base with faces of classes that it does not know."""
    for split in ("train", "test"):
        for old, new in (("happy", "glad"), ("sad", "down")):
            shutil.copytree(faces / split / old, tmp_path / "renamed" / split / new)
    return dataclasses.replace(run.read_run(base).config, data=str(tmp_path / "renamed"), classes=("down", "glad"),
                               start_from=base.id, epochs=1)  # fmt: skip


def test_new_classes_begin_with_the_last_layer_that_a_head_would_have(base, renamed):
    from emotion.training import fit as training
    from emotion.training.head import begin

    model, train = training.build(renamed), material.read(renamed).train
    done = begin.with_fitted_last_layer(model, renamed, train)

    seen = load_model(base.id).features(as_batch(train.images))
    head = solve.fit(seen[np.newaxis], train.labels, identical_groups(train.images), 2, renamed.seed)
    logits = head.logits(seen)
    assert done
    answers = model.predict(as_batch(train.images), verbose=0)[:, 0]
    np.testing.assert_allclose(answers, 1 / (1 + np.exp(logits[:, 0] - logits[:, 1])), atol=1e-4)


def test_known_classes_keep_their_last_layer(base):
    from emotion.training.head import begin

    config = dataclasses.replace(run.read_run(base).config, start_from=base.id)

    assert not begin.with_fitted_last_layer(None, config, material.read(config).train)


def test_an_epoch_has_to_beat_the_beginning(worker, renamed):
    paths = whole_run(worker, dataclasses.replace(renamed, learning_rate=0.5))  # ruins it

    history, report = read_history(paths), files.read_json(paths.report)
    assert history.epochs[0]["val_loss"] > history.begun[0]["val_loss"]
    assert history.best["epoch"] == report["best_epoch"] == 0
    assert files.read_json(paths.model_info)["scores"]["val_loss"] == history.begun[0]["val_loss"]


def test_classes_in_another_order_get_the_same_answers(base):
    from emotion.training import fit as training
    from emotion.training import network

    config = dataclasses.replace(run.read_run(base).config, start_from=base.id, classes=("happy", "sad"))
    faces = drawn_faces()

    sad = training.build(config).predict(faces, verbose=0)

    happy = network.load_whole(base.keras_model).predict(faces, verbose=0)
    np.testing.assert_allclose(sad, 1 - happy, atol=1e-6)


@pytest.fixture(scope="module")
def shipped(worker):
    """What the shipped model says of drawn faces (16, K), and its classes in that order."""
    from emotion.training import network

    model = load_model("pretrained")
    whole = network.load_whole(model.path.with_name("model.keras"))
    return whole.predict(drawn_faces(), verbose=0), model.info.classes


@pytest.mark.parametrize(
    "classes", [*each_night(*[(("sad", "happy"),), (("happy", "neutral"),)]), ("angry", "sad", "happy")]
)
def test_some_classes_of_the_shipped_model_get_its_answer_among_these(shipped, classes):
    from emotion.training import fit as training

    config = catalogue.config("strong", start_from="pretrained", classes=classes)
    whole, names = shipped
    some = whole[:, [names.index(name) for name in config.classes]]

    answers = training.build(config).predict(drawn_faces(), verbose=0)

    expected = some / some.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(answers, expected if len(classes) > 2 else expected[:, 1:], atol=1e-4)


def test_a_new_class_beside_known_ones_begins_at_random(base):
    from emotion.training import fit as training

    config = dataclasses.replace(run.read_run(base).config, start_from=base.id, classes=("calm", "sad", "happy"))
    kernel, _ = training.build(config).get_layer("probability").get_weights()

    (old, _), random = weights(base)["probability"], kernel[:, config.classes.index("calm")]
    np.testing.assert_array_equal(kernel[:, config.classes.index("happy")], old[:, 0])
    assert random.any()
    assert not same([random], [old[:, 0]])


def test_the_same_classes_go_on_where_the_model_was(base):
    from emotion.training import fit as training

    model = training.build(start_from.plan(base.id))

    old = weights(base)
    assert all(same(layer.get_weights(), old[layer.name]) for layer in model.layers)
    assert float(model.optimizer.learning_rate) == pytest.approx(catalogue.TOGETHER_RATE)


def test_a_broken_keras_file_is_refused_in_plain_words(base, tmp_path):
    from emotion.training import fit as training

    for path in (base.model, base.model_info):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "model.keras").write_bytes(b"cut off")

    with pytest.raises(ModelError, match="not a whole network"):
        training.build(start_from.plan(str(tmp_path), data="demo"))


def test_deleting_the_collection_leaves_no_picture_behind(base, retrained, alone, home):
    kept = collection.examples(("sad", "happy")).images
    names = [picture.path.name for picture in collection.listing()]

    collection.remove_all()

    assert not (home / "mine").exists()
    assert not [path for path in home.rglob("*.png") if path.name in names]
    for path in home.rglob("*.npz"):
        with np.load(path) as stored:
            if "images" in stored:  # others hold a network's answers about faces of the old data
                assert not any((stored["images"] == picture).all(axis=(1, 2)).any() for picture in kept)
