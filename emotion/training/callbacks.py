"""What happens between two batches: the history and checkpoints are written, Stop is noticed, the rate moves.

Imports TensorFlow: only a worker process may import this.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from emotion.images import as_batch
from emotion.models import all_classes
from emotion.recipes.layers.backend import keras
from emotion.runs import append_history, film
from emotion.system import StoredFileError, _, arrays, files
from emotion.training.network import LAST

if TYPE_CHECKING:
    from emotion.data import Examples
    from emotion.runs import RunPaths


AVERAGE_EACH = 8  # steps: copying all weights at every one would cost a hundredth of the time
STEP_ROW_SECONDS = 0.5  # a live row at most this often; the page reads once a second

FIGURES = ("loss", "accuracy")

Tell = Callable[[dict[str, Any]], None]


class StopRequested(Exception):
    """Someone pressed Stop: leaves `fit` between two batches."""


class Diverged(Exception):
    """The loss is not a number any more: leaves `fit`, since no further step can mend that.

    Args:
        epoch: 1-based, in which it was noticed.
    """

    def __init__(self, epoch: int) -> None:
        super().__init__(_("The loss grew without bound at epoch {epoch}.", epoch=epoch))
        self.epoch = epoch


def save_whole(model: keras.Model, path: Path, *, optimizer: bool) -> None:
    """Saves to a temporary name and moves it, so that a reader or a crash never meets half a file.

    Args:
        optimizer: whether its state goes along; only a resumed run needs it, and it triples the size.
    """
    # Keras 3.15 takes `include_optimizer` and saves it all the same: an uncompiled twin of the layers has none.
    kept = model if optimizer else keras.Model(model.inputs, model.outputs, name=model.name)
    with files.whole(path) as temporary:
        kept.save(temporary)


class Rate(keras.callbacks.Callback):
    """Sets the learning rate by the number of steps that the optimiser has behind it, also of a resumed run.

    A variable instead of Keras's schedules, whose numbers are traced into the graph: a network that is traced ahead
    serves any number of epochs. It moves at every step.

    Args:
        peak: the highest rate.
        steps: of all epochs.
        share: from the share of the steps that is done to the share of the highest rate.
    """

    def __init__(self, peak: float, steps: int, share: Callable[[float], float]) -> None:
        super().__init__()
        self.peak, self.steps, self.share = peak, steps, share

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        done = int(self.model.optimizer.iterations) / self.steps
        self.model.optimizer.learning_rate = self.peak * self.share(done)


class Average(keras.callbacks.Callback):
    """A running mean of all weights, those of batch norm too, which stands in for them wherever they are judged.

    Polyak & Juditsky 1992. Until there are enough steps behind it, it is the mean of these few.

    Args:
        kept: share of the mean that is kept from step to step, above 0 and below 1.
        path: where the mean lies between two sittings.
        done: whole epochs behind the network; a mean of another moment is begun anew.
    """

    def __init__(self, kept: float, path: Path, done: int) -> None:
        super().__init__()
        self.kept, self.path, self.done, self.steps = kept, path, done, 0
        self.mean: list[NDArray[np.float32]] = []
        self.own: list[NDArray[np.float32]] | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.mean = [weights.copy() for weights in self.model.get_weights()]
        try:
            stored = arrays.read(self.path, {"steps": ("int64",), "epoch": ("int64",), **self._columns()})
        except StoredFileError:
            return  # none, or a damaged one: it is begun anew
        if stored["epoch"] == self.done and stored["steps"] >= 0:
            self.steps, self.mean = int(stored["steps"]), [stored[name] for name in self._columns()]

    def _columns(self) -> dict[str, arrays.Column]:
        return {f"weights_{number}": (str(one.dtype), *one.shape) for number, one in enumerate(self.mean)}

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self.steps += 1
        if self.steps % AVERAGE_EACH:
            return
        kept = min(self.kept**AVERAGE_EACH, self.steps / (self.steps + 10 * AVERAGE_EACH))
        for mean, weights in zip(self.mean, self.model.get_weights(), strict=True):
            mean += (1 - kept) * (weights - mean)

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.own = self.model.get_weights()
        self.model.set_weights(self.mean)

    def leave(self, epoch: int) -> None:
        """Stores the mean and gives the network its own weights back, to be trained on."""
        if self.own is None:
            return
        stored = dict(zip(self._columns(), self.mean, strict=True))
        with files.whole(self.path) as temporary:
            np.savez(temporary, epoch=epoch, steps=self.steps, **stored)  # type: ignore[arg-type]
        self.model.set_weights(self.own)
        self.own = None


class Filming:
    """Asks the network about a few validation faces after each epoch, see `emotion.runs.film`.

    Args:
        validation: what the faces are chosen from.
        seed: chooses them.
    """

    def __init__(self, paths: RunPaths, validation: Examples, seed: int) -> None:
        some = validation.take(film.choose(validation.labels, len(validation.classes), seed))
        self.paths, self.batch = paths, keras.ops.convert_to_tensor(as_batch(some.images))
        self.ask: Callable[[Any], Any] | None = None
        film.begin(paths, some.images, some.labels.tolist(), some.classes)

    def take(self, model: keras.Model, epoch: int) -> None:
        """Adds the answers of this moment: traced once (0.1 s), then 4 ms, of which a plain call takes six times."""
        if self.ask is None:
            self.ask = tf.function(lambda batch: model(batch, training=False))
        said = self.ask(self.batch)
        each = said if isinstance(said, (list, tuple)) else [said]  # with votes there are two last layers
        film.append(self.paths, epoch, all_classes(np.mean([np.asarray(one) for one in each], axis=0)))


class RunWriter(keras.callbacks.Callback):
    """Writes the history and the checkpoints of a run while Keras fits, and notices Stop."""

    def __init__(
        self,
        paths: RunPaths,
        steps: int,
        seed: int,
        best: float,
        tell: Tell,
        average: Average | None = None,
        filming: Filming | None = None,
    ) -> None:
        super().__init__()
        self.average, self.filming = average, filming
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
        self._leave_if_diverged(logs, "loss")
        if time.monotonic() - self.last_row >= STEP_ROW_SECONDS:
            self.row = {"event": "step", "epoch": self.epoch, "step": batch + 1, "steps": self.steps} | _figures(logs)
            self._write_row()
        self._leave_if_stopped()

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self.row and time.monotonic() - self.last_row >= STEP_ROW_SECONDS:
            self._write_row()  # a sign of life during a long validation
        self._leave_if_stopped()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._leave_if_diverged(logs, "val_loss")
        figures = _figures(logs)
        if figures["val_loss"] < self.best:
            self.best = figures["val_loss"]
            save_whole(self.model, self.paths.keras_model, optimizer=False)
        row = {"event": "epoch", "epoch": epoch + 1} | figures | {"seconds": self._seconds()}
        append_history(self.paths, **row)
        self.tell(row)
        if self.filming is not None:
            self.filming.take(self.model, epoch + 1)
        if self.average is not None:
            self.average.leave(epoch + 1)
        # Last of all: a crash before this line repeats the epoch, and its row replaces the one above.
        save_whole(self.model, self.paths.last_checkpoint, optimizer=True)

    def _write_row(self) -> None:
        row = self.row | {"seconds": self._seconds()}
        append_history(self.paths, **row)
        self.tell(row)
        self.last_row = time.monotonic()

    def _seconds(self) -> float:
        return round(time.monotonic() - self.first_step, 3)

    def _leave_if_diverged(self, logs: dict[str, Any] | None, name: str) -> None:
        if not math.isfinite(float((logs or {}).get(name, 0.0))):
            raise Diverged(self.epoch)

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
    """Keras's figures; with two last layers, the accuracy of the one that has learned the folders."""
    told = {name.replace(f"{LAST}_accuracy", "accuracy"): value for name, value in (logs or {}).items()}
    return {name: round(float(value), 6) for name, value in told.items() if name.removeprefix("val_") in FIGURES}
