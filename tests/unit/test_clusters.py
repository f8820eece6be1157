"""k-means by hand and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from emotion.metrics import neighbours

RNG = np.random.default_rng(11)
CORNERS = np.array([[0.0, 5, 0], [5, 0, 0], [0, 0, 5]])


def three_groups(n: int = 40) -> tuple[np.ndarray, np.ndarray]:
    truth = np.arange(3 * n) % 3
    return CORNERS[truth] + RNG.normal(0, 0.4, (3 * n, 3)), truth


def greys(count: int) -> np.ndarray:
    return np.arange(count, dtype=np.uint8)[:, None, None] * np.ones((1, 48, 48), np.uint8)


def test_finds_groups_that_lie_apart() -> None:
    points, truth = three_groups()

    found = neighbours.k_means(points, 3)

    assert adjusted_rand_score(truth, found.labels) == 1


def test_settles_as_scikit_learn_does() -> None:
    points = RNG.normal(size=(200, 5))
    first = points[:6]

    found = neighbours.settle(points, first)

    theirs = KMeans(6, init=first, n_init=1, algorithm="lloyd", tol=0, max_iter=100).fit(points)
    assert found.labels.tolist() == theirs.labels_.tolist()
    assert found.inertia == pytest.approx(theirs.inertia_)
    assert found.centres == pytest.approx(theirs.cluster_centers_)


def test_is_as_tight_as_scikit_learn() -> None:
    points = RNG.normal(size=(300, 8))

    found = neighbours.k_means(points, 5)

    assert found.inertia <= KMeans(5, n_init=8, random_state=0).fit(points).inertia_ * 1.03


def test_the_same_seed_groups_the_same() -> None:
    points = RNG.normal(size=(80, 4))

    first, again = neighbours.k_means(points, 4, seed=3), neighbours.k_means(points, 4, seed=3)

    assert (first.labels == again.labels).all()


def test_equal_points_are_no_trouble() -> None:
    found = neighbours.k_means(np.ones((6, 2)), 3)

    assert found.inertia == 0


def test_distances_are_never_below_zero() -> None:
    points = np.full((3, 4), 1e6) + RNG.normal(size=(3, 4)) * 1e-6

    assert neighbours.squared_distances(points, points).min() >= 0


@pytest.mark.parametrize(("faces", "count"), [(1, 1), (12, 1), (24, 2), (100, 5), (255, 8), (100_000, 8)])
def test_more_faces_make_more_clusters(faces: int, count: int) -> None:
    assert neighbours.how_many(faces) == count


def test_a_cluster_names_its_most_typical_face_first() -> None:
    features = np.array([[1.0, 0], [1, 0.1], [1, 0.2]])

    (found,) = neighbours.find(features, greys(3), np.array([0, 1, 2]))

    assert found.most_typical == 1
    assert sorted(found.members.tolist()) == [0, 1, 2]


def test_the_largest_cluster_comes_first() -> None:
    features = np.concatenate([np.tile([1.0, 0], (40, 1)), np.tile([0, 1.0], (20, 1))])

    found = neighbours.find(features, greys(60), np.arange(60))

    sizes = [len(one.members) for one in found]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes) == 60


def test_only_the_chosen_faces_are_grouped() -> None:
    found = neighbours.find(RNG.normal(size=(50, 4)), greys(50), np.array([3, 7, 9]))

    assert sorted(np.concatenate([one.members for one in found]).tolist()) == [3, 7, 9]


def test_no_faces_make_no_cluster() -> None:
    assert neighbours.find(np.zeros((4, 2)), greys(4), np.array([], np.int64)) == ()


def test_the_mean_face_is_the_mean_of_its_pixels() -> None:
    mean = neighbours.mean_face(greys(4)[[1, 2, 3]])

    assert (mean.dtype, mean.shape, mean[0, 0]) == (np.uint8, (48, 48), 2)


def test_only_the_direction_of_features_counts() -> None:
    lengths = np.linalg.norm(neighbours.scaled(np.array([[3.0, 4], [0, 0], [1e-3, 0]])), axis=1)

    assert lengths == pytest.approx([1, 0, 1])


def test_a_map_keeps_apart_what_differs_most_and_says_how_much_it_holds() -> None:
    rng = np.random.default_rng(1)
    features = np.concatenate([rng.normal([5, 0, 1], 0.1, (30, 3)), rng.normal([0, 5, 1], 0.1, (30, 3))])

    found = neighbours.plane(features.astype(np.float32))

    first = found.points[:, 0]
    assert first[:30].max() < first[30:].min() or first[30:].max() < first[:30].min()
    assert 0.98 < found.share <= 1
    assert np.array_equal(found.points, neighbours.plane(features.astype(np.float32)).points)


@pytest.mark.parametrize("features", [np.ones((3, 4)), np.zeros((2, 4)), np.ones((1, 1))])
def test_faces_that_are_all_alike_lie_on_one_point(features: np.ndarray) -> None:
    found = neighbours.plane(features.astype(np.float32))

    assert found.points.shape == (len(features), 2)
    assert np.abs(found.points).max() < 1e-6
