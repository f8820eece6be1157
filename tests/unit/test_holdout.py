"""Which examples are kept aside, on made-up groups and labels."""

from __future__ import annotations

import numpy as np
import pytest

from emotion.data.splits import hold_out, identical_groups


def held_per_class(held: np.ndarray, labels: np.ndarray) -> list[int]:
    return np.bincount(labels[held], minlength=labels.max() + 1).tolist()


def test_numbers_images_by_first_appearance() -> None:
    images = np.zeros((4, 48, 48), dtype=np.uint8)
    images[1, 47, 47] = 1
    images[3] = images[1]

    assert identical_groups(images).tolist() == [0, 1, 0, 1]


def test_numbers_no_images_at_all() -> None:
    assert identical_groups(np.empty((0, 48, 48), dtype=np.uint8)).tolist() == []


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
def test_takes_the_exact_share_of_singles(share: float) -> None:
    labels = np.repeat([0, 1, 2], [40, 100, 60])

    held = hold_out(np.arange(200), labels, share, np.random.default_rng(0))

    assert held_per_class(held, labels) == [round(40 * share), round(100 * share), round(60 * share)]


def test_keeps_every_group_whole() -> None:
    groups = np.random.default_rng(1).integers(0, 60, 200)
    groups = np.unique(groups, return_inverse=True)[1]
    labels = np.random.default_rng(2).integers(0, 2, 200)

    held = hold_out(groups, labels, 0.2, np.random.default_rng(3))

    assert not set(groups[held]) & set(groups[~held])


@pytest.mark.parametrize("seed", range(5))
def test_meets_the_share_within_a_group(seed: int) -> None:
    sizes = np.random.default_rng(seed).integers(1, 8, 100)
    groups = np.repeat(np.arange(100), sizes)
    labels = (groups >= 50).astype(np.int64)

    held = hold_out(groups, labels, 0.3, np.random.default_rng(seed))

    short = 0.3 * np.bincount(labels) - held_per_class(held, labels)
    assert (short > -1).all()
    assert (short < 8).all()


def test_takes_a_share_of_groups_with_two_labels() -> None:
    groups = np.concatenate([np.repeat(np.arange(20), 2), np.arange(20, 220)])
    labels = np.concatenate([np.tile([0, 1], 20), np.ones(200, dtype=np.int64)])

    held = hold_out(groups, labels, 0.2, np.random.default_rng(0))

    assert held_per_class(held, labels) == [4, 44]


def test_does_not_collect_twins_on_one_side() -> None:
    groups = np.concatenate([np.repeat(np.arange(100), 2), np.arange(100, 900)])
    labels = np.zeros(1000, dtype=np.int64)

    held = hold_out(groups, labels, 0.2, np.random.default_rng(0))

    assert 10 <= held[:200].sum() / 2 <= 30


@pytest.mark.parametrize(("n", "expected"), [(1, 1), (2, 1), (3, 1)])
def test_holds_out_one_of_very_few(n: int, expected: int) -> None:
    labels = np.repeat([0, 1], [n, 50])

    held = hold_out(np.arange(n + 50), labels, 0.1, np.random.default_rng(0))

    assert held_per_class(held, labels) == [expected, 5]


def test_leaves_one_behind_at_any_share() -> None:
    labels = np.zeros(2, dtype=np.int64)

    held = hold_out(np.arange(2), labels, 0.95, np.random.default_rng(0))

    assert held.sum() == 1


def test_takes_the_smallest_group_if_all_are_large() -> None:
    groups = np.repeat([0, 1, 2], [50, 30, 20])
    labels = np.zeros(100, dtype=np.int64)

    held = hold_out(groups, labels, 0.1, np.random.default_rng(0))

    assert set(groups[held]) == {2}
