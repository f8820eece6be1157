"""The confusion matrix: who was called what, as a table whose cells are buttons that choose the faces shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from emotion.system import _, number
from pages.ui.shared import pick, plot, text

if TYPE_CHECKING:
    from emotion.evaluation import Evaluation


GROUND = {"light": "#ffffff", "dark": "#12171b"}
ACCENT = {"light": "#0f766e", "dark": "#35b3a6"}
INKS = ("#000000", "#ffffff")  # one of them has a contrast of 4.5 or more on any ground
MOST_WITH_WORDS = 3  # classes; with more the cells are too small for a sentence and a cross
EMPTY = 0.07  # strength of the accent in a cell without faces

Cell = tuple[str, str]  # truth, answer


def shares(evaluation: Evaluation) -> np.ndarray:
    """(K, K): each count as a share of its row, 0 in the row of a class without faces."""
    counts = np.asarray(evaluation.confusion_matrix, dtype=float)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def in_words(evaluation: Evaluation) -> str:
    """The whole matrix as text, for those who do not see it."""
    rows = []
    for truth, counts in zip(evaluation.classes, evaluation.confusion_matrix, strict=True):
        called = ", ".join(
            _("{n} called {name}", n=n, name=name) for name, n in zip(evaluation.classes, counts, strict=True)
        )
        rows.append(_("truth {name}: {answers}", name=truth, answers=called))
    return _("Who was called what. {rows}.", rows="; ".join(rows))


def show_matrix(
    evaluation: Evaluation, chosen: Cell | None, choose: Callable[[Cell | None], None], key: str = "matrix"
) -> None:
    """Draws the matrix; a click on a cell chooses it, a click on the chosen one takes the choice back."""

    def picked(word: str) -> None:
        row, column = (int(place) for place in word.split("-"))
        cell = evaluation.classes[row], evaluation.classes[column]
        choose(None if cell == chosen else cell)

    pick.show_markup(key, markup(evaluation, chosen), in_words(evaluation), picked)


def markup(evaluation: Evaluation, chosen: Cell | None) -> str:
    """The table; each cell is a button whose word is row-column.

    Args:
        evaluation: with the counts.
        chosen: the cell whose faces are shown; it gets an outline.
    """
    share, classes = shares(evaluation), evaluation.classes
    heads = "".join(f'<th scope="col">{text.markup(_title(evaluation, name))}</th>' for name in classes)
    rows = "".join(
        f'<tr><th scope="row">{text.markup(_title(evaluation, name))}</th>'
        + "".join(_cell(evaluation, share, row, column, chosen) for column in range(len(classes)))
        + "</tr>"
        for row, name in enumerate(classes)
    )
    size = "large" if _has_words(evaluation) else "small"
    corner = f"<td><small>{_('truth ↓ called →')}</small></td>"
    table = f'<table class="matrix {size}"><thead><tr>{corner}{heads}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="scroll">{table}</div>'


def _cell(evaluation: Evaluation, share: np.ndarray, row: int, column: int, chosen: Cell | None) -> str:
    n, part = evaluation.confusion_matrix[row][column], float(share[row, column])
    cell = evaluation.classes[row], evaluation.classes[column]
    cross = "✕ " if row != column and _has_words(evaluation) else ""
    inside = f"<b>{cross}{number(n)}</b> <span>{_below(evaluation, part, *cell)}</span>"
    piece = plot.button(inside, f"{row}-{column}", _sentence(evaluation, share, row, column), "cell", cell == chosen)
    return f'<td style="{_paint(part)}">{piece}</td>'


def _below(evaluation: Evaluation, part: float, truth: str, answer: str) -> str:
    if not _has_words(evaluation):
        return text.percent(part)
    true, called, share = text.markup(truth), text.markup(answer), text.percent(part, 1)
    lines = [_("truth: {name}", name=true), _("→ called {name}", name=called)]
    return " <br>".join([*lines, _("{share} of the {name}", share=share, name=true)])


def _paint(part: float) -> str:
    """Ground and ink of a cell that holds this share, in both themes."""
    strength = EMPTY + part * (1 - EMPTY)
    grounds, inks = (
        [colour(theme) for theme in GROUND] for colour in (lambda t: _mixed(t, strength), lambda t: _ink(t, part))
    )
    return f"background:light-dark({','.join(grounds)});color:light-dark({','.join(inks)})"


def _sentence(evaluation: Evaluation, share: np.ndarray, row: int, column: int) -> str:
    """The name of a cell, which begins with what is seen in it: who works the page by voice says just that."""
    truth, answer = evaluation.classes[row], evaluation.classes[column]
    n, part = evaluation.confusion_matrix[row][column], float(share[row, column])
    said = {"n": n, "truth": truth, "answer": answer, "share": text.percent(part, 1 if _has_words(evaluation) else 0)}
    if _has_words(evaluation):
        return _("{n}, truth: {truth} → called {answer}, {share} of the {truth} faces", **said)
    return _("{n}, {share} of the {truth} faces, truth: {truth} → called {answer}", **said)


def _has_words(evaluation: Evaluation) -> bool:
    return len(evaluation.classes) <= MOST_WITH_WORDS


def _title(evaluation: Evaluation, name: str) -> str:
    """Of a row or column: the name with its sign; among many classes most have none of their own, so none is shown."""
    return f"{text.sign(name, evaluation.classes)} {name}" if _has_words(evaluation) else name


def _ink(theme: str, part: float) -> str:
    """The colour of the text in a cell that holds this share: black or white, whichever stands out more."""
    ground = _mixed(theme, EMPTY + part * (1 - EMPTY))
    return max(INKS, key=lambda ink: contrast(ink, ground))


def contrast(one: str, other: str) -> float:
    """Of two colours, 1 to 21, as WCAG 2 has it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance, 0 to 1."""
    values = [value / 255 for value in _rgb(colour)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def _mixed(theme: str, part: float) -> str:
    """The accent at some strength, 0 to 1, on the ground."""
    pairs = zip(_rgb(GROUND[theme]), _rgb(ACCENT[theme]), strict=True)
    return "#" + "".join(f"{round(g + part * (a - g)):02x}" for g, a in pairs)
