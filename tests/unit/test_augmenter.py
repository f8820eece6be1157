"""Varied faces: what each kind may do to a face, and what no kind may ever do."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest

from emotion.recipes.augmentation import KINDS, NONE, Augmentation, augment, mix

N, SIZE = 200, 48
LIMITS = {name: kind.most for name, kind in KINDS.items()}
STRONGEST = Augmentation(mirror=True, **LIMITS)
PIXEL_KINDS = [name for name in LIMITS if name != "mixup"]  # mixup is `mix`
MOUTH = (slice(35, 39), slice(15, 33))  # where the mean face of FER-2013 has it
SKIN, LIPS = 60, 255


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def noise(n: int = N, seed: int = 1) -> np.ndarray:
    return rng(seed).integers(0, 256, (n, SIZE, SIZE), dtype=np.uint8)


def smooth(n: int = N) -> np.ndarray:
    """Faces of soft light: every one is a slope from one side to another."""
    ends = rng(2).uniform(40, 215, (n, 2, 2))
    line = np.linspace(0, 1, SIZE)
    rows = ends[:, :1, 0, None] + (ends[:, 1:, 0, None] - ends[:, :1, 0, None]) * line  # (n, 1, S)
    columns = ends[:, :1, 1, None] + (ends[:, 1:, 1, None] - ends[:, :1, 1, None]) * line
    return ((rows.transpose(0, 2, 1) + columns) / 2).astype(np.uint8)


def with_mouth(n: int = N) -> np.ndarray:
    faces = np.full((n, SIZE, SIZE), SKIN, np.uint8)
    faces[:, *MOUTH] = LIPS
    return faces


def none_mirrored(n: int = N) -> np.ndarray:
    return np.zeros(n, bool)


def varied(faces: np.ndarray, settings: Augmentation, seed: int = 0) -> np.ndarray:
    return augment(faces, rng(seed), settings, none_mirrored(len(faces)))


def only(kind: str, strength: float | None = None) -> Augmentation:
    return replace(NONE, **{kind: LIMITS[kind] if strength is None else strength})


def test_leaves_faces_alone_when_nothing_is_on() -> None:
    faces = noise()

    assert np.array_equal(varied(faces, NONE), faces)


@pytest.mark.parametrize("kind", PIXEL_KINDS)
def test_a_strength_of_zero_changes_nothing(kind: str) -> None:
    faces = noise()

    assert np.array_equal(varied(faces, only(kind, 0.0)), faces)


@pytest.mark.parametrize("kind", PIXEL_KINDS)
def test_a_kind_at_its_strongest_changes_faces(kind: str) -> None:
    faces = noise()

    changed = (varied(faces, only(kind)) != faces).any(axis=(1, 2))

    assert changed.mean() > 0.9


@pytest.mark.parametrize("kind", PIXEL_KINDS)
def test_the_smallest_strength_is_close_to_none(kind: str) -> None:
    faces = smooth()

    changed = varied(faces, only(kind, 1e-6)).astype(int) - faces

    assert np.abs(changed).max() <= 1


@pytest.mark.parametrize("settings", [STRONGEST, *(only(kind) for kind in PIXEL_KINDS)])
def test_keeps_shape_and_type(settings: Augmentation) -> None:
    faces = varied(noise(), settings)

    assert (faces.shape, faces.dtype) == ((N, SIZE, SIZE), np.uint8)


@pytest.mark.parametrize("settings", [replace(STRONGEST, mirror=False), *(only(kind) for kind in PIXEL_KINDS)])
@pytest.mark.parametrize("n", [0, 1, 2])
def test_takes_batches_of_any_size(n: int, settings: Augmentation) -> None:
    assert varied(noise(n), settings).shape == (n, SIZE, SIZE)


@pytest.mark.parametrize("settings", [STRONGEST, *(only(kind) for kind in PIXEL_KINDS)])
def test_never_writes_into_the_faces_that_it_was_given(settings: Augmentation) -> None:
    faces = noise()
    before = faces.copy()

    varied(faces, settings)[:] = 0

    assert np.array_equal(faces, before)


@pytest.mark.parametrize("settings", [STRONGEST, *(only(kind) for kind in PIXEL_KINDS)])
def test_the_same_generator_gives_the_same_faces(settings: Augmentation) -> None:
    faces = noise()

    assert np.array_equal(varied(faces, settings, seed=5), varied(faces, settings, seed=5))


def test_another_generator_gives_other_faces() -> None:
    faces = noise()

    assert not np.array_equal(varied(faces, STRONGEST, seed=5), varied(faces, STRONGEST, seed=6))


@pytest.mark.parametrize("kind", PIXEL_KINDS)
def test_each_face_is_varied_in_its_own_way(kind: str) -> None:
    same = np.repeat(noise(1), N, axis=0)

    assert len(np.unique(varied(same, only(kind, 0.9 * LIMITS[kind])), axis=0)) > 1


def test_mirrors_the_faces_whose_turn_it_is() -> None:
    faces, turn = noise(4), np.array([True, False, False, True])

    mirrored = augment(faces, rng(), Augmentation(mirror=True), turn)

    assert np.array_equal(mirrored[turn], faces[turn, :, ::-1])
    assert np.array_equal(mirrored[~turn], faces[~turn])


def test_mirroring_twice_gives_the_first_face() -> None:
    faces, turn = noise(), rng().random(N) < 0.5
    settings = Augmentation(mirror=True)

    twice = augment(augment(faces, rng(), settings, turn), rng(), settings, turn)

    assert np.array_equal(twice, faces)


@pytest.mark.parametrize("turn", [True, False])
def test_mirrors_nothing_unless_asked_to(turn: bool) -> None:
    faces = noise()

    assert np.array_equal(augment(faces, rng(), NONE, np.full(N, turn)), faces)


GEOMETRIES = {
    "shift": ("shift",),
    "zoom": ("zoom",),
    "rotation": ("rotation",),
    "shear": ("shear",),
    "all of it": ("shift", "zoom", "rotation", "shear"),
}


@pytest.mark.parametrize("kinds", GEOMETRIES.values(), ids=GEOMETRIES.keys())
def test_the_whole_mouth_stays_in_the_picture_at_the_strongest(kinds: tuple[str, ...]) -> None:
    settings = replace(NONE, **{kind: LIMITS[kind] for kind in kinds})

    lips = varied(with_mouth(5000), settings) > (SKIN + LIPS) / 2

    smallest = (1 / (1 + settings.zoom)) ** 2 * 4 * 18  # pixels of lips on the face that is farthest away
    assert lips.sum(axis=(1, 2)).min() > 0.8 * smallest
    assert not rim(lips).any()


def rim(faces: np.ndarray) -> np.ndarray:
    """The pixels of the edge, (N, 4 S)."""
    return np.concatenate([faces[:, 0], faces[:, -1], faces[:, :, 0], faces[:, :, -1]], axis=1)


def test_moves_a_face_by_whole_pixels_within_the_share() -> None:
    faces = np.zeros((N, SIZE, SIZE), np.uint8)
    faces[:, 24, 24] = 255

    moved = np.argwhere(varied(faces, Augmentation(shift=0.1)) == 255)[:, 1:] - 24

    assert len(moved) == N
    assert (moved.min(), moved.max()) == (-5, 5)


def test_a_moved_face_has_no_empty_edge() -> None:
    bright = np.full((N, SIZE, SIZE), 200, np.uint8)

    for kinds in GEOMETRIES.values():
        assert (varied(bright, replace(NONE, **{kind: LIMITS[kind] for kind in kinds})) == 200).all()


def test_turns_to_both_sides_within_its_degrees() -> None:
    faces = np.zeros((N, SIZE, SIZE), np.uint8)
    faces[:, 23:25, 36:46] = 255  # a bar to the right of the middle

    turned = varied(faces, Augmentation(rotation=30))
    rows, columns = np.indices((SIZE, SIZE)) - 23.5
    weights = turned / turned.sum(axis=(1, 2), keepdims=True)
    angles = np.degrees(np.arctan2((weights * rows).sum(axis=(1, 2)), (weights * columns).sum(axis=(1, 2))))

    assert -31 < angles.min() < -25
    assert 25 < angles.max() < 31


def test_makes_faces_larger_and_smaller_within_the_share() -> None:
    faces = np.zeros((N, SIZE, SIZE), np.uint8)
    faces[:, 14:34, 14:34] = 255

    sides = np.sqrt(varied(faces, Augmentation(zoom=0.2)).sum(axis=(1, 2)) / 255) / 20

    assert 1 / 1.2 - 0.01 < sides.min() < 0.87
    assert 1.15 < sides.max() < 1.21


def test_the_mean_brightness_moves_no_farther_than_its_share() -> None:
    faces = np.full((N, SIZE, SIZE), 128, np.uint8)

    moved = (varied(faces, Augmentation(brightness=0.2)).mean(axis=(1, 2)) - 128) / 255

    assert 0.17 < moved.max() <= 0.203
    assert -0.203 <= moved.min() < -0.17


def test_contrast_leaves_the_mean_brightness() -> None:
    faces = smooth()

    varied_faces = varied(faces, Augmentation(contrast=0.3))

    assert np.abs(varied_faces.mean(axis=(1, 2)) - faces.mean(axis=(1, 2))).max() < 1.5


def test_contrast_stretches_greys_within_its_share() -> None:
    faces = smooth()

    stretched = varied(faces, Augmentation(contrast=0.3)).std(axis=(1, 2)) / faces.std(axis=(1, 2))

    assert 0.68 < stretched.min() < 0.75
    assert 1.25 < stretched.max() < 1.32


@pytest.mark.parametrize("grey", [0, 255])
def test_light_never_wraps_around_at_black_and_white(grey: int) -> None:
    faces = np.full((N, SIZE, SIZE), grey, np.uint8)

    moved = varied(faces, only("brightness")).astype(int) - grey

    assert np.abs(moved).max() <= 128


@pytest.mark.parametrize("kind", ["shrink", "blur", "jpeg", "erase", "grain"])
def test_changes_about_its_share_of_the_faces(kind: str) -> None:
    faces = noise(1000)

    changed = (varied(faces, only(kind, 0.3)) != faces).any(axis=(1, 2)).mean()

    assert 0.25 < changed < 0.35


def test_slants_to_both_sides_within_its_share() -> None:
    bars = np.zeros((N, SIZE, SIZE), np.uint8)
    bars[:, :, 23:25] = 255

    slanted = varied(bars, Augmentation(shear=0.1)).astype(float)
    middles = (slanted * np.arange(SIZE)).sum(axis=2) / slanted.sum(axis=2)  # of the bar in each row
    share = (middles[:, -1] - middles[:, 0]) / (SIZE - 1)

    assert -0.105 < share.min() < -0.09
    assert 0.09 < share.max() < 0.105


def test_a_shadow_takes_light_away_up_to_its_share_and_adds_none() -> None:
    faces = np.full((2000, SIZE, SIZE), 200, np.uint8)

    kept = varied(faces, Augmentation(shadow=0.6)) / 200

    assert kept.max() <= 1
    assert 0.395 < kept.min() < 0.45


def test_shadows_fall_from_every_side_on_a_part_on_all_or_on_nothing() -> None:
    faces = np.full((2000, SIZE, SIZE), 200, np.uint8)

    dark = varied(faces, only("shadow")) < 120
    share = dark.mean(axis=(1, 2))

    assert (share == 1).any()
    assert (share == 0).any()
    for side in (dark[:, 0], dark[:, -1], dark[:, :, 0], dark[:, :, -1]):
        assert ((side.mean(axis=1) == 1) & (share < 0.5)).any()


def test_a_coarse_face_keeps_its_light_and_loses_its_grain() -> None:
    faces = noise()

    coarse = varied(faces, only("shrink"))

    assert coarse.std() < 0.75 * faces.std()
    assert np.abs(coarse.mean(axis=(1, 2)) - faces.mean(axis=(1, 2))).max() < 3


def test_an_even_face_is_no_coarser() -> None:
    even = np.full((N, SIZE, SIZE), 77, np.uint8)

    assert np.array_equal(varied(even, only("shrink")), even)


def test_blur_softens_and_keeps_the_light() -> None:
    faces = noise()

    soft = varied(faces, only("blur"))

    assert soft.std() < 0.5 * faces.std()
    assert np.abs(soft.mean(axis=(1, 2)) - faces.mean(axis=(1, 2))).max() < 2


def test_blur_changes_no_even_face() -> None:
    even = np.full((N, SIZE, SIZE), 77, np.uint8)

    assert np.array_equal(varied(even, only("blur")), even)


def test_jpeg_keeps_what_a_face_looks_like() -> None:
    faces = with_mouth()

    coded = varied(faces, only("jpeg")).astype(int)

    assert np.abs(coded - faces).mean() < 10


def test_erase_leaves_more_than_half_of_each_face() -> None:
    faces = noise()

    erased = (varied(faces, only("erase")) != faces).mean(axis=(1, 2))

    assert erased.min() > 0
    assert erased.max() < 0.5


def test_erases_in_one_box_of_one_grey() -> None:
    faces = np.zeros((N, SIZE, SIZE), np.uint8)

    for face in varied(faces, only("erase")):
        rows, columns = face.any(axis=1), face.any(axis=0)
        box = face[np.ix_(rows, columns)]
        assert len(np.unique(box)) == 1


def test_erases_every_place_sooner_or_later() -> None:
    faces = np.zeros((2000, SIZE, SIZE), np.uint8)

    erased = varied(faces, only("erase")).any(axis=0)

    assert erased.any(axis=0).all()
    assert erased.any(axis=1).all()


def mixed(alpha: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Faces and targets before and after; each face has a grey of its own, each target is one of seven classes."""
    faces = np.broadcast_to(rng().random((N, 1, 1, 1)), (N, SIZE, SIZE, 1)).astype(np.float32)
    targets = np.eye(7, dtype=np.float32)[rng(1).integers(0, 7, N)]
    return faces, targets, *mix(faces, targets, rng(), alpha)


