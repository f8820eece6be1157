"""Fitting a network to examples.

Everything goes through `fit`: it needs a configuration, the examples and a run folder, and writes nowhere else.
The order of faces and dropout depend on the seed and the number of the epoch alone, which is why a resumed run
ends with the history of one that was never interrupted.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emotion.images import as_batch
from emotion.recipes import BOTH, VOTES, find, hold, one_cycle
from emotion.recipes.layers.backend import keras
from emotion.runs import append_history, read_history
from emotion.system import IMAGE_SIZE, ModelError, _, processes
from emotion.training.batches import Batches, balanced, feed
from emotion.training.callbacks import (
    Average,
    Diverged,
    Filming,
    Rate,
    RunWriter,
    StopRequested,
    save_whole,
)
from emotion.training.head import begin
from emotion.training.network import FEATURES, LAST, blended, continued, load_whole, network, with_votes

if TYPE_CHECKING:
    from emotion.data import Examples
    from emotion.recipes import Recipe, TrainingConfig
    from emotion.runs import RunPaths
    from emotion.training.callbacks import Tell


SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the votes, where folders and votes are blended
SHORT_FLOATS = "auto_mixed_precision_onednn_bfloat16"
TIMED_STEPS = 12  # of a calibration: about a third of a second
VALIDATION_BATCH = 256  # faces a step where nothing is learned; larger gained nothing here


@dataclass(frozen=True)
class Fitted:
    """What `fit` leaves behind beside the files.

    Attributes:
        model: the network with its latest weights.
        epochs: whole epochs done, of all sittings.
        stopped: whether Stop ended it.
        diverged: the 1-based epoch in which the loss stopped being a number; 0: it never did.
    """

    model: keras.Model
    epochs: int
    stopped: bool
    diverged: int = 0


@keras.saving.register_keras_serializable("emotion")  # type: ignore[untyped-decorator]
def accuracy(targets: keras.KerasTensor, answers: keras.KerasTensor) -> keras.KerasTensor:
    """Which of two classes is the more probable, right or wrong; targets may be blended (mixup)."""
    return keras.ops.equal(keras.ops.cast(targets, "float32") > 0.5, answers > 0.5)


def build(config: TrainingConfig) -> keras.Model:
    """A compiled network with the first weights that its seed gives, or those of the model that it starts from.

    Raises:
        ModelError: when there is no such model to start from.
    """
    recipe = find(config.recipe)
    keras.utils.set_random_seed(config.seed)
    model = continued(config) if config.start_from else network(recipe, len(config.classes), config.width)
    two = len(config.classes) == 2
    loss = keras.losses.BinaryCrossentropy if two else keras.losses.CategoricalCrossentropy
    metric = accuracy if two else "accuracy"
    # Votes know doubt already: nothing is smoothed in them.
    smoothed = loss(label_smoothing=0.0 if config.labels == VOTES else config.label_smoothing)
    if config.labels == BOTH:
        model = with_votes(model)
        model.compile(optimizer=_optimizer(recipe, config), loss=[smoothed, loss()], loss_weights=[0.5, 0.5],
                      metrics=[[metric], []])  # fmt: skip
    else:
        model.compile(optimizer=_optimizer(recipe, config), loss=smoothed, metrics=[metric])
    return to_be_traced_once(model)


def to_be_traced_once(model: keras.Model) -> keras.Model:
    """Makes the variables of the optimizer and the metrics, which in the first step let TensorFlow trace it twice."""
    model.optimizer.build(model.trainable_variables)
    nothing = [keras.ops.zeros((1, *output.shape[1:])) for output in model.outputs]
    answers = nothing if len(nothing) > 1 else nothing[0]
    model.compute_metrics(None, answers, answers)
    model.reset_metrics()
    return model


@contextlib.contextmanager
def _floats(recipe: Recipe) -> Iterator[None]:
    """Lets oneDNN multiply in bfloat16 in what TensorFlow traces within, where the recipe wants that.

    Only where the processor does it by itself: others take it apart, slowly. What is traced later is as exact as ever.
    """
    if not (recipe.short_floats and keras.backend.backend() == "tensorflow" and processes.multiplies_short_floats()):
        yield
        return
    import tensorflow as tf

    try:
        tf.config.optimizer.set_experimental_options({SHORT_FLOATS: True})
        yield
    finally:
        tf.config.optimizer.set_experimental_options({SHORT_FLOATS: False})


def _optimizer(recipe: Recipe, config: TrainingConfig) -> keras.Optimizer:
    if recipe.optimizer == "adam":
        return keras.optimizers.Adam(config.learning_rate)
    return keras.optimizers.AdamW(config.learning_rate, config.weight_decay, beta_2=recipe.beta_2)


def trace(config: TrainingConfig) -> keras.Model:
    """A network that has already been through one step, so that the next `fit` need not be traced (2 s)."""
    model = build(config)
    nothing = np.zeros((2, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    weights = np.ones(len(config.classes)) if config.class_weights == "balanced" else None
    batches = Batches(nothing, np.array([0, 1]), 2, len(config.classes), weights=weights)
    judged = Batches(nothing, np.array([0, 1]), 2, len(config.classes))
    with _floats(find(config.recipe)):
        model.fit(feed(batches), steps_per_epoch=len(batches), validation_data=feed(judged), verbose=0, shuffle=False)
    return model


def timed_steps(model: keras.Model, config: TrainingConfig) -> tuple[float, int]:
    """The seconds that some steps of a traced network take, and how many they were; its weights do not matter after."""
    nothing = np.zeros((TIMED_STEPS * config.batch_size, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    labels = np.arange(len(nothing)) % len(config.classes)
    batches = Batches(nothing, labels, config.batch_size, len(config.classes), augmentation=config.augmentation)
    with _floats(find(config.recipe)):
        model.fit(feed(batches), steps_per_epoch=1, verbose=0, shuffle=False)  # its own size is traced first
        began = time.perf_counter()
        model.fit(feed(batches), steps_per_epoch=TIMED_STEPS, verbose=0, shuffle=False)
    return time.perf_counter() - began, TIMED_STEPS


def serves(traced_for: TrainingConfig, config: TrainingConfig) -> bool:
    """Whether a traced network can be used: all that is a number in its graph has to be the same."""
    if config.start_from:
        return False
    fixed = ("recipe", "width", "weight_decay", "label_smoothing", "class_weights", "labels")
    same = all(getattr(traced_for, field) == getattr(config, field) for field in fixed)
    return same and len(traced_for.classes) == len(config.classes)


def rewind(model: keras.Model, config: TrainingConfig) -> keras.Model:
    """Puts a used network back to where `build(config)` starts, keeping what TensorFlow has traced."""
    model.set_weights(build(config).get_weights())
    for variable in model.optimizer.variables:
        variable.assign(np.zeros(variable.shape, variable.dtype))
    model.optimizer.learning_rate = config.learning_rate
    return model


def fit(
    config: TrainingConfig,
    train: Examples,
    validation: Examples,
    paths: RunPaths,
    tell: Tell = lambda row: None,
    traced: keras.Model | None = None,
) -> Fitted:
    """Trains, or goes on from the last whole epoch where the run folder holds one.

    Args:
        config: what is asked for.
        train: examples to learn from; their labels are indices into `config.classes`.
        validation: examples that choose the best epoch.
        paths: the run folder: gets history.jsonl, model.keras (best) and last.keras (latest whole epoch).
        tell: is called with every row that is written to the history.
        traced: a network of `trace` that serves, see `serves`, to save the tracing.

    Returns:
        The network and how far it came. `model.keras` is there unless the loss was no number within the first epoch.

    Raises:
        ModelError: when the latest whole epoch cannot be gone on from.
    """
    recipe = find(config.recipe)
    batches, judged = _both(config, train, validation)
    model, done = _network(config, paths, len(batches), traced)
    if not done and config.start_from and config.labels != BOTH and begin.with_fitted_last_layer(model, config, train):
        _keep_beginning(model, judged, paths, tell)
    average = Average(recipe.average, paths.average, done) if recipe.average else None
    filming = Filming(paths, validation, config.seed)
    writer = RunWriter(paths, len(batches), config.seed, _to_beat(paths, done), tell, average, filming)
    callbacks = [callback for callback in (average, writer, _rate(recipe, config, len(batches))) if callback]
    stopped, diverged = False, 0
    try:
        with _floats(recipe):
            model.fit(
                feed(batches, done, config.epochs),
                steps_per_epoch=len(batches),
                validation_data=feed(judged),
                initial_epoch=done,
                epochs=config.epochs,
                shuffle=False,  # Batches knows the order
                callbacks=callbacks,
                verbose=0,
            )
    except StopRequested:
        stopped = True
    except Diverged as error:
        diverged = error.epoch
    if not diverged and not paths.keras_model.exists():
        save_whole(model, paths.keras_model, optimizer=False)
    if config.labels == BOTH and paths.keras_model.exists():
        share = _blend(paths, validation)
        model = blended(model, share)
    epochs = read_history(paths).epochs
    return Fitted(model, epochs[-1]["epoch"] if epochs else 0, stopped, diverged)


def _both(config: TrainingConfig, train: Examples, validation: Examples) -> tuple[Batches, Batches]:
    """The batches to learn from, and those that are asked after each epoch."""
    classes = len(config.classes)
    weights = balanced(train.labels, classes) if config.class_weights == "balanced" else None
    learned = Batches(train.images, train.labels, config.batch_size, classes, seed=config.seed,
                      augmentation=config.augmentation, votes=train.votes, learned=config.labels,
                      weights=weights)  # fmt: skip
    judged = Batches(validation.images, validation.labels, VALIDATION_BATCH, classes,
                     votes=validation.votes, learned=config.labels)  # fmt: skip
    return learned, judged


def _to_beat(paths: RunPaths, done: int) -> float:
    """The lowest validation loss of the beginning and of the epochs that are done; infinite without any."""
    history = read_history(paths)
    known = [row["val_loss"] for row in [*history.begun, *history.epochs] if row["epoch"] <= done]
    return min(known, default=float("inf"))


def _keep_beginning(model: keras.Model, judged: Batches, paths: RunPaths, tell: Tell) -> None:
    """Keeps the network as it begins: an epoch has to be better on the validation faces to take its place."""
    loss, right = model.evaluate(feed(judged), verbose=0)
    save_whole(model, paths.keras_model, optimizer=False)
    row = {"event": "begun", "epoch": 0, "val_loss": round(float(loss), 6), "val_accuracy": round(float(right), 6)}
    append_history(paths, **row)
    tell(row)


def _rate(recipe: Recipe, config: TrainingConfig, steps: int) -> Rate | None:
    """What moves the learning rate; None where it stays."""
    if recipe.schedule == "one-cycle":
        return Rate(config.learning_rate, steps * config.epochs, partial(one_cycle, warmup=recipe.warmup))
    if recipe.schedule == "hold":
        return Rate(config.learning_rate, steps * config.epochs, partial(hold, rise=1 / config.epochs))
    return None


def _blend(paths: RunPaths, validation: Examples) -> float:
    """Makes one last layer of the two in `model.keras`; the share of the votes in it is written to the history.

    Of some shares the one with the most validation faces answered by their folder; of equals the one in the middle.
    """
    model = load_whole(paths.keras_model, compiled=False)
    seen = keras.Model(model.inputs, model.get_layer(FEATURES).output).predict(as_batch(validation.images), verbose=0)
    answers = {share: blended(model, share).get_layer(LAST)(seen) for share in SHARES}
    right = {share: _right(keras.ops.convert_to_numpy(said), validation.labels) for share, said in answers.items()}
    share = max(SHARES, key=lambda share: (right[share], -abs(share - 0.5)))
    append_history(paths, event="blend", share=share, right={f"{one:g}": right[one] for one in SHARES})
    save_whole(blended(model, share), paths.keras_model, optimizer=False)
    return share


def _right(answers: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    said = answers.argmax(axis=1) if answers.shape[1] > 1 else answers[:, 0] > 0.5
    return round(float((said == labels).mean()), 6)


def _network(
    config: TrainingConfig, paths: RunPaths, steps: int, traced: keras.Model | None
) -> tuple[keras.Model, int]:
    """The network to fit and the number of whole epochs it has behind it."""
    if not paths.last_checkpoint.exists():
        paths.keras_model.unlink(missing_ok=True)  # of a sitting that ended before its first epoch did
        return (rewind(traced, config) if traced is not None else build(config)), 0
    model = load_whole(paths.last_checkpoint, classes=len(config.classes))
    if getattr(model, "optimizer", None) is None:
        raise ModelError.of_file(paths.last_checkpoint, _("it does not say how far its training has come"))
    model = to_be_traced_once(model)
    done = int(model.optimizer.iterations) // steps
    append_history(paths, event="resumed", epoch=done)
    return model, done
