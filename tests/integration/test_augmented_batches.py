"""What reaches the network when training faces are varied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emotion.images.crop import as_batch
from emotion.recipes.augmentation import KINDS, NONE, Augmentation

if TYPE_CHECKING:  # with it comes TensorFlow, which collecting the tests does without
    from emotion.training.batches import Batches

N, CLASSES = 50, 7
LIMITS = {name: kind.most for name, kind in KINDS.items()}
STRONGEST = Augmentation(mirror=True, **LIMITS | {"mixup": 0.0})
FACES = np.random.default_rng(0).integers(0, 256, (N, 48, 48), dtype=np.uint8)
LABELS = np.arange(N) % CLASSES


def batches(augmentation: Augmentation, seed: int | None = 3) -> Batches:
    return _batches(LABELS, CLASSES, seed, augmentation)


def _batches(labels: np.ndarray, classes: int, seed: int | None, augmentation: Augmentation) -> Batches:
    from emotion.training.batches import Batches

    return Batches(FACES, labels, batch_size=16, classes=classes, seed=seed, augmentation=augmentation)


def epoch(data: Batches, number: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """All faces and targets of that 0-based epoch."""
    faces, targets = zip(*(data[number * len(data) + index][:2] for index in range(len(data))), strict=True)
    return np.concatenate(faces), np.concatenate(targets)


def test_variations_leave_labels_and_their_order() -> None:
    _, plain = epoch(batches(NONE))
    faces, varied = epoch(batches(STRONGEST))

    assert np.array_equal(varied, plain)
    assert (faces.shape, faces.dtype) == ((N, 48, 48, 1), np.float32)
    assert 0 <= faces.min() <= faces.max() <= 1


def test_faces_that_are_only_judged_are_never_varied() -> None:
    faces, _ = epoch(batches(STRONGEST, seed=None))

    assert np.array_equal(faces, as_batch(FACES))


def test_two_epochs_show_every_face_both_ways() -> None:
    data = batches(Augmentation(mirror=True))
    both = []
    for number in range(2):
        faces, _ = epoch(data, number)
        both.append(faces[np.argsort(data.order(number))])

    assert np.array_equal(both[0], both[1][:, :, ::-1])


def test_the_same_epoch_gives_the_same_faces_again() -> None:
    first, again = batches(STRONGEST), batches(STRONGEST)
    epoch(first)

    assert np.array_equal(epoch(first, 5)[0], epoch(again, 5)[0])


def test_another_epoch_varies_in_another_way() -> None:
    data = batches(STRONGEST)
    faces, _ = epoch(data)
    before = faces[np.argsort(data.order(0))]

    assert not np.array_equal(epoch(data, 1)[0][np.argsort(data.order(1))], before)


@pytest.mark.parametrize("classes", [2, CLASSES])
def test_mixed_targets_are_shares_of_the_classes(classes: int) -> None:
    data = _batches(LABELS % classes, classes, 3, Augmentation(mixup=1.0))

    _, targets = epoch(data)

    assert targets.shape == (N, 1 if classes == 2 else classes)
    assert ((targets > 0) & (targets < 1)).any()
    if classes > 2:
        np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-6)
