"""Folders of a data folder and the picture files in them, by their names. No picture is opened here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from emotion.data.class_names import class_key, split_of
from emotion.system import DataFolderUnreadableError, FolderNamesClashError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
JUNK_FOLDERS = frozenset(  # left by macOS, by Windows, by disks in the network and by programs; never a class
    {"__macosx", "@eadir", "#recycle", "#snapshot", "@tmp", "@recycle", "@recently-snapshot", "$recycle.bin"}
    | {"recycler", "recycled", "lost+found", "lost.dir", "system volume information", "network trash folder"}
    | {"temporary items", "found.000", "__pycache__"}
)

SPLIT_NAMES = {  # split → how its folder may be called; the first name that is there counts
    "train": ("train", "training"),
    "test": ("test", "testing", "validation", "valid", "val"),
}

Record = tuple[str, int, int]  # relative name with "/", size in bytes, time of last change in ns
Stamp = tuple[int, ...]  # of a file or folder: another one after a change, also after one that put the old time back
Stamps = dict[str, Stamp]  # path → stamp


def stamp(path: str | Path) -> Stamp:
    """What changes about a folder when something in it is added, removed or renamed; () where there is none."""
    try:
        facts = os.stat(path)
    except OSError:
        return ()
    return facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino, facts.st_size


def folders(folder: Path, seen: Stamps | None = None) -> tuple[dict[str, list[str]], int]:
    """The folders in a folder, as class key → names on disk, and the number of other entries.

    Args:
        seen: takes in the stamps of all folders that are looked into.
    """
    found: dict[str, list[str]] = {}
    others = 0
    for entry in _entries(str(folder), seen):
        if entry.is_dir() and not _is_junk(entry.name):
            found.setdefault(class_key(entry.name), []).append(entry.name)
        else:
            others += 1
    return dict(sorted(found.items())), others


def splits(found: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Split → names on disk of its folder, of what `folders` has found; {} where there is neither train nor test.

    The plain names go before those with words around them (`train` before `train_images`); a folder for validation
    is the test where there is no other.
    """
    meant = {name: split_of(names[0]) for name, names in found.items()}
    called = {}
    for split, plain in SPLIT_NAMES.items():
        others = [name for word in (split, "validation") for name, means in meant.items() if means == word]
        known = [name for name in plain if name in found]
        fitting = [name for name in known + others if meant[name] == split]
        fitting += [name for name in known + others if split == "test" and meant[name] == "validation"]
        if fitting:
            called[split] = found[fitting[0]]
    return called


def look_through(folder: Path) -> Path:
    """The folder of a split, or the only folder in it where that means the same split (`train/train/`)."""
    inside, _ = folders(folder)
    names = [name for on_disk in inside.values() for name in on_disk]
    if len(names) == 1 and split_of(names[0]) and split_of(names[0]) == split_of(folder.name):
        return look_through(folder / names[0])
    return folder


def _entries(folder: str, seen: Stamps | None) -> list[os.DirEntry[str]]:
    if seen is not None:
        seen[folder] = stamp(folder)  # before the look: a change during it shows afterwards
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise DataFolderUnreadableError(Path(folder), error.strerror or str(error)) from error


def _is_junk(name: str) -> bool:
    return name.startswith(".") or name.lower() in JUNK_FOLDERS


def only_one(folder: Path, names: list[str]) -> Path:
    if len(names) > 1:
        raise FolderNamesClashError(folder, names)
    return folder / names[0]


def walk(folder: Path, relative: str, seen: Stamps | None = None) -> tuple[list[Record], int]:
    """All pictures below a class folder, sorted by name, and the number of other entries; `seen` as in `folders`."""
    records: list[Record] = []
    skipped = 0
    waiting = [(str(folder), relative)]
    while waiting:
        path, prefix = waiting.pop()
        for entry in _entries(path, seen):
            name = entry.name
            if name[:1] != "." and name[name.rfind(".") :].lower() in SUFFIXES and entry.is_file():
                facts = entry.stat()
                records.append((f"{prefix}/{name}", facts.st_size, facts.st_mtime_ns))
            elif entry.is_dir(follow_symlinks=False) and not _is_junk(name):
                waiting.append((entry.path, f"{prefix}/{name}"))
            else:
                skipped += 1
    records.sort()
    return records, skipped


def count_beside(root: Path, used: Iterable[str]) -> int:
    """How many files lie in the folders of a folder that are not used, such as those of a third split."""
    number = 0
    for name in sorted({name for names in folders(root)[0].values() for name in names} - set(used)):
        try:
            records, others = walk(root / name, name)
            number += len(records) + others
        except DataFolderUnreadableError:
            number += 1  # what cannot be opened and is not wanted keeps nothing from being read
    return number
