"""Folders of classes without train and test: which picture goes into which split. No file is moved.

Letters: N files, G groups of identical pictures, K classes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion.config import IMAGE_SIZE
from emotion.errors import ConfigError, TooFewPicturesError
from emotion.holdout import hold_out
from emotion.images import WORKING_SIDE, open_picture, to_input
from emotion.importing import Progress, quiet
from emotion.picture_errors import PictureError

SHARE, SEED = 0.2, 0  # of each class for test, and of the choice
TELL_EACH = 100  # files


def _look(path: Path) -> bytes | None:
    """What two files of one picture have in common; None for what cannot be read.

    Faces are not looked for: the whole picture, shrunk, tells one from another in a hundredth of the time.
    """
    try:
        picture = open_picture(path, max_side=WORKING_SIDE, keep_grey=True).rgb
    except (PictureError, OSError):
        return None
    return hashlib.blake2b(to_input(picture, IMAGE_SIZE).tobytes(), digest_size=16).digest()


def groups_of(root: Path, names: Sequence[str], progress: Progress = quiet) -> NDArray[np.int64]:
    """Numbers the different pictures among these files.

    Returns:
        int64 (N,), 0 to G - 1; a file that cannot be read is a group of its own.
    """
    numbers: dict[bytes, int] = {}
    found = []
    for place, name in enumerate(names):
        look = _look(root / name) or name.encode("utf-8", "surrogateescape")
        found.append(numbers.setdefault(look, len(numbers)))
        if place % TELL_EACH == 0:
            progress("Comparing", place, len(names))
    progress("Comparing", len(names), len(names))
    return np.array(found, dtype=np.int64)


def share_out(
    root: Path,
    classes: Mapping[str, Sequence[str]],
    share: float = SHARE,
    seed: int = SEED,
    before: Mapping[str, str] | None = None,
    progress: Progress = quiet,
) -> dict[str, str]:
    """Puts each picture into train or test: each class by the same share, identical pictures on one side.

    Args:
        root: the folder that the names are relative to.
        classes: class → its files.
        share: of each class for test, above 0 and below 1.
        seed: 0 or more; the same files and seed give the same split on every machine.
        before: file → split of an earlier split, which is kept; only files that are new to it are shared out.
        progress: of reading the pictures.

    Returns:
        File → "train" or "test", every file once.

    Raises:
        ConfigError: for a share outside its range.
        TooFewPicturesError: when a class has too few different pictures to stand on both sides.
    """
    if not 0 < share < 1:
        raise ConfigError("share", "a share above 0 and below 1", share)
    pairs = sorted((file, label) for label, files in enumerate(classes.values()) for file in files)
    files = [file for file, _ in pairs]
    labels = np.array([label for _, label in pairs], dtype=np.int64)
    groups = groups_of(root, files, progress)
    rng = np.random.default_rng(seed)
    old = [(before or {}).get(file) for file in files]
    held = _more(groups, labels, share, rng, old) if any(old) else hold_out(groups, labels, share, rng)
    for label, name in enumerate(classes):
        mine = labels == label
        if not (mine & held).any() or not (mine & ~held).any():
            needed = f"two different pictures or more of the class {name!r}, one of them for the test"
            raise TooFewPicturesError(root, needed, len(np.unique(groups[mine])))
    return {file: "test" if is_held else "train" for file, is_held in zip(files, held.tolist(), strict=True)}


def _more(
    groups: NDArray[np.int64], labels: NDArray[np.int64], share: float, rng: np.random.Generator,
    old: Sequence[str | None],
) -> NDArray[np.bool_]:  # fmt: skip
    """Keeps what was decided and holds out of the rest what each class lacks to its share."""
    counts = np.zeros((groups.max() + 1, labels.max() + 1), dtype=np.int64)
    np.add.at(counts, (groups, labels), 1)
    held, is_open = np.zeros(len(counts), dtype=bool), np.ones(len(counts), dtype=bool)
    for group, side in zip(groups.tolist(), old, strict=True):
        if side and is_open[group]:
            held[group], is_open[group] = side == "test", False
    room = np.maximum(np.rint(share * counts.sum(axis=0)).astype(np.int64), 1) - counts[held].sum(axis=0)
    for group in rng.permutation(np.flatnonzero(is_open)).tolist():
        if (counts[group] <= np.maximum(room, 0)).all():
            held[group] = True
            room = room - counts[group]
    return held[groups]
