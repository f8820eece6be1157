"""What can be wrong with single pictures and with how many there are of each class: a finding a rule.

Every rule takes the table and gives a finding or none. Bounds say what they were chosen by; "FER-2013" is all of its
32,298 pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emotion.checks.finding import LEAVE_OUT, Finding, exclude, singles
from emotion.checks.picture_facts import KINDS, NOT_A_PICTURE, UNREADABLE, ending_kind
from emotion.checks.rule import Rule
from emotion.checks.table import TRAIN
from emotion.system import N_, _, decimal, ngettext

if TYPE_CHECKING:
    from emotion.checks.table import Mask, Places, Table


FLAT = 6.0  # standard deviation of the greys; FER-2013: 14 below (black, grey), the next has 9 and is a dark face
SMOOTH = 0.01  # of the split's median variance of the Laplacian; FER-2013: also one white gradient with contrast 19
TINY = (
    32  # pixels of the shorter side: enlarged from there a network gets 3 points fewer right (`emotion.images.measure`)
)
HUGE = 8  # times the longer side that half of the pictures have at most
MOSTLY = 0.9  # share of grey pictures from which the set counts as grey
UNEVEN = 3.0  # largest class / smallest one; above it something is said


def unreadable(table: Table) -> Finding | None:
    """Files that are damaged, empty, too large or closed to us."""
    files = table.names(_in_use(table, table.facts.fault == UNREADABLE))
    if not files:
        return None
    why = _("They are left out without a word in training, so the data is smaller than its number of files.")
    title = ngettext("{n} file cannot be read", "{n} files cannot be read", len(files))
    return _finding("unreadable", files, title, why)


def wrong_kind(table: Table) -> Finding | None:
    """Files that are no pictures, or other ones than their names say."""
    promised = np.array([ending_kind(name) for name in table.files], dtype=np.uint8)
    other = table.facts.ok & (promised != table.facts.kind)
    places = _in_use(table, other | (table.facts.fault == NOT_A_PICTURE))
    notes = {table.files[place]: _kind_note(table, place) for place in places.tolist()}
    if not notes:
        return None
    why = _("What is no picture is left out in training; other programs may stumble over a picture under a wrong name.")
    title = ngettext("{n} file is not what the name says", "{n} files are not what the name says", len(notes))
    return _finding("wrong_kind", tuple(notes), title, why, notes)


def _kind_note(table: Table, place: int) -> str:
    kind = KINDS[table.facts.kind[place]]
    return _("a {kind} file", kind=kind) if kind and table.facts.ok[place] else _("not a picture")


def blank(table: Table) -> Finding | None:
    """Pictures of one grey, or nearly."""
    facts, bound = table.facts, np.zeros(len(table.files), np.float32)
    for split in (0, 1):
        inside = table.inside(split)
        bound[inside] = SMOOTH * np.median(facts.sharpness[inside]) if inside.any() else 0
    files = table.names(np.flatnonzero(table.used & ((facts.contrast < FLAT) | (facts.sharpness < bound))))
    if not files:
        return None
    why = _(
        "There is no face to learn from, yet each carries a label: the network learns that nothing looks like that."
    )
    title = ngettext("{n} picture is blank or nearly so", "{n} pictures are blank or nearly so", len(files))
    return _finding("blank", files, title, why, button=_("Drop the blanks"))


def odd_size(table: Table) -> Finding | None:
    """Pictures that are tiny, or far larger than the others."""
    facts = table.facts
    short, long = np.minimum(facts.width, facts.height), np.maximum(facts.width, facts.height)
    usual = float(np.median(long[table.used])) if table.used.any() else 0.0
    tiny, huge = table.used & (short < TINY), table.used & (long > HUGE * usual)
    places = np.flatnonzero(tiny | huge)
    notes = {table.files[place]: f"{facts.width[place]} × {facts.height[place]} pixels" for place in places.tolist()}
    if not notes:
        return None
    why = _("A face of less than {tiny} pixels holds too little to judge, and a picture more than {huge} times as "
            "large as "
            "the usual one is often a whole scene among faces.", tiny=TINY, huge=HUGE)  # fmt: skip
    return _finding("size", tuple(notes), _sizes(int(tiny.sum()), int(huge.sum())), why, notes)


def _sizes(tiny: int, huge: int) -> str:
    if not huge:
        return ngettext("{n} tiny picture", "{n} tiny pictures", tiny)
    if not tiny:
        return ngettext("{n} huge picture", "{n} huge pictures", huge)
    return _("{tiny} tiny and {huge} huge pictures", tiny=tiny, huge=huge)


def colour(table: Table) -> Finding | None:
    """Pictures in colour among grey ones."""
    places = np.flatnonzero(table.used & table.facts.colour)
    if not places.size or len(places) > (1 - MOSTLY) * table.used.sum():
        return None
    why = _("They come from another source than the rest; if most of them are of one class, the source gives it away.")
    title = ngettext("{n} colour picture in a grey set", "{n} colour pictures in a grey set", len(places))
    return _finding("colour", table.names(places), title, why)


def imbalance(table: Table) -> Finding | None:
    """Classes of which train holds many times more than of another."""
    inside = table.inside(TRAIN)
    counts = np.bincount(table.label[inside], minlength=len(table.classes))
    there = counts[counts > 0]
    if len(there) < 2 or there.max() <= UNEVEN * there.min():
        return None
    largest, smallest = table.classes[int(counts.argmax())], table.classes[_smallest(counts)]
    most = int(UNEVEN * there.min())
    surplus = table.names(_surplus(table, inside, counts, most))
    title = _("train has {most} of {largest} and {least} of {smallest}", most=there.max(), largest=largest,
              least=there.min(), smallest=smallest)  # fmt: skip
    why = _("A network that sees {largest} {times} times as often finds it easier to answer that; class weights "
            "(balanced) "
            "on the Train page make up for it without leaving anything out.", largest=largest,
            times=decimal(there.max() / there.min(), 0))  # fmt: skip
    remedy = exclude(surplus, _("more than {times} times the smallest class", times=f"{UNEVEN:g}"),
                     _("Keep {n} of a class at most", n=most))  # fmt: skip
    return Finding("imbalance", int(there.max() - there.min()), title, why, remedies=(remedy,))


def _smallest(counts: Places) -> int:
    return int(np.where(counts > 0, counts, counts.max() + 1).argmin())


def _surplus(table: Table, inside: Mask, counts: Places, most: int) -> Places:
    """Pictures drawn at random from the classes that have more than `most`."""
    rng = np.random.default_rng(len(table.files))
    parts = [
        rng.permutation(np.flatnonzero(inside & (table.label == label)))[most:]
        for label in np.flatnonzero(counts > UNEVEN * counts[counts > 0].min()).tolist()
    ]
    return np.sort(np.concatenate(parts))


def _in_use(table: Table, mask: Mask) -> Places:
    return np.flatnonzero(mask & (table.split != -1))


def _finding(
    kind: str,
    files: tuple[str, ...],
    title: str,
    why: str,
    notes: dict[str, str] | None = None,
    button: str = LEAVE_OUT,
) -> Finding:
    """A finding about single pictures, which can be left out."""
    return Finding(kind, len(files), title, why, singles(files), notes or {}, (exclude(files, title, button),))


RULES = (
    Rule(74, {"unreadable": N_("files that cannot be read")}, unreadable),
    Rule(72, {"wrong_kind": N_("files under a wrong name")}, wrong_kind),
    Rule(70, {"blank": N_("blank pictures")}, blank),
    Rule(30, {"imbalance": N_("classes of very different size")}, imbalance),
    Rule(20, {"size": N_("tiny or huge pictures")}, odd_size),
    Rule(10, {"colour": N_("colour pictures among grey ones")}, colour),
)
