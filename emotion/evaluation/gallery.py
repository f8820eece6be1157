"""Which faces to look at, in which order, a page at a time, and as one picture a page.

Letters: N faces of a split, K classes, M faces of a page.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion import metrics
from emotion.system import IMAGE_SIZE, N_, ConfigError, _

if TYPE_CHECKING:
    from emotion.metrics import Floats, Labels
    from emotion.recipes import ModelInfo


MOST_WRONG, LEAST_SURE, BY_FILE = N_("most wrong"), N_("least sure"), "file"
ORDERS = (MOST_WRONG, LEAST_SURE, BY_FILE)
ALL, WRONG, RIGHT = "all", "wrong", "right"
PAGE_SIZE = 200  # faces
COLUMNS = 20
QUALITY = 90  # of the JPEG: 200 faces in about 130 kB


@dataclass(frozen=True)
class Montage:
    """The faces of a page in one grey JPEG, without anything between them.

    Face number i of the page lies in column i % columns and row i // columns; the rest of the last row is grey.

    Attributes:
        jpeg: the file.
        columns, rows: of the grid.
        cell: pixels a side of one face.
    """

    jpeg: bytes
    columns: int
    rows: int
    cell: int


def sureness(probabilities: Floats, info: ModelInfo) -> Floats:
    """How far each answer lies from being another one.

    Args:
        probabilities: (N, K) in the order of `info.classes`.
        info: classes, positive class and threshold of the model that answered.

    Returns:
        (N,) from 0 (on the threshold, or two classes level) to 1 (certain).
    """
    if len(info.classes) == 2:
        return np.abs(_lean(probabilities[:, info.positive_label], info.threshold))
    first_two = np.sort(probabilities, axis=1)[:, -2:]
    return first_two[:, 1] - first_two[:, 0]


def rightness(probabilities: Floats, labels: Labels, info: ModelInfo) -> Floats:
    """How right each answer is.

    Returns:
        (N,) from -1 (certain and wrong) over 0 (just at the border) to 1 (certain and right).
    """
    if len(info.classes) == 2:
        side = np.where(labels == info.positive_label, 1, -1)
        return side * _lean(probabilities[:, info.positive_label], info.threshold)
    rows = np.arange(len(labels))
    others = probabilities.copy()
    others[rows, labels] = -1
    return probabilities[rows, labels] - others.max(axis=1)


def _lean(positive: Floats, threshold: float) -> Floats:
    """-1 at P(positive) = 0, 0 at the threshold, 1 at P(positive) = 1; straight between."""
    room = np.where(positive > threshold, 1 - threshold, threshold)
    lean: Floats = (positive - threshold) / np.maximum(room, metrics.SMALLEST)
    return np.clip(lean, -1, 1)


def order_faces(
    probabilities: Floats,
    labels: Labels,
    info: ModelInfo,
    kind: str = MOST_WRONG,
    show: str = ALL,
    *,
    truth: str = "",
    answer: str = "",
) -> Labels:
    """Chooses faces and puts them in order.

    Args:
        probabilities: (N, K) in the order of `info.classes`.
        labels: (N,) int, the true classes.
        info: classes, positive class and threshold of the model that answered.
        kind: one of `ORDERS`; equal faces keep the order in which they were read.
        show: "all", "wrong", "right", or the name of a class: the faces that truly are of it.
        truth: only faces that are of this class; "" = of any.
        answer: only faces answered with this class; with `truth` a cell of the confusion matrix; "" = any.

    Returns:
        Indices into the N faces, int64.

    Raises:
        ConfigError: for a word that is none of these.
    """
    if show not in (ALL, WRONG, RIGHT):
        show, truth = ALL, show
    answered = metrics.answers(probabilities, info.threshold, info.positive_label)
    kept = np.ones(len(labels), dtype=bool)
    if show != ALL:
        kept &= (answered == labels) == (show == RIGHT)
    for name, values in ((truth, labels), (answer, answered)):
        if name:
            kept &= values == _label(name, info)
    indices = np.flatnonzero(kept)
    if kind == BY_FILE:
        return indices
    if kind == MOST_WRONG:
        keys = rightness(probabilities[indices], labels[indices], info)
    elif kind == LEAST_SURE:
        keys = sureness(probabilities[indices], info)
    else:
        raise ConfigError("order", _("one of {names}", names=", ".join(ORDERS)), kind)
    return indices[np.argsort(keys, kind="stable")]


def _label(name: str, info: ModelInfo) -> int:
    if name not in info.classes:
        raise ConfigError(
            "show",
            _(
                "{every}, {wrong}, {right} or one of {names}",
                every=ALL,
                wrong=WRONG,
                right=RIGHT,
                names=", ".join(info.classes),
            ),
            name,
        )
    return info.classes.index(name)


def page_count(faces: int, size: int = PAGE_SIZE) -> int:
    """Pages for that many faces; no faces have one empty page."""
    return max(1, -(-faces // size))


def page(indices: Labels, number: int, size: int = PAGE_SIZE) -> Labels:
    """The indices of page `number`, counted from 1; a number beyond either end gives the page at that end."""
    number = min(max(number, 1), page_count(len(indices), size))
    return indices[(number - 1) * size : number * size]


def montage(
    faces: npt.NDArray[np.uint8] | Sequence[npt.NDArray[np.uint8]], columns: int = COLUMNS, cell: int = IMAGE_SIZE
) -> Montage:
    """Puts the faces of a page side by side in one picture.

    Args:
        faces: (M, 48, 48) uint8, M at least 1.
        columns: of the grid; fewer when there are fewer faces.
        cell: pixels a side of one face, a multiple of 8 so that JPEG blends none with its neighbour. The browser
            enlarges 48 as well as we could, in a third of the bytes.
    """
    columns = min(columns, len(faces))
    rows = -(-len(faces) // columns)
    grid = np.full((rows * columns, cell, cell), 128, np.uint8)
    grid[: len(faces)] = [_sized(face, cell) for face in faces]
    sheet = grid.reshape(rows, columns, cell, cell).swapaxes(1, 2).reshape(rows * cell, columns * cell)
    buffer = io.BytesIO()
    Image.fromarray(sheet).save(buffer, "JPEG", quality=QUALITY)
    return Montage(buffer.getvalue(), columns, rows, cell)


def _sized(face: npt.NDArray[np.uint8], cell: int) -> npt.NDArray[np.uint8]:
    if face.shape == (cell, cell):
        return face
    return np.asarray(Image.fromarray(face).resize((cell, cell), Image.Resampling.BICUBIC))
