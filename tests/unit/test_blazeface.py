from __future__ import annotations

import numpy as np
import pytest

from emotion.images.detectors.blazeface import SCORE, anchors, decode, framed, merge


def test_the_network_corrects_896_boxes() -> None:
    centres = anchors()

    assert centres.shape == (896, 2)
    assert centres[0].tolist() == centres[1].tolist() == [8, 8]
    assert centres[2].tolist() == [24, 8]
    assert centres[512].tolist() == centres[517].tolist() == [16, 16]
    assert centres[-1].tolist() == [240, 240]


def test_a_box_is_its_anchor_plus_the_correction() -> None:
    regressors, logits = np.zeros((2, 16), np.float32), np.array([-9, 3], np.float32)
    regressors[1, :4] = [5, -5, 20, 40]

    boxes, scores = decode(regressors, logits, np.array([[0, 0], [100, 100]], np.float32))

    assert boxes.tolist() == [[95, 75, 115, 115]]
    assert scores == pytest.approx([1 / (1 + np.exp(-3))])


@pytest.mark.parametrize(("score", "count"), [(SCORE - 0.01, 0), (SCORE + 1e-6, 1), (SCORE + 0.01, 1)])
def test_keeps_boxes_from_the_lowest_score_on(score: float, count: int) -> None:
    logit = np.array([np.log(score / (1 - score))], np.float32)

    boxes, _ = decode(np.ones((1, 16), np.float32), logit, np.zeros((1, 2), np.float32))

    assert len(boxes) == count


def test_an_endless_logit_gives_a_whole_score() -> None:
    _, scores = decode(np.ones((1, 16), np.float32), np.array([1000], np.float32), np.zeros((1, 2), np.float32))

    assert scores.tolist() == [1.0]


def test_boxes_on_one_face_are_averaged_by_score() -> None:
    boxes = np.array([[0, 0, 10, 10], [100, 100, 110, 110], [2, 0, 12, 10]], np.float32)
    scores = np.array([0.9, 0.8, 0.3], np.float32)

    faces = merge(boxes, scores)

    assert [box.tolist() for box, _ in faces] == [pytest.approx([0.5, 0, 10.5, 10]), [100, 100, 110, 110]]
    assert [score for _, score in faces] == pytest.approx([0.9, 0.8])


def test_no_boxes_are_no_faces() -> None:
    assert merge(np.zeros((0, 4), np.float32), np.zeros(0, np.float32)) == []


def test_a_box_without_area_is_still_one_face() -> None:
    assert len(merge(np.full((1, 4), 5, np.float32), np.array([0.9], np.float32))) == 1


def test_frames_a_face_like_the_first_detector() -> None:
    left, top, right, bottom = framed(np.array([100, 100, 200, 200], np.float32))

    assert (bottom - top) * 1.02 == pytest.approx(117)
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((150, 141))
