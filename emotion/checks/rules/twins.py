"""Pictures that are there more than once: identical or nearly, within a split, across, and under several labels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Literal

import numpy as np

from emotion.checks.finding import Finding, Remedy, exclude
from emotion.checks.near_duplicates import MOST_NEIGHBOURS
from emotion.checks.rule import Rule
from emotion.checks.table import TEST, TRAIN
from emotion.data import RELABEL, Change, class_key
from emotion.system import N_, _, ngettext

if TYPE_CHECKING:
    from emotion.checks.table import Places, Table


Groups = list[tuple[str, ...]]
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")

OUT_OF_TEST = N_("Take them out of test")
OUT_OF_TRAIN = N_("Take their twins out of train")


def twins(table: Table) -> Finding | None:
    """Test pictures of which an identical one is in train."""
    test, train, groups = _across(table)
    if not test:
        return None
    title = ngettext("{n} test picture has an identical twin in train",
                     "{n} test pictures have an identical twin in train", len(test))  # fmt: skip
    why = _("A network that only remembers gets them right, so the score on the test pictures is too good to be true.")
    remedies = (
        exclude(test, _("identical twin in train"), OUT_OF_TEST, "out_of_test"),
        exclude(train, _("identical twin in test"), OUT_OF_TRAIN, "out_of_train"),
    )
    return Finding("twins", len(test), title, why, tuple(groups), remedies=remedies, serious=True)


def _across(table: Table) -> tuple[tuple[str, ...], tuple[str, ...], Groups]:
    """The test and the train pictures that are identical, and the groups of them, test pictures first."""
    test, train, groups = [], [], []
    for group in table.repeated:
        mine, others = (group[table.split[group] == split] for split in (TEST, TRAIN))
        if mine.size and others.size:
            test.append(mine)
            train.append(others)
            groups.append(table.names(np.concatenate([mine, others])))
    return _joined(table, test), _joined(table, train), groups


def conflicts(table: Table) -> Finding | None:
    """Identical pictures under different labels."""
    groups = [group for group in table.repeated if len(np.unique(table.label[group])) > 1]
    if not groups:
        return None
    named = [table.names(group) for group in groups]
    files = tuple(name for names in named for name in names)
    notes = {table.files[place]: table.classes[table.label[place]] for group in groups for place in group.tolist()}
    notes = {
        name: _("now {name}", name=label) for name, label in notes.items() if label not in class_key(name).split("/")
    }
    title = ngettext("{n} group of identical pictures carries different labels",
                     "{n} groups of identical pictures carry different labels", len(groups))  # fmt: skip
    why = _(
        "At most one of the labels can be right: in train they teach a contradiction, in test no answer can be right."
    )
    remedies = [exclude(files, _("identical pictures with different labels"), _("Leave them all out"))]
    if changes := _by_majority(table, groups):
        title_of = _("Take the label of the majority, where there is one")
        remedies.append(Remedy("majority", title_of, _("label of most identical ones"), changes))
    return Finding("conflicts", len(groups), title, why, tuple(named), notes, tuple(remedies), serious=True)


def _by_majority(table: Table, groups: list[Places]) -> tuple[Change, ...]:
    """Relabels, where one label has the majority of its group; the other groups are left out of it."""
    to: dict[str, list[str]] = defaultdict(list)
    for group in groups:
        (label, most), *_other = Counter(table.label[group].tolist()).most_common(1)
        if 2 * most > len(group):
            to[table.classes[label]] += table.names(group[table.label[group] != label])
    return tuple(Change(RELABEL, tuple(names), name) for name, names in sorted(to.items()))


def duplicates(table: Table) -> Finding | None:
    """Identical pictures with one label within a split, beyond the first."""
    groups: Groups = []
    for group in table.repeated:
        keys = table.split[group].astype(np.int64) * len(table.classes) + table.label[group]
        for key in np.unique(keys):
            same = group[keys == key]
            if len(same) > 1:
                groups.append(table.names(same))
    extra = tuple(name for names in groups for name in names[1:])
    if not extra:
        return None
    title = ngettext("{n} picture is there more than once", "{n} pictures are there more than once", len(extra))
    why = _("Each copy counts anew: in train it is learned more than others, in test it weighs more in the score.")
    remedies = (exclude(extra, _("identical copy"), _("Keep one of each")),)
    return Finding("duplicates", len(extra), title, why, tuple(groups), remedies=remedies)


def near_twins(table: Table) -> Finding | None:
    """Test pictures of which nearly the same one, but no identical one, is in train."""
    known = set(_across(table)[0])
    test: dict[str, str] = {}
    train: dict[str, None] = {}
    notes: dict[str, str] = {}
    for first, second, mirrored in _near(table):
        for mine, others in ((first, second), (second, first)):
            asked = [name for name in table.names(mine[table.split[mine] == TEST]) if name not in known]
            learned = table.names(others[table.split[others] == TRAIN])
            if not asked or not learned:
                continue
            train |= dict.fromkeys(learned)
            for name in asked:
                test.setdefault(name, learned[0])
                if mirrored:
                    notes.setdefault(name, _("mirrored"))
    if not test:
        return None
    title = ngettext("{n} test picture has nearly the same picture in train",
                     "{n} test pictures have nearly the same picture in train", len(test))  # fmt: skip
    why = _("Saved again, shifted, brightened or mirrored, it is still a face that the network has learned by heart.")
    remedies = (
        exclude(test, _("nearly the same picture is in train"), OUT_OF_TEST, "out_of_test"),
        exclude(train, _("nearly the same picture is in test"), OUT_OF_TRAIN, "out_of_train"),
    )
    return Finding("near_twins", len(test), title, why, tuple(sorted(test.items())), notes, remedies)


def near_duplicates(table: Table) -> Finding | None:
    """Nearly the same pictures within a split: each that is like one which is kept."""
    partners: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for ones, others, mirrored in _near(table):
        for first, second in product(_one_a_split(table, ones), _one_a_split(table, others)):
            if table.split[first] == table.split[second]:
                partners[first].append((second, mirrored))
                partners[second].append((first, mirrored))
    kept: dict[int, list[int]] = {}
    notes: dict[str, str] = {}
    for place in sorted(partners):
        keeper = next(((other, turned) for other, turned in sorted(partners[place]) if other in kept), None)
        if keeper is None:
            kept[place] = []
            continue
        kept[keeper[0]].append(place)
        if keeper[1]:
            notes[table.files[place]] = _("mirrored")
    groups = [table.names(np.array([place, *others])) for place, others in kept.items() if others]
    extra = tuple(name for names in groups for name in names[1:])
    if not extra:
        return None
    title = ngettext("{n} picture is nearly the same as another one",
                     "{n} pictures are nearly the same as another one", len(extra))  # fmt: skip
    why = _("They add little that is new, and cut apart into training and validation they make validation too easy.")
    if (np.bincount(table.pairs.first) >= MOST_NEIGHBOURS).any():
        why += " " + _("Where many look alike, each was compared with the likest only: some may be left.")
    remedies = (exclude(extra, _("nearly the same as another picture of its split"), _("Keep one of each")),)
    return Finding("near_duplicates", len(extra), title, why, tuple(groups), notes, remedies)


def _near(table: Table) -> Iterator[tuple[Places, Places, bool]]:
    """Of each pair of pictures that are nearly the same the used ones that are identical to either, rising."""
    firsts, seconds = table.group[table.pairs.first], table.group[table.pairs.second]
    places = np.flatnonzero(table.used & np.isin(table.group, np.union1d(firsts, seconds)))
    places = places[np.argsort(table.group[places], kind="stable")]
    ends = [np.searchsorted(table.group[places], groups, side) for groups in (firsts, seconds) for side in SIDES]
    for start, end, from_, to, mirrored in zip(*[column.tolist() for column in (*ends, table.pairs.mirrored)],
                                               strict=True):  # fmt: skip
        yield places[start:end], places[from_:to], mirrored


def _one_a_split(table: Table, places: Places) -> list[int]:
    first = dict(zip(table.split[places].tolist()[::-1], places.tolist()[::-1], strict=True))
    return sorted(first.values())


def _joined(table: Table, parts: list[Places]) -> tuple[str, ...]:
    return table.names(np.concatenate(parts)) if parts else ()


RULES = (
    Rule(88, {"twins": N_("test pictures that are in train too")}, twins),
    Rule(86, {"conflicts": N_("identical pictures with different labels")}, conflicts),
    Rule(54, {"near_twins": N_("test pictures of which train has nearly the same")}, near_twins),
    Rule(52, {"duplicates": N_("copies")}, duplicates),
    Rule(50, {"near_duplicates": N_("pictures that are nearly the same")}, near_duplicates),
)
