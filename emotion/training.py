"""Fitting a network to examples (L3: only a worker imports this).

Everything goes through `fit`: it needs a configuration, the examples and a run folder, and writes nowhere else.
The order of faces and dropout depend on the seed and the number of the epoch alone, which is why a resumed run
ends with the history of one that was never interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from emotion import files
from emotion.config import IMAGE_SIZE, TrainingConfig
from emotion.dataset import Examples
from emotion.history import append_history, read_history
from emotion.models import ARCHITECTURES
from emotion.pipeline import Batches
from emotion.recipes import find
from emotion.runs import RunPaths
from emotion.transfer import continued

VALIDATION_BATCH = 256  # faces a step where nothing is learned; larger gained nothing here
STEP_ROW_SECONDS = 0.5  # a live row at most this often; the page reads once a second

Tell = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Fitted:
    """What `fit` leaves behind beside the files.

    Attributes:
        model: the network with its latest weights.
        epochs: whole epochs done, of all sittings.
        stopped: whether Stop ended it.
    """

    model: keras.Model
    epochs: int
    stopped: bool


class StopRequested(Exception):
    """Someone pressed Stop: leaves `fit` between two batches."""


def build(config: TrainingConfig) -> keras.Model:
    """A compiled network with the first weights that its seed gives, or those of the model that it starts from.

    Raises:
        ModelError: when there is no such model to start from.
    """
    recipe = find(config.recipe)
    keras.utils.set_random_seed(config.seed)
    model = continued(config) if config.start_from else ARCHITECTURES[recipe.architecture](len(config.classes))
    two = len(config.classes) == 2
    model.compile(
        optimizer=keras.optimizers.Adam(config.learning_rate),
        loss="binary_crossentropy" if two else "sparse_categorical_crossentropy",
        metrics=[
            keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.5)
            if two
            else keras.metrics.SparseCategoricalAccuracy(name="accuracy")
        ],
        steps_per_execution=recipe.steps_per_execution,
    )
    return model


def trace(config: TrainingConfig) -> keras.Model:
    """A network that has already been through one step, so that the next `fit` need not be traced (2 s)."""
    model = build(config)
    nothing = np.zeros((2, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    batches = Batches(nothing, np.array([0, 1]), batch_size=2)
    model.fit(batches, validation_data=batches, verbose=0, shuffle=False)
    return model


def rewind(model: keras.Model, config: TrainingConfig) -> keras.Model:
    """Puts a used network back to where `build(config)` starts, keeping what TensorFlow has traced."""
    model.set_weights(build(config).get_weights())
    for variable in model.optimizer.variables:
        variable.assign(np.zeros(variable.shape, variable.dtype))
    model.optimizer.learning_rate = config.learning_rate
    return model


def load_whole(path: Path) -> keras.Model:
    """A network from one of this project's own files, with its optimiser where that was saved."""
    return keras.models.load_model(path, safe_mode=True)


def save_whole(model: keras.Model, path: Path, *, optimizer: bool) -> None:
    """Saves to a temporary name and moves it, so that a reader or a crash never meets half a file.

    Args:
        optimizer: whether its state goes along; only a resumed run needs it, and it triples the size.
    """
    temporary = path.with_name(f".{path.stem}.tmp.keras")
    # Keras 3.15 takes `include_optimizer` and saves it all the same: an uncompiled twin of the layers has none.
    (model if optimizer else keras.Model(model.inputs, model.outputs, name=model.name)).save(temporary)
    files.replace(temporary, path)


class RunWriter(keras.callbacks.Callback):
    """Writes the history and the checkpoints of a run while Keras fits, and notices Stop."""

    def __init__(self, paths: RunPaths, steps: int, seed: int, best: float, tell: Tell) -> None:
        super().__init__()
        self.paths, self.steps, self.seed, self.best, self.tell = paths, steps, seed, best, tell
        self.epoch = 0
        self.first_step = self.last_row = 0.0
        self.row: dict[str, Any] = {}

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.first_step = time.monotonic()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.epoch = epoch + 1
        seed_dropout(self.model, self.seed, epoch)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if time.monotonic() - self.last_row >= STEP_ROW_SECONDS:
            self.row = {"event": "step", "epoch": self.epoch, "step": batch + 1, "steps": self.steps} | _figures(logs)
            self._write_row()
        self._leave_if_stopped()

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self.row and time.monotonic() - self.last_row >= STEP_ROW_SECONDS:
            self._write_row()  # a sign of life during a long validation
        self._leave_if_stopped()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        figures = _figures(logs)
        if figures["val_loss"] < self.best:
            self.best = figures["val_loss"]
            save_whole(self.model, self.paths.keras_model, optimizer=False)
        row = {"event": "epoch", "epoch": epoch + 1} | figures | {"seconds": self._seconds()}
        append_history(self.paths, **row)
        self.tell(row)
        # Last of all: a crash before this line repeats the epoch, and its row replaces the one above.
        save_whole(self.model, self.paths.last_checkpoint, optimizer=True)

    def _write_row(self) -> None:
        row = self.row | {"seconds": self._seconds()}
        append_history(self.paths, **row)
        self.tell(row)
        self.last_row = time.monotonic()

    def _seconds(self) -> float:
        return round(time.monotonic() - self.first_step, 3)

    def _leave_if_stopped(self) -> None:
        if self.paths.stop.exists():
            raise StopRequested


def seed_dropout(model: keras.Model, seed: int, epoch: int) -> None:
    """Starts every random layer's generator anew, from the seed, the epoch and the layer's place alone."""
    for number, layer in enumerate(layer for layer in model.layers if hasattr(layer, "seed_generator")):
        state = layer.seed_generator.state
        words = np.random.SeedSequence([seed, epoch, number]).generate_state(2)
        state.assign(words.astype(state.dtype))


def _figures(logs: dict[str, Any] | None) -> dict[str, float]:
    return {name: round(float(value), 6) for name, value in (logs or {}).items()}


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
        traced: a network of `trace` with the same recipe and number of classes, to save the tracing;
            its batch size and learning rate do not matter.

    Returns:
        The network and how far it came. `model.keras` is there in every case.
    """
    batches = Batches(train.images, train.labels, config.batch_size, seed=config.seed)
    model, done = _network(config, paths, len(batches), traced)
    batches.start_at(done)
    known = [row["val_loss"] for row in read_history(paths).epochs if row["epoch"] <= done]
    writer = RunWriter(paths, len(batches), config.seed, min(known, default=float("inf")), tell)
    stopped = False
    try:
        model.fit(
            batches,
            validation_data=Batches(validation.images, validation.labels, VALIDATION_BATCH),
            initial_epoch=done,
            epochs=config.epochs,
            shuffle=False,  # Batches knows the order
            callbacks=[writer],
            verbose=0,
        )
    except StopRequested:
        stopped = True
    if not paths.keras_model.exists():
        save_whole(model, paths.keras_model, optimizer=False)
    epochs = read_history(paths).epochs
    return Fitted(model, epochs[-1]["epoch"] if epochs else 0, stopped)


def _network(
    config: TrainingConfig, paths: RunPaths, steps: int, traced: keras.Model | None
) -> tuple[keras.Model, int]:
    """The network to fit and the number of whole epochs it has behind it."""
    if not paths.last_checkpoint.exists():
        paths.keras_model.unlink(missing_ok=True)  # of a sitting that ended before its first epoch did
        return (rewind(traced, config) if traced is not None else build(config)), 0
    model = load_whole(paths.last_checkpoint)
    done = int(model.optimizer.iterations) // steps
    append_history(paths, event="resumed", epoch=done)
    return model, done
