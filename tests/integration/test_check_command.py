"""`python -m emotion check`: exit status, text and JSON; both scores in `evaluate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emotion.system import files, tasks
from tests import planted_data
from tests.conftest import CommandLine
from tests.tiny_model import BRIGHTNESS


@pytest.fixture
def data(home: Path) -> Path:
    return planted_data.write_clean(home / "data")


def test_nothing_found_is_status_zero(data: Path, emotion: CommandLine) -> None:
    done = emotion("check", data)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("train: 48 pictures (24 happy, 24 sad)\ntest: 24 pictures (12 happy, 12 sad)\n")
    assert done.stdout.endswith("Nothing was found.\n")


def test_something_found_is_status_one(data: Path, emotion: CommandLine) -> None:
    planted_data.twins(data)

    done = emotion("check", data)

    assert done.returncode == 1
    assert "1 test picture has an identical twin in train" in done.stdout
    assert "test/happy/twin.png = train/happy/03.png" in done.stdout


def test_no_folder_is_status_two(home: Path, emotion: CommandLine) -> None:
    done = emotion("check", home / "nowhere")

    assert done.returncode == 2
    assert "No folder at" in done.stderr


def test_damage_stands_first(data: Path, emotion: CommandLine) -> None:
    planted_data.sharpness(data)

    done = emotion("check", data)

    assert "\n!! train is damaged: its pictures are blurred" in done.stdout


def test_prints_one_json_object(data: Path, emotion: CommandLine) -> None:
    planted_data.blank(data)

    done = emotion("check", data, "--json")

    report = json.loads(done.stdout)
    assert (done.returncode, report["format"], report["pictures"], report["damaged"]) == (1, 1, 73, None)
    (finding,) = report["findings"]
    assert (finding["kind"], finding["count"], finding["groups"]) == ("blank", 1, [["train/sad/grey.png"]])
    assert finding["remedies"] == [{"name": "exclude", "title": "Drop the blanks", "pictures": 1}]


def test_the_page_is_told_the_end(data: Path, emotion: CommandLine) -> None:
    emotion("--task", data.parent, "check", data)

    assert files.read_json(data.parent / tasks.TOLD)["ended"] is True


def test_looks_for_label_errors(data: Path, emotion: CommandLine) -> None:
    done = emotion("check", data, "--labels", "--model", BRIGHTNESS / "model.tflite", "--json")

    outcome = json.loads(done.stdout)
    assert done.returncode == (1 if outcome["found"] else 0)
    assert (outcome["n"], outcome["classes"]) == (72, ["sad", "happy"])


def test_evaluate_prints_both_scores_after_a_check(data: Path, emotion: CommandLine) -> None:
    planted_data.twins(data)
    emotion("check", data)

    done = emotion("evaluate", BRIGHTNESS / "model.tflite", "--data", data)

    assert "naive score" in done.stdout
    assert "honest score" in done.stdout
    assert "Without 1 test picture: 1 with an identical twin in train." in done.stdout


def test_evaluate_json_holds_both_scores(data: Path, emotion: CommandLine) -> None:
    planted_data.twins(data)
    emotion("check", data)

    told = json.loads(emotion("evaluate", BRIGHTNESS / "model.tflite", "--data", data, "--json").stdout)

    assert (told["honest"]["naive"]["n"], told["honest"]["honest"]["n"]) == (25, 24)


def test_evaluate_has_one_score_without_a_check(data: Path, emotion: CommandLine) -> None:
    told = json.loads(emotion("evaluate", BRIGHTNESS / "model.tflite", "--data", data, "--json").stdout)

    assert told["honest"] is None
