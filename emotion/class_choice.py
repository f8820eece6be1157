"""Which classes of a data folder a network learns to tell apart: the sets that people mostly want, by name.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emotion.config import DEFAULT_CLASSES

SEVEN_EMOTIONS = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")  # the folders of FER-2013
TWO, SEVEN, ALL = "two", "seven", "all"
UNEVEN = 3.0  # times as many faces in the largest class as in the smallest: from here on it is worth a word


@dataclass(frozen=True)
class Preset:
    """One set of classes.

    Attributes:
        key: a fixed word: "two", "seven" or "all".
        classes: the names, happy before sad, else in the order of the folder.
    """

    key: str
    classes: tuple[str, ...]


def presets(there: Sequence[str]) -> list[Preset]:
    """The sets that a folder with these classes offers; the first is what is usually meant.

    Args:
        there: names of the class folders.

    Returns:
        "two" where happy and sad are there, "seven" where the emotions of FER-2013 are, "all" for two classes or more;
        none that is the same as one before it.
    """
    sets = {
        TWO: DEFAULT_CLASSES[::-1] if set(DEFAULT_CLASSES) <= set(there) else (),
        SEVEN: SEVEN_EMOTIONS if set(SEVEN_EMOTIONS) <= set(there) else (),
        ALL: tuple(there) if len(there) > 1 else (),
    }
    found: list[Preset] = []
    for key, classes in sets.items():
        if classes and set(classes) not in [set(other.classes) for other in found]:
            found.append(Preset(key, classes))
    return found


def unevenness(counts: Mapping[str, int]) -> float:
    """How many times as many faces the largest class has as the smallest one; 1.0 where one of them has none."""
    if not counts or min(counts.values()) < 1:
        return 1.0
    return max(counts.values()) / min(counts.values())
