"""Data sets made on the spot: named classes, pictures put into them one by one, faces cut out.

Such a data set is there, empty, as soon as it is named. Its pictures lie in `pictures/<class>/<digits>.png`, named by
their pixels, so that a class has a picture once. Nothing is kept but the cut-out face, and only when `keep` is called.
All pictures are for training: few as they are, they are held out in turn to say how good a model is. What an earlier
version has set aside for the test stays so.
"""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emotion import images
from emotion.data import collection, listing, registry
from emotion.data.bring import staging
from emotion.data.class_names import class_key, is_folder_name, split_of
from emotion.data.dataset import Examples
from emotion.data.registry import BROWSER, PICTURES, DataSet
from emotion.images import PictureError, decode, load
from emotion.recipes import label_order
from emotion.system import IMAGE_SIZE, N_, ConfigError, DataFolderUnreadableError, _, files, stored

MOST_CLASSES = 20
SOURCE = N_("made in the browser")
ORDER = "order.json"  # beside `dataset.json`: the classes as the person has put them
REMEMBERED = 4_000  # faces, 2 kB each


def check_classes(names: Sequence[str]) -> tuple[str, ...]:
    """The class names in their one spelling.

    Raises:
        ConfigError: for fewer than two, more than twenty, two alike, or one that no folder may be called.
    """
    keys = tuple(class_key(name) for name in names if name.strip())
    unfit = [key for key in keys if not is_folder_name(key) or split_of(key)]
    if unfit:
        raise ConfigError("classes", _("names that a folder may have, and not the name of a split"), unfit[0])
    if len(set(keys)) != len(keys) or not 2 <= len(keys) <= MOST_CLASSES:
        raise ConfigError("classes", _("2 to {most} different names", most=MOST_CLASSES), ", ".join(keys))
    return keys


def create(name: str, names: Sequence[str]) -> DataSet:
    """Makes an empty data set with these classes.

    Raises:
        DataError, ConfigError
    """
    keys, name = check_classes(names), registry.check_new_name(name)
    target = registry.sets_dir() / name
    record = DataSet(name, target, target / PICTURES, BROWSER, SOURCE, time.time())
    with staging.place(name) as part:
        for key in keys:
            (part / PICTURES / key).mkdir(parents=True)
        registry.write_placement(part, registry.Placement({}), 0.0, 0)
        files.write_json(part / ORDER, {"classes": list(keys)})
        registry.write(replace(record, counts={split: dict.fromkeys(keys, 0) for split in ("train", "test")}), part)
    return record


@dataclass(frozen=True)
class _Order:
    """`order.json`."""

    classes: tuple[str, ...] = ()


def classes(record: DataSet) -> tuple[str, ...]:
    """The class folders, in the order in which the person has put them; others after them, by name.

    Raises:
        DataFolderUnreadableError: when its folder is gone.
    """
    try:
        inside = list(record.folder.iterdir())
    except OSError as error:
        raise DataFolderUnreadableError(record.folder, error.strerror or str(error)) from error
    there = sorted(path.name for path in inside if path.is_dir() and not path.name.startswith("."))
    first = [name for name in stored.read_or(record.home / ORDER, _Order, _Order()).classes if name in there]
    return tuple(dict.fromkeys([*first, *there]))


def set_classes(record: DataSet, names: Sequence[str]) -> None:
    """Calls the classes so, in their order; names beyond those that there are become new, empty classes.

    A class whose name changes takes its pictures along.

    Raises:
        ConfigError: as `check_classes`, and for fewer names than classes; nothing is changed then.
        StoredFileError: when what is recorded of the split is damaged; nothing is changed then.
    """
    before, keys, recorded = classes(record), check_classes(names), _recorded(record)
    if len(keys) < len(before):
        raise ConfigError("classes", _("a name for each class"), ", ".join(names))
    renamed = {old: new for old, new in zip(before, keys, strict=False) if old != new}
    for old in renamed:  # by way of a name that no class can have: two may change theirs for each other's
        files.replace(record.folder / old, record.folder / f".{old}")
    for old, new in renamed.items():
        files.replace(record.folder / f".{old}", record.folder / new)
    for new in keys[len(before) :]:
        (record.folder / new).mkdir(exist_ok=True)
    _write_down(record, keys, renamed, recorded)


def remove_class(record: DataSet, name: str) -> None:
    """Deletes a class and its pictures for good.

    Raises:
        ConfigError: where fewer than two would be left.
        StoredFileError: when what is recorded of the split is damaged; nothing is removed then.
    """
    left, recorded = check_classes([each for each in classes(record) if each != name]), _recorded(record)
    staging.remove(record.folder / class_key(name))
    _write_down(record, left, {}, recorded)


_Recorded = tuple[registry.Placement, tuple[float, int]]  # which picture is in which split; share and seed of it


