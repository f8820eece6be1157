"""The tilt of heads, on drawn faces and patterns whose tilt is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emotion import head_tilt, kept_tilts, spoiling


def masks(count: int = 8) -> np.ndarray:
    """Symmetric faces of a kind: two eyes, a nose and a mouth on grey, each a little different."""
    rng, faces = np.random.default_rng(0), np.full((count, 48, 48), 150, np.uint8)
    for face in faces:
        eyes, mouth, wide = rng.integers(14, 19), rng.integers(32, 37), rng.integers(4, 8)
        face[eyes : eyes + 4, 12:18] = face[eyes : eyes + 4, 30:36] = 30
        face[22:29, 23:25] = 90
        face[mouth : mouth + 3, 24 - wide : 24 + wide] = 40
    return faces


@pytest.mark.parametrize("degrees", [-25, -12, 0, 7, 20])
def test_a_turned_face_has_the_tilt_it_was_turned_by(degrees: float) -> None:
    found = head_tilt.tilt(spoiling.rotate(masks(), degrees))

    assert found == pytest.approx(np.full(8, float(degrees)), abs=2.5)


def test_a_face_beside_the_middle_has_the_same_tilt() -> None:
    turned = spoiling.rotate(masks(4), 15)

    found = head_tilt.tilt(np.roll(turned, 4, axis=2))

    assert found == pytest.approx(np.full(4, 15.0), abs=4)


def test_what_is_not_symmetric_has_no_tilt() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (10, 48, 48), np.uint8)

    assert np.isnan(head_tilt.tilt(noise)).all()


def test_a_flat_picture_has_no_tilt() -> None:
    assert np.isnan(head_tilt.tilt(np.full((1, 48, 48), 80, np.uint8))).all()


def test_many_faces_are_judged_like_few(monkeypatch: pytest.MonkeyPatch) -> None:
    faces = spoiling.lean(masks(), 10)
    whole = head_tilt.tilt(faces)
    monkeypatch.setattr(head_tilt, "CHUNK", 3)

    assert head_tilt.tilt(faces) == pytest.approx(whole)


def test_no_faces_have_no_tilt() -> None:
    assert len(head_tilt.tilt(np.zeros((0, 48, 48), np.uint8))) == 0


def test_tilts_are_measured_once_only(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faces = masks()
    assert kept_tilts.known(faces) is None
    first = kept_tilts.measure(faces)
    monkeypatch.setattr(head_tilt, "tilt", lambda faces: 1 / 0)

    again = kept_tilts.measure(faces)

    assert again.tolist() == first.tolist()


def test_damaged_tilts_are_measured_anew(home: Path) -> None:
    faces = masks()
    first = kept_tilts.measure(faces)
    kept_tilts.location(faces).write_bytes(b"nothing")

    assert kept_tilts.known(faces) is None
    assert kept_tilts.measure(faces).tolist() == first.tolist()
