"""What is asked of a run that retrains, and how before and after are measured; without TensorFlow."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion import __main__
from emotion.cli import commands
from emotion.data import collection, listing, material
from emotion.data.dataset import Examples, folds
from emotion.data.drawn import write
from emotion.models.predictor import load_model
from emotion.recipes import catalogue
from emotion.recipes.settings import TrainingConfig
from emotion.runs import run
from emotion.system.errors import ConfigError, DataError, ModelError
from emotion.training import before_after, start_from
from tests.tiny_model import THREE_CLASSES

BRIGHTNESS = Path(__file__).resolve().parent.parent / "data" / "brightness"


@pytest.fixture
def faces(home):
    root = home / "faces"
    write.write(root, train=20, test=10)
    return root


def model_in(folder, **info):
    """A model that answers happy for bright pictures, with a stand-in for its model.keras."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(BRIGHTNESS / "model.tflite", folder)
    stored = json.loads((BRIGHTNESS / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps(stored | info), encoding="utf-8")
    (folder / "model.keras").touch()
    return folder


def trained(**changes):
    paths = run.new_run(TrainingConfig(**changes))
    model_in(paths.root)
    return paths


def flat(grey):
    return np.full((48, 48), grey, np.uint8)


def keep(label, *greys):
    for grey in greys:
        collection.keep(Image.fromarray(flat(grey)), label)


def own(labels, greys=None):
    n = len(labels)
    images = np.stack([flat(grey) for grey in (greys or range(n))])
    return Examples(images, np.array(labels), ("sad", "happy"), tuple(map(str, range(n))), (), "")


def test_the_old_data_of_a_run_is_what_it_was_asked_for(faces):
    assert start_from.old_data(trained(data=str(faces)).id) == str(faces)
    assert start_from.old_data(trained(data="demo").id) == "demo"


def test_models_that_go_on_from_each_other_in_a_circle_are_told(home):
    first, second = trained(data="", own=True, start_from="latest"), trained(data="", own=True, start_from="latest")
    for one, other in ((first, second), (second, first)):  # as after their files were swapped
        asked = TrainingConfig(data="", own=True, start_from=other.id)
        one.config.write_text(json.dumps(asked.to_json()), encoding="utf-8")

    for look in (start_from.old_data, lambda name: before_after.untouched(load_model(name))):
        with pytest.raises(ModelError, match="said to go on from itself"):
            look(first.id)


def test_old_data_that_is_gone_is_none(faces):
    paths = trained(data=str(faces))

    shutil.rmtree(faces)

    assert start_from.old_data(paths.id) is None


def test_old_data_without_a_class_is_none(faces):
    shutil.rmtree(faces / "train" / "sad")

    assert start_from.old_data(trained(data=str(faces)).id) is None


def test_the_old_data_goes_back_through_own_pictures_alone(faces):
    first = trained(data=str(faces))
    second = trained(data="", own=True, freeze=True, start_from=first.id)

    assert start_from.old_data(second.id) == str(faces)


def test_the_archive_is_old_data_by_its_fingerprint(home):
    write.write(home / "archive", train=4, test=4)
    fingerprint = listing.scan(home / "archive").fingerprint

    assert start_from.old_data(str(model_in(home / "a", fingerprint=fingerprint))) == str(home / "archive")
    assert start_from.old_data(str(model_in(home / "b", fingerprint="another"))) is None


def test_a_drawn_model_elsewhere_comes_from_drawn_faces(home):
    assert start_from.old_data(str(model_in(home / "a", data="demo"))) == "demo"


def test_the_plan_adds_own_pictures_to_the_old_data(faces):
    paths = trained(data=str(faces), seed=7, validation_split=0.3)
    keep("happy", 10)

    plan = start_from.plan(paths.id, name="mine")

    assert (plan.start_from, plan.data, plan.own, plan.freeze) == (paths.id, str(faces), True, False)
    assert (plan.epochs, plan.learning_rate) == (catalogue.TOGETHER_EPOCHS, catalogue.TOGETHER_RATE)
    assert (plan.seed, plan.validation_split, plan.name) == (7, 0.3, "mine")  # the same faces are kept aside


def test_without_the_old_data_only_the_last_layer_learns(home):
    keep("happy", *range(5))
    keep("sad", *range(200, 205))

    plan = start_from.plan(str(model_in(home / "a")))

    assert (plan.data, plan.own, plan.freeze) == ("", True, True)
    assert (plan.epochs, plan.learning_rate) == (catalogue.ALONE_EPOCHS, catalogue.ALONE_RATE)


def test_too_few_without_the_old_data_are_refused_with_the_reason(home):
    keep("happy", *range(4))
    keep("sad", *range(200, 205))

    with pytest.raises(DataError, match=r"5 sad, 4 happy. Expected at least 5 .* is not on this computer"):
        start_from.plan(str(model_in(home / "a")))


def test_nothing_kept_is_refused(faces):
    with pytest.raises(DataError, match="Expected at least one"):
        start_from.plan(trained(data=str(faces)).id)


def test_a_model_without_its_keras_file_is_refused(faces):
    paths = trained(data=str(faces))
    paths.keras_model.unlink()

    with pytest.raises(ModelError, match=r"no model.keras beside it"):
        start_from.plan(paths.id)


def test_transfer_needs_no_own_pictures(faces):
    plan = start_from.plan(trained(data="demo").id, own=False, data=str(faces), classes=("calm", "happy"), epochs=2)

    assert (plan.data, plan.own, plan.classes, plan.epochs) == (str(faces), False, ("calm", "happy"), 2)


def test_latest_is_written_down_by_its_id(faces):
    paths = trained(data=str(faces))
    keep("happy", 10)

    assert start_from.plan("latest").start_from == paths.id


def test_the_command_line_plans_the_same_run(faces):
    paths = trained(data=str(faces), seed=7)
    keep("happy", 10)

    words = ["train", "--start-from", "latest", "--own", "--name", "mine"]
    asked = commands._config(__main__.parser().parse_args(words))

    assert asked == start_from.plan(paths.id, name="mine")


def test_the_command_line_transfers_to_another_folder(faces):
    paths = trained(data="demo")

    words = ["train", "--start-from", paths.id, "--data", str(faces), "--classes", "happy,sad"]
    asked = commands._config(__main__.parser().parse_args(words))

    assert asked == start_from.plan(paths.id, own=False, data=str(faces))


def test_random_layers_cannot_be_kept():
    with pytest.raises(ConfigError, match="freeze: expected a model in start_from"):
        TrainingConfig(freeze=True)


@pytest.mark.parametrize("changes", [{"own": "yes"}, {"freeze": 1}, {"start_from": None}])
def test_refuses_settings_of_another_kind(changes):
    with pytest.raises(ConfigError, match="expected"):
        TrainingConfig(**changes)


def test_a_corrected_drawn_model_goes_on_taking_pictures_whole(home):
    elsewhere = str(model_in(home / "photos", data="FER-2013"))

    assert start_from.model_data(TrainingConfig(data="demo", own=True)) == "demo"
    alone = TrainingConfig(data="", own=True, start_from=elsewhere)
    assert start_from.model_data(alone) == "FER-2013 and my own pictures"
    assert start_from.model_data(dataclasses.replace(alone, start_from="gone")) == "my own pictures"


@pytest.mark.parametrize(
    ("sad", "happy", "parts"), [(6, 6, 5), (5, 9, 5), (4, 9, 4), (2, 9, 2), (1, 9, 2), (0, 9, 5), (1, 1, 2), (1, 0, 1)]
)
def test_at_most_five_parts_and_as_many_as_the_smallest_class(sad, happy, parts):
    place = folds(own([0] * sad + [1] * happy), seed=0)

    assert sorted(set(place.tolist())) == list(range(parts))


def test_every_part_has_its_share_of_each_class():
    labels = np.array([0] * 10 + [1] * 15)

    place = folds(own(labels.tolist()), seed=0)

    for part in range(5):
        assert np.bincount(labels[place == part]).tolist() == [2, 3]


def test_identical_pictures_are_held_out_together():
    place = folds(own([0, 0, 0, 1, 1, 1], greys=[1, 2, 1, 3, 4, 3]), seed=0)

    assert place[0] == place[2]
    assert place[3] == place[5]


def test_a_held_out_picture_has_no_say_in_its_answer(home):
    base = load_model(str(model_in(home / "a")))
    labels, greys = [0, 0, 0, 1, 1, 1], [200, 210, 220, 20, 30, 40]
    place = np.array([0, 1, 2, 0, 1, 2])

    answers = before_after.answer_held_out(base, own(labels, greys), None, place, seed=0)
    lying = before_after.answer_held_out(base, own([1, 0, 0, 0, 1, 1], greys), None, place, seed=0)

    np.testing.assert_array_equal(answers[[0, 3]], lying[[0, 3]])  # other labels for themselves change nothing
    assert (answers[[1, 2, 4, 5]] != lying[[1, 2, 4, 5]]).all()


def test_what_the_others_teach_is_told_of_the_held_out(home):
    base = load_model(str(model_in(home / "a")))
    pictures = own([0] * 6 + [1] * 6, greys=[*range(190, 250, 10), *range(10, 70, 10)])  # bright is sad here

    answers = before_after.answer_held_out(base, pictures, None, folds(pictures, 0), seed=0)

    assert (answers.argmax(axis=1) == pictures.labels).all()


def test_before_and_after_are_told_for_test_and_own(faces):
    first = trained(data=str(faces))
    keep("sad", *range(190, 250, 10))
    keep("happy", *range(10, 70, 10))
    config = start_from.plan(first.id)
    learned = material.read(config)

    told = before_after.compared(config, load_model(first.id), learned, learned.test())

    assert (told["base"], told["warning"]) == (first.id, "")
    assert told["test"]["before"]["n"] == told["test"]["comparison"]["n"] == 10
    assert told["test"]["comparison"]["words"] == "As many right as before."
    assert (told["own"]["before"]["accuracy"], told["own"]["before"]["n"], told["own"]["folds"]) == (0.0, 12, 5)
    assert told["own"]["after"]["n"] == told["own"]["comparison"]["n"] == 12
    assert "cut into 5 parts" in told["own"]["how"]
    json.dumps(told, allow_nan=False)


def test_a_model_that_does_not_know_the_classes_is_not_compared_with(faces):
    first = trained(data=str(faces))
    keep("sad", 200)
    config = start_from.plan(first.id)
    learned = material.read(config)
    after = load_model(str(THREE_CLASSES))

    assert before_after.compared(config, after, learned, learned.test()) is None


def test_a_second_retraining_is_held_out_from_before_the_first(faces):
    first = trained(data=str(faces))
    second = trained(data=str(faces), own=True, start_from=first.id)
    keep("sad", 200, 210)
    config = start_from.plan(second.id)
    learned = material.read(config)

    told = before_after.compared(config, load_model(second.id), learned, None)

    assert (told["base"], told["own"]["base"], told["test"]) == (second.id, first.id, None)


def test_a_model_before_that_is_gone_is_said(faces):
    first = trained(data=str(faces))
    keep("sad", 200)
    config = start_from.plan(first.id)
    learned, after = material.read(config), load_model(str(model_in(faces.parent / "after")))

    shutil.rmtree(first.root)
    told = before_after.compared(config, after, learned, learned.test())

    assert (told["test"], told["own"]) == (None, None)
    assert told["warning"].startswith(f"No model called '{first.id}'")
    with pytest.raises(ModelError, match=first.id):
        load_model(first.id)
