"""Charts that answer the pointer: what they are drawn from, and which of their points a person chose."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from emotion.recipes.palette import HAPPY, SAD
from pages.ui.shared import figure

POINTS = [[0, 0, 0, "a"], [2, 2, 1, "b"], [4, 1, 0, "c"]]


def drawn(theme: str = "light") -> figure.Spec:
    kinds = [figure.PointKind.of("happy", HAPPY, theme), figure.PointKind.of("sad", SAD, theme)]
    return figure.scatter(theme, figure.axis(theme), figure.axis(theme), kinds, POINTS)


def told(clicked: list[Any], *areas: dict[str, Any]) -> dict[str, Any]:
    """What the browser says: the points of the first series, and where was drawn."""
    return {"selection": {"selected": [{"series_index": 0, "data_indices": clicked}], "areas": list(areas)}}


def area(kind: str, corners: list[list[float]]) -> dict[str, Any]:
    return {"brush_type": kind, "coord_range": corners}


@pytest.mark.parametrize(("clicked", "expected"), [([1], [1]), ([3], []), ([-1], []), (["1", None], []), ([], [])])
def test_a_click_is_a_point_of_the_chart_or_nothing(clicked: list[Any], expected: list[int]) -> None:
    assert figure.picked(told(clicked), POINTS) == (expected, False)


def test_a_browser_that_says_nothing_chose_nothing() -> None:
    assert figure.picked({}, POINTS) == ([], False)


@pytest.mark.parametrize("where", [
    area("rect", [[1, 5], [0.5, 3]]),
    area("polygon", [[1, 0.5], [5, 0.5], [5, 3], [1, 3]]),
], ids=["box", "lasso"])  # fmt: skip
def test_what_was_clicked_before_counts_among_the_drawn_around_only_where_it_lies_within(where: dict[str, Any]) -> None:
    assert figure.picked(told([0, 1, 2], where), POINTS) == ([1, 2], True)
    assert figure.picked(told([0], where), POINTS) == ([], True)


def test_a_lasso_with_a_notch_leaves_out_what_lies_in_the_notch() -> None:
    notched = area("polygon", [[-1, -1], [5, -1], [5, 3], [2, 1.5], [-1, 3]])

    assert figure.picked(told([0, 1, 2], notched), POINTS) == ([0, 2], True)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_points_of_a_class_have_the_colour_and_the_shape_of_the_palette(theme: str) -> None:
    happy, sad = drawn(theme)["visualMap"]["pieces"]

    assert (happy["label"], happy["color"]) == ("happy", HAPPY.dark if theme == "dark" else HAPPY.fill)
    assert happy["symbol"] != sad["symbol"]
    assert re.fullmatch(r"path://M[-\d. L]+Z", happy["symbol"])


def test_what_stands_at_the_pointer_is_put_in_as_text() -> None:
    chart = drawn()

    assert chart["tooltip"]["formatter"] == "{@[3]}"  # Streamlit escapes what it puts in there
    assert json.dumps(chart)


def test_a_square_is_as_high_as_wide_on_a_telephone_and_elsewhere() -> None:
    chart = figure.square(drawn(), (280, 410))

    grids = [chart["grid"], *(one["option"]["grid"] for one in chart["media"])]
    assert [(grid["width"], grid["height"]) for grid in grids] == [(280, 280), (280, 280), (410, 410)]
    assert not any(grid.keys() & {"right", "bottom", "containLabel"} for grid in grids)  # each would make it narrower
    assert chart["media"][1]["query"] == {"minWidth": 410}
