"""What the figures of a report share: size, colours, axes (matplotlib is imported only inside functions)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 7.2  # inches: the text of an A4 page
INK, QUIET, ACCENT, WRONG = "#1c2429", "#56616a", "#0f766e", "#b91c1c"
COLOURS = {"happy": "#b45309", "sad": "#1d4ed8"}
OTHERS = ("#6d3f83", "#0f766e", "#9d174d", "#4d7c0f", "#0e7490", "#7c2d12", "#475569", "#a16207")
STROKES = ("-", "--", "-.", ":")


def styles(classes: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Colour and stroke of each class."""
    others = [name for name in classes if name not in COLOURS]
    colours = COLOURS | {name: OTHERS[k % len(OTHERS)] for k, name in enumerate(others)}
    return {name: {"color": colours[name], "linestyle": STROKES[k % len(STROKES)]} for k, name in enumerate(classes)}


def figure(height: float) -> Figure:
    """An empty figure of that height in inches, white as paper."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH, height), layout="constrained", facecolor="white")


def tidy(axis: Axes, title: str = "", across: str = "", up: str = "") -> None:
    """Title, names of the axes and a faint grid."""
    axis.set_title(title, loc="left", fontsize=10)
    axis.set_xlabel(across)
    axis.set_ylabel(up)
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(alpha=0.25)
    axis.set_axisbelow(True)


def percent(*axes: Any) -> None:
    """Writes shares as percentages."""
    for axis in axes:
        axis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")


def safe(name: str) -> str:
    """A class name that matplotlib does not read as a formula."""
    return name.replace("$", r"\$")
