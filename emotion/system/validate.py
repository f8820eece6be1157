"""Checks of single values and of the names of fields, for everything that is read from JSON or typed by a person."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from emotion.system.errors import ConfigError


def known_fields(cls: type, values: dict[str, Any], what: str) -> dict[str, Any]:
    """The values as they are; ConfigError, naming `what`, where one is not a field of the dataclass."""
    names = {field.name for field in dataclasses.fields(cls)}
    unknown = sorted(set(values) - names)
    if unknown:
        raise ConfigError(what, f"only the fields {', '.join(sorted(names))}", ", ".join(unknown))
    return values


def check_whole(field: str, value: object, low: int, high: int) -> None:
    """ConfigError for anything but a whole number from low to high."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError(field, f"a whole number from {low} to {high}", value)


def check_between(field: str, value: object, low: float, high: float) -> None:
    """ConfigError for anything but a finite number from low to high."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number or not low <= value <= high:  # type: ignore[operator]
        raise ConfigError(field, f"a number from {low:g} to {high:g}", value)
