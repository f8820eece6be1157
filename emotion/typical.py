"""Faces in a network's own feature space: how typical each is of its class, and which ones lie nearest.

Letters: N faces, F features, M faces of train, K classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emotion.clusters import Features, Places, scaled, squared_distances
from emotion.metrics import Labels

CHUNK = 2048  # train faces compared at once: 16 MB for 1,000 faces of one's own

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The faces of train that lie nearest.

    Attributes:
        places: (N, C) int64, indices into train, the nearest first.
        distances: (N, C) float64, 0 (the same to the network) to 2.
    """

    places: Places
    distances: Numbers


def class_means(features: Features, labels: Labels, classes: int) -> Numbers:
    """Mean features (K, F) of each class, features being of length one; NaN for a class without faces."""
    points = scaled(features)
    sums = np.stack([points[labels == label].sum(axis=0) for label in range(classes)])
    counts = np.bincount(labels, minlength=classes)[:, np.newaxis]
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)


def distances_from_class(features: Features, labels: Labels, classes: int) -> Numbers:
    """How far each face (N,) lies from the mean of its true class: the most typical faces have the least."""
    means = class_means(features, labels, classes)
    return np.linalg.norm(scaled(features) - means[labels], axis=1)


def nearest(features: Features, train: Features, count: int) -> Neighbours:
    """The faces of train that look most alike to the network.

    Args:
        features: (N, F) of the faces that are asked about.
        train: (M, F), M at least 1.
        count: how many neighbours, at most M are given.
    """
    count = min(count, len(train))
    asked = scaled(features)
    best, places = np.full((len(asked), 0), np.inf), np.zeros((len(asked), 0), np.int64)
    for start in range(0, len(train), CHUNK):
        there = squared_distances(asked, scaled(train[start : start + CHUNK]))
        best = np.concatenate([best, there], axis=1)
        numbers = np.broadcast_to(np.arange(start, start + there.shape[1]), there.shape)
        places = np.concatenate([places, numbers], axis=1)
        order = np.argsort(best, axis=1, kind="stable")[:, :count]
        best, places = np.take_along_axis(best, order, axis=1), np.take_along_axis(places, order, axis=1)
    return Neighbours(places, np.sqrt(best))
