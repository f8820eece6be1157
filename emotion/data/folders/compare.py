"""Whether the splits of a data set have the same classes, said in sentences before anything is learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Counts = Mapping[str, Mapping[str, int]]  # split → class → pictures

NO_TEST = "There is no test split, so a model will have no test score."
NO_TRAIN = "There is no train split, so nothing can be learned here; a model can be tested on it."


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
        return [NO_TRAIN] if test else []
    said = [] if test else [NO_TEST]
    if test and (missing := train - test):
        score = "its score is of the other classes" if len(test & train) > 1 else "so there will be no test score"
        said.append(f"test has no picture of {_named(missing)}: {score}.")
    if more := test - train:
        said.append(f"test has pictures of {_named(more)}, which train has not: they are left out of the score.")
    if validation and (missing := train - validation):
        said.append(f"validation has no picture of {_named(missing)}: a part of train is kept aside instead.")
    if more := validation - train:
        said.append(f"validation has pictures of {_named(more)}, which train has not: they are left aside.")
    return said


def _named(names: set[str]) -> str:
    first, *others = sorted(names, reverse=True)
    return f"{', '.join(reversed(others))} and {first}" if others else first
