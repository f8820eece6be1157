"""Which faces are shown, in which order, and their montage."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from emotion.evaluation import gallery
from emotion.recipes.settings import ModelInfo
from emotion.system.errors import ConfigError

INFO = ModelInfo()
LABELS = np.array([1, 1, 1, 0, 0, 0])
HAPPY = np.array([0.9, 0.44, 0.1, 0.2, 0.55, 0.8])
BOTH = np.stack([1 - HAPPY, HAPPY], axis=1)  # wrong: 1, 2 (sad, though happy), 4, 5 (happy, though sad)


def order(*args: str, **kwargs: str) -> list[int]:
    return gallery.order_faces(BOTH, LABELS, INFO, *args, **kwargs).tolist()


def pixels(montage: gallery.Montage) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(montage.jpeg)))


def test_most_wrong_comes_first() -> None:
    assert order("most wrong") == [2, 5, 1, 4, 3, 0]


def test_least_sure_comes_first() -> None:
    assert order("least sure")[:2] == [4, 1]
    assert set(order("least sure")[-2:]) == {0, 2}


def test_files_keep_their_order() -> None:
    assert order("file") == [0, 1, 2, 3, 4, 5]


def test_equal_faces_keep_their_order() -> None:
    same = np.full((5, 2), 0.5)

    assert gallery.order_faces(same, np.zeros(5, np.int64), INFO).tolist() == [0, 1, 2, 3, 4]


def test_shows_only_wrong_faces() -> None:
    assert order("file", "wrong") == [1, 2, 4, 5]


def test_shows_only_right_faces() -> None:
    assert order("file", "right") == [0, 3]


def test_shows_one_class_by_its_name() -> None:
    assert order("file", "sad") == [3, 4, 5]


def test_shows_a_cell_of_the_matrix() -> None:
    assert order("file", truth="sad", answer="happy") == [4, 5]


def test_filters_are_combined() -> None:
    assert order("most wrong", "wrong", truth="happy") == [2, 1]


def test_a_filter_may_leave_nothing() -> None:
    assert order("most wrong", "right", truth="sad", answer="happy") == []


def test_refuses_an_unknown_filter() -> None:
    with pytest.raises(ConfigError, match=r"expected all, wrong, right or one of sad, happy\. Received: 'angry'"):
        order("file", "angry")


def test_refuses_an_unknown_order() -> None:
    with pytest.raises(ConfigError, match=r"expected one of most wrong, least sure, file\. Received: 'nicest'"):
        order("nicest")


def test_right_and_wrong_follow_the_threshold() -> None:
    strict = ModelInfo(threshold=0.85)

    wrong = gallery.order_faces(BOTH, LABELS, strict, "file", "wrong")

    assert wrong.tolist() == [1, 2]


def test_rightness_is_negative_for_wrong_answers() -> None:
    strict = ModelInfo(threshold=0.6)
    happy = np.array([0.0, 0.3, 0.6, 0.8, 1.0])

    right = gallery.rightness(np.stack([1 - happy, happy], axis=1), np.ones(5, np.int64), strict)

    assert right == pytest.approx([-1, -0.5, 0, 0.5, 1])


@pytest.mark.parametrize("threshold", [0.0, 0.5, 1.0])
def test_sureness_is_a_share_at_any_threshold(threshold: float) -> None:
    sure = gallery.sureness(BOTH, ModelInfo(threshold=threshold))

    assert np.all((sure >= 0) & (sure <= 1))


def test_more_classes_compare_with_the_next_likeliest() -> None:
    info = ModelInfo(classes=("angry", "happy", "sad"))
    probabilities = np.array([[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]])
    labels = np.array([2, 2])

    assert gallery.rightness(probabilities, labels, info) == pytest.approx([-0.2, 0.7])
    assert gallery.sureness(probabilities, info) == pytest.approx([0.2, 0.7])
    assert gallery.order_faces(probabilities, labels, info).tolist() == [0, 1]


@pytest.mark.parametrize(("faces", "pages"), [(0, 1), (1, 1), (199, 1), (200, 1), (201, 2), (1548, 8)])
def test_pages_hold_two_hundred_faces(faces: int, pages: int) -> None:
    assert gallery.page_count(faces) == pages


def test_the_last_page_holds_the_rest() -> None:
    assert gallery.page(np.arange(25), 3, size=10).tolist() == [20, 21, 22, 23, 24]


@pytest.mark.parametrize(("number", "first"), [(0, 0), (1, 0), (3, 20), (4, 20)])
def test_a_page_beyond_the_end_is_the_last(number: int, first: int) -> None:
    assert gallery.page(np.arange(25), number, size=10)[0] == first


def test_no_faces_make_an_empty_page() -> None:
    assert gallery.page(np.arange(0), 1).tolist() == []


def test_a_montage_shows_each_face_in_its_cell() -> None:
    greys = np.linspace(0, 250, 7).astype(np.uint8)
    faces = np.tile(greys.reshape(-1, 1, 1), (1, 48, 48))

    montage = gallery.montage(faces, columns=3)

    assert (montage.columns, montage.rows, montage.cell) == (3, 3, 48)
    means = pixels(montage).reshape(3, 48, 3, 48).mean(axis=(1, 3)).ravel()
    assert means[:7] == pytest.approx(greys, abs=2)
    assert means[7:] == pytest.approx([128, 128], abs=2)


def test_a_montage_is_no_wider_than_its_faces() -> None:
    montage = gallery.montage(np.zeros((2, 48, 48), np.uint8))

    assert pixels(montage).shape == (48, 96)


def test_a_montage_may_be_enlarged() -> None:
    montage = gallery.montage(np.zeros((3, 48, 48), np.uint8), columns=2, cell=64)

    assert pixels(montage).shape == (128, 128)


def test_a_montage_keeps_the_faces_recognisable() -> None:
    rng = np.random.default_rng(0)
    faces = np.repeat(np.repeat(rng.integers(0, 256, (4, 6, 6), dtype=np.uint8), 8, axis=1), 8, axis=2)

    montage = gallery.montage(faces, columns=2)

    assert pixels(montage)[:48, 48:] == pytest.approx(faces[1], abs=12)
