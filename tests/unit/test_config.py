"""What a run is asked to do, and what travels with a model."""

import pytest

from emotion.recipes import catalogue, settings
from emotion.recipes.settings import ModelInfo, TrainingConfig, label_order, positive_class
from emotion.system.errors import ConfigError
from emotion.system.paths import archive_dir, cache_dir, drawn_faces_dir, runs_dir


def test_happy_is_label_one_whatever_the_folder_order():
    assert label_order(("happy", "sad")) == ("sad", "happy")
    assert label_order(("sad", "happy")) == ("sad", "happy")


def test_first_named_class_is_positive_without_happy():
    labels = label_order(("angry", "calm"))

    assert labels == ("calm", "angry")
    assert positive_class(labels) == "angry"


def test_the_order_of_labels_survives_the_way_through_json():
    asked = catalogue.config(classes=("angry", "calm"))

    assert TrainingConfig.from_json(asked.to_json()).classes == asked.classes == ("calm", "angry")


def test_case_of_a_class_name_does_not_matter():
    assert label_order(("Happy", "SAD")) == ("sad", "happy")


def test_more_than_two_classes_keep_their_order():
    assert label_order(("sad", "happy", "angry")) == ("sad", "happy", "angry")


@pytest.mark.parametrize("names", [("happy",), ("happy", "happy"), ("happy", " ")])
def test_refuses_fewer_than_two_different_classes(names):
    with pytest.raises(ConfigError, match="two or more different names"):
        label_order(names)


def test_settings_survive_the_way_through_json():
    asked = TrainingConfig(data="/pictures", classes=("angry", "happy"), epochs=3, name="mine")

    assert TrainingConfig.from_json(asked.to_json()) == asked


def test_an_unknown_setting_is_an_error():
    with pytest.raises(ConfigError, match="epoch_count"):
        TrainingConfig.from_json({"epoch_count": 3})


@pytest.mark.parametrize(("epochs", "allowed"), [(0, False), (1, True), (1000, True), (1001, False), (2.5, False)])
def test_epochs_lie_between_one_and_a_thousand(epochs, allowed):
    if allowed:
        assert TrainingConfig(epochs=epochs).epochs == epochs
    else:
        with pytest.raises(ConfigError, match="epochs: expected a whole number from 1 to 1000"):
            TrainingConfig(epochs=epochs)


@pytest.mark.parametrize("share", [0.0499, 0.51, float("nan"), "0.2"])
def test_refuses_a_validation_share_outside_its_range(share):
    with pytest.raises(ConfigError, match="validation_split"):
        TrainingConfig(validation_split=share)


def test_a_model_file_of_a_later_version_may_say_more():
    info = ModelInfo.from_json(ModelInfo().to_json() | {"something_new": 1})

    assert info == ModelInfo()


def test_refuses_a_model_format_that_is_too_new():
    with pytest.raises(ConfigError, match="format_version"):
        ModelInfo(format_version=settings.MODEL_FORMAT + 1)


def test_refuses_a_positive_class_that_is_not_there():
    with pytest.raises(ConfigError, match="positive"):
        ModelInfo(classes=("angry", "calm"), positive="happy")


@pytest.mark.parametrize("classes", [("happy", "happy"), ("", "happy"), ("happy",)])
def test_refuses_a_model_whose_classes_cannot_be_told_apart(classes):
    with pytest.raises(ConfigError, match="classes: expected two or more different names"):
        ModelInfo(classes=classes)


def test_one_variable_moves_data_and_results(monkeypatch, tmp_path):
    monkeypatch.setenv("EMOTION_HOME", str(tmp_path))

    folders = {archive_dir(), runs_dir(), drawn_faces_dir(), cache_dir()}

    assert {folder.parent for folder in folders} == {tmp_path}
