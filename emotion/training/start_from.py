"""Going on from a model with the person's own pictures: what to ask of a run.

Models that a new run can go on from (transfer), and the settings to begin with when it does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emotion import recipes
from emotion.data import MINE, dataset, default_data, material, resolve, scan
from emotion.models import PRETRAINED as PRETRAINED_FOLDER
from emotion.models import load_model, read_info
from emotion.models.preferences import PRETRAINED
from emotion.recipes import ALONE_EPOCHS, ALONE_RATE, TOGETHER_EPOCHS, TOGETHER_RATE
from emotion.runs import RunPaths, find_run, list_runs, read_run
from emotion.system import DEMO, DataError, ModelError, RunError, _, archive_dir, duration, listed, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emotion.models import Predictor
    from emotion.recipes import ModelInfo, TrainingConfig
    from emotion.runs import Run


def keras_file(base: Predictor) -> Path:
    """The `model.keras` beside a model's `model.tflite`.

    Raises:
        ModelError: where it is missing.
    """
    path = base.path.with_name("model.keras")
    if not path.is_file():
        raise ModelError.of_file(base.path, _("there is no model.keras beside it to go on from"))
    return path


def old_data(reference: str) -> str | None:
    """What a model has learned from, as `TrainingConfig.data` says it, where that is on this machine.

    Args:
        reference: of a model, as `load_model` takes it.

    Returns:
        "demo", a folder, or None. What a run has learned from is known from its config; of other models the folder
        `archive/` is it when its fingerprint is the one in the model's `model.json`.

    Raises:
        ModelError: when there is no such model, or see `back_from`.
    """
    for base, config in back_from(load_model(reference)):
        if config is None:
            return _data_of_a_file(base)
        if config.data or not config.start_from:
            return config.data if _can_be_read(config.data, config.classes) else None
    return None  # it has seen own pictures only: what was before them counts


def back_from(base: Predictor) -> Iterator[tuple[Predictor, TrainingConfig | None]]:
    """The model and those that it goes back to, the newest first, each with `config_of` it.

    Raises:
        ModelError: when one is gone, or goes on from itself.
    """
    met = set()
    while base.path not in met:
        met.add(base.path)
        config = config_of(base)
        yield base, config
        if config is None or not config.start_from:
            return
        base = load_model(config.start_from)
    raise ModelError.of_file(base.path, _("it is said to go on from itself"))


def config_of(base: Predictor) -> TrainingConfig | None:
    """What was asked of the run that made a model; None for one that is in no run's folder."""
    try:
        return read_run(find_run(base.path.parent)).config
    except RunError:
        return None


