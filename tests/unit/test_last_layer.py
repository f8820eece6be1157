"""Retraining the last layer alone."""

import numpy as np

from emotion.training import before_after


def even(n, classes=2):
    return np.full((n, classes), 1 / classes, np.float32)


def two_clouds(n=100, apart=2.0, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    features = rng.normal(0, 1, (n, 3)).astype(np.float32)
    features[:, 0] += apart * (2 * labels - 1)
    return features, labels


def test_learns_what_the_features_tell():
    features, labels = two_clouds()

    change = before_after.learn_last_layer(features, even(100), labels, np.ones(100))
    answers = change.answer(features, even(100))

    assert (answers.argmax(axis=1) == labels).mean() > 0.95
    np.testing.assert_allclose(answers.sum(axis=1), 1)


def test_stays_as_it_was_where_every_answer_is_right():
    features, labels = two_clouds()
    sure = np.where(np.arange(2) == labels[:, None], 0.999, 0.001).astype(np.float32)

    change = before_after.learn_last_layer(features, sure, labels, np.ones(100))

    np.testing.assert_allclose(change.answer(features, sure), sure, atol=0.001)


def test_a_face_that_counts_ten_times_is_ten_faces():
    features, labels = two_clouds(20, apart=0.5)
    more = np.concatenate([np.arange(20), np.repeat([0, 1], 9)])
    weights = np.where(np.arange(20) < 2, 10.0, 1.0)

    weighted = before_after.learn_last_layer(features, even(20), labels, weights)
    repeated = before_after.learn_last_layer(features[more], even(38), labels[more], np.ones(38))

    np.testing.assert_allclose(weighted.answer(features, even(20)), repeated.answer(features, even(20)), atol=1e-6)


def test_the_same_faces_give_the_same_change():
    features, labels = two_clouds()

    first, second = (before_after.learn_last_layer(features, even(100), labels, np.ones(100)) for _ in range(2))

    assert np.array_equal(first.weights, second.weights)


def test_finds_the_lowest_point_of_the_loss():
    features, labels = two_clouds(apart=0.7)
    found = before_after.learn_last_layer(features, even(100), labels, np.ones(100)).weights
    x = np.concatenate([(features - features.mean(axis=0)) / features.std(axis=0), np.ones((100, 1))], axis=1)

    def loss(weights):
        logits = x @ weights
        chosen = logits[np.arange(100), labels] - np.log(np.exp(logits).sum(axis=1))
        return -chosen.mean() + before_after.PENALTY / 2 * (weights**2).sum()

    for step in np.random.default_rng(1).normal(0, 0.01, (20, *found.shape)):
        assert loss(found) < loss(found + step)


def test_three_classes_are_learned_too():
    rng = np.random.default_rng(0)
    labels = np.arange(90) % 3
    features = (np.eye(3)[labels] + rng.normal(0, 0.2, (90, 3))).astype(np.float32)

    change = before_after.learn_last_layer(features, even(90, 3), labels, np.ones(90))

    assert (change.answer(features, even(90, 3)).argmax(axis=1) == labels).mean() > 0.95


def test_a_feature_that_never_changes_does_no_harm():
    features, labels = two_clouds()
    features[:, 2] = 7

    change = before_after.learn_last_layer(features, even(100), labels, np.ones(100))

    assert np.isfinite(change.answer(features, even(100))).all()
