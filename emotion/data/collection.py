"""The person's own pictures: faces they have corrected, kept to learn from.

They lie in `mine/train/<label>/` under `EMOTION_HOME`. Only `keep` writes there, only after the person's click, and
only the cut-out face without the photo's name, place or date. They never pass through the cache of
`emotion.data.dataset`, so that `remove_all` leaves nothing behind.

A cut-out face as a file that a person asked to keep: named by its pixels, with nothing else of the photo.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from emotion.data.class_names import class_key
from emotion.data.dataset import Examples
from emotion.images import SHRINK_FILTER, TIGHT_CROP_UP_TO, PictureError, load, to_rgb
from emotion.system import IMAGE_SIZE, ConfigError, _, disk, files, mine_dir

NAME = re.compile(r"[0-9a-f]{32}\.png")
FORBIDDEN = frozenset('/\\:*?"<>|')  # in the name of a folder, on one system or another


@dataclass(frozen=True)
class Kept:
    """One picture of the collection.

    Attributes:
        id: 32 hex digits that stand for its pixels.
        label: class name that the person gave it.
        path: a PNG of at most 256 pixels a side.
        time: seconds since 1970, when it was kept or last given another label.
    """

    id: str
    label: str
    path: Path
    time: float


def _train_dir() -> Path:
    return mine_dir() / "train"


def _class_dir(label: str) -> Path:
    name = class_key(label)
    if not name or name.startswith(".") or name != name.rstrip(". ") or FORBIDDEN & set(name) or not name.isprintable():
        raise ConfigError("label", _("a class name that can be the name of a folder"), label)
    return _train_dir() / name


def keep(face: Image.Image, label: str) -> Path:
    """Keeps one face with the person's answer. A face that is there already moves to its new label.

    Args:
        face: as cut out by `images.crop_face`, or a whole picture; above 256 pixels it is made smaller, so that it
            is taken whole when it is read. What the photo says of its place and time is not kept.
        label: class name.

    Returns:
        Where it lies now; the name is made from its pixels.

    Raises:
        ConfigError: for a label that cannot be the name of a folder.
        OutputFolderError: where nothing can be written.
    """
    folder, picture = _class_dir(label), bare(face)
    target = folder / file_name(picture)
    with disk.writing(disk.make_folder(folder)):
        there = [kept for kept in listing() if kept.id == target.stem]
        if there:
            files.replace(there[0].path, target)
            os.utime(target)
        else:
            save(picture, target)
    return target


def listing() -> list[Kept]:
    """All pictures that are kept, the newest first."""
    return sorted(_kept(), key=lambda kept: (-kept.time, kept.id))


def _kept() -> Iterator[Kept]:
    for path in _train_dir().glob("*/*.png"):
        if NAME.fullmatch(path.name):
            with contextlib.suppress(OSError):  # removed in this moment, or a link that leads nowhere
                yield Kept(path.stem, class_key(path.parent.name), path, path.stat().st_mtime)


def counts() -> dict[str, int]:
    """Class name to the number of pictures kept of it; only classes that have some."""
    return dict(sorted(Counter(kept.label for kept in _kept()).items()))


def remove(picture_id: str) -> None:
    """Deletes one picture for good; nothing happens when it is gone already.

    Raises:
        OutputFolderError: where nothing can be deleted.
    """
    for kept in _kept():
        if kept.id == picture_id:
            with disk.writing(kept.path.parent):
                kept.path.unlink(missing_ok=True)
    _remove_empty_folders()


def remove_all() -> None:
    """Deletes all pictures that were kept, for good. Models that have learned from them stay.

    Raises:
        OutputFolderError: where nothing can be deleted.
    """
    with disk.writing(_train_dir()):
        for kept in _kept():
            kept.path.unlink(missing_ok=True)
        for folder in _train_dir().glob("*/"):
            for part in files.unfinished(folder):
                part.unlink(missing_ok=True)
    _remove_empty_folders()


def _remove_empty_folders() -> None:
    for folder in (*_train_dir().glob("*/"), _train_dir(), mine_dir()):
        with contextlib.suppress(OSError):  # it holds something else, or was never there
            folder.rmdir()


def fingerprint(classes: Sequence[str]) -> str:
    """32 hex digits that change when a picture of these classes is kept, moved or removed; "" without any."""
    names = sorted(f"{kept.label}/{kept.id}" for kept in _of(classes))
    return hashlib.blake2b("\0".join(names).encode(), digest_size=16).hexdigest() if names else ""


def _of(classes: Sequence[str]) -> list[Kept]:
    wanted = {class_key(name) for name in classes}
    return sorted((kept for kept in _kept() if kept.label in wanted), key=lambda kept: (kept.label, kept.id))


def examples(classes: Sequence[str]) -> Examples:
    """The pictures of these classes as the network sees them.

    Args:
        classes: names in label order; pictures with other labels are left aside.

    Returns:
        N examples, 0 where none is kept, in an order that does not depend on when they were kept.
    """
    order = {class_key(name): label for label, name in enumerate(classes)}
    images, labels, names, unreadable = [], [], [], []
    for kept in _of(classes):
        name = f"mine/train/{kept.label}/{kept.path.name}"
        try:
            images.append(load.read_face(kept.path))
        except PictureError:
            unreadable.append(name)
            continue
        labels.append(order[kept.label])
        names.append(name)
    return Examples(
        images=np.array(images, np.uint8).reshape(-1, IMAGE_SIZE, IMAGE_SIZE),
        labels=np.array(labels, np.int64),
        classes=tuple(classes),
        files=tuple(names),
        unreadable=tuple(unreadable),
        fingerprint=fingerprint(classes),
    )


def bare(face: Image.Image) -> Image.Image:
    """Grey or RGB pixels of at most 256 a side, and nothing else that the picture said of itself."""
    picture = Image.fromarray(np.asarray(face if face.mode == "L" else to_rgb(face)))
    picture.thumbnail((TIGHT_CROP_UP_TO, TIGHT_CROP_UP_TO), SHRINK_FILTER)
    return picture


def file_name(picture: Image.Image) -> str:
    """32 hex digits that tell its pixels from all others, and the ending."""
    facts = f"{picture.mode} {picture.width} {picture.height} ".encode()
    return f"{hashlib.blake2b(facts + picture.tobytes(), digest_size=16).hexdigest()}.png"


def save(picture: Image.Image, target: Path) -> None:
    """Writes it whole: two threads that keep the same face do not meet."""
    with files.whole(target) as temporary:
        picture.save(temporary, "PNG")
