"""Groups of faces that look alike to a network: k-means on its features (Lloyd 1982, k-means++ of Arthur 2007).

Letters: N faces, F features, C clusters.

Faces in a network's own feature space: how typical each is of its class, and which ones lie nearest.

Letters: N faces, F features, M faces of train, K classes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from emotion.metrics.classification import Labels


Features = npt.NDArray[np.floating]
Places = npt.NDArray[np.int64]
Faces = npt.NDArray[np.uint8]

MOST_CLUSTERS = 8
A_CLUSTER = 12  # faces: with fewer for each, clusters are chance
ROUNDS = 100
ATTEMPTS = 8


@dataclass(frozen=True, eq=False)
class Grouping:
    """What k-means found.

    Attributes:
        labels: (N,) int64, the cluster of each face.
        centres: (C, F) float64, the mean features of each.
        inertia: sum of squared distances from the centres: smaller is tighter.
    """

    labels: Places
    centres: npt.NDArray[np.float64]
    inertia: float


@dataclass(frozen=True, eq=False)
class Cluster:
    """One group of faces.

    Attributes:
        members: indices of its faces, the most typical (nearest the centre) first.
        mean_face: (48, 48) uint8.
    """

    members: Places
    mean_face: Faces

    @property
    def most_typical(self) -> int:
        return int(self.members[0])


def scaled(features: Features) -> npt.NDArray[np.float64]:
    """Features (N, F) of length one, so that what a network sees counts and not how strongly; a zero row stays."""
    values = features.astype(np.float64)
    length = np.linalg.norm(values, axis=1, keepdims=True)
    return np.divide(values, length, out=np.zeros_like(values), where=length > 0)


def squared_distances(points: npt.NDArray[np.float64], centres: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Squared Euclidean distances (N, C), never below 0."""
    squares = np.square(points).sum(axis=1)[:, np.newaxis] + np.square(centres).sum(axis=1)
    return np.maximum(squares - 2 * points @ centres.T, 0)


def k_means(points: npt.NDArray[np.float64], count: int, seed: int = 0) -> Grouping:
    """Groups points; the tightest of several attempts from different first centres.

    Args:
        points: (N, F).
        count: of clusters, 1 to N.
        seed: same points and seed, same clusters.
    """
    rng = np.random.default_rng(seed)
    attempts = [settle(points, _first_centres(points, count, rng)) for _ in range(ATTEMPTS)]
    return min(attempts, key=lambda one: one.inertia)


def _first_centres(points: npt.NDArray[np.float64], count: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Points far from one another, by chance (k-means++)."""
    chosen = [int(rng.integers(len(points)))]
    nearest = squared_distances(points, points[chosen])[:, 0]
    while len(chosen) < count:
        total = nearest.sum()
        place = int(rng.choice(len(points), p=nearest / total)) if total > 0 else int(rng.integers(len(points)))
        chosen.append(place)
        nearest = np.minimum(nearest, squared_distances(points, points[[place]])[:, 0])
    return points[chosen]


def settle(points: npt.NDArray[np.float64], centres: npt.NDArray[np.float64]) -> Grouping:
    """Lloyd's rounds from given first centres (C, F) until no point changes its cluster.

    A cluster that has lost all its points is put on the point farthest from its centre.
    """
    labels = np.full(len(points), -1)
    for _ in range(ROUNDS):
        distances = squared_distances(points, centres)
        now = distances.argmin(axis=1)
        if (now == labels).all():
            break
        labels = now
        centres = _means(points, labels, distances[np.arange(len(points)), labels], len(centres))
    inertia = squared_distances(points, centres)[np.arange(len(points)), labels].sum()
    return Grouping(labels.astype(np.int64), centres, float(inertia))


def _means(
    points: npt.NDArray[np.float64], labels: Places, distances: npt.NDArray[np.float64], count: int
) -> npt.NDArray[np.float64]:
    sizes = np.bincount(labels, minlength=count)
    belongs = np.zeros((count, len(points)))
    belongs[labels, np.arange(len(points))] = 1
    centres = belongs @ points / np.maximum(sizes, 1)[:, np.newaxis]
    empty = np.flatnonzero(sizes == 0)
    centres[empty] = points[np.argsort(-distances, kind="stable")[: len(empty)]]
    return centres


def how_many(faces: int) -> int:
    """Clusters for that many faces: rising with their square root, 1 to 8."""
    return max(1, min(MOST_CLUSTERS, faces // A_CLUSTER, round(math.sqrt(faces) / 2)))


def find(features: Features, images: Faces, chosen: Places, seed: int = 0) -> tuple[Cluster, ...]:
    """Groups some of the faces, such as the mistakes.

    Args:
        features: (N, F) of all faces.
        images: (N, 48, 48) of all faces.
        chosen: indices of those that are grouped.
        seed: see `k_means`.

    Returns:
        The clusters, the largest first; none without faces.
    """
    if not len(chosen):
        return ()
    points = scaled(features[chosen])
    grouped = k_means(points, how_many(len(chosen)), seed)
    distances = squared_distances(points, grouped.centres)
    found = []
    for label in range(len(grouped.centres)):
        mine = np.flatnonzero(grouped.labels == label)
        if len(mine):
            members = chosen[mine[np.argsort(distances[mine, label], kind="stable")]]
            found.append(Cluster(members, mean_face(images[members])))
    return tuple(sorted(found, key=lambda cluster: (-len(cluster.members), cluster.most_typical)))


def mean_face(images: Faces) -> Faces:
    """The mean of faces (M, 48, 48), M at least 1: (48, 48) uint8."""
    mean: Faces = np.rint(images.mean(axis=0)).astype(np.uint8)
    return mean


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


@dataclass(frozen=True, eq=False)
class Plane:
    """Faces on a map: those that look alike to the network lie near one another, as far as two directions can show it.

    Attributes:
        points: (N, 2) float64.
        share: of all differences between the faces, the part that the two directions hold, 0 to 1.
    """

    points: Numbers
    share: float


def plane(features: Features) -> Plane:
    """The two directions in which faces differ most (principal components; Pearson 1901), features of length one.

    Args:
        features: (N, F), N at least 1.

    Returns:
        The same features give the same map: of each direction the largest part points up.
    """
    points = scaled(features)
    points = points - points.mean(axis=0)
    sizes, directions = np.linalg.eigh(points.T @ points)  # F×F, rising: thousands of faces take no longer than F³
    first_two = directions[:, ::-1][:, :2]
    first_two = first_two * np.where(first_two[np.abs(first_two).argmax(axis=0), range(first_two.shape[1])] < 0, -1, 1)
    drawn = np.zeros((len(points), 2))
    drawn[:, : first_two.shape[1]] = points @ first_two
    total = float(np.maximum(sizes, 0).sum())
    return Plane(drawn, float(np.maximum(sizes[::-1][:2], 0).sum()) / total if total > 0 else 1.0)


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