def _data_of_a_file(base: Predictor) -> str | None:
    if base.info.saw_only_drawn_faces:
        return DEMO
    try:
        listing = scan(resolve(str(archive_dir())))
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
        DataError: when too few pictures are kept.
        ModelError: when there is no such model, or none to go on from.
    """
    base = load_model(reference)
    keras_file(base)
    recipe = base.info.network_recipe if base.info.network_recipe in recipes.RECIPES else None
    said = {name: value for name, value in changes.items() if value is not None}
    elsewhere = "" if said.get("own", True) else default_data()
    data = said.get("data") or old_data(reference) or elsewhere
    defaults = {"classes": base.info.classes, "recipe": recipe} | _cut_of(base)
    config = recipes.retraining(base.reference, **(defaults | said | {"data": data}))
    why = _("what this model has learned from is not on this computer and yours have to be enough")
    if config.own:
        material.check_own(config, why)
    return config


def correcting(base: Predictor, data: str, name: str) -> TrainingConfig:
    """The run that keeps what corrections have changed at once (`emotion.training.head.correct`).

    Args:
        base: the model that was corrected.
        data: what it has learned from.
        name: of the run.
    """
    return recipes.teaching(data, base.info.classes, base.reference, own=True, name=name, **_cut_of(base))


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
    return before if before == DEMO or before.endswith(MINE) else listed([before, _(MINE)])


# Training faces: with fewer, a network that begins with random weights learns next to nothing, and one that goes on
# with all layers gets no more right than one whose last layer learns alone (docs/few-pictures.md).
FEW = 200
# Training faces of all classes: with fewer, a last layer on a finished model got more of other faces right than a quick
# network from random weights, of happy and sad faces with a model that knew neither 72 against 53 % with 200 faces, 77
# against 66 % with 600; with 2,000 80 against 79 %, with 6,000 80 against 88 % (docs/few-pictures.md).
HEAD_BELOW = 2_000
HEAD_SECONDS, FACES_A_SECOND = 0.5, 350  # of a run with the recipe head: its start, then the faces it looks at
PLENTY = 10_000  # training faces, where it is not known how many there are
# A few faces make few steps an epoch, so that there have to be more epochs. With 20 faces of two classes that a quick
# network had never seen, a new last layer got 77 to 79 % of other faces right after 100 to 200 steps at a rate of 0.01,
# 59 to 65 % after 20 steps at a tenth of it; 1,000 steps brought one or two points less (8 draws of the 20 each).
SMALLEST_BATCH, STEPS_AN_EPOCH = 4, 8
ANEW_STEPS, LAST_RATE, ALL_RATE = 200, 1e-2, 1e-3
KEPT_STEPS = 100  # where the last layer stays and only goes on; its rates are those of a retraining


def suits_head(data: str, faces: int) -> bool:
    """Whether a last layer on a finished model is the usual choice: for few faces, never for the drawn ones.

    Args:
        data: as `TrainingConfig.data`.
        faces: in the train split, of all classes.
    """
    return data != DEMO and faces < HEAD_BELOW


def head_seconds(faces: int) -> float:
    """Seconds that a run with the recipe head takes for so many faces, at least 1."""
    return max(1.0, HEAD_SECONDS + faces / FACES_A_SECOND)


def why_head(faces: int) -> str:
    """Why a last layer on the shipped model is the usual choice for so many faces, in a sentence."""
    return ngettext(
        "{n} face: builds on the shipped model, about {time}; with thousands of faces a network of your own is better",
        "{n} faces: builds on the shipped model, about {time}; with thousands of faces a network of your own is better",
        faces,
        time=duration(head_seconds(faces)),
    )


@dataclass(frozen=True)
class StartingPoint:
    """A model that can be gone on from.

    Attributes:
        reference: for `TrainingConfig.start_from`: "pretrained" or a run id.
        path: of its `model.tflite`.
        run: that made it; None for the shipped model.
    """

    reference: str
    path: Path
    run: Run | None = None

    @property
    def info(self) -> ModelInfo:
        """What the model says of itself; ModelError where that cannot be read."""
        return read_info(self.path)


def starting_points() -> dict[str, StartingPoint]:
    """By reference: the shipped model, then every run with a model, newest first; none without its weights."""
    shipped = RunPaths(PRETRAINED_FOLDER)
    found = [StartingPoint(PRETRAINED, shipped.model)] if shipped.keras_model.is_file() else []
    found += [StartingPoint(run.id, run.paths.model, run) for run in list_runs() if run.has_model]
    return {point.reference: point for point in found if point.path.with_name("model.keras").is_file()}


def settings(
    recipe: str,
    start: StartingPoint | None = None,
    *,
    freeze: bool = False,
    faces: int | None = None,
    classes: tuple[str, ...] = (),
) -> TrainingConfig:
    """What the form begins with: the recipe's own settings, or steps that fit where a model is gone on from.

    Args:
        recipe: its name.
        start: the model; None begins with random weights.
        freeze: whether only its last layer learns.
        faces: in the train split; None where that is not known.
        classes: that are to be learned; those that the model does not know begin from nothing.

    Raises:
        ConfigError: for an unknown recipe.
        ModelError: when the model's `model.json` cannot be read.
    """
    config = recipes.config(recipe)
    if start is None:
        return config
    anew = not set(classes) <= set(start.info.classes)
    config = replace(config, start_from=start.reference, freeze=freeze, learning_rate=_rate(freeze, anew))
    if start.run is not None:  # what was kept aside before is kept aside again: the model has not learned from it
        before = start.run.config
        config = replace(config, seed=before.seed, validation_split=before.validation_split)
    learned = round((1 - config.validation_split) * faces) if faces else PLENTY
    batch = min(config.batch_size, max(SMALLEST_BATCH, learned // STEPS_AN_EPOCH))
    epochs = math.ceil((ANEW_STEPS if anew else KEPT_STEPS) / math.ceil(learned / batch))
    return replace(config, batch_size=batch, epochs=max(epochs, ALONE_EPOCHS if freeze else TOGETHER_EPOCHS))


def _rate(freeze: bool, anew: bool) -> float:
    """How far a step goes: far where the last layer knows nothing yet, and farther where only that one learns."""
    if anew:
        return LAST_RATE if freeze else ALL_RATE
    return ALONE_RATE if freeze else TOGETHER_RATE


def in_the_order_of(start: StartingPoint | None, classes: tuple[str, ...]) -> tuple[str, ...]:
    """The classes in the order of the model's own where they are the same ones, so that its last layer is kept.

    Args:
        classes: in label order.

    Raises:
        ModelError: when the model's `model.json` cannot be read.
    """
    if start is None or set(start.info.classes) != set(classes):
        return classes
    return start.info.classes
