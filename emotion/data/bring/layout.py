"""How a folder that somebody brings is laid out, and what is to be done with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from emotion.data import class_names, folder_walk
from emotion.data import splits as class_folders
from emotion.data.bring import fer_csv
from emotion.data.bring.errors import NoClassesError, NoClassExportError, SplitAsClassError
from emotion.data.class_names import class_key, split_of
from emotion.system import ConfigError

BESIDE_IMAGES = ("labels", "annotations", "masks", "label", "annotation", "mask", "bboxes", "polygons")
DEEPEST_WRAPPER = 3  # folders that only hold one another before the real one


@dataclass(frozen=True)
class Options:
    """How data is brought in.

    Attributes:
        share, seed: of a split that has to be made; see `class_folders.share_out`.
        names: class → what it shall be called instead.
        test: of a csv file, which test part is taken; see `fer_csv.convert`.
    """

    share: float = class_folders.SHARE
    seed: int = class_folders.SEED
    names: Mapping[str, str] | None = None
    test: str = fer_csv.PUBLIC

    def renamed(self) -> dict[str, str]:
        """Class key → class key; names that stay as they are are left aside."""
        pairs = {class_key(old): class_key(new) for old, new in (self.names or {}).items()}
        unfit = [new for new in pairs.values() if not class_names.is_folder_name(new)]
        if unfit:
            raise ConfigError("class names", "names that a folder may have", unfit[0])
        return {old: new for old, new in pairs.items() if old != new}


def locate(folder: Path) -> Path:
    """The folder with train/ or test/, or with class folders, behind folders that only wrap it.

    Raises:
        NoClassesError: when there is neither.
    """
    here = folder
    for _ in range(DEEPEST_WRAPPER + 1):
        inside, _ = folder_walk.folders(here)
        if folder_walk.splits(inside):
            return here
        below = [here / name for names in inside.values() for name in names]
        with_splits = [path for path in below if folder_walk.splits(folder_walk.folders(path)[0])]
        if len(with_splits) == 1:
            return with_splits[0]
        if len(below) >= 2:
            return here
        if not below:
            break
        here = below[0]
    raise NoClassesError(str(folder))


def class_files(root: Path) -> dict[str, tuple[str, ...]]:
    """Class → files of a folder of class folders; folders without a picture are no classes."""
    refuse_export(root, folder_walk.folders(root)[0])
    found = {}
    for name, on_disk in folder_walk.folders(root)[0].items():
        folder = folder_walk.only_one(root, on_disk)
        records, _ = folder_walk.walk(folder, folder.name)
        if records:
            found[name] = tuple(record[0] for record in records)
    if len(found) < 2:
        raise NoClassesError(str(root))
    return found


def needs_split(root: Path) -> bool:
    """Whether there is neither train/ nor test/ in it."""
    return not folder_walk.splits(folder_walk.folders(root)[0])


def refuse_export(root: Path, names: Iterable[str]) -> None:
    """Refuses the folders of a detection or segmentation export as classes.

    Raises:
        NoClassExportError: when images/ stands beside labels/, annotations/, masks/ or the like.
    """
    names = set(names)
    beside = [name for name in BESIDE_IMAGES if name in names]
    if beside and names & {"images", "image", "imgs", "jpegimages"}:
        raise NoClassExportError(root, beside[0])


def refuse_odd_classes(root: Path, names: Iterable[str]) -> None:
    """Refuses classes that are none.

    Raises:
        NoClassExportError: see `refuse_export`.
        SplitAsClassError: when a class would be called like a split.
    """
    names = list(names)
    refuse_export(root, names)
    for name in names:
        if split_of(name):
            raise SplitAsClassError(root, name)


def split_inside(root: Path) -> dict[str, str]:
    """File → split where each class folder holds its own train/ and test/ (`happy/train/…`); {} for other layouts.

    Files of a class that lie in neither are in no split.
    """
    found: dict[str, str] = {}
    for on_disk in folder_walk.folders(root)[0].values():
        folder = folder_walk.only_one(root, on_disk)
        splits = folder_walk.splits(folder_walk.folders(folder)[0])
        if not splits:
            if folder_walk.walk(folder, folder.name)[0]:
                return {}
            continue
        for split, names in splits.items():
            inner = folder_walk.only_one(folder, names)
            records, _ = folder_walk.walk(inner, f"{folder.name}/{inner.name}")
            found |= {record[0]: split for record in records}
    return found if set(found.values()) == {"train", "test"} else {}
