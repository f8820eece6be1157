"""What a network gives for faces that are in memory, by the processes of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from emotion import images
from emotion.models.many.cluster import RayPool
from emotion.models.many.worker import Sent, There
from emotion.models.predictor import Predictor, Values
from emotion.system import IMAGE_SIZE

CHUNK = 128  # faces sent at once: a multiple of what passes through a network together, so the values are those of here
Given = tuple[Values, Values]  # see `Predictor.outputs`


@dataclass(frozen=True, eq=False)
class FacesTask:
    """What processes are asked: what the network gives for CHUNK of the pictures, by the place of the first of them."""

    predictor: Predictor
    pictures: NDArray[np.uint8]

    def begin(self) -> Callable[[list[str]], list[Given]]:
        return lambda names: [self.predictor.outputs(images.as_batch(self._some(name))) for name in names]

    def lost(self, name: str) -> Given:
        return self.begin()([name])[0]  # it was no fault of these faces

    def content(self, name: str) -> bytes:
        return self._some(name).tobytes()

    def there(self) -> Callable[[], There[Given]]:
        return partial(_there, Sent.of(self.predictor))

    def _some(self, name: str) -> NDArray[np.uint8]:
        return self.pictures[int(name) : int(name) + CHUNK]


def _there(sent: Sent) -> There[Given]:
    predictor = sent.predictor()
    return lambda _names, contents: [predictor.outputs(images.as_batch(_faces(content))) for content in contents]


def _faces(content: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(content, np.uint8).reshape(-1, IMAGE_SIZE, IMAGE_SIZE)


def outputs(predictor: Predictor, pictures: NDArray[np.uint8], on: str) -> Generator[Given, None, None]:
    """What a network gives for faces, in parts, in their order.

    Args:
        predictor: the model; its network travels.
        pictures: (N, 48, 48) uint8.
        on: the cluster, "auto" or ray://host:10001.

    Raises:
        EmotionError: where the cluster cannot be asked.
    """
    with RayPool(on, FacesTask(predictor, pictures)) as pool:
        for rows in pool.rows([str(start)] for start in range(0, len(pictures), CHUNK)):
            yield from rows
