"""All folders below a data folder and the picture files in them. A file is opened only where its ending says nothing.

Hidden files and folders and what systems leave behind (`JUNK`) are left out and counted. A link to a folder is followed
once, and never back to a folder that holds it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from emotion.data.class_names import class_key
from emotion.images import endings
from emotion.system import DataError, DataFolderUnreadableError, _, is_folder, leads_on

JUNK = frozenset(  # left by macOS, by Windows, by disks in the network and by programs; never a class
    {"__macosx", "@eadir", "#recycle", "#snapshot", "@tmp", "@recycle", "@recently-snapshot", "$recycle.bin"}
    | {"recycler", "recycled", "lost+found", "lost.dir", "system volume information", "network trash folder"}
    | {"temporary items", "found.000", "__pycache__"}
)
MOST_FOLDERS = 50_000  # below one data folder; a whole disk has more

Record = tuple[str, int, int]  # relative name with "/", size in bytes, time of last change in ns
Stamp = tuple[int, ...]  # of a file or folder: another one after a change, also after one that put the old time back
Stamps = dict[str, Stamp]  # path → stamp
Parts = tuple[str, ...]  # names of folders in one another, as on the disk, from the data folder on


def stamp(path: str | Path) -> Stamp:
    """What changes about a folder when something in it is added, removed or renamed; () where there is none."""
    try:
        facts = os.stat(path)
    except OSError:
        return ()
    return facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino, facts.st_size


@dataclass
class Place:
    """One folder, without what lies in the folders in it.

    Attributes:
        parts: where it lies; () for the data folder itself.
        records: its pictures, sorted by name.
        others: ending → how many other entries were left out; "" for files without one, "folders" for junk and for
            links that lead back.
        folders: names of the folders in it that are walked too.
        linked: whether it lies behind a link.
    """

    parts: Parts
    records: list[Record] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    folders: list[str] = field(default_factory=list)
    linked: bool = False


@dataclass
class Tree:
    """A walked data folder: its folders from the outside in, and those that could not be opened with why."""

    root: Path
    places: dict[Parts, Place]
    locked: dict[Parts, DataFolderUnreadableError]

    def below(self, parts: Parts) -> Iterator[Place]:
        """A folder and all folders in it."""
        return (place for place in self.places.values() if place.parts[: len(parts)] == parts)


def is_junk(name: str) -> bool:
    """Whether a folder of this name is left out."""
    return name.startswith(".") or name.lower() in JUNK


def folders(folder: Path) -> dict[str, list[str]]:
    """The folders in a folder but junk, as class key → names on disk.

    Raises:
        DataFolderUnreadableError
    """
    found: dict[str, list[str]] = {}
    for entry in _entries(str(folder), None):
        if is_folder(entry) and not is_junk(entry.name):
            found.setdefault(class_key(entry.name), []).append(entry.name)
    return dict(sorted(found.items()))


def walk(root: Path, seen: Stamps | None = None) -> Tree:
    """Walks a data folder.

    Args:
        seen: takes in the stamps of all folders that are looked into.

    Raises:
        DataFolderUnreadableError: when the folder itself may not be opened.
        DataError: when there are more folders than any data set has.
    """
    tree = Tree(root, {}, {})
    followed = {os.path.realpath(root)}
    waiting: list[tuple[str, Parts, bool]] = [(str(root), (), False)]
    while waiting:
        path, parts, linked = waiting.pop()
        place = Place(parts, linked=linked)
        try:
            entries = _entries(path, seen)
        except DataFolderUnreadableError as error:
            if not parts:
                raise
            tree.locked[parts] = error
            continue
        tree.places[parts] = place
        if len(tree.places) > MOST_FOLDERS:
            raise DataError(
                _(
                    "{root} holds more than {most} folders, as no data set does. Expected a folder with train/ "
                    "and test/ or with class folders, inside. Choose the folder of the pictures itself.",
                    root=root,
                    most=MOST_FOLDERS,
                )
            )
        prefix = "/".join((*parts, ""))
        for entry in entries:
            name = entry.name
            try:
                if name[name.rfind(".") :].lower() in endings.PICTURES and name[0] != "." and entry.is_file():
                    facts = entry.stat()  # nearly every file of a data set comes here: no call that can be spared
                    place.records.append((prefix + name, facts.st_size, facts.st_mtime_ns))
                else:
                    _take(entry, place, prefix, followed)
            except OSError:  # a link that leads to itself or where nobody may look; a file that is gone by now
                place.others[endings.ending(name)] += 1
        place.records.sort()
        place.folders.sort()
        inside = [
            (f"{path}/{name}", (*parts, name), linked or os.path.islink(f"{path}/{name}")) for name in place.folders
        ]
        waiting += reversed(inside)
    return tree


def _take(entry: os.DirEntry[str], place: Place, prefix: str, followed: set[str]) -> None:
    name = entry.name
    if entry.is_dir():
        if not is_junk(name) and (not entry.is_symlink() or leads_on(entry.path, followed)):
            place.folders.append(name)
        else:
            place.others["folders"] += 1
    elif name[0] != "." and entry.is_file() and endings.is_picture(name, lambda: endings.head_of(entry.path)):
        facts = entry.stat()
        place.records.append((prefix + name, facts.st_size, facts.st_mtime_ns))
    else:
        place.others[endings.ending(name)] += 1


def _entries(folder: str, seen: Stamps | None) -> list[os.DirEntry[str]]:
    if seen is not None:
        seen[folder] = stamp(folder)  # before the look: a change during it shows afterwards
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise DataFolderUnreadableError(Path(folder), error.strerror or str(error)) from error
