"""Checks of single values and of the names of fields, for everything that is read from JSON or typed by a person.

A field of a dataclass that is made by `setting` says its range or choices and what it does, once: `check_settings`
holds values to it, and the command line makes its options of it (`emotion.cli.options`).
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, TypeVar

from emotion.system import stored
from emotion.system.errors import ConfigError
from emotion.system.words import _

Value = TypeVar("Value")
SETTING = "setting"  # in the metadata of a field


@dataclass(frozen=True)
class Setting:
    """What is known of a field beside its name and its default.

    Attributes:
        kind: type of its values.
        does: what it does, in the words of the command line; "" for a field that is not set there.
        low, high: the range of a number, both ends allowed.
        choices: all that a word may be; () for any.
        longest: characters that a text may have.
        metavar: what stands for a value in the help; "" for the usual one of its kind.
        optional: whether it may be None.
    """

    kind: type
    does: str = ""
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    longest: int | None = None
    metavar: str = ""
    optional: bool = False

    @property
    def ends(self) -> tuple[float, float]:
        """The range of a number."""
        return self.low, self.high

    @property
    def whole_ends(self) -> tuple[int, int]:
        """The range of a whole number."""
        return int(self.low), int(self.high)

    def check(self, field: str, value: object) -> None:
        """ConfigError for a value that the field may not have."""
        if value is None and self.optional:
            return
        if self.choices:
            if value not in self.choices:
                raise ConfigError(field, _("one of {names}", names=", ".join(self.choices)), value)
        elif self.kind is bool:
            if not isinstance(value, bool):
                raise ConfigError(field, _("true or false"), value)
        elif self.kind is int:
            check_whole(field, value, int(self.low), int(self.high))
        elif self.kind is float:
            check_between(field, value, self.low, self.high)
        elif self.kind is str:
            if not isinstance(value, str) or "\0" in value:
                raise ConfigError(field, _("text without a NUL"), value)
            if self.longest is not None and len(value) > self.longest:
                raise ConfigError(field, _("at most {n} characters", n=self.longest), _("{n} characters", n=len(value)))
            if self.longest is not None and not stored.is_text(value):  # of a path the system decides
                raise ConfigError(field, _("text of whole letters"), value)


def setting(default: Value, does: str = "", *, kind: type | None = None, **known: Any) -> Value:
    """A field of a dataclass. Args: known: see `Setting`; its kind is that of the default where nobody says another."""
    said = Setting(kind or type(default), does, **known)
    return dataclasses.field(default=default, metadata={SETTING: said})


def settings_of(cls: type) -> dict[str, Setting]:
    """Name → what is known of it, of all fields that were made by `setting`, in their order."""
    fields = dataclasses.fields(cls)
    return {field.name: field.metadata[SETTING] for field in fields if SETTING in field.metadata}


def check_settings(values: object) -> None:
    """ConfigError, naming the field, where a value of a dataclass is not what its field may be."""
    for name, known in settings_of(type(values)).items():
        known.check(name, getattr(values, name))


def known_fields(cls: type, values: dict[str, Any], what: str) -> dict[str, Any]:
    """The values as they are; ConfigError, naming `what`, where one is not a field of the dataclass."""
    names = {field.name for field in dataclasses.fields(cls)}
    unknown = sorted(set(values) - names)
    if unknown:
        raise ConfigError(what, _("only the fields {names}", names=", ".join(sorted(names))), ", ".join(unknown))
    return values


def check_whole(field: str, value: object, low: int, high: int) -> None:
    """ConfigError for anything but a whole number from low to high."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError(field, _("a whole number from {low} to {high}", low=str(low), high=str(high)), value)


def check_between(field: str, value: object, low: float, high: float) -> None:
    """ConfigError for anything but a finite number from low to high."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number or not low <= value <= high:  # type: ignore[operator]
        raise ConfigError(field, _("a number from {low} to {high}", low=f"{low:g}", high=f"{high:g}"), value)