def test_mixed_labels_are_shares_that_sum_to_one() -> None:
    _, _, _, targets = mixed()

    assert (targets >= 0).all()
    np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-6)


def test_a_mixed_label_belongs_to_two_faces_at_most() -> None:
    _, _, _, targets = mixed()

    assert (targets > 0).sum(axis=1).max() == 2


def test_a_mixed_face_keeps_the_larger_share() -> None:
    _, before, _, after = mixed()

    assert ((before * after).sum(axis=1) >= 0.5).all()


def test_faces_and_labels_are_mixed_by_the_same_shares() -> None:
    """Where the label says of the face itself what its grey is, it says so of the mixed one too."""
    greys = rng().random((N, 1)).astype(np.float32)
    faces = np.broadcast_to(greys[:, :, None, None], (N, SIZE, SIZE, 1)).astype(np.float32)

    blended, targets = mix(faces, greys, rng(), 0.4)

    np.testing.assert_allclose(blended[:, 20, 20, 0], targets[:, 0], atol=1e-6)


@pytest.mark.parametrize("alpha", [0.01, 0.2, 1.0])
def test_mixed_faces_stay_within_black_and_white(alpha: float) -> None:
    _, _, faces, _ = mixed(alpha)

    assert (faces.dtype, faces.shape) == (np.float32, (N, SIZE, SIZE, 1))
    assert 0 <= faces.min() <= faces.max() <= 1


def test_a_small_alpha_mixes_less_than_a_large_one() -> None:
    changes = []
    for alpha in (0.05, 1.0):
        before, _, after, _ = mixed(alpha)
        changes.append(np.abs(after - before).mean())

    assert changes[0] < changes[1] / 2


def test_every_kind_is_tried_here() -> None:
    assert set(asdict(NONE)) == {"mirror", "mixup", *PIXEL_KINDS}


def test_grain_is_of_each_pixel_alone_and_leaves_the_face_as_light_as_it_was() -> None:
    grey = np.full((200, SIZE, SIZE), 128, np.uint8)

    noise_alone = varied(grey, only("grain", 1.0)).astype(float) - 128

    strength = noise_alone.std(axis=(1, 2))
    assert np.abs(noise_alone.mean(axis=(1, 2))).max() < 3
    assert strength.min() > 3.5
    assert strength.max() < 25
    beside = (noise_alone[:, :, 1:] * noise_alone[:, :, :-1]).mean(axis=(1, 2)) / strength**2
    assert np.abs(beside).max() < 0.1