def _recorded(record: DataSet) -> _Recorded:
    placed = registry.read_placement(record.home) or registry.Placement({})
    return placed, registry.split_settings(record.home) or (0.0, 0)


def _write_down(record: DataSet, keys: Sequence[str], renamed: dict[str, str], recorded: _Recorded) -> None:
    """Brings what is recorded of the classes in line with their folders."""
    placed, (share, seed) = recorded
    files.write_json(record.home / ORDER, {"classes": list(keys)})
    moved = {}
    for file, side in placed.sides.items():
        folder, _other, rest = file.partition("/")
        if renamed.get(folder, folder) in keys:
            moved[f"{renamed.get(folder, folder)}/{rest}"] = side
    registry.write_placement(record.home, registry.Placement(moved), share, seed)


def counts(record: DataSet) -> dict[str, int]:
    """Class → pictures kept of it, in the order of `classes`."""
    return {name: sum(1 for _other in (record.folder / name).glob("*.png")) for name in classes(record)}


def cut_out(picture: Image.Image) -> Image.Image:
    """The largest face of a picture; a picture of at most 256 pixels is taken for a face already cut out.

    Raises:
        NoFaceError
    """
    return load.largest_face(picture)


def keep(record: DataSet, label: str, source: bytes | Path, name: str = "", *, whole: bool = False) -> Path:
    """Keeps the largest face of a picture.

    Args:
        record: of a data set that was made here.
        label: one of its classes.
        source: the picture.
        name: of the file where `source` is bytes, see `open_picture`.
        whole: take all of the picture, without looking for a face.

    Returns:
        Where the face lies now; a class has the same picture once.

    Raises:
        PictureError: when the picture cannot be read or shows no face.
        ConfigError: for a class that there is not.
    """
    folder = record.folder / class_key(label)
    if not is_folder_name(class_key(label)) or not folder.is_dir():
        raise ConfigError("class", _("one of {names}", names=", ".join(counts(record))), label)
    picture = decode.open_picture(source, max_side=images.WORKING_SIDE, keep_grey=True, name=name).rgb
    face = collection.bare(picture if whole else cut_out(picture))
    target = folder / collection.file_name(face)
    if not target.is_file():
        collection.save(face, target)
    return target


def latest(record: DataSet, label: str, most: int | None = None) -> list[Path]:
    """The pictures of a class, all or the last ones, the newest first."""
    found = list((record.folder / class_key(label)).glob("*.png"))
    with contextlib.suppress(OSError):  # removed in this moment, or a link that leads nowhere
        found.sort(key=lambda path: (-path.stat().st_mtime_ns, path.name))
    return found[:most]


def remove_picture(record: DataSet, path: Path) -> None:
    """Deletes a picture for good; only one of this data set."""
    if path.parent.parent == record.folder:
        path.unlink(missing_ok=True)


def examples(record: DataSet) -> Examples | None:
    """The pictures to learn from, as a run with this data set reads them.

    What was decided about pictures holds here too, and pictures that were set aside for a test are left out. A face is
    read once, however often it is asked for.

    Returns:
        Examples of the classes with a picture, in label order; None with fewer than two of these.
    """
    found = listing.decided(listing.on_disk(record.folder, record))
    train = found.files["train"]
    named = [record.names.get(name, name) for name in classes(record)]
    filled = [name for name in dict.fromkeys(named) if train.get(name)]
    if len(filled) < 2:
        return None
    order = label_order(filled)
    read: list[tuple[NDArray[np.uint8], int, str]] = []
    lost = []
    for label, name in enumerate(order):
        for file in train[name]:
            try:
                read.append((_face(str(record.folder / file)), label, file))
            except PictureError:
                lost.append(file)
    if {one[1] for one in read} != set(range(len(order))):
        return None
    faces, labels, names = zip(*read, strict=True)
    return Examples(
        images=np.array(faces, np.uint8).reshape(-1, IMAGE_SIZE, IMAGE_SIZE),
        labels=np.array(labels, np.int64),
        classes=order,
        files=names,
        unreadable=tuple(lost),
        fingerprint=found.fingerprint,
    )


@functools.lru_cache(maxsize=REMEMBERED)
def _face(path: str) -> NDArray[np.uint8]:
    """(48, 48), of a file that is named by its pixels and so never changes."""
    return load.read_face(path)


def twins(found: Examples) -> dict[tuple[str, str], int]:
    """Two classes → how many pictures lie in both; {} where every picture is in one class."""
    where: dict[str, list[str]] = {}
    for file, label in zip(found.files, found.labels, strict=True):
        where.setdefault(file.rpartition("/")[2], []).append(found.classes[label])
    pairs: dict[tuple[str, str], int] = {}
    for names in where.values():
        for place, first in enumerate(names):
            for second in names[place + 1 :]:
                pairs[first, second] = pairs.get((first, second), 0) + 1
    return pairs
