"""Two scores: on all test pictures, and without those that train gives away or whose label is contradicted."""

from __future__ import annotations

from pathlib import Path

import pytest

from emotion.checks import check
from emotion.checks.check import Report
from emotion.data import dataset, edits, listing
from emotion.data.decisions import EXCLUDE, MOVE, RELABEL, Change
from emotion.data.listing import on_disk
from emotion.evaluation import honest
from emotion.evaluation.honest import Honest
from emotion.metrics.classification import wilson_interval
from emotion.models.predictor import load_model
from tests import planted_data
from tests.tiny_model import BRIGHTNESS


@pytest.fixture
def data(home: Path) -> Path:
    return planted_data.write_clean(home / "data")


def score(report: Report, wrong: tuple[str, ...] = (), trained_on: str = "") -> Honest | None:
    """Of a model that answers all test pictures as their folders say but these."""
    other = {"happy": "sad", "sad": "happy"}
    files = on_disk(report.root).files["test"]
    answers = {name: other[label] if name in wrong else label for label, names in files.items() for name in names}
    answers |= {name: "happy" for name in report.table.files if name not in answers}  # what may be moved to test
    return honest.score(report, ("sad", "happy"), answers, trained_on)


def left_out(both: Honest | None) -> dict[str, int]:
    return {} if both is None else {why: number for why, number in both.left_out.items() if number}


def test_clean_data_has_one_score(data: Path) -> None:
    assert score(check.check(data)) is None


def test_a_twin_counts_in_the_naive_score_only(data: Path) -> None:
    planted_data.twins(data)

    both = score(check.check(data), wrong=("test/happy/00.png", "test/sad/01.png"))

    assert both is not None
    assert (both.naive.right, both.naive.n) == (23, 25)
    assert (both.honest.right, both.honest.n) == (22, 24)
    assert both.honest.interval == wilson_interval(22, 24)
    assert left_out(both) == {"twins": 1}


def test_near_and_mirrored_twins_are_left_out(data: Path) -> None:
    planted_data.near_twins(data)
    planted_data.mirrored_twins(data)

    assert left_out(score(check.check(data))) == {"near_twins": 2}


def test_contradicted_test_labels_are_left_out(data: Path) -> None:
    planted_data.copy(data, "test/happy/02.png", "test/sad/contradiction.png")

    both = score(check.check(data))

    assert both is not None
    assert left_out(both) == {"contradicted": 2}
    assert both.words == "Without 2 test pictures: 2 whose identical picture has another label."


def test_each_picture_is_counted_for_one_reason(data: Path) -> None:
    planted_data.copy(data, "train/happy/02.png", "test/sad/both.png")

    assert left_out(score(check.check(data))) == {"twins": 1}


def test_twins_that_were_excluded_stay_in_the_naive_score(data: Path) -> None:
    planted_data.twins(data)
    edits.decide(data, [Change(EXCLUDE, ("test/happy/twin.png",))], "twin")

    both = score(check.check(data))

    assert both is not None
    assert (both.naive.n, both.honest.n) == (25, 24)
    assert left_out(both) == {"twins": 1}


def test_what_was_excluded_for_another_reason_is_told_so(data: Path) -> None:
    check.check(data)
    edits.decide(data, [Change(EXCLUDE, ("test/happy/01.png",))], "no face")

    assert left_out(score(check.check(data))) == {"decided": 1}


def test_the_honest_score_goes_by_the_decided_label(data: Path) -> None:
    check.check(data)
    edits.decide(data, [Change(RELABEL, ("test/happy/01.png",), "sad")], "looked at")

    both = score(check.check(data), wrong=("test/happy/01.png",))

    assert both is not None
    assert (both.naive.right, both.naive.n) == (23, 24)
    assert (both.honest.right, both.honest.n) == (24, 24)


def test_a_picture_taken_out_of_train_still_counts_for_older_models(data: Path) -> None:
    planted_data.twins(data)
    edits.decide(data, [Change(EXCLUDE, ("train/happy/03.png",))], "twin")
    report = check.check(data)

    older, newer = score(report, trained_on="older"), score(report, trained_on=report.fingerprint)

    assert (left_out(older), newer) == ({"twins": 1}, None)


def test_a_picture_moved_out_of_train_is_known_to_older_models(data: Path) -> None:
    check.check(data)
    edits.decide(data, [Change(MOVE, ("train/happy/03.png",), "test")], "dealt")
    report = check.check(data)

    older, newer = score(report, trained_on="older"), score(report, trained_on=report.fingerprint)

    assert older is None  # the naive score is that of the test folder, without the moved picture
    assert newer is not None
    assert (newer.naive.n, newer.honest.n) == (24, 25)


def test_nothing_is_known_without_a_check(data: Path) -> None:
    model = load_model(str(BRIGHTNESS / "model.tflite"))
    test = dataset.load(listing.scan(data), "test", ("sad", "happy"))

    assert honest.score_by_last_check(data, model, test, test.labels) is None


def test_the_model_is_asked_about_what_was_excluded(data: Path) -> None:
    planted_data.twins(data)
    edits.decide(data, [Change(EXCLUDE, ("test/happy/twin.png",))], "twin")
    check.check(data)
    model = load_model(str(BRIGHTNESS / "model.tflite"))
    test = dataset.load(listing.scan(data), "test", ("sad", "happy"))

    both = honest.score_by_last_check(data, model, test, test.labels)

    assert both is not None
    assert (both.naive.n, both.honest.n, both.honest.right) == (25, 24, 24)


def test_json_holds_both_scores_with_their_n(data: Path) -> None:
    planted_data.twins(data)

    both = score(check.check(data))

    assert both is not None
    told = both.to_json()
    assert (told["naive"]["n"], told["honest"]["n"], told["left_out"]["twins"]) == (25, 24, 1)
