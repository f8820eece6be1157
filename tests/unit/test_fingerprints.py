"""Which pictures count as nearly the same."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from emotion.checks import near_duplicates
from tests.planted_data import face

FACES = np.array([np.asarray(face(number, 0.7)) for number in range(30)])


def near_pairs(grey: np.ndarray) -> near_duplicates.Pairs:
    return near_duplicates.near_pairs(grey, np.arange(len(grey)))


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
    assert len(near_pairs(FACES)) == 0


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_alike(change: str) -> None:
    changed = np.array([CHANGES[change](grey) for grey in FACES])

    pairs = near_pairs(np.concatenate([FACES, changed]))

    assert list(zip(pairs.first, pairs.second, strict=True)) == [(n, n + len(FACES)) for n in range(len(FACES))]
    assert not pairs.mirrored.any()


def test_a_mirror_image_is_alike_and_said_to_be_one() -> None:
    pairs = near_pairs(np.concatenate([FACES, FACES[:3, :, ::-1]]))

    assert list(zip(pairs.first, pairs.second, strict=True)) == [(0, 30), (1, 31), (2, 32)]
    assert pairs.mirrored.all()


def test_of_a_crowd_of_like_pictures_only_the_likest_are_compared() -> None:
    rng = np.random.default_rng(0)
    film = np.clip(FACES[0] + rng.normal(0, 3, (80, 48, 48)), 0, 255).astype(np.uint8)

    pairs = near_pairs(film)

    assert len(pairs) <= 2 * 80 * near_duplicates.MOST_NEIGHBOURS  # as they are and mirrored, of 3,160 each
    assert set(pairs.first.tolist()) | set(pairs.second.tolist()) == set(range(80))


def test_finds_pairs_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    copies = np.concatenate([FACES, np.array([saved_again(grey, 70) for grey in FACES])])
    whole = near_pairs(copies)
    monkeypatch.setattr(near_duplicates, "ROWS", 7)
    monkeypatch.setattr(near_duplicates, "MOST_WAITING", 3)

    parts = near_pairs(copies)

    assert parts.first.tolist() == whole.first.tolist()
    assert parts.second.tolist() == whole.second.tolist()


def test_no_pictures_have_no_pairs() -> None:
    assert len(near_pairs(np.empty((0, 48, 48), np.uint8))) == 0


def by_all_pairs(grey: np.ndarray) -> set[tuple[int, int, bool]]:
    """Every picture compared with every other one, in the plainest way."""
    straight, mirrored = near_duplicates.fingerprints(grey), near_duplicates.fingerprints(grey[:, :, ::-1])
    found = {}
    for turned, prints in ((False, straight), (True, mirrored)):
        first, second = np.nonzero(np.triu(prints @ straight.T > near_duplicates.ALIKE_AT_ALL, 1))
        ones = grey[first][:, :, ::-1] if turned else grey[first]
        alike = near_duplicates.likeness(ones, grey[second]) >= near_duplicates.ALIKE
        for pair in zip(first[alike].tolist(), second[alike].tolist(), strict=True):
            found.setdefault(pair, turned)
    return {(*pair, turned) for pair, turned in found.items()}


def test_hashes_find_the_pairs_that_comparing_all_with_all_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    more = np.array([np.asarray(face(number, 0.7)) for number in range(600)])
    changed = [CHANGES[change](grey) for grey, change in zip(more[:60], 10 * list(CHANGES), strict=True)]
    pictures = np.concatenate([more, np.array(changed), more[100:120, :, ::-1]])
    monkeypatch.setattr(near_duplicates, "FEW", 0)

    pairs = near_pairs(pictures)

    found = set(zip(pairs.first.tolist(), pairs.second.tolist(), pairs.mirrored.tolist(), strict=True))
    assert len(found) >= 80
    assert found == by_all_pairs(pictures)


def test_a_mirror_image_has_the_other_sign_in_the_second_half_of_its_fingerprint() -> None:
    prints, mirrored = near_duplicates.fingerprints(FACES), near_duplicates.fingerprints(FACES[:, :, ::-1])

    half = prints.shape[1] // 2
    np.testing.assert_allclose(mirrored[:, :half], prints[:, :half], atol=1e-5)
    np.testing.assert_allclose(mirrored[:, half:], -prints[:, half:], atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(prints, axis=1), 1, atol=1e-5)


def test_each_is_compared_with_a_few_however_many_share_its_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    film = np.clip(FACES[0] + rng.normal(0, 3, (2_000, 48, 48)), 0, 255).astype(np.uint8)
    monkeypatch.setattr(near_duplicates, "FEW", 0)
    prints = near_duplicates.fingerprints(film)
    one_hash = np.zeros(len(film), np.int64)

    asked = near_duplicates._neighbours(prints, np.arange(len(film)), one_hash, 5)

    assert sum(len(found.owner) for found in asked) <= 2 * 5 * len(film)  # as they are and mirrored, of 2 million each


def test_only_some_of_the_pictures_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    copies = np.concatenate([FACES, FACES])  # identical ones stand for each other

    pairs = near_duplicates.near_pairs(copies, np.array([1, 2, 31]))

    assert list(zip(pairs.first, pairs.second, strict=True)) == [(1, 31)]
