"""Batches for Keras (L3: only a worker imports this)."""

from __future__ import annotations

import math

import keras
import numpy as np

from emotion.images import as_batch


class Batches(keras.utils.PyDataset):
    """Examples as float32 batches, in an order that depends on the seed and the epoch alone.

    A resumed run therefore sees the same batches as one that was never interrupted. The pictures stay uint8 in
    memory; only one batch at a time is made float32.

    Args:
        images: uint8 `(N, 48, 48)`.
        labels: int `(N,)`.
        batch_size: faces a batch; the last one may be smaller and counts.
        seed: of the order; None keeps the order as it is.
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray, batch_size: int, seed: int | None = None) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=16)
        self.images = images
        self.labels = labels.astype(np.float32)[:, None]  # (N, 1)
        self.batch_size = batch_size
        self.seed = seed
        self.start_at(0)

    def __len__(self) -> int:
        return math.ceil(len(self.images) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Batch number `index`: float32 `(B, 48, 48, 1)` in [0, 1] and float32 `(B, 1)`."""
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        return as_batch(self.images[chosen]), self.labels[chosen]

    def start_at(self, epoch: int) -> None:
        """Makes the next pass that of this 0-based epoch."""
        self.epoch = epoch
        self.order = self._order()

    def on_epoch_end(self) -> None:
        self.start_at(self.epoch + 1)

    def _order(self) -> np.ndarray:
        if self.seed is None:
            return np.arange(len(self.images))
        return np.random.default_rng([self.seed, self.epoch]).permutation(len(self.images))
