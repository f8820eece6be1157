"""What a tuning may vary: fields of a run's settings, each with its limits and the range it is usually tried in.

Standard library only; pages and the command line list them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from emotion import recipes
from emotion.recipes import KINDS
from emotion.system import N_, ConfigError, _, check_between, check_whole, compact, decimal

if TYPE_CHECKING:
    from emotion.recipes import TrainingConfig


Range = tuple[float, float]


@dataclass(frozen=True)
class Field:
    """One setting that a tuning may vary.

    Attributes:
        name: as in `TrainingConfig`, or of a strength in its `augmentation`.
        title: for a person.
        says: one short sentence on what it does.
        lowest, highest: what a range must lie within.
        scale: "log" tries factors evenly, "linear" differences, "whole" whole numbers only.
    """

    name: str
    title: str
    says: str
    lowest: float
    highest: float
    scale: str = "linear"

    @property
    def is_strength(self) -> bool:
        return self.name in KINDS

    def of(self, config: TrainingConfig) -> float:
        """The value that the settings of a run hold."""
        return float(getattr(config.augmentation if self.is_strength else config, self.name))

    def shown(self, value: float) -> str:
        """A value with as many digits as tell it apart, as the reader writes numbers."""
        if self.scale == "whole":
            return decimal(round(value), 0)
        if self.scale == "log":
            return compact(value, 3)
        return compact(round(value, 1 if self.highest > 1 else 3))


_ALL = (
    Field("learning_rate", N_("learning rate"), N_("How far each change of the weights goes."), 1e-6, 1.0, "log"),
    Field("epochs", N_("epochs"), N_("How often it goes through all training faces."), 1, 1000, "whole"),
    Field("width", N_("width"), N_("How many channels the network has, as a factor. Twice as wide takes about four "
          "times as long."), 0.25, 4.0, "log"),
    Field("weight_decay", N_("weight decay"), N_("How strongly weights are pulled towards zero."), 1e-6, 1.0, "log"),
    Field("label_smoothing", N_("label smoothing"), N_("How much doubt is left in every label."), 0.0, 0.5),
    *(Field(name, kind.title if kind.title.isupper() else kind.title.lower(), kind.tried, 0.0, kind.most)
      for name, kind in KINDS.items()),
)  # fmt: skip
FIELDS = {field.name: field for field in _ALL}
USUAL = ("learning_rate", "width", "weight_decay", "shift", "erase")  # what a person is offered at first


def usable(recipe_name: str) -> dict[str, Field]:
    """The fields that change something in a recipe: the classic network has one width, and Adam no weight decay."""
    recipe = recipes.find(recipe_name)
    without = set() if recipe.optimizer == "adamw" else {"weight_decay"}
    without |= {"width"} if recipe.name == "classic" else set()
    return {name: field for name, field in FIELDS.items() if name not in without}


def usual(recipe_name: str) -> tuple[str, ...]:
    """The fields that are worth trying first with a recipe."""
    return tuple(name for name in USUAL if name in usable(recipe_name))


def usual_range(name: str, base: TrainingConfig) -> Range:
    """The range that a field is usually tried in, around what the settings hold."""
    field = FIELDS[name]
    own = field.of(base)
    if name == "epochs":
        return max(1, round(own / 3)), max(2, round(own))
    if name == "width":
        return 0.5, 1.5
    if name == "label_smoothing":
        return 0.0, 0.2
    if field.is_strength:
        return 0.0, min(field.highest, max(KINDS[name].usual, 2 * own))
    middle = own or 1e-3
    return _short(max(field.lowest, middle / 5)), _short(min(field.highest, middle * 5))


def _short(value: float) -> float:
    return float(f"{value:.2g}")


def check(vary: Mapping[str, Range], recipe_name: str, goal: str) -> None:
    """Says whether these ranges can be tried.

    Raises:
        ConfigError: for no field, an unknown one, one that changes nothing, or a range outside its limits.
    """
    known = usable(recipe_name)
    if not vary:
        raise ConfigError("vary", _("one or more of {names}", names=", ".join(known)), _("nothing"))
    for name, given in vary.items():
        if name not in known:
            raise ConfigError(
                "vary", _("one of {names} (recipe {recipe})", names=", ".join(known), recipe=recipe_name), name
            )
        _check_range(known[name], given)
    if goal == "loss" and "label_smoothing" in vary:
        raise ConfigError(
            "goal", _("accuracy where label smoothing is varied, since it changes what the loss means"), goal
        )


def _check_range(field: Field, given: Range) -> None:
    if len(given) != 2:
        raise ConfigError(field.name, _("a lowest and a highest value"), given)
    for value in given:
        if field.scale == "whole":
            check_whole(field.name, value, int(field.lowest), int(field.highest))
        else:
            check_between(field.name, value, field.lowest, field.highest)
    if given[0] >= given[1]:
        raise ConfigError(
            field.name, _("a range whose second value is the higher one"), f"{given[0]:g} to {given[1]:g}"
        )


def applied(base: TrainingConfig, values: Mapping[str, float]) -> TrainingConfig:
    """The settings of a run with these values in place of its own.

    Raises:
        ConfigError: for a value outside its limits.
    """
    strengths: dict[str, Any] = {name: value for name, value in values.items() if FIELDS[name].is_strength}
    others: dict[str, Any] = {name: value for name, value in values.items() if not FIELDS[name].is_strength}
    if "epochs" in others:
        others["epochs"] = round(others["epochs"])
    return replace(base, augmentation=replace(base.augmentation, **strengths), **others)


def own_values(base: TrainingConfig, vary: Mapping[str, Range]) -> dict[str, float]:
    """What the settings hold already in the fields that are varied, brought into their ranges."""
    values = {name: min(max(FIELDS[name].of(base), low), high) for name, (low, high) in vary.items()}
    return {name: round(value) if FIELDS[name].scale == "whole" else value for name, value in values.items()}


def in_words(values: Mapping[str, float]) -> str:
    """ "learning rate 0.0012, width 1.1" """
    return ", ".join(f"{_(FIELDS[name].title)} {FIELDS[name].shown(value)}" for name, value in values.items())
