"""Which pictures count as nearly the same."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from emotion.checks import near_duplicates
from tests.planted_data import face

FACES = np.array([np.asarray(face(number, 0.7)) for number in range(30)])


def saved_again(grey: np.ndarray, quality: int) -> np.ndarray:
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, "JPEG", quality=quality)
    with Image.open(stream) as picture:
        return np.asarray(picture)


def with_noise(grey: np.ndarray) -> np.ndarray:
    return np.clip(grey + np.random.default_rng(0).normal(0, 5, grey.shape), 0, 255).astype(np.uint8)


CHANGES = {
    "saved at quality 80": lambda grey: saved_again(grey, 80),
    "saved at quality 40": lambda grey: saved_again(grey, 40),
    "shifted by a pixel": lambda grey: np.roll(grey, 1, axis=1),
    "darker": lambda grey: (grey * 0.8).astype(np.uint8),
    "with less contrast": lambda grey: (grey * 0.6 + 40).astype(np.uint8),
    "with noise": with_noise,
}


def test_different_faces_are_not_alike() -> None:
    assert len(near_duplicates.near_pairs(FACES)) == 0


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_alike(change: str) -> None:
    changed = np.array([CHANGES[change](grey) for grey in FACES])

    pairs = near_duplicates.near_pairs(np.concatenate([FACES, changed]))

    assert list(zip(pairs.first, pairs.second, strict=True)) == [(n, n + len(FACES)) for n in range(len(FACES))]
    assert not pairs.mirrored.any()


def test_a_mirror_image_is_alike_and_said_to_be_one() -> None:
    pairs = near_duplicates.near_pairs(np.concatenate([FACES, FACES[:3, :, ::-1]]))

    assert list(zip(pairs.first, pairs.second, strict=True)) == [(0, 30), (1, 31), (2, 32)]
    assert pairs.mirrored.all()


def test_of_a_crowd_of_like_pictures_only_the_likest_are_compared() -> None:
    rng = np.random.default_rng(0)
    film = np.clip(FACES[0] + rng.normal(0, 3, (40, 48, 48)), 0, 255).astype(np.uint8)

    pairs = near_duplicates.near_pairs(film)

    assert len(pairs) <= 2 * 40 * near_duplicates.MOST_NEIGHBOURS  # as they are and mirrored, of 780 each
    assert set(pairs.first.tolist()) | set(pairs.second.tolist()) == set(range(40))


def test_finds_pairs_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    copies = np.concatenate([FACES, np.array([saved_again(grey, 70) for grey in FACES])])
    whole = near_duplicates.near_pairs(copies)
    monkeypatch.setattr(near_duplicates, "ROWS", 7)
    monkeypatch.setattr(near_duplicates, "COLUMNS", 11)

    parts = near_duplicates.near_pairs(copies)

    assert parts.first.tolist() == whole.first.tolist()
    assert parts.second.tolist() == whole.second.tolist()


def test_no_pictures_have_no_pairs() -> None:
    assert len(near_duplicates.near_pairs(np.empty((0, 48, 48), np.uint8))) == 0
