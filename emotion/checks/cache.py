"""What a check has read of a data folder, kept so that the next check need not open a picture.

One file a folder, named after it and after its fingerprint on the disk, see `emotion.system.cache`; decisions about
pictures do not touch it.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from emotion.checks.near_duplicates import Pairs
from emotion.checks.picture_facts import Facts
from emotion.system import IMAGE_SIZE, StoredFileError, arrays, cache, cache_dir

FORMAT = 3  # raised when files are read or compared in another way


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
        kept = arrays.read(path)
        names = tuple(kept["names"].tobytes().decode("utf-8", "surrogateescape").split("\0"))
        columns = {name.name: kept[name.name] for name in dataclasses.fields(Facts) if name.name != "grey"}
        pairs = Pairs(**{name.name: kept[f"pair_{name.name}"] for name in dataclasses.fields(Pairs)})
    except (StoredFileError, KeyError):
        return None
    if names == ("",):
        names = ()
    facts = Facts(**columns, grey=np.empty((0, IMAGE_SIZE, IMAGE_SIZE), np.uint8))
    whole = all(len(column) == len(names) for column in columns.values())
    return Stored(names, facts, pairs) if whole and len({len(part) for part in vars(pairs).values()}) == 1 else None


def write(path: Path, stored: Stored) -> None:
    """Keeps it, and forgets what was kept of the same folder in an earlier state. A full disk is no error."""
    text = np.frombuffer("\0".join(stored.names).encode("utf-8", "surrogateescape"), np.uint8)
    columns = {name.name: getattr(stored.facts, name.name) for name in dataclasses.fields(Facts)}
    columns |= {f"pair_{name.name}": getattr(stored.pairs, name.name) for name in dataclasses.fields(Pairs)}
    del columns["grey"]
    cache.write_arrays(path, names=text, **columns)
    folder, state = path.name.split(".")[0].rsplit("-", 1)
    others = path.parent.glob(f"{folder}-*")
    cache.remove(other for other in others if other.name.split(".")[0] != f"{folder}-{state}")
