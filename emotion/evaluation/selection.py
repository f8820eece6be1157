"""Which faces are looked at: filters that can be combined and put into an address, and the order of what is left.

Letters: N faces.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from emotion.evaluation import gallery
from emotion.metrics import neighbours
from emotion.system import N_, ConfigError, _

if TYPE_CHECKING:
    from emotion.evaluation.study import Study
    from emotion.metrics import Labels


MOST_TYPICAL = N_("most typical")
ORDERS = (gallery.MOST_WRONG, gallery.LEAST_SURE, MOST_TYPICAL, gallery.BY_FILE)
SHOWS = (gallery.ALL, gallery.WRONG, gallery.RIGHT)
GAP = ".."  # between the ends of a range in an address: "0.25..0.5", "..80", "200.."

Values = npt.NDArray[np.floating]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Range:
    """Values above `low` up to `high`; None leaves an end open. The bins and slices of figures are such ranges."""

    low: float | None = None
    high: float | None = None

    def holds(self, values: Values) -> Truths:
        """For each value whether it lies in the range; NaN never does."""
        inside = ~np.isnan(values)
        if self.low is not None:
            inside &= values > self.low
        if self.high is not None:
            inside &= values <= self.high
        return inside

    @property
    def word(self) -> str:
        """For an address; `range_of` understands it."""
        return f"{_number(self.low)}{GAP}{_number(self.high)}"


def _number(value: float | None) -> str:
    return "" if value is None else repr(float(value)).removesuffix(".0")


def range_of(word: str) -> Range | None:
    """The range that a word of an address stands for; None where it is none."""
    low, gap, high = word.partition(GAP)
    try:
        ends = [float(end) if end else None for end in (low, high)]
    except ValueError:
        return None
    known = [end for end in ends if end is not None]
    fits = gap and known and all(map(math.isfinite, known)) and known == sorted(known)
    return Range(*ends) if fits else None


@dataclass(frozen=True)
class Selection:
    """What is looked at. The default is all faces.

    Attributes:
        show: one of `SHOWS`.
        truth, answer: class names, "" for any.
        ranges: name of a quantity → its range; see the `quantity` of `select`.
        group: number of a group of mistakes from 0, None for any face.
        order: one of `ORDERS`.
    """

    show: str = gallery.ALL
    truth: str = ""
    answer: str = ""
    ranges: dict[str, Range] = field(default_factory=dict)
    group: int | None = None
    order: str = gallery.MOST_WRONG


def select(
    study: Study,
    chosen: Selection,
    quantity: Callable[[str], Values],
    groups: Callable[[], Sequence[Labels]] = tuple,
) -> Labels:
    """Chooses faces and puts them in order.

    Args:
        study: the model on its faces.
        chosen: what is looked at.
        quantity: name → values (N,), asked only for what is needed.
        groups: the members of each group of mistakes, asked only when one is chosen.

    Returns:
        Indices into the N faces, int64.

    Raises:
        ConfigError: for a word that is none of those that are known.
    """
    kept = np.ones(len(study.answered), dtype=bool)
    for name, within in chosen.ranges.items():
        kept &= within.holds(quantity(name))
    if chosen.group is not None:
        kept &= np.isin(np.arange(len(kept)), _members(groups(), chosen.group))
    typically = chosen.order == MOST_TYPICAL
    order = gallery.BY_FILE if typically else chosen.order
    labels, names = study.examples.labels, {"truth": chosen.truth, "answer": chosen.answer}
    found = gallery.order_faces(study.probabilities, labels, study.info, order, chosen.show, **names)
    found = found[kept[found]]
    if typically:
        found = found[np.argsort(distances(study)[found], kind="stable")]
    return found


def _members(groups: Sequence[Labels], number: int) -> Labels:
    if not 0 <= number < len(groups):
        raise ConfigError("group", _("a number from 0 to {most}", most=len(groups) - 1), number)
    return groups[number]


def distances(study: Study) -> Values:
    """How far each face lies from the mean of its true class, see `typical.distances_from_class`."""
    return neighbours.distances_from_class(study.features, study.examples.labels, len(study.info.classes))


def probability_of_answer(study: Study) -> Values:
    """(N,) the probability of the class that was answered."""
    return np.take_along_axis(study.probabilities, study.answered[:, np.newaxis], axis=1)[:, 0].astype(np.float64)


def counts(study: Study, chosen: Labels) -> dict[str, int]:
    """How many of some faces (M,) are right, wrong, and all of them: the words of `SHOWS`."""
    right = int(study.right[chosen].sum())
    return {gallery.ALL: len(chosen), gallery.WRONG: len(chosen) - right, gallery.RIGHT: right}
