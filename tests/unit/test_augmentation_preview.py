"""The twelve varied faces of the Train page."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import numpy as np
import pytest

from emotion.recipes.augmentation import KINDS, NONE, STEPS, Augmentation
from emotion.recipes.varied_faces import PREVIEWED, preview

LIMITS = {name: kind.most for name, kind in KINDS.items()}
STRONGEST = Augmentation(mirror=True, **LIMITS)


def faces(n: int = PREVIEWED) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (n, 48, 48), dtype=np.uint8)


def test_shows_twelve_faces_of_the_networks_size() -> None:
    shown = preview(faces(), STRONGEST, 0)

    assert (shown.shape, shown.dtype) == ((12, 48, 48), np.uint8)


def test_shows_faces_as_they_are_without_variations() -> None:
    assert np.array_equal(preview(faces(), NONE, 0), faces())


@pytest.mark.parametrize("n", [1, 11, 13])
def test_makes_twelve_of_any_number_of_faces(n: int) -> None:
    shown = preview(faces(n), NONE, 0)

    assert np.array_equal(shown, np.concatenate([faces(n)] * 12)[:12])


@pytest.mark.parametrize("kind", LIMITS)
def test_shows_every_kind(kind: str) -> None:
    shown = preview(faces(), replace(NONE, **{kind: LIMITS[kind]}), 0)

    assert (shown != faces()).any(axis=(1, 2)).sum() > 5


def test_mirrors_half_of_the_faces() -> None:
    shown = preview(faces(), Augmentation(mirror=True), 0)

    mirrored = (shown == faces()[:, :, ::-1]).all(axis=(1, 2))

    assert mirrored.sum() == 6
    assert np.array_equal(shown[~mirrored], faces()[~mirrored])


def test_the_same_seed_shows_the_same_faces() -> None:
    assert np.array_equal(preview(faces(), STRONGEST, 3), preview(faces(), STRONGEST, 3))


def test_another_seed_varies_in_another_way() -> None:
    assert not np.array_equal(preview(faces(), STRONGEST, 3), preview(faces(), STRONGEST, 4))


def test_a_second_kind_leaves_the_first_as_it_was() -> None:
    """Whoever moves the slider of brightness sees the same faces, brighter or darker, and no other places."""
    dots = np.zeros((12, 48, 48), np.uint8)
    dots[:, 24, 24] = 200

    moved = preview(dots, Augmentation(shift=0.1), 0)
    moved_and_lit = preview(dots, Augmentation(shift=0.1, brightness=0.1), 0)

    brightest = [np.array([face.argmax() for face in shown]) for shown in (moved, moved_and_lit)]
    assert np.array_equal(*brightest)


def test_the_groups_hold_every_kind_but_mixup_once() -> None:
    fields = [field.name for field in dataclasses.fields(Augmentation)]

    assert [name for _, names in STEPS for name in names] == [name for name in fields if name != "mixup"]
