"""A data folder as a table: one row a picture, with what its file tells and where it is used.

Letters: N pictures on the disk, excluded ones too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emotion.data import SPLITS

if TYPE_CHECKING:
    from emotion.checks.near_duplicates import Pairs
    from emotion.checks.picture_facts import Facts
    from emotion.data import Files


OUT, TRAIN, TEST, VALIDATION = -1, 0, 1, 2

Places = NDArray[np.int64]
Sides = NDArray[np.int8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Table:
    """What the rules look at.

    Attributes:
        files: N names.
        facts: N rows; `grey` may be empty.
        pairs: nearly the same ones, as places in `files`.
        split: int8 (N,): TRAIN, TEST, VALIDATION, or OUT for an excluded picture.
        label: int64 (N,), index into `classes`; of an excluded picture that on the disk.
        first: int8 (N,), the split on the disk.
        first_label: int64 (N,), the label on the disk.
        classes: names, in the order of the alphabet.
        root: the data folder; `counts` of it: split → class → pictures in use.
        without_face: files in which no face was found, as far as `emotion.checks.rules.faceless` has looked.
    """

    files: tuple[str, ...]
    facts: Facts
    pairs: Pairs
    split: Sides
    label: Places
    first: Sides
    first_label: Places
    classes: tuple[str, ...]
    root: Path | None = None
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    without_face: frozenset[str] = frozenset()

    @cached_property
    def group(self) -> Places:
        """int64 (N,): the same number = the same picture; -1 for files that cannot be read."""
        same = np.ascontiguousarray(self.facts.digest).view("V16").ravel()
        numbers = np.unique(same, return_inverse=True)[1].astype(np.int64)
        return np.where(self.facts.ok, numbers, -1)

    @cached_property
    def used(self) -> Mask:
        """Which can be read and are not excluded."""
        return self.facts.ok & (self.split != OUT)

    def inside(self, split: int) -> Mask:
        return self.used & (self.split == split)

    def names(self, places: Places) -> tuple[str, ...]:
        return tuple([self.files[place] for place in places.tolist()])

    @cached_property
    def repeated(self) -> tuple[Places, ...]:
        """The places of used pictures that are identical, a group of two or more each, in the order of the files."""
        places = np.flatnonzero(self.used)
        order = places[np.argsort(self.group[places], kind="stable")]
        starts = np.flatnonzero(np.diff(self.group[order])) + 1
        groups = [group for group in np.split(order, starts) if len(group) > 1]
        return tuple(sorted(groups, key=lambda group: int(group[0])))


def names_of(files: Files) -> tuple[str, ...]:
    """All names of a listing, split after split and class after class."""
    return tuple(name for classes in files.values() for names in classes.values() for name in names)


def places_of(now: Files, first: Files, names: tuple[str, ...]) -> tuple[Sides, Places, Sides, Places, tuple[str, ...]]:
    """Where each name stands.

    Args:
        now: the files of a listing after decisions.
        first: those on the disk.

    Returns:
        The split now (OUT for an excluded picture), the label now (that on the disk for an excluded one), the split on
        the disk, the label on the disk, and the class names.
    """
    classes = tuple(sorted({label for files in (now, first) for inside in files.values() for label in inside}))
    numbers = {label: number for number, label in enumerate(classes)}
    on_disk, used = _places(first, numbers), _places(now, numbers)
    rows = [(*used.get(name, (OUT, on_disk[name][1])), *on_disk[name]) for name in names]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return columns[:, 0].astype(np.int8), columns[:, 1], columns[:, 2].astype(np.int8), columns[:, 3], classes


def _places(files: Files, numbers: dict[str, int]) -> dict[str, tuple[int, int]]:
    return {
        name: (SPLITS.index(split), numbers[label])
        for split, inside in files.items()
        for label, members in inside.items()
        for name in members
    }
