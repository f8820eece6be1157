"""What runs were asked to do otherwise than one another: only the settings that differ, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotion.data import material
from emotion.recipes import KINDS

if TYPE_CHECKING:
    from emotion.runs.run import Run

NONE = "–"


@dataclass(frozen=True)
class Difference:
    """One setting.

    Attributes:
        title: what it is called.
        values: of each run, in their order, as a person reads them; "–" for none.
    """

    title: str
    values: tuple[str, ...]


def between(runs: Sequence[Run]) -> list[Difference]:
    """The settings in which these runs are not all alike; none where they are."""
    said = [_settings(run) for run in runs]
    titles = dict.fromkeys(title for one in said for title in one)
    found = [Difference(title, tuple(one.get(title, NONE) for one in said)) for title in titles]
    return [one for one in found if len(set(one.values)) > 1]


def _settings(run: Run) -> dict[str, str]:
    """Every setting of a run by its title, but the name."""
    config = run.config
    varied = config.augmentation
    return {
        "data": material.title(config),
        "classes": ", ".join(config.classes),
        "recipe": config.recipe,
        "starts from": config.start_from or "random weights",
        "learns": "the last layer" if config.freeze else "all layers",
        "epochs": f"{config.epochs:,}",
        "batch size": f"{config.batch_size:,}",
        "learning rate": f"{config.learning_rate:.3g}",
        "width": f"{config.width:g}",
        "weight decay": f"{config.weight_decay:g}",
        "label smoothing": f"{config.label_smoothing:g}",
        "what counts the same": "every class" if config.class_weights == "balanced" else "every face",
        "labels": config.labels,
        "test twins": "left out" if config.drop_twins else "learned from",
        "kept aside for validation": f"{100 * config.validation_split:g} %",
        "seed": str(config.seed),
        "state of the data": config.decisions[:8] or "as it came",
        "mirrored": "half of the faces" if varied.mirror else NONE,
        **{kind.title if kind.title.isupper() else kind.title.lower(): _strength(getattr(varied, name))
           for name, kind in KINDS.items()},
    }  # fmt: skip


def _strength(value: float) -> str:
    return f"{value:g}" if value else NONE
