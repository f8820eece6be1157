"""Two models on the same faces: is one better, or is it chance?

Letters: N faces. What counts are the faces on which the two differ: under the thought that they are equally good,
each of those falls to either side like a coin (McNemar 1947, in its exact form).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Annotated, Any

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Meta

from emotion.system import ENGLISH, _, speaking

Right = npt.NDArray[np.bool_]  # (N,), whether each face was answered right

Faces = Annotated[int, Meta(ge=0, le=2**53)]
Difference = Annotated[float, Meta(ge=-1, le=1)]
CHANCE = 0.05  # from this probability on a difference is said to be perhaps chance


@dataclass(frozen=True)
class Comparison:
    """Two models, or one before and after, on the same N faces.

    Attributes:
        n: faces.
        before, after: how many of them each answers right.
        only_before, only_after: how many only the one or only the other answers right.
        difference: share right after minus share right before, -1 to 1.
        interval: where that difference may truly lie with 95 % confidence.
        p_value: how often a difference at least this large comes by chance when both are equally good.
        words: all this in one sentence, in English, as it is kept; `said` says it in the reader's language.
    """

    n: Faces
    before: Faces
    after: Faces
    only_before: Faces
    only_after: Faces
    difference: Difference
    interval: tuple[Difference, Difference]
    p_value: Annotated[float, Meta(ge=0, le=1)]
    words: str

    def said(self) -> str:
        """`words` in the reader's language."""
        return in_words(self.after - self.before, self.p_value)

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self) | {"interval": list(self.interval)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Comparison:
        """The inverse of `to_json`. ValueError for what is none."""
        return msgspec.convert(values, cls)


def mcnemar(only_before: int, only_after: int) -> float:
    """The exact two-sided p-value: a coin thrown for each face on which the two differ.

    Args:
        only_before, only_after: 0 or more each.

    Returns:
        0 to 1; 1 where they never differ.
    """
    differing, fewer = only_before + only_after, min(only_before, only_after)
    ways = term = 1  # C(differing, 0), then its followers: whole numbers, so nothing is rounded before the end
    for k in range(fewer):
        term = term * (differing - k) // (k + 1)
        ways += term
    return min(1.0, 2 * ways / 2**differing)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values of several tests at once, each raised so that all hold together (Holm 1979).

    Args:
        p_values: 0 to 1 each; the smallest is multiplied by their number, the next by one less, and so on.

    Returns:
        In the same order, 0 to 1.
    """
    raised, least = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[place]))
        raised[place] = least
    return raised


def difference_interval(only_before: int, only_after: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Where the difference of two paired shares may truly lie (Agresti and Min 2005: half a face added to each cell).

    Args:
        n: 0 or more; nothing compared gives (-1, 1).
        level: of confidence, between 0 and 1.
    """
    if n == 0:
        return -1.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    lost, won, total = only_before + 0.5, only_after + 0.5, n + 2
    middle = (won - lost) / total
    half = z * math.sqrt(max(0.0, lost + won - (won - lost) ** 2 / total)) / total
    return max(-1.0, middle - half), min(1.0, middle + half)


def by_luck(p_value: float) -> str:
    """How often chance alone brings as much (a p-value), in words: "about once in 91 times by luck alone"."""
    if p_value < 0.001:
        return _("less than once in {n} times by luck alone", n=1000)
    if p_value < 0.02:
        return _("about once in {n} times by luck alone", n=round(float(f"{1 / p_value:.2g}")))
    return _("about {n} in {all} times by luck alone", n=round(100 * p_value), all=100)


def chance_in_words(p_value: float) -> str:
    """Whether a difference may be chance: "this is hardly chance (about 3 in 100 times by luck alone)"."""
    often = by_luck(p_value)
    if p_value >= CHANCE:
        return _("this may be chance ({often})", often=often)
    return _("this is hardly chance ({often})", often=often)


def in_words(difference: int, p_value: float) -> str:
    """A difference in the number of right answers, in plain words."""
    if difference == 0:
        return _("As many right as before.")
    chance = chance_in_words(p_value)
    if difference > 0:
        return _("{n} more right than before; {chance}.", n=difference, chance=chance)
    return _("{n} fewer right than before; {chance}.", n=-difference, chance=chance)


def compare(before_right: Right, after_right: Right) -> Comparison:
    """Compares two models by the faces that each answers right.

    Args:
        before_right, after_right: bool (N,) each, the same faces in the same order.
    """
    n = len(before_right)
    only_before = int((before_right & ~after_right).sum())
    only_after = int((~before_right & after_right).sum())
    p_value = mcnemar(only_before, only_after)
    gained = only_after - only_before
    with speaking(ENGLISH):
        words = in_words(gained, p_value)
    return Comparison(
        n=n,
        before=int(before_right.sum()),
        after=int(after_right.sum()),
        only_before=only_before,
        only_after=only_after,
        difference=gained / n if n else 0.0,
        interval=difference_interval(only_before, only_after, n),
        p_value=p_value,
        words=words,
    )
