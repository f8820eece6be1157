"""Batches for Keras (L3: only a worker imports this)."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from emotion.augmentation import NONE, Augmentation
from emotion.augmenter import augment, mix
from emotion.images import as_batch


class Batches(keras.utils.PyDataset):
    """Examples as float32 batches, in an order and with variations that depend on the seed and the epoch alone.

    A resumed run therefore sees the same batches as one that was never interrupted. The pictures stay uint8 in
    memory; only one batch at a time is made float32.

    Args:
        images: uint8 `(N, 48, 48)`.
        labels: int `(N,)`, 0 to K - 1.
        batch_size: faces a batch; the last one may be smaller and counts.
        classes: K, 2 or more.
        seed: of the order and the variations; None keeps order and faces as they are.
        augmentation: how faces are varied.
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
        weights: NDArray[np.float64] | None = None,
    ) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=16)
        self.images, self.augmentation, self.seed, self.batch_size = images, augmentation, seed, batch_size
        self.targets = targets(labels, classes)
        self.weights = None if weights is None else weights[labels].astype(np.float32)
        # By turns: over two epochs every face is seen both ways, which two coin tosses would not do (Jordan 2024).
        self.turns = np.random.default_rng([seed or 0]).random(len(images)) < 0.5
        self.start_at(0)

    def __len__(self) -> int:
        return math.ceil(len(self.images) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        """Batch number `index`: faces float32 `(B, 48, 48, 1)` in [0, 1], targets, and weights `(B,)` if there are.

        Targets are float32 `(B, 1)`, the probability of label 1, of two classes, else `(B, K)`.
        """
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        faces, targets = self.images[chosen], self.targets[chosen]
        if self.seed is not None and self.augmentation:
            rng = np.random.default_rng([self.seed, self.epoch, index])
            faces = augment(faces, rng, self.augmentation, self.turns[chosen] ^ bool(self.epoch % 2))
        inputs = as_batch(faces)
        if self.seed is not None and self.augmentation.mixup:
            inputs, targets = mix(inputs, targets, rng, self.augmentation.mixup)
        return (inputs, targets) if self.weights is None else (inputs, targets, self.weights[chosen])

    def start_at(self, epoch: int) -> None:
        """Makes the next pass that of this 0-based epoch."""
        self.epoch = epoch
        self.order = self._order()

    def on_epoch_end(self) -> None:
        self.start_at(self.epoch + 1)

    def _order(self) -> NDArray[np.int64]:
        if self.seed is None:
            return np.arange(len(self.images))
        return np.random.default_rng([self.seed, self.epoch]).permutation(len(self.images))


def targets(labels: NDArray[np.int64], classes: int) -> NDArray[np.float32]:
    """What the network should answer: `(N, 1)`, P(label 1), of two classes, else `(N, K)`, one 1 a row."""
    if classes == 2:
        return labels.astype(np.float32)[:, None]
    return np.eye(classes, dtype=np.float32)[labels]


def balanced(labels: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """Weights of the classes, `(K,)`, by which each class counts as much as any other: N / (K * its faces)."""
    return len(labels) / (classes * np.bincount(labels, minlength=classes))
