"""The faces of a report as figures: galleries, and the groups of mistakes (matplotlib only inside functions)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from emotion.evaluation.report.content import OF_A_CLUSTER
from emotion.evaluation.report.figures import QUIET, WRONG, figure, safe
from emotion.system import _

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from emotion.evaluation.report.content import Content
    from emotion.metrics import Labels


COLUMNS = 10
CELL, BELOW = 52, 18  # pixels of a face with its margin, and of the room below for words
PAPER = 255


def words(content: Content, index: int, *, on_two_lines: bool = False) -> str:
    """Truth and answer of one face, with a cross for a mistake."""
    study = content.study
    truth, answer = (study.info.classes[labels[index]] for labels in (study.examples.labels, study.answered))
    share = f"{study.probabilities[index, study.answered[index]]:.0%}"
    if study.right[index]:
        return f"{answer} {share}"
    if on_two_lines:
        return _("✗ {answer} {share}\ntruth {truth}", answer=answer, share=share, truth=truth)
    return _("✗ {answer} {share}, truth {truth}", answer=answer, share=share, truth=truth)


def gallery(content: Content, indices: Labels) -> Figure:
    """Faces in rows, each with what it was called below it."""
    faces = [content.study.examples.images[index] for index in indices.tolist()]
    texts = [(words(content, index, on_two_lines=True), bool(content.study.right[index])) for index in indices.tolist()]
    return _sheet(faces, texts, COLUMNS)


def groups(content: Content) -> Figure | None:
    """A row a group of mistakes: how many, its mean face, its most typical members."""
    if not content.groups:
        return None
    faces: list[Any] = []
    texts: list[tuple[str, bool]] = []
    for group in content.groups:
        members = group.members[:OF_A_CLUSTER].tolist()
        empty = OF_A_CLUSTER - len(members)
        faces += [group.mean_face, *(content.study.examples.images[index] for index in members), *[None] * empty]
        texts += [
            (_("mean of {n}", n=len(group.members)), True),
            *((words(content, index, on_two_lines=True), False) for index in members),
        ]
        texts += [("", True)] * empty
    return _sheet(faces, texts, OF_A_CLUSTER + 1)


def _sheet(faces: list[Any], texts: list[tuple[str, bool]], columns: int) -> Figure:
    """All faces on one axis, which is many times faster than one axis a face; None leaves a place empty."""
    rows = -(-len(faces) // columns)
    paper = np.full((rows * (CELL + BELOW), columns * CELL), PAPER, np.uint8)
    drawn = figure(7.2 * rows * (CELL + BELOW) / (columns * CELL))
    axis = drawn.subplots()
    axis.set_axis_off()
    for place, (face, (text, right)) in enumerate(zip(faces, texts, strict=True)):
        top, left = (place // columns) * (CELL + BELOW), (place % columns) * CELL
        if face is not None:
            paper[top : top + len(face), left : left + len(face)] = face
        look: dict[str, Any] = {"fontsize": 4.5, "color": QUIET if right else WRONG, "va": "top", "linespacing": 1.05}
        axis.text(left, top + CELL - 2, safe(text), **look)
    axis.imshow(paper, cmap="gray", vmin=0, vmax=255)
    return drawn


def figures(content: Content) -> dict[str, Callable[[Content], Any]]:
    """File name → how that gallery is drawn; empty galleries are left out."""
    named = {title: indices for title, indices in content.galleries.items() if len(indices)}
    found: dict[str, Callable[[Content], Any]] = {
        f"faces-{number}": partial(_gallery_of, title=title) for number, title in enumerate(named, start=1)
    }
    return found | {"mistakes-in-groups": groups}


def _gallery_of(content: Content, title: str) -> Figure:
    drawn = gallery(content, content.galleries[title])
    drawn.suptitle(safe(title), x=0.01, ha="left", fontsize=9)
    return drawn
