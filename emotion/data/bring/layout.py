"""How a folder that somebody brings is laid out, and what is to be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emotion.data import class_names, folder_walk, splits
from emotion.data.bring import fer_csv
from emotion.data.bring.errors import NoClassesError
from emotion.data.class_names import class_key
from emotion.system import ConfigError

DEEPEST_WRAPPER = 3  # folders that only hold one another before the real one


@dataclass(frozen=True)
class Options:
    """How data is brought in.

    Attributes:
        share, seed: of a split that has to be made; see `class_folders.share_out`.
        names: class → what it shall be called instead.
        test: of a csv file, which test part is taken; see `fer_csv.convert`.
    """

    share: float = splits.SHARE
    seed: int = splits.SEED
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
