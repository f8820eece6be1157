"""Typical faces and neighbours, by hand and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from emotion.metrics import neighbours

RNG = np.random.default_rng(2)


def test_neighbours_are_those_of_scikit_learn() -> None:
    asked, train = RNG.normal(size=(30, 6)), RNG.normal(size=(200, 6))

    found = neighbours.nearest(asked, train, 5)

    unit = [points / np.linalg.norm(points, axis=1, keepdims=True) for points in (asked, train)]
    distances, places = NearestNeighbors(n_neighbors=5, algorithm="brute").fit(unit[1]).kneighbors(unit[0])
    assert found.places.tolist() == places.tolist()
    assert found.distances == pytest.approx(distances, abs=1e-7)


def test_parts_of_train_give_the_same_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, train = RNG.normal(size=(4, 6)), RNG.normal(size=(50, 6))
    whole = neighbours.nearest(asked, train, 7)
    monkeypatch.setattr(neighbours, "CHUNK", 6)

    parts = neighbours.nearest(asked, train, 7)

    assert parts.places.tolist() == whole.places.tolist()


def test_a_face_of_train_is_its_own_nearest() -> None:
    train = RNG.normal(size=(20, 3))

    found = neighbours.nearest(train[[4]] * 2, train, 1)

    assert found.places.tolist() == [[4]]
    assert found.distances[0, 0] == pytest.approx(0, abs=1e-7)


@pytest.mark.parametrize(("count", "given"), [(2, 2), (3, 3), (4, 3)])
def test_gives_no_more_neighbours_than_there_are(count: int, given: int) -> None:
    assert neighbours.nearest(np.ones((1, 2)), RNG.normal(size=(3, 2)), count).places.shape == (1, given)


def test_class_means_are_means_of_directions() -> None:
    means = neighbours.class_means(np.array([[2.0, 0], [0, 3], [5, 0]]), np.array([0, 0, 1]), 3)

    assert means[:2] == pytest.approx(np.array([[0.5, 0.5], [1, 0]]))
    assert np.isnan(means[2]).all()


def test_the_most_typical_face_is_nearest_to_its_mean() -> None:
    features = np.array([[1.0, 0], [1, 0.2], [1, 0.4], [0, 1]])

    distances = neighbours.distances_from_class(features, np.array([0, 0, 0, 1]), 2)

    assert distances[:3].argmin() == 1
    assert distances[3] == pytest.approx(0)
