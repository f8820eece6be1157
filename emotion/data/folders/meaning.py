"""What the folders of a data folder mean: which split and which class the pictures in each of them belong to.

Each name on the way from the data folder to a picture is a split (`train`, `Train_Images`, `rafdb_test`), a class, or
neither: a folder that wraps (`archive`, `images`), a person, a source, what divides a class. The splits are known by
their words. The classes are then the names on one level: the first on which there are two, or the first with names of
emotions where the outer ones have none (`data/happy`, `other/happy`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from emotion.data.class_names import SPLITS, class_key, is_filler, means, named_like, split_words
from emotion.system import N_, DataError, _

if TYPE_CHECKING:
    from emotion.data.folders.tree import Parts, Tree

SPLIT_AS_CLASS = N_(
    "{name} in {root} would become a class, but it is called like a split: put the pictures into train/<class>/ and "
    "test/<class>/, or call the folder otherwise."
)
NOWHERE = N_("pictures in no class folder")
IN_NO_CLASS = N_("pictures of {split} in no class folder")
_NONE_TOO = ("", *SPLITS)
FOLD = re.compile(r"(k[-_ ]?)?fold[-_ ]?\d+|\d+[-_ ]?fold", re.IGNORECASE)
Side = tuple[str, str]  # split, "" for none; class key, "" for none


@dataclass(frozen=True)
class Meaning:
    """What was understood.

    Attributes:
        sides: folder → split and class of the pictures directly in it; also of folders that are empty.
        left: folder → why its pictures are in no split and no class, in words.
        called: split → class as its folder is called → the class of train that means the same.
    """

    sides: Mapping[Parts, Side]
    left: Mapping[Parts, str]
    called: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def splits(self) -> list[str]:
        """The splits that are there, in the order of `SPLITS`."""
        there = {split for split, _other in self.sides.values()}
        return [split for split in SPLITS if split in there]


@dataclass
class _Way:
    """The way to one folder: its split, and the names on it that may be classes with the folders that they are of."""

    parts: Parts
    split: str = ""
    names: list[tuple[str, Parts]] = field(default_factory=list)
    unused: bool = False


def read(tree: Tree) -> Meaning:
    """Understands a walked data folder.

    Raises:
        DataError: when a folder that would become a class is called like a split, the same pictures are dealt into
            train and test several times, or two class folders differ only in upper and lower case.
    """
    filled = {parts for parts, place in tree.places.items() if place.records}
    bare = {parts for parts, place in tree.places.items() if parts and not place.records and not place.folders}
    ways = _ways(tree, filled or bare)
    if filled and bare:  # an empty folder among class folders is a class without a picture; else it says nothing
        ways += [way for way in _ways(tree, filled | bare) if way.parts in bare]
    level = {split: _level([way for way in ways if way.split == split and _counts(way, filled)]) for split in _NONE_TOO}
    classes = {way.parts: way.names[level[way.split]] for way in ways if len(way.names) > level[way.split]}
    for way in ways:
        if way.parts in classes and filled and way.parts in bare and len(way.names) > level[way.split] + 1:
            del classes[way.parts]
    _refuse_splits(tree.root, ways, classes)
    _refuse_clashes(tree.root, {of for _other, of in classes.values()})
    with_split = {way.split for way in ways if way.parts in classes and way.split and not way.unused}
    implied = "train" if with_split and "train" not in with_split else ""
    sides, left = {}, {}
    for way in ways:
        if way.unused or (way.parts in classes and not way.split and with_split and not implied):
            left[way.parts] = N_("pictures in folders beside the splits")
        elif way.parts not in classes:
            left[way.parts] = IN_NO_CLASS.format(split=way.split) if way.split else NOWHERE
        else:
            sides[way.parts] = (way.split or implied, class_key(classes[way.parts][0]))
    return Meaning(sides, left, _called(sides))


def _counts(way: _Way, filled: set[Parts]) -> bool:
    """Whether a way says something of where the classes are."""
    return bool(way.names) and not way.unused and (way.parts in filled or not filled)


def _refuse_splits(root: Path, ways: list[_Way], classes: Mapping[Parts, tuple[str, Parts]]) -> None:
    """Refuses a folder of pictures that is called like a split and stands among class folders."""
    holders = {of[:-1] for _other, of in classes.values() if of}
    for way in ways:
        if way.split and way.parts not in classes and way.parts[:-1] in holders and way.parts:
            name = way.parts[-1]
            if split_words(name)[0] == way.split:
                raise DataError(_(SPLIT_AS_CLASS, root=root, name=repr(name)))


def _ways(tree: Tree, wanted: Iterable[Parts]) -> list[_Way]:
    """The way to each wanted folder, wrapping folders taken off, in the order of the tree."""
    paths = [parts for parts in tree.places if parts in set(wanted)]
    shared = _shared(paths)
    spoken = _spoken(tree.root, paths)
    below = any(spoken.get(parts[: depth + 1]) for parts in paths for depth in range(shared, len(parts)))
    ways = [_way(tree.root, parts, spoken, shared if below else 0) for parts in paths]
    for split in _NONE_TOO:
        _unwrap([way for way in ways if way.split == split and not way.unused], ways)
    return ways


def _shared(paths: list[Parts]) -> int:
    """How many outer folders hold everything."""
    if not paths:
        return 0
    shortest, longest = min(paths), max(paths)
    number = 0
    while number < min(len(shortest), len(longest)) and shortest[number] == longest[number]:
        number += 1
    return number


def _spoken(root: Path, paths: list[Parts]) -> dict[Parts, tuple[str, str]]:
    """Folder → its split and what else its name says, for all folders whose name speaks of a split.

    Of several folders of one split the plainest is taken (`test` before `test_set`, `train1` with `train2`); the others
    have the split "unused".
    """
    siblings: dict[Parts, set[str]] = {}
    for parts in paths:
        for depth, name in enumerate(parts):
            siblings.setdefault(parts[:depth], set()).add(name)
    found: dict[Parts, tuple[str, str]] = {}
    for parent, names in siblings.items():
        said = {name: split_words(name) for name in sorted(names)}
        pure = [name for name, (split, rest) in said.items() if split and not rest]
        mixed = [name for name, (split, rest) in said.items() if split and rest]
        for name, others in _plainest(pure, said).items():
            found[(*parent, name)] = ("unused", "") if others else said[name]
        if mixed and not pure:
            deeper = any(len(parts) > len(parent) + 1 for parts in paths if parts[: len(parent)] == parent
                         and parts[len(parent)] in mixed)  # fmt: skip
            for name in _speaking(root, mixed, names, said, deeper):
                found[(*parent, name)] = (said[name][0], "" if deeper else said[name][1])
    return found


def _plainest(names: list[str], said: Mapping[str, tuple[str, str]]) -> dict[str, bool]:
    """Name → whether another folder of its split is taken instead."""
    words = {name: re.sub(r"[\W\d_]+", "", name.casefold()) for name in names}
    best: dict[str, str] = {}
    for name in names:
        split = said[name][0]
        best[split] = min(best.get(split, words[name]), words[name], key=lambda word: (len(word), word))
    return {name: words[name] != best[said[name][0]] for name in names}


def _speaking(
    root: Path, mixed: list[str], names: set[str], said: Mapping[str, tuple[str, str]], deeper: bool
) -> list[str]:
    """Those of the names with a split and another word in them that are to be read as such.

    `rafdb_train` and `rafdb_test` are: they have one other word. `happy_train`, `sad_train`, `happy_test` are, when
    there is nothing else beside them. `test_happy` beside `happy` is neither this nor that.
    """
    rests = {rest for name in mixed for split, rest in [said[name]]}
    splits = {said[name][0] for name in mixed}
    alone = len(mixed) == len(names)
    if (len(rests) == 1 and (len(splits) > 1 or (alone and deeper))) or (alone and len(rests) > 1):
        return mixed
    plain = {class_key(name) for name in names if name not in mixed}
    for name in mixed:
        if said[name][1] in plain:
            raise DataError(_(SPLIT_AS_CLASS, root=root, name=repr(name)))
    return []


def _way(root: Path, parts: Parts, spoken: Mapping[Parts, tuple[str, str]], wrapped: int) -> _Way:
    way = _Way(parts)
    for depth, name in enumerate(parts):
        here = parts[: depth + 1]
        split, rest = spoken.get(here, ("", name))
        if depth < wrapped:
            continue  # it holds everything: its name speaks of the whole
        if split == "unused":
            way.unused = True
        elif not split:
            way.names.append((name, here))
        else:
            if way.split and split != way.split and depth == len(parts) - 1:
                raise DataError(_(SPLIT_AS_CLASS, root=root, name=repr(name)))
            way.split = split
            way.names += [(rest, here)] if rest else []
    if way.split and any(FOLD.fullmatch(name) for name in parts):
        fold = next(name for name in parts if FOLD.fullmatch(name))
        raise DataError(
            _(
                "{root} holds folds, such as {fold}: most of their pictures are the same, so that one would be learned "
                "and tested. Add one fold as a data set of its own.",
                root=root,
                fold=repr(fold),
            )
        )
    return way


def _unwrap(ways: list[_Way], everything: list[_Way]) -> None:
    """Takes folders off that hold a whole split and are no class: `train/images/happy`."""
    while ways := [way for way in ways if way.names]:
        outer = {way.names[0][0] for way in ways}
        name = outer.pop()
        elsewhere = {class_key(way.names[0][0]) for way in everything if way.names and way not in ways}
        is_class = means(class_key(name)) or (class_key(name) in elsewhere and len(elsewhere) > 1)
        if outer or (not is_filler(name) and (is_class or any(len(way.names) == 1 for way in ways))):
            return
        for way in ways:
            del way.names[0]


def _level(ways: list[_Way]) -> int:
    """On which level of names the classes are."""
    deepest = max((len(way.names) for way in ways), default=0)
    levels = [{class_key(way.names[level][0]) for way in ways if len(way.names) > level} for level in range(deepest)]
    known = [len({means(name) for name in names if means(name)}) for names in levels]
    if not levels or known[0]:
        return 0
    for level in range(1, deepest):
        if known[level] >= 2 and 2 * sum(bool(means(name)) for name in levels[level]) >= len(levels[level]):
            return level
    return 1 if deepest > 1 and len(levels[1]) > 1 and all(map(is_filler, levels[0])) else 0


def _refuse_clashes(root: Path, folders: Iterable[Parts]) -> None:
    found: dict[tuple[Parts, str], set[str]] = {}
    for of in folders:
        found.setdefault((of[:-1], class_key(of[-1])), set()).add(of[-1])
    for (parent, _key), names in found.items():
        if len(names) > 1:
            raise DataError(
                _(
                    "{folder} has several folders with one name: {names}. Expected names that differ in more than "
                    "upper and lower case. Put the pictures together in one of them or rename one.",
                    folder=root.joinpath(*parent),
                    names=", ".join(sorted(names)),
                )
            )


def _called(sides: Mapping[Parts, Side]) -> dict[str, dict[str, str]]:
    """What classes of test and validation are called in train, where that is another name that means the same."""
    classes: dict[str, set[str]] = {}
    for split, name in sides.values():
        classes.setdefault(split, set()).add(name)
    train = classes.get("train", set())
    called: dict[str, dict[str, str]] = {}
    for split in ("test", "validation"):
        alike = {name: named_like(name, train) for name in classes.get(split, set()) - train}
        taken = Counter(filter(None, alike.values()))
        called[split] = {
            name: other for name, other in alike.items() if other and taken[other] == 1 and other not in classes[split]
        }
    return called
