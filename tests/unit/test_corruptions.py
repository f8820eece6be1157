"""Corrupted faces, on patterns that can be worked out by hand."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from emotion.data.drawn import write
from emotion.evaluation import corruptions
from emotion.evaluation.corruptions import KINDS
from emotion.images.warp import blur, rotate

RNG = np.random.default_rng(9)
FACES = np.stack([np.asarray(write.draw_face(np.random.default_rng(n), n % 2)) for n in range(6)])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_gives_faces_like_those_it_takes(kind: corruptions.Corruption) -> None:
    before = FACES.copy()

    for strength in kind.strengths:
        corrupted = kind.apply(FACES, strength)

        assert (corrupted.dtype, corrupted.shape) == (np.uint8, FACES.shape)
        assert (corrupted != FACES).any()
    assert (before == FACES).all()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_stronger_is_farther_from_the_face(kind: corruptions.Corruption) -> None:
    apart = [np.abs(kind.apply(FACES, by).astype(float) - FACES).mean() for by in kind.strengths]

    assert apart == sorted(apart)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_one_face_is_corrupted_as_among_others(kind: corruptions.Corruption) -> None:
    alone, among = kind.apply(FACES[:1], kind.strengths[-1]), kind.apply(FACES, kind.strengths[-1])

    assert (alone[0] == among[0]).all()


def test_a_quarter_turn_is_that_of_numpy() -> None:
    assert (rotate(FACES, 90) == np.rot90(FACES, axes=(1, 2))).all()


def test_every_second_face_leans_the_other_way() -> None:
    leaning = corruptions.lean(FACES, 20)

    assert (leaning[0] == rotate(FACES, 20)[0]).all()
    assert (leaning[1] == rotate(FACES, -20)[1]).all()


def test_faces_move_in_four_directions() -> None:
    dot = np.zeros((4, 48, 48), np.uint8)
    dot[:, 20, 20] = 255

    moved = corruptions.shift(dot, 3)

    assert [tuple(np.argwhere(face)[0]) for face in moved] == [(20, 23), (23, 20), (20, 17), (17, 20)]


def test_the_edge_goes_on_behind_a_moved_face() -> None:
    steps = np.tile(np.arange(48, dtype=np.uint8), (1, 48, 1))

    assert corruptions.shift(steps, 4)[0, 0, :6].tolist() == [0, 0, 0, 0, 0, 1]


def test_zooming_in_keeps_the_centre() -> None:
    steps = np.tile(np.arange(0, 240, 5, dtype=np.uint8), (1, 48, 1))

    row = corruptions.zoom(steps, 2)[0, 0].astype(int)

    assert row[23] + row[24] == pytest.approx(steps[0, 0, 23] + int(steps[0, 0, 24]), abs=1)
    assert np.diff(row).max() <= 3


@pytest.mark.parametrize("sigma", [0.5, 1, 2])
def test_the_blur_is_that_of_scipy(sigma: float) -> None:
    reach = max(1, int(np.ceil(3 * sigma)))

    theirs = gaussian_filter(FACES.astype(float), (0, sigma, sigma), mode="nearest", radius=(0, reach, reach))

    assert np.abs(blur(FACES, sigma) - theirs).max() <= 0.51


def test_noise_is_as_strong_as_asked() -> None:
    grey = np.full((20, 48, 48), 128, np.uint8)

    noisy = corruptions.add_noise(grey, 10)

    assert noisy.std() == pytest.approx(10, rel=0.03)
    assert (noisy == corruptions.add_noise(grey, 10)).all()


def test_darkening_takes_a_share_of_the_light() -> None:
    assert corruptions.darken(np.full((1, 48, 48), 200, np.uint8), 0.4)[0, 0, 0] == 120


@pytest.mark.parametrize("count", [1, 63, 64, 65])
def test_one_jpeg_for_all_is_one_for_each(count: int) -> None:
    faces = FACES[RNG.integers(0, len(FACES), count)]

    together = corruptions.jpeg(faces, 10)

    buffer = io.BytesIO()
    Image.fromarray(faces[-1]).save(buffer, "JPEG", quality=10)
    assert (together[-1] == np.asarray(Image.open(buffer))).all()


def test_a_mask_covers_its_place_only() -> None:
    covered = corruptions.cover_mouth(FACES, 1.0)
    rows, columns = corruptions.MOUTH

    assert np.ptp(covered[:, rows, columns].reshape(len(FACES), -1), axis=1).max() == 0
    outside = covered.copy()
    outside[:, rows, columns] = FACES[:, rows, columns]
    assert (outside == FACES).all()
