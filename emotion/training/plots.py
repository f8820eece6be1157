"""Pictures for reports, drawn with matplotlib (imported here only inside functions: the server does without).

Colours and signs are those of the app: happy amber ▲, sad blue ▼, train a solid line, validation a dashed one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emotion import metrics
from emotion.system import _, files, sureness

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from emotion.data import Examples
    from emotion.recipes import ModelInfo
    from emotion.runs import History


DPI = 130
TRAIN_COLOUR, VALIDATION_COLOUR, WRONG_COLOUR, QUIET = "#b45309", "#1d4ed8", "#b91c1c", "#555555"


def save_history(history: History, path: Path) -> None:
    """Accuracy and loss over epochs, side by side, as a PNG that replaces `path` whole."""
    figure = _figure(9.6, 3.8)
    room = {"left": 0.06, "right": 0.985, "bottom": 0.14, "top": 0.91, "wspace": 0.16}
    axes = figure.subplots(1, 2, gridspec_kw=room)
    epochs = [row["epoch"] for row in history.epochs]
    panels = (("accuracy", _("Faces it got right (accuracy)")), ("loss", _("Loss")))
    for axis, (name, title) in zip(axes, panels, strict=True):
        marker = "o" if len(epochs) < 25 else ""
        axis.plot(epochs, [row[name] for row in history.epochs], color=TRAIN_COLOUR, marker=marker, label=_("train"))
        axis.plot(
            epochs,
            [row[f"val_{name}"] for row in history.epochs],
            color=VALIDATION_COLOUR,
            marker=marker,
            linestyle="--",
            label=_("validation"),
        )
        if history.best:
            axis.axvline(history.best["epoch"], color=QUIET, linewidth=0.8, linestyle=":", label=_("kept epoch"))
        axis.set_title(title, loc="left", fontsize=11)
        axis.set_xlabel(_("epoch"))
        axis.spines[["top", "right"]].set_visible(False)
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.grid(alpha=0.25)
    axes[0].yaxis.set_major_formatter("{x:.0%}")
    axes[0].legend(frameon=False, fontsize=9)
    _save(figure, path)


def save_samples(
    examples: Examples, probabilities: np.ndarray, info: ModelInfo, path: Path, count: int = 15, seed: int = 0
) -> None:
    """A sample of faces with the truth and the answer of each, wrong ones marked with a cross.

    Args:
        examples: N examples; N may be smaller than `count`.
        probabilities: float `(N, K)` in label order.
    """
    chosen = np.random.default_rng(seed).permutation(len(examples.images))[:count]
    answers = metrics.answers(probabilities, info.threshold, info.positive_label)
    height, width = examples.images.shape[1:]
    row, column = round(1.4 * height), round(1.2 * width)  # two lines of words stand above a face
    sheet = np.full((3 * row, 5 * column), 255, np.uint8)
    figure = _figure(9.6, 6.4)
    axis = figure.add_axes((0.0, 0.01, 1.0, 0.98))  # one for all faces: fifteen take five times as long to be laid out
    for place, index in enumerate(chosen):
        y, x = row * (place // 5 + 1) - height, column * (place % 5)
        sheet[y : y + height, x : x + width] = examples.images[index]
        truth, answer = examples.classes[examples.labels[index]], info.classes[answers[index]]
        right = truth == answer
        said = f"{'✓' if right else '✗'} {answer} {sureness(probabilities[index, answers[index]])}"
        axis.text(
            x + width / 2,
            y - 0.04 * row,
            said + "\n" + _("truth {name}", name=truth),
            fontsize=9,
            color=QUIET if right else WRONG_COLOUR,
            ha="center",
            va="bottom",
        )
    axis.imshow(sheet, cmap="gray", vmin=0, vmax=255)
    axis.set_axis_off()
    _save(figure, path)


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI)


def _save(figure: Figure, path: Path) -> None:
    with files.whole(path) as temporary:
        figure.savefig(temporary)
