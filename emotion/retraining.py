"""Going on from a model with the person's own pictures: what to ask of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from emotion import dataset, material, recipes
from emotion.config import DEMO, TrainingConfig, archive_dir
from emotion.errors import DataError, ModelError, ModelFileError, RunMissingError
from emotion.material import MINE
from emotion.predictor import Predictor, load_model
from emotion.runs import find_run, read_run


def keras_file(base: Predictor) -> Path:
    """The `model.keras` beside a model's `model.tflite`.

    Raises:
        ModelFileError: where it is missing.
    """
    path = base.path.with_name("model.keras")
    if not path.is_file():
        raise ModelFileError(base.path, "there is no model.keras beside it to go on from")
    return path


def old_data(reference: str) -> str | None:
    """What a model has learned from, as `TrainingConfig.data` says it, where that is on this machine.

    Args:
        reference: of a model, as `load_model` takes it.

    Returns:
        "demo", a folder, or None. What a run has learned from is known from its config; of other models the folder
        `archive/` is it when its fingerprint is the one in the model's `model.json`.

    Raises:
        ModelError: when there is no such model, or the one that it started from is gone.
    """
    base = load_model(reference)
    config = config_of(base)
    if config is None:
        return _data_of_a_file(base)
    if config.data or not config.start_from:
        return config.data if _can_be_read(config.data, config.classes) else None
    return old_data(config.start_from)  # it has seen own pictures only: what was before them counts


def config_of(base: Predictor) -> TrainingConfig | None:
    """What was asked of the run that made a model; None for one that is in no run's folder."""
    try:
        return read_run(find_run(base.path.parent)).config
    except RunMissingError:
        return None


def _data_of_a_file(base: Predictor) -> str | None:
    if base.info.saw_only_drawn_faces:
        return DEMO
    try:
        listing = dataset.scan(dataset.resolve(str(archive_dir())))
    except DataError:
        return None
    return str(archive_dir()) if listing.fingerprint == base.info.fingerprint else None


def _can_be_read(data: str, classes: tuple[str, ...]) -> bool:
    try:
        dataset.checked(data, classes)
    except DataError:
        return False
    return True


def plan(reference: str, **changes: Any) -> TrainingConfig:
    """The run that retrains a model with the pictures that are kept: on its old data and these, or on these alone.

    Args:
        reference: of the model, as `load_model` takes it.
        changes: the person's settings; None leaves the default. With `own=False` it goes on with a data folder only.

    Returns:
        Settings for `jobs.start`. Without the old data `data` is "" and `freeze` is true.

    Raises:
        TooFewOwnPicturesError: when too few pictures are kept.
        ModelError: when there is no such model, or none to go on from.
    """
    base = load_model(reference)
    keras_file(base)
    recipe = base.info.recipe if base.info.recipe in recipes.RECIPES else None
    said = {name: value for name, value in changes.items() if value is not None}
    elsewhere = "" if said.get("own", True) else dataset.default_data()
    data = said.get("data") or old_data(reference) or elsewhere
    defaults = {"classes": base.info.classes, "recipe": recipe} | _cut_of(base)
    config = recipes.retraining(base.reference, **(defaults | said | {"data": data}))
    why = "what this model has learned from is not on this computer and yours have to be enough"
    if config.own:
        material.check_own(config, why)
    return config


def _cut_of(base: Predictor) -> dict[str, Any]:
    """The settings that keep for validation what was kept before: the model has not learned from these faces."""
    config = config_of(base)
    return {"seed": config.seed, "validation_split": config.validation_split} if config else {}


def model_data(config: TrainingConfig) -> str:
    """`ModelInfo.data` of a run: "demo" as long as nothing but drawn faces, or corrections of them, was seen.

    A model that has seen drawn faces only takes every picture whole, and so were those that the person corrected.
    """
    if config.data == DEMO:
        return DEMO
    if config.data or not config.start_from:
        return material.title(config)
    try:
        before = load_model(config.start_from).info.data
    except ModelError:  # it was deleted in the meantime
        return MINE
    return before if before == DEMO or before.endswith(MINE) else f"{before} and {MINE}"
