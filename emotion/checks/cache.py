"""What a check has read of a data folder, kept so that the next check need not open a picture.

One uncompressed `.npz` a folder, named after it and after its fingerprint on the disk; decisions about pictures do not
touch it. It is written under a temporary name and moved into place. What cannot be read is a miss.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
from pathlib import Path

import numpy as np

from emotion.checks.near_duplicates import Pairs
from emotion.checks.picture_facts import Facts
from emotion.system import IMAGE_SIZE, StoredFileError, arrays, cache_dir, files

FORMAT = 2  # raised when files are read or compared in another way


@dataclasses.dataclass(frozen=True)
class Stored:
    """What was read: names, facts without `grey`, pairs that are nearly the same."""

    names: tuple[str, ...]
    facts: Facts
    pairs: Pairs


def location(root: Path, fingerprint: str, ending: str = "npz") -> Path:
    """`check-<folder>-<fingerprint>.<ending>` in the cache."""
    return cache_dir() / f"{_prefix(root)}{_digest(f'{FORMAT} {fingerprint}')}.{ending}"


def _prefix(root: Path) -> str:
    return f"check-{_digest(os.path.realpath(root))}-"


def _digest(text: str) -> str:
    return hashlib.blake2b(os.fsencode(text), digest_size=8).hexdigest()


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
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.whole(path) as temporary:
            np.savez(temporary, names=text, **columns)
    _forget_old(path)


def _forget_old(path: Path) -> None:
    folder, state = path.name.split(".")[0].rsplit("-", 1)
    for other in path.parent.glob(f"{folder}-*"):
        if other.name.split(".")[0] != f"{folder}-{state}":
            with contextlib.suppress(OSError):
                other.unlink()
