"""What a check of a data folder has found: findings with their reason, their pictures and what mends them.

Their sentences are English, as they are kept with decisions and in memory for many people; `retold` says them to a
reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from emotion.data import Change
from emotion.system import N_

LEAVE_OUT = N_("Leave them out")
MANY_FILES = 200  # names of a finding that a report spells out; all of them stand in its remedies


@dataclass(frozen=True)
class Remedy:
    """One click that mends a finding.

    Attributes:
        name: a short fixed word, such as "exclude".
        title: of the button.
        why: is kept with the decision.
        changes: what is decided.
    """

    name: str
    title: str
    why: str
    changes: tuple[Change, ...]

    @property
    def count(self) -> int:
        return len({file for change in self.changes for file in change.files})


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with the data.

    Attributes:
        kind: a fixed word, see `emotion.checks.check`.
        count: how many pictures (or groups, where the title says so).
        title: a phrase with the number in it.
        why: one sentence on why it matters.
        groups: the pictures; those that belong together stand together.
        notes: file → a few words on it.
        remedies: the first one is the usual one; none where no click can mend it.
        damage: whether the data is damaged as a whole and should not be trained on as it is.
        serious: whether it makes a score or a label wrong.
    """

    kind: str
    count: int
    title: str
    why: str
    groups: tuple[tuple[str, ...], ...] = ()
    notes: dict[str, str] = field(default_factory=dict)
    remedies: tuple[Remedy, ...] = ()
    damage: bool = False
    serious: bool = False

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(file for group in self.groups for file in group)

    def to_json(self) -> dict[str, Any]:
        """For the command line: at most MANY_FILES names, in their groups."""
        return {
            "kind": self.kind,
            "count": self.count,
            "title": self.title,
            "why": self.why,
            "damage": self.damage,
            "groups": _shortened(self.groups),
            "notes": dict(list(self.notes.items())[:MANY_FILES]),
            "remedies": [
                {"name": remedy.name, "title": remedy.title, "pictures": remedy.count} for remedy in self.remedies
            ],
        }


def exclude(files: Iterable[str], why: str, title: str = LEAVE_OUT, name: str = "exclude") -> Remedy:
    """The remedy that is always there: do without these pictures."""
    return Remedy(name, title, why, (Change("exclude", tuple(files)),))


def singles(files: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Groups of pictures that stand for themselves."""
    return tuple((file,) for file in files)


def _shortened(groups: tuple[tuple[str, ...], ...]) -> list[list[str]]:
    shown: list[list[str]] = []
    names = 0
    for group in groups:
        if names + len(group) > MANY_FILES and shown:
            break
        shown.append(list(group))
        names += len(group)
    return shown
