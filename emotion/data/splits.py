"""Which examples are kept aside for validation, so that none has an identical twin on the other side.

Letters: N examples, G groups of identical images, K classes.

Folders of classes without train and test: which picture goes into which split. No file is moved.

Letters: N files, G groups of identical pictures, K classes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emotion.data.bring.staging import quiet
from emotion.images import WORKING_SIDE, PictureError, open_picture, to_input
from emotion.system import IMAGE_SIZE, N_, ConfigError, DataError, _

if TYPE_CHECKING:
    from emotion.data.bring.staging import Progress
TOO_FEW = N_(
    "{root}: expected two different pictures or more of the class {name}, one of them for {part}. Received: {n}. Add "
    "pictures or change the setting."
)


def identical_groups(images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Numbers the different images in the order in which they appear.

    Args:
        images: uint8 (N, H, W).

    Returns:
        int64 (N,), from 0 to G - 1; the same number = the same image, pixel by pixel.
    """
    numbers: dict[bytes, int] = {}
    digests = [hashlib.blake2b(image, digest_size=16).digest() for image in np.ascontiguousarray(images)]
    return np.array([numbers.setdefault(digest, len(numbers)) for digest in digests], dtype=np.int64)


def hold_out(
    groups: NDArray[np.int64], labels: NDArray[np.int64], share: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Chooses whole groups at random until each class has given its share.

    Args:
        groups: int64 (N,), 0 to G - 1; a group is held out as a whole or not at all.
        labels: int64 (N,), 0 to K - 1; a group may hold several labels.
        share: of each class to hold out, above 0 and below 1.
        rng: decides which groups.

    Returns:
        bool (N,), True = held out. Every class is as close to its share as its groups let it come; a class of
        one group only is on one side.
    """
    counts = np.zeros((groups.max(initial=-1) + 1, labels.max(initial=-1) + 1), dtype=np.int64)
    np.add.at(counts, (groups, labels), 1)
    n = counts.sum(axis=0)
    wanted = np.clip(np.rint(share * n).astype(np.int64), 1, np.maximum(n - 1, 1))
    order = rng.permutation(len(counts))
    is_mixed = (counts > 0).sum(axis=1) > 1
    mixed = order[is_mixed[order]]
    held = _take(mixed[: round(share * len(mixed))], counts, wanted, np.zeros(len(counts), dtype=bool))
    held = _take(order[~is_mixed[order]], counts, wanted, held)
    return _with_every_class(held, counts)[groups]


def _take(
    candidates: NDArray[np.int64], counts: NDArray[np.int64], wanted: NDArray[np.int64], held: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Holds out each candidate that takes no class beyond what is wanted of it."""
    held = held.copy()
    room = (wanted - counts[held].sum(axis=0)).tolist()
    for group, row in zip(candidates.tolist(), counts[candidates].tolist(), strict=True):
        if all(count <= free for count, free in zip(row, room, strict=True) if count):
            held[group] = True
            room = [free - count for count, free in zip(row, room, strict=True)]
    return held


def _with_every_class(held: NDArray[np.bool_], counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Adds the smallest group of each class of which none is held, as long as some stay of all classes."""
    held = held.copy()
    n = counts.sum(axis=0)
    for label in range(counts.shape[1]):
        now = counts[held].sum(axis=0)
        if now[label]:
            continue
        can = [g for g in np.flatnonzero(counts[:, label]) if ((now + counts[g] < n) | (counts[g] == 0)).all()]
        if can:
            held[min(can, key=lambda group: int(counts[group].sum()))] = True
    return held


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
            progress(N_("Comparing"), place, len(names))
    progress(N_("Comparing"), len(names), len(names))
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
        DataError: when a class has too few different pictures to stand on both sides.
    """
    if not 0 < share < 1:
        raise ConfigError("share", _("a share above 0 and below 1"), share)
    pairs = sorted((file, label) for label, files in enumerate(classes.values()) for file in files)
    files = [file for file, _other in pairs]
    labels = np.array([label for _other, label in pairs], dtype=np.int64)
    groups = groups_of(root, files, progress)
    rng = np.random.default_rng(seed)
    old = [(before or {}).get(file) for file in files]
    held = _more(groups, labels, share, rng, old) if any(old) else hold_out(groups, labels, share, rng)
    for label, name in enumerate(classes):
        mine = labels == label
        if not (mine & held).any() or not (mine & ~held).any():
            raise DataError(_(TOO_FEW, root=root, name=repr(name), part=_("the test"), n=len(np.unique(groups[mine]))))
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
