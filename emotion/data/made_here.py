"""Data sets made on the spot: named classes, pictures put into them one by one, faces cut out, a split that grows.

Such a data set is there, empty, as soon as it is named. Its pictures lie in `pictures/<class>/<digits>.png`, named by
their pixels, so that a picture is there once, in the class that it was given last. Nothing is kept but the cut-out
face, and only when `keep` is called.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from emotion import images
from emotion.data import collection, registry
from emotion.data.bring import staging
from emotion.data.class_names import class_key, is_folder_name
from emotion.data.registry import BROWSER, PICTURES, DataSet
from emotion.images import decode, load
from emotion.system import ConfigError, files

MOST_CLASSES = 20
ENOUGH = 2  # different pictures of a class: one to learn from, one for the test
SOURCE = "made in the browser"


def check_classes(names: Sequence[str]) -> tuple[str, ...]:
    """The class names in their one spelling.

    Raises:
        ConfigError: for fewer than two, more than twenty, two alike, or one that no folder may be called.
    """
    keys = tuple(class_key(name) for name in names if name.strip())
    unfit = [key for key in keys if not is_folder_name(key)]
    if unfit:
        raise ConfigError("classes", "names that a folder may have", unfit[0])
    if len(set(keys)) != len(keys) or not 2 <= len(keys) <= MOST_CLASSES:
        raise ConfigError("classes", f"2 to {MOST_CLASSES} different names", ", ".join(keys))
    return keys


def create(name: str, classes: Sequence[str]) -> DataSet:
    """Makes an empty data set.

    Raises:
        DataNameError, DataNameTakenError, ConfigError
    """
    keys, name = check_classes(classes), registry.check_new_name(name)
    target = registry.sets_dir() / name
    record = DataSet(name, target, target / PICTURES, BROWSER, SOURCE, time.time())
    with staging.place(name) as part:
        for key in keys:
            (part / PICTURES / key).mkdir(parents=True)
        registry.write_placement(part, registry.Placement({}), 0.2, 0)
        registry.write(replace(record, counts={split: dict.fromkeys(keys, 0) for split in ("train", "test")}), part)
    return record


def counts(record: DataSet) -> dict[str, int]:
    """Class → pictures kept of it, those too that are not shared out yet."""
    found = {}
    for folder in sorted(record.folder.iterdir()):
        if folder.is_dir() and not folder.name.startswith("."):
            found[folder.name] = sum(1 for _ in folder.glob("*.png"))
    return found


def cut_out(picture: Image.Image) -> Image.Image:
    """The largest face of a picture; a picture of at most 256 pixels is taken for a face already cut out.

    Raises:
        NoFaceError
    """
    return load.largest_face(picture)


def keep(record: DataSet, label: str, source: bytes | Path) -> Path:
    """Keeps the largest face of a picture; one that is there already moves to its new class.

    Args:
        record: of a data set that was made here.
        label: one of its classes.
        source: the picture.

    Returns:
        Where the face lies now.

    Raises:
        PictureError: when the picture cannot be read or shows no face.
        ConfigError: for a class that there is not.
    """
    folder = record.folder / class_key(label)
    if not is_folder_name(class_key(label)) or not folder.is_dir():
        raise ConfigError("class", f"one of {', '.join(counts(record))}", label)
    picture = decode.open_picture(source, max_side=images.WORKING_SIDE, keep_grey=True).rgb
    face = collection.bare(cut_out(picture))
    target = folder / collection.file_name(face)
    there = list(record.folder.glob(f"*/{target.name}"))
    if there:
        files.replace(there[0], target)
        return target
    collection.save(face, target)
    return target


def latest(record: DataSet, label: str, most: int) -> list[Path]:
    """The pictures of a class that were kept last, the newest first."""
    found = list((record.folder / class_key(label)).glob("*.png"))
    with contextlib.suppress(FileNotFoundError):  # removed in this moment
        found.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    return found[:most]


def remove_picture(record: DataSet, path: Path) -> None:
    """Deletes a picture for good; only one of this data set."""
    if path.parent.parent == record.folder:
        path.unlink(missing_ok=True)


def lacking(record: DataSet) -> str:
    """What is still missing before there is something to train with, in words; "" when nothing is."""
    few = [f"{ENOUGH - number} {name}" for name, number in counts(record).items() if number < ENOUGH]
    return ", ".join(few)
