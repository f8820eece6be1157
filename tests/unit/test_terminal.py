"""What the command line says of models with more than two classes, and of runs."""

from __future__ import annotations

import argparse
import os

import numpy as np
import pytest

from emotion import runs
from emotion.cli import runs as cli_runs
from emotion.cli import terminal
from emotion.evaluation.scores import Evaluation, evaluate
from emotion.models.answers import Answer, Face
from emotion.recipes.settings import ModelInfo, TrainingConfig
from emotion.system import speaking

THREE = ModelInfo(classes=("angry", "happy", "sad"))


def face(angry: float, happy: float, sad: float) -> Face:
    probability = happy / (happy + sad)
    label = "happy" if probability > 0.5 else "sad"
    return Face(None, probability, label, False, np.zeros((48, 48), np.uint8),
                {"angry": angry, "happy": happy, "sad": sad})  # fmt: skip


@pytest.fixture(scope="module")
def scores() -> Evaluation:
    """Four faces of three classes, none of them called sad."""
    probabilities = np.array([[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.25, 0.55, 0.2], [0.1, 0.5, 0.4]])
    return evaluate(probabilities, np.array([0, 0, 1, 2]), THREE)


def test_a_long_work_goes_on_when_nobody_reads_its_progress_any_more() -> None:
    reader, writer = os.pipe()
    os.close(reader)

    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        terminal.say("epoch 1 of 2", stream)
        terminal.say("epoch 2 of 2", stream)


def test_answers_happy_or_sad_in_one_line() -> None:
    said = terminal.answer(Answer("a.png", [face(0.7, 0.1, 0.2)]))

    assert said == "a.png: unsure: looks most like angry (P = 0.70)"


def test_tells_the_share_of_the_class_that_is_named() -> None:
    said = terminal.answer(Answer("a.png", [face(0.0, 0.2, 0.8)]))

    assert said == "a.png: looks sad (P = 0.80)"


def test_names_all_classes_on_request_the_likeliest_first() -> None:
    said = terminal.answer(Answer("a.png", [face(0.7, 0.1, 0.2)]), all_classes=True)

    assert said == "a.png: looks angry (P = 0.70), of all 3: angry 0.70, sad 0.20, happy 0.10"


def test_keeps_several_faces_apart_with_all_classes() -> None:
    said = terminal.answer(Answer("a.png", [face(0.7, 0.1, 0.2), face(0.0, 0.9, 0.1)]), all_classes=True)

    first, second = said.split("; ")
    assert first.startswith("a.png: 1: looks angry")
    assert second.startswith("2: looks happy")


def test_a_refusal_has_no_classes() -> None:
    assert terminal.answer(Answer("a.png", [], error="It is empty."), all_classes=True) == "a.png: It is empty."


def test_shows_the_matrix_of_three_classes(scores: Evaluation) -> None:
    lines = terminal.evaluation(scores).splitlines()

    start = lines.index("truth, called  angry  happy  sad")
    assert [line.split() for line in lines[start + 1 : start + 4]] == [
        ["angry", "1", "1", "0"],
        ["happy", "0", "1", "0"],
        ["sad", "0", "1", "0"],
    ]


def test_shows_each_class_and_their_means(scores: Evaluation) -> None:
    lines = [line.split() for line in terminal.evaluation(scores).splitlines()]

    assert ["angry", "2", "100.0%", "50.0%", "66.7%", "1.000"] in lines
    assert ["sad", "1", "-", "0.0%", "0.0%", "1.000"] in lines
    assert ["mean", "(macro)", "66.7%", "50.0%", "38.9%", "0.889"] in lines


def test_says_that_the_area_is_a_mean_over_classes(scores: Evaluation) -> None:
    assert "ROC AUC                 0.889 (mean of each class against the rest)" in terminal.evaluation(scores)


def test_two_classes_keep_their_table() -> None:
    said = terminal.evaluation(evaluate(np.array([[0.2, 0.8], [0.7, 0.3]]), np.array([1, 0]), ModelInfo()))

    assert "called sad    called happy" in said
    assert "macro" not in said


def test_no_line_of_seven_classes_is_wider_than_a_terminal() -> None:
    names = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")
    probabilities, labels = np.eye(7)[np.arange(7)], np.arange(7)

    said = terminal.evaluation(evaluate(probabilities, labels, ModelInfo(classes=names)))

    assert max(len(line) for line in said.splitlines()[1:]) <= 80


@pytest.mark.parametrize(("as_json", "told"), [(True, '"name": "with glasses"'), (False, "  with glasses\n")])
def test_a_run_is_listed_by_the_name_that_the_person_gave_it(home, capsys, as_json, told):
    paths = runs.new_run(TrainingConfig(name="first name"))
    runs.rename(paths, "with glasses")

    cli_runs.list_runs(argparse.Namespace(json=as_json, find=""))

    said = capsys.readouterr().out
    assert told in said
    assert "first name" not in said


def test_columns_stay_below_their_heads_in_every_language(scores: Evaluation) -> None:
    with speaking("de"):
        *_figures, matrix, classes = terminal.evaluation(scores).split("\n\n")

    for table in (matrix, classes):
        assert len({len(line) for line in table.splitlines()}) == 1
    assert classes.split()[:2] == ["Klasse", "Gesichter"]


def test_a_run_that_was_stopped_before_there_was_anything_to_keep_is_not_called_kept(home, capsys):
    runs.write_status(runs.new_run(TrainingConfig()), runs.Status.STOPPED)

    cli_runs.list_runs(argparse.Namespace(json=False, find=""))

    said = capsys.readouterr().out
    assert "stopped" in said
    assert "kept" not in said
