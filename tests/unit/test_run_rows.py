"""The table of runs and the chart of several, as they are drawn."""

from __future__ import annotations

from emotion.runs import Summary
from pages.ui.runs import curves, rows


def test_a_small_curve_lies_within_its_box_with_a_dot_at_the_kept_epoch() -> None:
    drawn = rows.spark(Summary((0.5, 0.7, 0.6), kept=0.7, kept_epoch=2), (0.5, 0.7))

    assert 'points="0.00,100.00 50.00,0.00 100.00,50.00"' in drawn
    assert "left:50.0%;bottom:100.0%" in drawn
    assert "50\N{NO-BREAK SPACE}% after the first of 3 epochs, 60\N{NO-BREAK SPACE}% after the last" in drawn


def test_a_run_of_a_thousand_epochs_is_drawn_with_few_points_and_one_of_one_as_a_line() -> None:
    many = rows.spark(Summary(tuple(n / 1000 for n in range(1000))), (0.0, 1.0))
    one = rows.spark(Summary((0.5,)), (0.4, 0.6))

    assert many.count(",") <= rows.POINTS + 4  # two of them in "1,000 epochs"

    assert 'points="0.00,50.00 100.00,50.00"' in one


def test_a_run_without_epochs_has_no_curve() -> None:
    assert rows.spark(Summary(), (0.0, 1.0)) == rows.NOTHING


def test_six_runs_differ_in_colour_and_in_mark_and_each_line_ends_in_its_letter() -> None:
    chart = curves.overlaid([((0.5, 0.6), 2)] * 6, "light")

    looks = [(one["lineStyle"]["color"], one["symbol"], one["endLabel"]["formatter"]) for one in chart["series"]]
    assert [len(set(kind)) for kind in zip(*looks, strict=True)] == [6, 6, 6]
    assert chart["series"][0]["markPoint"]["data"][0]["coord"] == [2, 60.0]
    assert chart["yAxis"]["min"] == 50


def test_a_run_of_a_thousand_epochs_keeps_its_last_point_and_its_mark_among_few_points() -> None:
    (line,) = curves.overlaid([([n / 1000 for n in range(1000)], 334)], "light")["series"]

    assert len(line["data"]) <= 400
    assert line["data"][-1] == [1000, 99.9]
    assert line["markPoint"]["data"][0]["coord"] == [334, 33.3]


def test_a_run_that_was_best_as_it_began_or_has_no_epoch_has_no_mark() -> None:
    chart = curves.overlaid([((0.5, 0.6), 0), ((), None)], "dark")

    assert [one["markPoint"]["data"] for one in chart["series"]] == [[], []]
