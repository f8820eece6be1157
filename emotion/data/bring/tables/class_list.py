"""Names for classes that a table only numbers, from a list beside it with one name a line, such as `classes.txt`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from emotion.data.class_names import LISTS, class_key, numbered_lines, safe_name

LARGEST = 2**16  # bytes


def names_of(tables: Sequence[Path], numbers: Collection[str]) -> tuple[dict[str, str], str]:
    """The names of numbered classes.

    Args:
        tables: that the labels are from, one or more; the list lies beside the first of them.
        numbers: all labels.

    Returns:
        Number → class key, and the name of the list. ({}, "") where a label is no number, or no list fits: without
        numbers of its own it counts from 0, or from 1 where the table does and has as many classes as there are names.
    """
    if not numbers or not all(one.isdecimal() for one in numbers):
        return {}, ""
    for path in sorted(set(tables[0].parent.iterdir()).difference(tables)):
        if path.name.casefold() in LISTS and path.is_file() and path.stat().st_size <= LARGEST:
            named = _read(path, numbers)
            if set(numbers) <= named.keys() and len(set(named.values())) == len(named):
                return {one: named[one] for one in numbers}, path.name
    return {}, ""


def _read(path: Path, numbers: Collection[str]) -> dict[str, str]:
    found = numbered_lines(path.read_text(encoding="utf-8-sig", errors="replace"))
    first = 1 if "0" not in numbers and str(len(found)) in numbers else 0
    return {number or str(place): class_key(safe_name(name)) for place, (number, name) in enumerate(found, first)}
