"""Whether the splits of a data set have the same classes, said in sentences before anything is learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from emotion.system import N_, _, listed

Counts = Mapping[str, Mapping[str, int]]  # split → class → pictures

NO_TEST = N_("There is no test split, so a model will have no test score.")
NO_TRAIN = N_("There is no train split, so nothing can be learned here; a model can be tested on it.")


def disagreements(counts: Counts, classes: Sequence[str] = ()) -> list[str]:
    """What the splits do not share, and what follows from it.

    Args:
        counts: of a listing; names that mean the same are one class there already.
        classes: only these are of interest; none: all.
    """
    there = {
        split: {name for name, number in inside.items() if number and (not classes or name in classes)}
        for split, inside in counts.items()
    }
    train, test, validation = (there.get(split, set()) for split in ("train", "test", "validation"))
    if not train:
        return [_(NO_TRAIN)] if test else []
    said = [] if test else [_(NO_TEST)]
    if test and (missing := train - test):
        if len(test & train) > 1:
            said.append(_("test has no picture of {names}: its score is of the other classes.", names=_named(missing)))
        else:
            said.append(_("test has no picture of {names}: so there will be no test score.", names=_named(missing)))
    if more := test - train:
        said.append(
            _("test has pictures of {names}, which train has not: they are left out of the score.", names=_named(more))
        )
    if validation and (missing := train - validation):
        said.append(
            _("validation has no picture of {names}: a part of train is kept aside instead.", names=_named(missing))
        )
    if more := validation - train:
        said.append(
            _("validation has pictures of {names}, which train has not: they are left aside.", names=_named(more))
        )
    return said


def _named(names: set[str]) -> str:
    return listed(sorted(names))
