"""The charts of Evaluate as markup: every piece stands for the faces that it says."""

from __future__ import annotations

import re

import numpy as np
import pytest

from emotion.evaluation.selection import range_of
from emotion.metrics import calibration, slices, thresholds
from pages.ui.evaluate import charts
from pages.ui.shared import plot

RNG = np.random.default_rng(12)
SCORES = np.concatenate([RNG.random(300), [0.0, 0.05, 0.5, 1.0]])
TRUTH = SCORES + RNG.normal(0, 0.3, 304) > 0.5


def pieces(markup: str) -> dict[str, str]:
    """Word of each piece → what it says."""
    return dict(re.findall(r'data-pick="([^"]+)" aria-label="([^"]+)"', markup))


def test_a_bar_stands_for_as_many_faces_as_it_says() -> None:
    markup = charts.histogram(thresholds.histogram(SCORES, TRUTH, 20), ("sad", "happy"), 0.5, (0.5, 0.5))

    found = pieces(markup)
    assert len(found) == 40
    for word, said in found.items():
        name, _, within = word.partition(":")
        faces = (range_of(within).holds(SCORES) & ((name == "happy") == TRUTH)).sum()
        assert said.startswith(f"{faces:,} face")


def test_a_dot_stands_for_as_many_answers_as_it_says() -> None:
    markup = charts.calibration(calibration.reliability(SCORES, TRUTH))

    for word, said in pieces(markup).items():
        n = range_of(word.removeprefix("sure:")).holds(SCORES).sum()
        assert said.startswith(f"{n:,} answer")


def test_dots_that_nearly_touch_are_picked_each_in_a_part_of_its_own() -> None:
    markup = charts.calibration(calibration.reliability(np.array([0.899, 0.901]), np.array([True, True])))

    assert re.findall(r"left:([\d.]+)%;width:([\d.]+)%;--at:([\d.]+)%", markup) == [
        ("80.00", "10.00", "99.00"),
        ("90.00", "10.00", "1.00"),
    ]


def test_a_slice_stands_for_as_many_faces_as_it_says() -> None:
    found = slices.by_quantity("brightness", SCORES, TRUTH)

    markup = charts.slicing(found, 0.5, "brightness", "from dark to bright")

    for word, said in pieces(markup).items():
        n = range_of(word.removeprefix("brightness:")).holds(SCORES).sum()
        assert f"of {n} faces right" in said


def test_a_slice_without_a_filter_cannot_be_picked() -> None:
    markup = charts.slicing(slices.by_quantity("picture size", SCORES, TRUTH), 0.5, "", "")

    assert "data-pick" not in markup


def test_names_are_escaped() -> None:
    bars = thresholds.histogram(SCORES, TRUTH, 2)

    markup = charts.histogram(bars, ('"><script>', "<b>happy"), 0.5, (0.4, 0.6))

    assert "<script" not in markup
    assert "<b>happy" not in markup


@pytest.mark.parametrize(
    ("low", "high", "step", "texts"),
    [(0.0, 1.0, 0.25, ["0", "25", "50", "75", "100"]), (0.6, 1.0, 0.1, ["60", "70", "80", "90", "100"])],
)
def test_marks_stand_at_round_shares(low: float, high: float, step: float, texts: list[str]) -> None:
    marks = plot.percent_marks(low, high, step)

    assert [text.split("\N{NO-BREAK SPACE}")[0] for _, text in marks] == texts
    assert [place for place, _ in marks] == pytest.approx(np.linspace(0, 1, len(texts)))


@pytest.mark.parametrize("draw", [charts.roc, charts.precision_recall])
def test_a_dot_of_a_curve_stands_for_as_many_faces_as_it_says(draw) -> None:
    sweep = thresholds.sweep(SCORES, TRUTH)

    found = pieces(draw([(sweep, "accent")], sweep, (0.2, 0.4, 0.6, 0.8), 0.5, "happy"))

    assert len(found) == 4
    for word, said in found.items():
        above = SCORES.astype(np.float32) > np.float32(word)
        assert said.startswith(f"above {word}: {(above & TRUTH).sum()} happy faces of {TRUTH.sum()} found")
        assert f", {(above & ~TRUTH).sum()} others of {(~TRUTH).sum()} wrongly" in said


def test_dots_that_would_cover_each_other_are_left_out() -> None:
    perfect = thresholds.sweep(np.array([0.01, 0.99]), np.array([False, True]))

    markup = charts.roc([(perfect, "accent")], perfect, (0.2, 0.4, 0.6, 0.8), 0.5, "happy")

    assert markup.count('class="point') == 1
    assert not pieces(markup)


def test_a_curve_goes_from_no_face_to_all_faces() -> None:
    markup = charts.roc([(thresholds.sweep(SCORES, TRUTH), "accent")])

    points = re.findall(r'polyline class="accent" points="([^"]+)"', markup)[0].split()
    assert (points[0], points[-1]) == ("100.00,0.00", "0.00,100.00")


def test_a_class_without_faces_has_no_curve_and_is_no_trouble() -> None:
    nobody = thresholds.sweep(SCORES, np.zeros(len(SCORES), bool))

    assert "nan" not in charts.roc([(nobody, "accent")]) + charts.precision_recall([(nobody, "accent")])
