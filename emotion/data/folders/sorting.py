"""Pictures of a walked folder sorted into splits and classes, and those that are left out, with the reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emotion.data.folders.meaning import NOWHERE
from emotion.system import N_

if TYPE_CHECKING:
    from emotion.data.folders.meaning import Meaning
    from emotion.data.folders.tree import Place, Record, Tree
    from emotion.data.registry import Placement


@dataclass
class Sorted:
    """Pictures sorted into splits and classes, and how many were left out for which reason."""

    records: dict[str, dict[str, list[Record]]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, split: str, name: str, records: list[Record]) -> None:
        self.records.setdefault(split, {}).setdefault(name, []).extend(records)

    def leave(self, number: int, why: str) -> None:
        if number:
            self.left_out[why] += number


SYSTEM = N_("folders of the system, hidden or linked back")


def sort_in(place: Place, understood: Meaning, recorded: Placement | None, found: Sorted) -> None:
    """Puts the pictures of one folder where they belong."""
    if place.parts not in understood.sides:
        if place.records:
            found.leave(len(place.records), understood.left.get(place.parts, NOWHERE))
        return
    split, name = understood.sides[place.parts]
    name = understood.called.get(split, {}).get(name, name)
    if recorded is None:
        found.add(split, name, place.records)
        return
    for side in ("train", "test"):
        found.add(side, name, [record for record in place.records if recorded.side(record[0]) == side])
    found.leave(sum(not recorded.side(record[0]) for record in place.records), N_("pictures that are new since"))


def leave_others(place: Place, understood: Meaning, found: Sorted) -> None:
    """Counts what lies beside the pictures of a class; files that lie around the classes are of no interest."""
    split, name = understood.sides.get(place.parts, ("", ""))
    for ending, number in place.others.items():
        if name:
            found.leave(number, _other(ending, "/".join(filter(None, (split, name)))))
        elif ending == "folders" or (place.parts and any(parts[0] == place.parts[0] for parts in understood.sides)):
            found.leave(number, _other(ending))


def _other(ending: str, folder: str = "") -> str:
    if ending == "folders":
        said, inside = SYSTEM, N_("folders of the system, hidden or linked back in {folder}")
    elif ending:
        said, inside = f"{ending} files", N_("{ending} files in {folder}")
    else:
        said, inside = N_("files without an ending"), N_("files without an ending in {folder}")
    return inside.format(ending=ending, folder=folder) if folder else said


def by_record(walked: Tree, placed: Placement, found: Sorted) -> None:
    """Puts the pictures where a table of labels has put them when the data set was brought in."""
    found.records = {split: {} for split in ("train", "test")}
    for place in walked.places.values():
        for record in place.records:
            if record[0] in placed.labels and record[0] in placed.sides:
                found.add(placed.sides[record[0]], placed.labels[record[0]], [record])
            else:
                found.leave(1, N_("pictures without a label"))
    for split in ("train", "test"):
        for name in set(placed.labels.values()):
            found.add(split, name, [])
