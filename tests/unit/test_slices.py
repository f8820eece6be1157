"""Slices of faces by a quantity, by hand and against SciPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.stats import chi2_contingency

from emotion.metrics import classification, slices

RNG = np.random.default_rng(4)


def test_slices_hold_about_as_many_faces_each() -> None:
    found = slices.by_quantity("brightness", np.arange(200.0), np.ones(200, bool))

    assert [one.n for one in found.slices] == [40, 40, 40, 40, 40]
    assert [(one.low, one.high) for one in found.slices][:2] == [(0, 39), (39, 79)]


def test_a_slice_counts_its_right_answers() -> None:
    values, right = np.repeat([1.0, 2.0], [40, 60]), np.tile([True, False], 50)

    found = slices.by_quantity("contrast", values, right, parts=2)

    assert sum(one.n for one in found.slices) == 100
    assert sum(one.right for one in found.slices) == 50
    assert found.slices[0].interval == classification.wilson_interval(found.slices[0].right, found.slices[0].n)


def test_every_face_is_in_the_slice_of_its_value() -> None:
    values = RNG.random(500).round(1)
    ends = slices.edges(values)

    place = slices.places(values, ends)

    assert place.min() == 0
    assert place.max() == len(ends) - 2
    assert (values <= ends[place + 1]).all()
    assert ((values > ends[place]) | (place == 0)).all()


@pytest.mark.parametrize("count", [0, 1, 59])
def test_too_few_faces_are_not_cut(count: int) -> None:
    assert slices.by_quantity("sharpness", np.arange(float(count)), np.ones(count, bool)) is None


def test_no_slice_has_too_few_faces() -> None:
    found = slices.by_quantity("size", np.repeat([48.0, 60, 96], [200, 10, 100]), np.ones(310, bool))

    assert [(one.low, one.high, one.n) for one in found.slices] == [(48, 48, 200), (48, 96, 110)]


def test_equal_values_are_not_cut() -> None:
    assert slices.by_quantity("size", np.full(500, 48.0), np.ones(500, bool)) is None


def test_a_slice_that_is_surely_worse_is_weak() -> None:
    values = np.arange(500.0)
    right = RNG.random(500) < np.where(values < 100, 0.4, 0.9)

    found = slices.by_quantity("brightness", values, right)

    assert [one.weak for one in found.slices] == [True, False, False, False, False]
    assert found.matters


def test_a_difference_that_may_be_chance_is_not_weak() -> None:
    found = slices.by_quantity("brightness", np.arange(500.0), RNG.random(500) < 0.8)

    assert not any(one.weak for one in found.slices)
    assert not found.matters


@pytest.mark.parametrize("effect", [0.0, 0.1, 0.25])
def test_the_chance_is_about_that_of_scipy(effect: float) -> None:
    values = np.arange(400.0)
    right = RNG.random(400) < 0.7 + effect * (values / 400 - 0.5)

    found = slices.by_quantity("brightness", values, right)

    table = [[one.right for one in found.slices], [one.n - one.right for one in found.slices]]
    assert found.p_value == pytest.approx(chi2_contingency(table).pvalue, abs=0.04)


def test_all_right_is_no_difference() -> None:
    assert slices.by_quantity("brightness", np.arange(100.0), np.ones(100, bool)).p_value == 1


def test_slices_by_the_size_of_files(tmp_path: Path) -> None:
    files = tuple(f"{number}.png" for number in range(80))
    for number, file in enumerate(files):
        Image.new("L", (60, 48 if number < 40 else 96)).save(tmp_path / file)
    (tmp_path / "0.png").write_bytes(b"no picture")

    found = slices.by_size(tmp_path, files, np.ones(80, bool))

    assert [(one.low, one.high, one.n) for one in found.slices] == [(48, 48, 39), (48, 60, 40)]


def test_one_size_for_all_is_not_cut(tmp_path: Path) -> None:
    Image.new("L", (48, 48)).save(tmp_path / "a.png")

    assert slices.by_size(tmp_path, ("a.png",) * 100, np.ones(100, bool)) is None


def test_quantities_are_those_of_the_data_page() -> None:
    images = RNG.integers(0, 256, (4, 48, 48), np.uint8)

    found = slices.quantities(images)

    assert found["brightness"] == pytest.approx(images.mean(axis=(1, 2)))
    assert found["contrast"] == pytest.approx(images.std(axis=(1, 2)))
    assert set(found) == {"brightness", "contrast", "sharpness"}
