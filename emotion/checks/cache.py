"""What a check has read of a data folder, kept so that the next check need not open a picture.

One file a folder, named after it and after its fingerprint on the disk, see `emotion.system.cache`; decisions about
pictures do not touch it.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from emotion.checks.near_duplicates import Pairs
from emotion.checks.picture_facts import KINDS, NOT_A_PICTURE, Facts, empty
from emotion.system import IMAGE_SIZE, StoredFileError, arrays, cache, cache_dir

FORMAT = 4  # raised when files are read or compared in another way
A_PAIR = "pair_"
FACTS: dict[str, arrays.Column] = {
    name: (str(column.dtype), "N", *column.shape[1:]) for name, column in vars(empty(0)).items() if name != "grey"
}
PAIRS: dict[str, arrays.Column] = {
    f"{A_PAIR}first": ("int64", "P"), f"{A_PAIR}second": ("int64", "P"), f"{A_PAIR}mirrored": ("bool", "P"),
    f"{A_PAIR}likeness": ("float32", "P"),
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Stored:
    """What was read: names, facts without `grey`, pairs that are nearly the same."""

    names: tuple[str, ...]
    facts: Facts
    pairs: Pairs


def location(root: Path, fingerprint: str, ending: str = "npz") -> Path:
    """`check-<folder>-<fingerprint>.<ending>` in the cache."""
    return cache_dir() / f"check-{cache.digest(root)}-{cache.digest(f'{FORMAT} {fingerprint}')}.{ending}"


def read(path: Path) -> Stored | None:
    """What was kept, or None where there is nothing or the file is damaged."""
    try:
        kept = arrays.read(path, {"names": ("uint8", "C")} | FACTS | PAIRS)
    except StoredFileError:
        return None
    names = tuple(kept["names"].tobytes().decode("utf-8", "surrogateescape").split("\0"))
    if names == ("",):
        names = ()
    grey = np.empty((0, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    facts = Facts(**{name: kept[name] for name in FACTS}, grey=grey)
    pairs = Pairs(**{name.removeprefix(A_PAIR): kept[name] for name in PAIRS})
    return Stored(names, facts, pairs) if len(facts) == len(names) and _fits(facts, pairs) else None


def _fits(facts: Facts, pairs: Pairs) -> bool:
    """Whether every number is one that there is something for."""
    known = (facts.fault <= NOT_A_PICTURE) & (facts.kind < len(KINDS)) & (facts.width >= 0) & (facts.height >= 0)
    there = (pairs.first >= 0) & (pairs.first < pairs.second) & (pairs.second < len(facts))
    return bool(known.all() and there.all())


def write(path: Path, stored: Stored) -> None:
    """Keeps it, and forgets what was kept of the same folder in an earlier state. A full disk is no error."""
    text = np.frombuffer("\0".join(stored.names).encode("utf-8", "surrogateescape"), np.uint8)
    columns = {name.name: getattr(stored.facts, name.name) for name in dataclasses.fields(Facts)}
    columns |= {f"{A_PAIR}{name.name}": getattr(stored.pairs, name.name) for name in dataclasses.fields(Pairs)}
    del columns["grey"]
    cache.write_arrays(path, names=text, **columns)
    folder, state = path.name.split(".")[0].rsplit("-", 1)
    others = path.parent.glob(f"{folder}-*")
    cache.remove(other for other in others if other.name.split(".")[0] != f"{folder}-{state}")
