"""Which face is which from one frame to the next, and answers that follow it smoothly."""

from __future__ import annotations

import math

import numpy as np
import pytest

from emotion.images.boxes import Box
from emotion.models.live import FORGOTTEN_AFTER, REACH, SMOOTHING_SECONDS, Tracker, nearest


def box_at(left: float, top: float = 0, side: int = 100) -> Box:
    return round(left), round(top), round(left) + side, round(top) + side


def says(happy: float) -> np.ndarray:
    return np.array([1 - happy, happy])


def test_takes_a_first_answer_as_it_is() -> None:
    tracks = Tracker().follow([(box_at(0), says(0.9))], 0.2)

    np.testing.assert_allclose(tracks[0].probabilities, [0.1, 0.9])


def test_moves_to_a_new_answer_by_the_time_that_passed() -> None:
    tracker = Tracker()
    tracker.follow([(box_at(0), says(0.0))], 0.2)

    tracks = tracker.follow([(box_at(0), says(1.0))], SMOOTHING_SECONDS)

    assert tracks[0].probabilities[1] == pytest.approx(1 - math.exp(-1))


def test_smooths_alike_however_many_frames_come() -> None:
    slow, fast = Tracker(), Tracker()
    for tracker in (slow, fast):
        tracker.follow([(box_at(0), says(0.0))], 0)

    for _ in range(5):
        many = fast.follow([(box_at(0), says(1.0))], 0.2)
    one = slow.follow([(box_at(0), says(1.0))], 1.0)

    np.testing.assert_allclose(many[0].probabilities, one[0].probabilities)


def test_smoothed_probabilities_still_sum_to_one() -> None:
    tracker = Tracker()
    tracker.follow([(box_at(0), np.array([0.2, 0.3, 0.5]))], 0.2)

    tracks = tracker.follow([(box_at(0), np.array([0.7, 0.2, 0.1]))], 0.3)

    assert tracks[0].probabilities.sum() == pytest.approx(1)


def test_no_time_passed_changes_no_answer() -> None:
    tracker = Tracker()
    tracker.follow([(box_at(0), says(0.2))], 0.2)

    tracks = tracker.follow([(box_at(0), says(1.0))], 0.0)

    assert tracks[0].probabilities[1] == pytest.approx(0.2)


@pytest.mark.parametrize(("moved", "is_same"), [(REACH * 100 - 1, True), (REACH * 100, True), (REACH * 100 + 1, False)])
def test_knows_a_face_again_within_reach(moved: float, is_same: bool) -> None:
    tracker = Tracker()
    tracker.follow([(box_at(0), says(0.5))], 0.2)

    tracks = tracker.follow([(box_at(moved), says(0.5))], 0.2)

    assert (tracks[0].id == 1) is is_same


def test_two_faces_keep_their_answers_when_their_order_changes() -> None:
    tracker = Tracker()
    tracker.follow([(box_at(0), says(0.0)), (box_at(300), says(1.0))], 0.2)

    tracks = tracker.follow([(box_at(295), says(1.0)), (box_at(5), says(0.0))], 0.2)

    assert [track.id for track in tracks] == [2, 1]
    assert [round(float(track.probabilities[1]), 6) for track in tracks] == [1, 0]


def test_the_nearest_pair_is_matched_first() -> None:
    assert nearest([box_at(0), box_at(60)], [box_at(50)]) == {0: 1}


def test_a_face_is_matched_once_only() -> None:
    assert nearest([box_at(0)], [box_at(20), box_at(10)]) == {1: 0}


@pytest.mark.parametrize(
    ("missed", "is_same"), [(FORGOTTEN_AFTER - 0.2, True), (FORGOTTEN_AFTER, False), (FORGOTTEN_AFTER + 0.2, False)]
)
def test_remembers_a_face_that_is_missed_shortly(missed: float, is_same: bool) -> None:
    tracker = Tracker()
    tracker.follow([(box_at(0), says(0.5))], 0.2)
    tracker.follow([], missed)

    tracks = tracker.follow([(box_at(0), says(0.5))], 0.2)

    assert (tracks[0].id == 1) is is_same


def test_a_missed_face_is_not_among_the_answers() -> None:
    tracker = Tracker()
    tracker.follow([(box_at(0), says(0.5))], 0.2)

    assert tracker.follow([], 0.2) == []


def test_a_number_is_never_given_to_a_second_face() -> None:
    tracker = Tracker()
    tracker.follow([(box_at(0), says(0.5))], 0.2)
    tracker.follow([], 2 * FORGOTTEN_AFTER)

    tracks = tracker.follow([(box_at(500), says(0.5))], 0.2)

    assert tracks[0].id == 2
