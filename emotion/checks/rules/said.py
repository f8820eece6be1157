"""What several people have said of the pictures (`emotion.data.votes`): no face, another class, no agreement."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emotion.checks.finding import Finding, Remedy, exclude, singles
from emotion.checks.rule import Rule
from emotion.data import RELABEL, Change, votes
from emotion.system import N_, VotesError, _, ngettext

if TYPE_CHECKING:
    from emotion.checks.table import Mask, Table
    from emotion.data.votes import Votes


def findings(table: Table) -> list[Finding | None]:
    """All that the votes of a data folder tell; nothing for a folder without votes."""
    if table.root is None or not votes.there(table.root):
        return []
    try:
        said = votes.of(table.root, table.files, table.classes)
    except VotesError as error:
        why = _("{error} Until then the votes are neither learned nor looked at.", error=error)
        return [Finding("votes", 1, _("The table of votes cannot be used"), why)]
    no_face = table.used & said.no_face
    open_to_all = table.used & said.known & ~said.no_face & (_everybody(said) > 0)
    agreed = 2 * said.counts.max(axis=1, initial=0) > _everybody(said)
    other = open_to_all & agreed & (said.counts.argmax(axis=1) != table.label)
    return [
        _no_face(table, said, no_face),
        _outvoted(table, said, other),
        _undecided(table, said, open_to_all & ~agreed),
    ]


def _everybody(said: Votes) -> votes.Numbers:
    return said.counts.sum(axis=1) + said.others


def _no_face(table: Table, said: Votes, places: Mask) -> Finding | None:
    files = table.names(np.flatnonzero(places))
    if not files:
        return None
    title = ngettext("{n} picture shows no face, as most people see it",
                     "{n} pictures show no face, as most people see it", len(files))  # fmt: skip
    why = _(
        "What is no face carries a label all the same: in train it teaches nothing, in test no answer to it is right."
    )
    notes = {
        table.files[place]: _("no face: {votes}", votes=_of(said.faceless, said, place))
        for place in np.flatnonzero(places).tolist()
    }
    return Finding("no_face_by_votes", len(files), title, why, singles(files), notes,
                   (exclude(files, _("most people saw no face")),))  # fmt: skip


def _outvoted(table: Table, said: Votes, places: Mask) -> Finding | None:
    """Pictures whose label is not what more than half of all votes say, the clearest first."""
    if not places.any():
        return None
    share = said.counts.max(axis=1) / np.maximum(_everybody(said), 1)
    ordered = np.flatnonzero(places)[np.argsort(-share[places], kind="stable")]
    files, best = table.names(ordered), said.counts.argmax(axis=1)
    notes, to = {}, defaultdict(list)
    for file, place in zip(files, ordered.tolist(), strict=True):
        name = table.classes[best[place]]
        notes[file] = f"{name}: {_of(said.counts[:, best[place]], said, place)}"
        to[name].append(file)
    title = ngettext("{n} label is not what most people see", "{n} labels are not what most people see", len(files))
    why = _(
        "More than half of the people gave another answer: such a label is noise in train and a wrong mark in test."
    )
    changes = tuple(Change(RELABEL, tuple(names), name) for name, names in sorted(to.items()))
    remedies = (
        Remedy("majority", _("Take the label that most people gave"), _("label of most votes"), changes),
        exclude(files, _("most people gave another label"), _("Leave them all out")),
    )
    return Finding("outvoted", len(files), title, why, singles(files), notes, remedies)


def _undecided(table: Table, said: Votes, places: Mask) -> Finding | None:
    """Pictures of which no class has more than half of all votes, the most divided first."""
    if not places.any():
        return None
    share = said.counts.max(axis=1) / np.maximum(_everybody(said), 1)
    ordered = np.flatnonzero(places)[np.argsort(share[places], kind="stable")]
    files = table.names(ordered)
    notes = {file: _shared_out(table, said, place) for file, place in zip(files, ordered.tolist(), strict=True)}
    title = ngettext("People disagree on {n} picture", "People disagree on {n} pictures", len(files))
    why = _("No class has more than half of the votes: whoever answers here is hardly ever right by more than chance.")
    return Finding("undecided", len(files), title, why, singles(files), notes,
                   (exclude(files, _("people disagree on it")),))  # fmt: skip


def _of(votes_for: votes.Numbers, said: Votes, place: int) -> str:
    return _("{n} of {total}", n=f"{votes_for[place]:g}", total=f"{_everybody(said)[place]:g}")


def _shared_out(table: Table, said: Votes, place: int) -> str:
    order = np.argsort(-said.counts[place], kind="stable")[:3]
    parts = [f"{table.classes[label]} {said.counts[place, label]:g}" for label in order if said.counts[place, label]]
    return ", ".join([*parts, *([_("other {votes}", votes=f"{said.others[place]:g}")] if said.others[place] else [])])


def _can_be_told(root: Path, found: set[str]) -> bool:
    return votes.there(root) and "votes" not in found


RULES = (
    Rule(
        56,
        {
            "no_face_by_votes": N_("pictures in which most people saw no face"),
            "outvoted": N_("labels that most people contradict"),
            "undecided": N_("pictures on which people disagree"),
        },
        findings,
        _can_be_told,
    ),
)
