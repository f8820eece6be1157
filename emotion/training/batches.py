"""Batches for Keras.

Under TensorFlow they come through `tf.data`. As a `keras.utils.PyDataset` every batch was copied by a thread of Keras
into memory that the C library had just handed back to the system, and the step's own memory went the same way: see
docs/decisions/0010-feeding-training.md.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emotion.images import as_batch
from emotion.recipes import FOLDERS, NONE, VOTES, augment, mix
from emotion.recipes.layers.backend import keras

if TYPE_CHECKING:
    from emotion.recipes import Augmentation


AHEAD = 8  # batches made while the network learns: enough to bridge a slow one


class Batches:
    """Examples as float32 batches, in an order and with variations that depend on the seed and the epoch alone.

    A resumed run therefore sees the same batches as one that was never interrupted. The pictures stay uint8 in
    memory; only a few batches at a time are made float32. Batches are numbered through all epochs: number
    `epoch * len(batches) + index`, both from 0.

    Args:
        images: uint8 `(N, 48, 48)`.
        labels: int `(N,)`, 0 to K - 1.
        batch_size: faces a batch; the last one of an epoch may be smaller and counts.
        classes: K, 2 or more.
        seed: of the order and the variations; None keeps order and faces as they are.
        augmentation: how faces are varied.
        votes: float32 `(N, K)`, what several people have said, see `emotion.data.Examples`; None: nothing.
        learned: which labels there are targets of, as `emotion.recipes.TrainingConfig.labels` says it.
        weights: float `(K,)`, how much a mistake counts in each class; None: all the same.
    """

    def __init__(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[np.int64],
        batch_size: int,
        classes: int = 2,
        *,
        seed: int | None = None,
        augmentation: Augmentation = NONE,
        votes: NDArray[np.float32] | None = None,
        learned: str = FOLDERS,
        weights: NDArray[np.float64] | None = None,
    ) -> None:
        self.images, self.augmentation, self.seed, self.batch_size = images, augmentation, seed, batch_size
        self.heads = [targets(labels, classes)] if learned != VOTES else []
        if learned != FOLDERS:
            self.heads.append(voted(targets(labels, classes), votes))
        self.targets = np.concatenate(self.heads, axis=1)  # side by side, so that mixup blends all of them alike
        self.weights = None if weights is None else weights[labels].astype(np.float32)
        # By turns: over two epochs every face is seen both ways, which two coin tosses would not do (Jordan 2024).
        self.turns = np.random.default_rng([seed or 0]).random(len(images)) < 0.5
        self._ordered: tuple[int, NDArray[np.int64]] | None = None

    def __len__(self) -> int:
        """Batches an epoch."""
        return math.ceil(len(self.images) / self.batch_size)

    def __getitem__(self, number: int) -> tuple[NDArray[np.float32], ...]:
        """One batch: faces float32 `(B, 48, 48, 1)` in [0, 1], targets, and weights `(B,)` if there are.

        Targets are float32 `(B, 1)`, the probability of label 1, of two classes, else `(B, K)`; where both folders and
        votes are learned, two of them.
        """
        epoch, index = divmod(number, len(self))
        chosen = self.order(epoch)[index * self.batch_size : (index + 1) * self.batch_size]
        faces, targets = self.images[chosen], self.targets[chosen]
        if self.seed is not None and self.augmentation:
            rng = np.random.default_rng([self.seed, epoch, index])
            faces = augment(faces, rng, self.augmentation, self.turns[chosen] ^ bool(epoch % 2))
        inputs = as_batch(faces)
        if self.seed is not None and self.augmentation.mixup:
            inputs, targets = mix(inputs, targets, rng, self.augmentation.mixup)
        answers = np.split(targets, len(self.heads), axis=1)
        return (inputs, *answers) if self.weights is None else (inputs, *answers, self.weights[chosen])

    def parted(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """A batch as Keras takes it: faces, the targets of each last layer, and the weights for each if there are."""
        heads = len(self.heads)
        targets, weights = values[1 : 1 + heads], values[1 + heads :]
        if heads == 1:
            return values
        return (values[0], targets, (weights[0],) * heads) if weights else (values[0], targets)

    def order(self, epoch: int) -> NDArray[np.int64]:
        """The faces in the order of that 0-based epoch, `(N,)`."""
        if self._ordered is None or self._ordered[0] != epoch:
            places = np.arange(len(self.images))
            if self.seed is not None:
                places = np.random.default_rng([self.seed, epoch]).permutation(len(self.images))
            self._ordered = (epoch, places)
        return self._ordered[1]


def feed(batches: Batches, first_epoch: int = 0, epochs: int = 1) -> Any:
    """What `fit`, `evaluate` and `predict` take, from one epoch to before another.

    Args:
        batches: the examples. `fit` also needs `steps_per_epoch=len(batches)`.
        first_epoch: 0-based.
        epochs: the number of the last epoch, counted from 1.
    """
    if keras.backend.backend() != "tensorflow":
        return _Numbered(batches, first_epoch)
    import tensorflow as tf

    shapes = [(None, *values.shape[1:]) for values in batches[0]]

    def load(number: tf.Tensor) -> tuple[tf.Tensor, ...]:
        made = tf.numpy_function(batches.__getitem__, [number], [tf.float32] * len(shapes))
        return batches.parted(tuple(tf.ensure_shape(values, shape) for values, shape in zip(made, shapes, strict=True)))

    steps = len(batches)
    numbers = tf.data.Dataset.range(first_epoch * steps, epochs * steps)
    options = tf.data.Options()
    # There is nothing to tune, and the thread that would do it sleeps up to a minute: `fit` waited for it at its end.
    options.autotune.enabled = False
    return numbers.map(tf.autograph.experimental.do_not_convert(load)).prefetch(AHEAD).with_options(options)


class _Numbered(keras.utils.PyDataset):
    """The same for other backends than TensorFlow, which know no `tf.data`."""

    def __init__(self, batches: Batches, epoch: int) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=AHEAD)
        self.batches, self.epoch = batches, epoch

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        return self.batches.parted(self.batches[self.epoch * len(self) + index])

    def on_epoch_end(self) -> None:
        self.epoch += 1


def targets(labels: NDArray[np.int64], classes: int) -> NDArray[np.float32]:
    """What the network should answer: `(N, 1)`, P(label 1), of two classes, else `(N, K)`, one 1 a row."""
    if classes == 2:
        return labels.astype(np.float32)[:, None]
    return np.eye(classes, dtype=np.float32)[labels]


def voted(folders: NDArray[np.float32], votes: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """What people have said, in the shape of `targets`; by the folder where they have said nothing.

    Args:
        folders: from `targets`.
        votes: float32 `(N, K)`, rows that sum to 1 or are NaN; None: nothing at all.
    """
    if votes is None:
        return folders
    said = votes[:, 1:] if folders.shape[1] == 1 else votes
    return np.where(np.isnan(said), folders, said).astype(np.float32)


def balanced(labels: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """Weights of the classes, `(K,)`, by which each class counts as much as any other: N / (K * its faces)."""
    return len(labels) / (classes * np.bincount(labels, minlength=classes))
