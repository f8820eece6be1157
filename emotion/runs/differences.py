"""What runs were asked to do otherwise than one another: only the settings that differ, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotion.data import material
from emotion.recipes import KINDS
from emotion.system import _, compact, number

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
        _("data"): material.title(config),
        _("classes"): ", ".join(config.classes),
        _("recipe"): config.recipe,
        _("starts from"): _starts_from(config.start_from),
        _("learns"): _("the last layer") if config.freeze else _("all layers"),
        _("epochs"): number(config.epochs),
        _("batch size"): number(config.batch_size),
        _("learning rate"): compact(config.learning_rate, 3),
        _("width"): compact(config.width),
        _("weight decay"): compact(config.weight_decay),
        _("label smoothing"): compact(config.label_smoothing),
        _("what counts the same"): _("every class") if config.class_weights == "balanced" else _("every face"),
        _("labels"): config.labels,
        _("test twins"): _("left out") if config.drop_twins else _("learned from"),
        _("kept aside for validation"): f"{100 * config.validation_split:g} %",
        _("seed"): str(config.seed),
        _("state of the data"): config.decisions[:8] or _("as it came"),
        _("mirrored"): _("half of the faces") if varied.mirror else NONE,
        **{kind.title if kind.title.isupper() else kind.title.lower(): _strength(getattr(varied, name))
           for name, kind in KINDS.items()},
    }  # fmt: skip


def _starts_from(reference: str) -> str:
    if not reference:
        return _("random weights")
    return _("shipped model") if reference == "pretrained" else reference


def _strength(value: float) -> str:
    return compact(value) if value else NONE
