"""Whether train and test look as if they came from one source, and what to do where they do not.

A public copy of FER-2013 blurs its whole train folder by accident: median sharpness 1/18 of test's. A network trained
on it has never seen an eyelash. In the undamaged copy the medians of the two splits differ by 1 % (sharpness 2,019 and
2,039, brightness 129.5 and 129.9, contrast 53.6 and 53.6); by class the sharpness lies between 1,753 and 2,427.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emotion.checks import picture_facts
from emotion.checks.finding import Finding, Remedy
from emotion.checks.rule import Rule
from emotion.checks.table import TEST, TRAIN
from emotion.data import MOVE, NO_TEST, NO_TRAIN, Change, disagreements, hold_out
from emotion.system import N_, _, decimal

if TYPE_CHECKING:
    from emotion.checks.table import Table
    from emotion.data import Files


ENOUGH = 20  # pictures of each split; fewer say little about a median
BLURRED = 3.0  # times: the sharper split's median sharpness / the other's
DARKER = 30.0  # of 255: difference of the median brightness
FLATTER = 1.5  # times: the median contrast
LARGER = 1.5  # times: the median of the longer side
A_LOOK = 200  # pictures of each split are enough for a warning before training

DEAL_WHY = N_("train and test dealt anew from all pictures")


def classes(table: Table) -> Finding | None:
    """The splits have not the same classes. That there is no test at all is no fault of the pictures."""
    said = [line for line in disagreements(table.counts) if line not in (NO_TEST, NO_TRAIN)]
    if not said:
        return None
    why = [*(text[:1].upper() + text[1:] for text in said[1:]), _("Rename or move the folders that mean the same.")]
    return Finding("classes", len(said), said[0].rstrip("."), " ".join(why))


def sharpness(table: Table) -> Finding | None:
    """One split is blurred: as a network sees it, or, where both have pictures of about one size, in that size."""
    facts = table.facts
    seen, fine = _medians(facts.sharpness, table), _medians(facts.fine, table)
    sides = _medians(np.maximum(facts.width, facts.height).astype(np.float32), table)
    if seen is None or fine is None or sides is None:
        return None
    found = blurred(*seen) or (blurred(*fine) if max(sides) < LARGER * min(sides) else None)
    return _with_remedy(found, table) if found else None


def blurred(train: float, test: float) -> Finding | None:
    """The same from the two medians of the variance of the Laplacian."""
    low, high = sorted((train, test))
    if high < BLURRED * max(low, 1.0):
        return None
    name, other = ("train", "test") if train < test else ("test", "train")
    times = high / max(low, 1.0)
    title = _("{name} is damaged: its pictures are blurred, {other}'s are {times} times as sharp", name=name,
              other=other, times=decimal(times, 0))  # fmt: skip
    learned = _("What a network learns on sharp faces does not hold for others.")
    if name == "train":
        learned = _("What a network learns on blurred faces does not hold for others.")
    careless = _(
        "It happens to whole folders when they are copied or resized carelessly. Best get the data again from its "
        "source."
    )
    why = f"{learned} {careless}"
    return Finding("sharpness", 1, title, why, damage=True, serious=True)


def brightness(table: Table) -> Finding | None:
    """One split is darker."""
    found = _medians(table.facts.mean, table)
    if found is None or abs(found[0] - found[1]) < DARKER:
        return None
    name, other = ("train", "test") if found[0] < found[1] else ("test", "train")
    title = _("{name} is darker than {other}: {low} against {high} of 255", name=name, other=other,
              low=decimal(min(found), 0), high=decimal(max(found), 0))  # fmt: skip
    why = _("Light that differs between the splits is learned, or missed, like a feature of the faces.")
    return _with_remedy(Finding("brightness", 1, title, why), table)


def contrast(table: Table) -> Finding | None:
    """One split has more contrast: somebody has stretched it."""
    found = _medians(table.facts.contrast, table)
    if found is None or max(found) < FLATTER * max(min(found), 1.0):
        return None
    name, other = ("train", "test") if found[0] > found[1] else ("test", "train")
    title = _("{name} has more contrast than {other}: {high} against {low}", name=name, other=other,
              high=decimal(max(found), 0), low=decimal(min(found), 0))  # fmt: skip
    why = _("One of them was changed after it was taken, so the score on test is that of other pictures than learned.")
    return _with_remedy(Finding("contrast", 1, title, why), table)


def size(table: Table) -> Finding | None:
    """One split has larger pictures."""
    longer = np.maximum(table.facts.width, table.facts.height).astype(np.float32)
    found = _medians(longer, table)
    if found is None or max(found) < LARGER * min(found):
        return None
    name, other = ("train", "test") if found[0] > found[1] else ("test", "train")
    title = _("{name} has larger pictures than {other}: {high} against {low} pixels", name=name, other=other,
              high=decimal(max(found), 0), low=decimal(min(found), 0))  # fmt: skip
    why = _(
        "They are shrunk or enlarged to one size by different amounts, which makes one split sharper than the other."
    )
    return _with_remedy(Finding("split_size", 1, title, why), table)


def _medians(values: np.ndarray, table: Table) -> tuple[float, float] | None:
    """Of train and of test; None where either has too few pictures."""
    train, test = table.inside(TRAIN), table.inside(TEST)
    if train.sum() < ENOUGH or test.sum() < ENOUGH:
        return None
    return float(np.median(values[train])), float(np.median(values[test]))


def deal_anew(table: Table) -> Remedy:
    """Mixes train and test and parts them again by the same share of each class, identical pictures on one side."""
    used = np.flatnonzero(table.used)
    share = table.inside(TEST).sum() / len(used)
    groups = np.unique(_joined_groups(table)[used], return_inverse=True)[1].astype(np.int64)
    labels = np.unique(table.label[used], return_inverse=True)[1].astype(np.int64)
    to_test = np.zeros(len(table.files), dtype=np.bool_)
    to_test[used] = hold_out(groups, labels, float(share), np.random.default_rng(len(used)))
    moves = ((to_test & (table.split == TRAIN), "test"), (~to_test & (table.split == TEST) & table.used, "train"))
    changes = tuple(Change(MOVE, table.names(np.flatnonzero(mask)), to) for mask, to in moves if mask.any())
    return Remedy("deal", _("Deal train and test anew"), DEAL_WHY, changes)


def _joined_groups(table: Table) -> np.ndarray:
    """The groups of identical pictures, those of nearly the same ones joined."""
    joined = list(range(int(table.group.max(initial=-1)) + 1))  # of each group the one that it has become a part of

    def found(group: int) -> int:
        while joined[group] != group:
            joined[group] = group = joined[joined[group]]
        return group

    ends = zip(table.group[table.pairs.first].tolist(), table.group[table.pairs.second].tolist(), strict=True)
    for first, second in ends:
        one, other = found(first), found(second)
        joined[other] = one
    return np.array([found(group) if group >= 0 else group for group in table.group.tolist()], dtype=np.int64)


def _with_remedy(finding: Finding, table: Table) -> Finding:
    """Of whatever the two splits differ in, dealing them anew is the remedy."""
    remedy = deal_anew(table)
    return replace(finding, remedies=(remedy,)) if remedy.changes else finding


def quick_look(root: Path, files: Files, classes: Sequence[str] = ()) -> Finding | None:
    """Looks at a few pictures of each split, to warn before training on a blurred one; takes a tenth of a second.

    Args:
        root: the data folder.
        files: of its listing.
        classes: only of these, where there are any of them.
    """
    medians = []
    for split in ("train", "test"):
        names = _some(files.get(split, {}), classes)
        facts = picture_facts.read(root, names)
        if facts.ok.sum() < ENOUGH:
            return None
        medians.append(float(np.median(facts.sharpness[facts.ok])))
    return blurred(*medians)


def _some(inside: Mapping[str, tuple[str, ...]], classes: Sequence[str]) -> list[str]:
    names = [name for label, members in inside.items() if not classes or label in classes for name in members]
    return names[:: max(1, len(names) // A_LOOK)][:A_LOOK]


RULES = (
    Rule(99, {"classes": N_("classes that the splits do not share")}, classes),
    Rule(98, {"sharpness": N_("a blurred split")}, sharpness),
    Rule(96, {"brightness": N_("a darker split")}, brightness),
    Rule(94, {"contrast": N_("a split with more contrast")}, contrast),
    Rule(92, {"split_size": N_("a split with larger pictures")}, size),
)
