"""Checks a data folder: reads every picture once, and tells by rules what is wrong with them as they are used now.

A rule is registered in `RULES` of its file in `emotion/checks/rules/`; the files there are found by themselves. What
the rules find is told by weight: damaged splits, leakage between them, files that are no use, copies, and the rest.

What was read is kept by the fingerprint of the files, so a second check opens no picture, nor does one after a decision
about them (`emotion.data.edits`): only the rules are asked again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from emotion.checks import cache, far, near_duplicates, picture_facts, rules
from emotion.checks.cache import Stored
from emotion.checks.finding import exclude
from emotion.checks.near_duplicates import FLAT, Pairs, PictureRows
from emotion.checks.rule import Rule
from emotion.checks.rules import faceless
from emotion.checks.table import Table, names_of, places_of
from emotion.data import decided, digest, edits, on_disk, votes
from emotion.models import many
from emotion.system import ENGLISH, N_, collect, ngettext, speaking

if TYPE_CHECKING:
    from emotion.checks.finding import Finding, Remedy
    from emotion.checks.picture_facts import Facts
    from emotion.data import Listing


FORMAT = 1  # of the report
AT_ONCE = 10_000  # pictures up to which all of them are held in memory: 23 MB
READING, COMPARING = N_("reading pictures"), N_("comparing them")

Tell = Callable[[str, int, int], None]  # what is done, how many, of how many


@dataclass(frozen=True)
class Report:
    """The outcome of a check.

    Attributes:
        root: the data folder.
        fingerprint: of the listing after decisions, as a run and an evaluation know it.
        counts: split → class → pictures in use.
        excluded, relabelled, moved: pictures about which something is decided.
        findings: in the order of their weight.
        table: what they were told by.
    """

    root: Path
    fingerprint: str
    counts: dict[str, dict[str, int]]
    excluded: int
    relabelled: int
    moved: int
    findings: tuple[Finding, ...]
    table: Table

    @property
    def damage(self) -> Finding | None:
        """The finding that the data is damaged as a whole, if it is."""
        return next((finding for finding in self.findings if finding.damage), None)

    def find(self, kind: str) -> Finding | None:
        return next((finding for finding in self.findings if finding.kind == kind), None)

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "data": str(self.root),
            "fingerprint": self.fingerprint,
            "pictures": sum(sum(inside.values()) for inside in self.counts.values()),
            "counts": self.counts,
            "excluded": self.excluded,
            "relabelled": self.relabelled,
            "moved": self.moved,
            "damaged": self.damage.title if self.damage else None,
            "findings": [finding.to_json() for finding in self.findings],
        }


def check(root: Path, tell: Tell | None = None, jobs: int | None = None, on: str | None = None) -> Report:
    """Reads what has to be read and asks the rules.

    Args:
        root: a data folder, as `dataset.resolve` gives it.
        tell: called with what is done, how many and of how many; what it raises ends the check.
        jobs: how many processes look at more than AT_ONCE pictures, at most; None: one a core.
        on: a cluster of Ray whose processes look at them instead, "auto" or ray://host:10001.

    Raises:
        DataError: as `listing.on_disk`.
        EmotionError: where more than AT_ONCE pictures cannot be kept in the cache until they are compared; where
            the cluster cannot be asked.
    """
    listing = on_disk(root)
    place = cache.location(root, listing.fingerprint)
    stored = cache.read(place)
    if stored is None:
        stored = _read(listing, place, tell, jobs, on)
    return _report(listing, stored)


def last_report(root: Path) -> Report | None:
    """What is known without opening a picture: None before the first check, or when a file has changed since.

    Raises:
        DataError: as `listing.on_disk`.
    """
    return last_report_of(on_disk(root))


def last_report_of(listing: Listing) -> Report | None:
    """The same for a listing of what lies on the disk."""
    stored = cache.read(cache.location(listing.root, listing.fingerprint))
    return None if stored is None else _report(listing, stored)


def version(listing: Listing) -> tuple[str, ...]:
    """Changes whenever what `last_report_of` says may have changed."""
    places = [cache.location(listing.root, listing.fingerprint, ending) for ending in ("npz", "faces.json")]
    places.append(listing.root / votes.NAME)
    changed = [str(place.stat().st_mtime_ns) if place.exists() else "" for place in places]
    return (str(listing.root), listing.fingerprint, digest(edits.read(listing.root)), *changed)


def rules_by_weight() -> list[Rule]:
    """All rules, the heaviest first."""
    return sorted((rule for _other, rule in collect(rules, "RULES")), key=lambda rule: -rule.weight)


def not_found(report: Report) -> list[str]:
    """What was looked for and is not there, in words."""
    found = {finding.kind for finding in report.findings}
    return [
        words
        for rule in rules_by_weight()
        if rule.could_look(report.root, found)
        for kind, words in rule.looks_for.items()
        if kind not in found
    ]


def all_twins(report: Report) -> Remedy | None:
    """One step for everything that is there twice pixel by pixel: out of test, one copy kept, contradictions out."""
    found = [finding for kind in ("twins", "conflicts", "duplicates") if (finding := report.find(kind))]
    files = sorted({file for finding in found for change in finding.remedies[0].changes for file in change.files})
    if len(found) < 2:
        return None
    with speaking(ENGLISH):
        title = ngettext("Fix all exact twins ({n} picture)", "Fix all exact twins ({n} pictures)", len(files))
    return exclude(files, N_("identical to another picture"), title, "all_twins")


def _read(listing: Listing, place: Path, tell: Tell | None, jobs: int | None, on: str | None) -> Stored:
    """Looks at all pictures and compares them, and keeps what was found."""
    names, reading = names_of(listing.files), _telling(tell, READING)
    grey: PictureRows
    with contextlib.ExitStack() as stack:
        if len(names) > AT_ONCE or (on and names):
            number = jobs or many.usual_jobs()
            facts, grey = stack.enter_context(far.read(listing.root, names, place, number, on, reading))
        else:
            facts = picture_facts.read(listing.root, names, reading)
            grey = facts.grey
        stored = Stored(names, facts, _pairs(facts, grey, tell))
        cache.write(place, stored)
    return stored


def _telling(tell: Tell | None, what: str) -> Callable[[int, int], None] | None:
    return None if tell is None else lambda done, total: tell(what, done, total)


def _pairs(facts: Facts, grey: PictureRows, tell: Tell | None) -> Pairs:
    """Pairs among the different pictures that are not flat, one of each group of identical ones."""
    usable = np.flatnonzero(facts.ok & (facts.contrast >= FLAT))
    digests = np.ascontiguousarray(facts.digest[usable]).view("V16").ravel()
    places = usable[np.sort(np.unique(digests, return_index=True)[1])]
    return near_duplicates.near_pairs(grey, places, _telling(tell, COMPARING))


def _report(listing: Listing, stored: Stored) -> Report:
    now = decided(listing)
    places = places_of(now.files, listing.files, stored.names)
    without_face = frozenset(faceless.last_without_face(listing))
    table = Table(stored.names, stored.facts, stored.pairs, *places, listing.root, now.counts, without_face)
    with speaking(ENGLISH):  # it is kept for many people
        findings = tuple(finding for rule in rules_by_weight() for finding in rule.findings(table))
    return Report(
        listing.root,
        now.fingerprint,
        now.counts,
        now.excluded,
        now.relabelled,
        now.moved,
        findings,
        table,
    )
