"""What the command line does with a few pictures: the default that chooses itself, and the score without a test."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from emotion import recipes
from emotion.cli import terminal
from emotion.cli.options import names_of
from emotion.data import class_key, resolve, scan
from emotion.models import load_model
from emotion.recipes import DEFAULT_CLASSES, TrainingConfig, label_order
from emotion.runs import RunPaths
from emotion.system import ConfigError, _, ngettext
from emotion.training import start_from
from emotion.training.head.run import HELD_OUT, judged_by_training

if TYPE_CHECKING:
    from emotion.data import Listing
    from emotion.models import Predictor

OF_ANY_RUN = ("seed", "name", "drop_twins")
# All others are settings of a network: who names one of them wants to train one.
OF_A_NETWORK = [name for name in names_of(TrainingConfig) if name not in (*OF_ANY_RUN, "freeze", "start_from", "own")]


def config(chosen: argparse.Namespace, data: str, changes: dict[str, Any]) -> TrainingConfig | None:
    """The settings of a run with the recipe head, where that is asked for or where there are few training faces.

    Args:
        chosen: the command line.
        data: as a run keeps it, checked.
        changes: the person's settings; None = not named.

    Raises:
        ConfigError: when head is asked for with settings that it has not, or a backbone without it.
        ModelError: when there is no such backbone.
    """
    classes = label_order(changes["classes"] or DEFAULT_CLASSES)
    asked = chosen.recipe == recipes.HEAD.name or (chosen.backbone is not None and chosen.recipe is None)
    named = [name for name in OF_A_NETWORK if changes.get(name) is not None]
    if asked and (named or changes["own"]):
        raise ConfigError(_("recipe head"), _("no settings of a network, and no --own"), ", ".join(named) or "--own")
    if not asked:
        if chosen.backbone is not None:
            raise ConfigError("backbone", _("the recipe head"), chosen.recipe)
        if chosen.recipe or named or changes["own"]:  # asked first: the demo's faces are drawn where they are counted
            return None
        faces = _faces(data, classes)
        if not start_from.suits_head(data, faces):
            return None
        print(f"{start_from.why_head(faces)} (--recipe quick)", file=sys.stderr)
    backbone = load_model(chosen.backbone or "pretrained")
    kept = {name: changes[name] for name in OF_ANY_RUN if changes.get(name) is not None}
    return recipes.teaching(data, classes, backbone.reference, **kept)


def _faces(data: str, classes: tuple[str, ...]) -> int:
    """Training faces of these classes."""
    there = scan(resolve(data)).counts["train"]
    return sum(there.get(class_key(name), 0) for name in classes)


def told_instead(predictor: Predictor, listing: Listing, *, as_json: bool) -> bool:
    """Prints the score of held-out faces of a model that has learned from this data, which has no test split.

    Returns:
        False where the model has no such score or has learned from other data: nothing is printed then.
    """
    held_out = judged_by_training(RunPaths(predictor.path.parent), listing)
    if held_out is None:
        return False
    print(
        _(
            "emotion: this data has no test split. These figures are of its training faces, each answered by last "
            "layers that had neither learned from it nor been chosen by it ({folds} folds, {times}).",
            folds=held_out.folds,
            times=ngettext("{n} time", "{n} times", held_out.rounds),
        ),
        file=sys.stderr,
    )
    score = held_out.best
    print(json.dumps(score.to_json() | {"method": HELD_OUT}) if as_json else terminal.evaluation(score))
    return True
