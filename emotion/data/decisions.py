"""Decisions about pictures as values: what one says, which of them hold, and what becomes of a listing's files.

They are kept by `emotion.data.edits`, whose docstring tells why.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emotion.data.class_names import SPLITS
from emotion.system import DecisionError, _, stored

EXCLUDE, RELABEL, MOVE, CONFIRM = "exclude", "relabel", "move", "confirm"
ACTIONS = (EXCLUDE, RELABEL, MOVE, CONFIRM)
MOVED_TO = ("train", "test")

Files = dict[str, dict[str, tuple[str, ...]]]  # split → class → relative names, as in a listing


@dataclass(frozen=True)
class Change:
    """What becomes of some pictures.

    Attributes:
        action: "exclude"; "relabel" (`to` is the class); "move" (`to` is "train" or "test"); "confirm": somebody has
            looked and the label is right, which changes nothing but keeps the picture from being suspected again.
        files: names relative to the data folder, with "/".
        to: see `action`; "" where there is nothing to say.
    """

    action: str
    files: tuple[str, ...]
    to: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", tuple(self.files))
        _check(self)


@dataclass(frozen=True)
class Decision:
    """One line: changes that were decided together and are undone together.

    Attributes:
        id: twelve letters and digits.
        time: with zone, ISO 8601.
        who: the name of the account.
        why: in words.
        changes: none for an undo.
        undo: the id of the decision that this one takes back, else "".
    """

    id: str
    time: str
    who: str
    why: str
    changes: tuple[Change, ...] = ()
    undo: str = ""

    @property
    def count(self) -> int:
        """How many pictures it is about."""
        return len({file for change in self.changes for file in change.files})

    def to_json(self) -> dict[str, Any]:
        changes = [
            {"action": change.action, "files": list(change.files)} | ({"to": change.to} if change.to else {})
            for change in self.changes
        ]
        line: dict[str, Any] = {"id": self.id, "time": self.time, "who": self.who, "why": self.why}
        return line | ({"undo": self.undo} if self.undo else {"changes": changes})

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Decision:
        """The inverse of `to_json`.

        Raises:
            DecisionError: for anything that is not a whole decision.
        """
        try:
            decision = stored.typed(values, cls)
        except ValueError as error:
            raise DecisionError(
                _("a decision with id, time, who, why and changes"), f"{values!s:.80} ({error})"
            ) from error
        if bool(decision.changes) == bool(decision.undo) or not decision.id:
            raise DecisionError(_("either changes or the id of what is undone"), str(values)[:80])
        return decision


@dataclass(frozen=True)
class Applied:
    """A listing's files after the decisions.

    Attributes:
        files: split → class → names, sorted.
        digest: 32 hex digits of all that was decided, "" where nothing changes.
        excluded, relabelled, moved: how many pictures each; one may be both of the last two.
    """

    files: Files
    digest: str = ""
    excluded: int = 0
    relabelled: int = 0
    moved: int = 0


@dataclass
class _Place:
    """Where a picture stands now, and where its file lies; `split` is None for one that is excluded."""

    split: str | None
    label: str
    first: tuple[str, str]


def _check(change: Change) -> None:
    if change.action not in ACTIONS:
        raise DecisionError(_("one of {names}", names=", ".join(ACTIONS)), change.action)
    if not change.files:
        raise DecisionError(_("at least one picture"), _("none"))
    if change.action == MOVE and change.to not in MOVED_TO:
        raise DecisionError(
            _("a move to {one} or {other}", one=MOVED_TO[0], other=MOVED_TO[1]), change.to or _("nowhere")
        )
    if change.action == RELABEL and not change.to.strip():
        raise DecisionError(_("the class that the pictures get"), _("none"))


def in_force(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """The decisions that hold, the oldest first: neither undone nor an undo themselves."""
    undone = {decision.undo for decision in decisions if decision.undo}
    return tuple(decision for decision in decisions if decision.changes and decision.id not in undone)


def digest(decisions: Sequence[Decision]) -> str:
    """32 hex digits that change with what is decided, not with who decided it and when; "" where nothing changes."""
    changes = [
        [change.action, change.to, *change.files]
        for decision in in_force(decisions)
        for change in decision.changes
        if change.action != CONFIRM
    ]
    if not changes:
        return ""
    return hashlib.blake2b(json.dumps(changes).encode(), digest_size=16).hexdigest()


def apply(files: Files, decisions: Sequence[Decision]) -> Applied:
    """What a listing's files become under the decisions that hold; later ones win over earlier ones.

    Pictures that are no longer there are overlooked: the decisions about them wait for their return.
    """
    told = digest(decisions)
    if not told:
        return Applied(files)
    changes = [change for decision in in_force(decisions) for change in decision.changes if change.action != CONFIRM]
    named = {file for change in changes for file in change.files}
    places = {
        name: _Place(split, label, (split, label))
        for split, classes in files.items()
        for label, names in classes.items()
        for name in named.intersection(names)
    }
    for change in changes:
        _carry_out(change, places)
    return Applied(
        _sorted_out(files, places),
        told,
        excluded=sum(place.split is None for place in places.values()),
        relabelled=sum(place.split is not None and place.label != place.first[1] for place in places.values()),
        moved=sum(place.split not in (None, place.first[0]) for place in places.values()),
    )


def _carry_out(change: Change, places: dict[str, _Place]) -> None:
    for file in change.files:
        place = places.get(file)
        if place is None:
            continue
        if change.action == EXCLUDE:
            place.split = None
        elif change.action == MOVE:
            place.split = change.to
        elif change.action == RELABEL:
            place.label = change.to


def _sorted_out(files: Files, places: Mapping[str, _Place]) -> Files:
    """The listing's folders, empty ones too, with the pictures where they are now."""
    filled: dict[str, dict[str, list[str]]] = {
        split: {label: [name for name in names if name not in places] for label, names in classes.items()}
        for split, classes in files.items()
    }
    for name, place in places.items():
        if place.split is not None:
            filled.setdefault(place.split, {}).setdefault(place.label, []).append(name)
    return {
        split: {label: tuple(sorted(names)) for label, names in sorted(filled[split].items())}
        for split in SPLITS
        if split in filled
    }
