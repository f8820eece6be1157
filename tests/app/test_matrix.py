"""The confusion matrix of few and of many classes."""

from __future__ import annotations

import re

import numpy as np
import pytest

from emotion.evaluation.scores import Evaluation, evaluate
from emotion.recipes.settings import ModelInfo
from pages.ui.evaluate import matrix

SEVEN = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")


def evaluation_of(classes: tuple[str, ...]) -> Evaluation:
    """Every class has faces; the first class gets more and more of the answers from row to row."""
    size, rows = len(classes), []
    for label in range(size):
        rows += [(label, 0)] * label + [(label, label)] * (size - label)
    labels, answered = np.array(rows).T
    return evaluate(np.eye(size)[answered], labels, ModelInfo(classes=classes))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_in_a_cell_of_any_share(theme: str) -> None:
    grounds = [matrix._mixed(theme, matrix.EMPTY + part * (1 - matrix.EMPTY)) for part in np.linspace(0, 1, 21)]

    inks = [matrix._ink(theme, part) for part in np.linspace(0, 1, 21)]

    assert min(matrix.contrast(ink, ground) for ink, ground in zip(inks, grounds, strict=True)) >= 4.5


def test_contrast_of_black_on_white_is_the_highest() -> None:
    assert matrix.contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("classes", [("sad", "happy"), SEVEN])
def test_each_cell_has_a_target_and_a_label(classes: tuple[str, ...]) -> None:
    pieces = re.findall(r'data-pick="([^"]+)" aria-label="([^"]+)"', matrix.markup(evaluation_of(classes), None))

    size = len(classes)
    assert [word for word, _ in pieces] == [f"{row}-{column}" for row in range(size) for column in range(size)]
    assert all("truth: " in label for _, label in pieces)


@pytest.mark.parametrize("classes", [("sad", "happy"), SEVEN])
def test_the_name_of_a_cell_begins_with_what_is_seen_in_it(classes: tuple[str, ...]) -> None:
    shown = matrix.markup(evaluation_of(classes), None)
    cells = re.findall(r'aria-label="([^"]+)"[^>]*><b>(.*?)</b> <span>(.*?)</span>', shown)

    assert len(cells) == len(classes) ** 2
    for name, number, below in cells:
        seen = f"{number} {below}".replace("✕ ", "").replace("<br>", "")
        assert name.replace(",", "").startswith(seen)


def test_a_target_says_truth_and_answer_in_full() -> None:
    assert 'of the disgust faces, truth: disgust → called angry"' in matrix.markup(evaluation_of(SEVEN), None)


def test_many_classes_leave_out_signs_and_sentences() -> None:
    text = matrix.markup(evaluation_of(SEVEN), None).replace("\N{NO-BREAK SPACE}", " ")

    assert '<th scope="col">happy</th>' in text
    assert "<b>1</b> <span>14 %</span>" in text


def test_two_classes_keep_signs_and_sentences() -> None:
    text = matrix.markup(evaluation_of(("sad", "happy")), None)

    assert '<th scope="col">▼ sad</th><th scope="col">▲ happy</th>' in text
    assert "→ called sad" in text


def test_outlines_the_cell_that_is_chosen() -> None:
    pressed = re.findall(
        r'data-pick="([^"]+)"[^>]*aria-pressed="true"', matrix.markup(evaluation_of(SEVEN), ("fear", "angry"))
    )

    assert pressed == ["2-0"]


def test_names_of_classes_are_escaped() -> None:
    text = matrix.markup(evaluation_of(("<b>sad", "happy")), None)

    assert "<b>sad" not in text
