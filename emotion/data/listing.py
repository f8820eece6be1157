"""The files of a data folder: which there are, in which split and class. No picture is opened here.

The layout is `<root>/train/<class>/…` and `<root>/test/<class>/…`, and whatever means the same by the words in its
folders (`emotion.data.folders.meaning`). A validation split chooses the best epoch. Folders inside a class folder are
walked too: all that lies below `happy/` is happy. Hidden files and folders, what systems leave behind and files that
are no pictures are left out and counted.

A folder that is a data set with a name (`emotion.data.registry`) may be read otherwise: its classes may have got other
names, `<root>/<class>/…` without a split may have got a recorded one, and a table may have told its labels.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from emotion.data import registry
from emotion.data.class_names import SPLITS, split_of
from emotion.data.decisions import apply
from emotion.data.drawn import write
from emotion.data.edits import read
from emotion.data.folders import meaning, sorting, tree
from emotion.system import (
    DEMO,
    DEMO_TITLE,
    N_,
    DataError,
    SplitMissingError,
    _,
    archive_dir,
    drawn_faces_dir,
    typed_path,
)

if TYPE_CHECKING:
    from emotion.data.folders.sorting import Sorted
    from emotion.data.folders.tree import Record, Stamps
    from emotion.data.registry import DataSet, Placement
    from emotion.images import Progress


ALWAYS = ("train", "test")  # stand in the counts when they are missing too

NO_FOLDER = N_(
    "No folder at {path}. Expected a folder with train/ and test/ inside, each with one folder a class (such as happy/ "
    "and sad/). Choose another folder or use the drawn faces."
)

LOOK_AGAIN = 10.0  # seconds after which `current` looks at every file anew
SETTLED_NS = 2_000_000_000  # the coarsest clock of a disk that is still in use: FAT has two seconds
CHANGED = 0 if os.name == "nt" else 1  # place in a stamp of the time that no program can put back
MOST_KEPT = 8  # listings; one of 32,298 files takes 5 MB


@dataclass(frozen=True)
class Listing:
    """A data folder as it was at one moment.

    Attributes:
        root: the folder that holds train/ and test/.
        files: split → class → relative names with "/", sorted. A split without a folder is not in it;
            an empty class folder stands with an empty tuple. Class names are in lower case.
        skipped: how many files and folders were left out.
        fingerprint: 32 hex digits that change when a picture of any class is added, removed, renamed or changed, and
            when something else is decided about one (see `emotion.data.edits`).
        decisions: 32 hex digits of what is decided about the pictures, "" where nothing is.
        excluded, relabelled, moved: how many pictures that concerns.
        left_out: what was left out, in words → how many; together `skipped`.
    """

    root: Path
    files: dict[str, dict[str, tuple[str, ...]]]
    skipped: int
    fingerprint: str
    decisions: str = ""
    excluded: int = 0
    relabelled: int = 0
    moved: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Split → class → number of pictures, readable or not. Train and test are always there, {} if missing."""
        splits = [split for split in SPLITS if split in ALWAYS or split in self.files]
        return {split: {name: len(files) for name, files in self.files.get(split, {}).items()} for split in splits}

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names in train, or in test where there is no train, in the order of the alphabet.

        Classes without a picture are left aside where others have some.
        """
        there = self.files.get("train") or self.files.get("test") or {}
        return tuple(name for name in there if there[name]) or tuple(there)


def resolve(data: str, progress: Progress | None = None) -> Path:
    """The data folder that a person means.

    Args:
        data: "demo" (its faces are drawn at the first use), the name of a data set, or a path: `~` and quotes around
            it are understood, and a relative one starts at the current folder. A folder that only wraps the real one
            is looked through. A name goes before a folder of that name; `./name` is always a folder.
        progress: of the drawing.

    Returns:
        The absolute path of the folder; whether train/ and test/ are in it, `scan` tells.

    Raises:
        DataError: when there is no such folder.
    """
    if data.strip() == DEMO:
        return _drawn_faces(progress)
    if known := registry.find(data):
        if not os.path.isdir(known.folder):
            raise DataError(
                _(
                    "The pictures of the data set {name} are not at {folder} any more. Expected that folder "
                    "as it was. Connect its disk, put it back, or remove the data set and add the folder where it is "
                    "now.",
                    name=repr(known.name),
                    folder=known.folder,
                )
            )
        return known.folder
    folder = typed_path(data)
    if not os.path.isdir(folder):
        raise DataError(_(NO_FOLDER, path=folder))
    return _inner_folder(folder)


def title(data: str) -> str:
    """How the data is called where it appears: "drawn faces (demo)", its name, or the folder's name."""
    if data.strip() == DEMO:
        return _(DEMO_TITLE)
    folder = typed_path(data)
    known = registry.find(data) or registry.of_folder(folder)
    return known.name if known else folder.name or str(folder)


def kept_as(data: str) -> str:
    """The data as a run keeps it, so that it can be found again from anywhere: "demo", a name, or an absolute path.

    Raises:
        DataError: when there is no such folder.
    """
    known = registry.find(data)
    folder = resolve(data) if data.strip() != DEMO else None
    return DEMO if folder is None else known.name if known else str(folder)


def default_data() -> str:
    """The folder `archive/` if it holds a train/ folder, else the newest data set with a name, else "demo"."""
    folder = archive_dir()
    if folder.is_dir() and any(split_of(name) == "train" for name in tree.folders(_inner_folder(folder))):
        return str(folder)
    names = [known.name for known in registry.list_sets() if os.path.isdir(known.folder)]
    return names[0] if names else DEMO


def _drawn_faces(progress: Progress | None) -> Path:
    folder = drawn_faces_dir()
    if not (folder / "train").is_dir():
        write.write(folder, progress=progress)
    return folder


def _inner_folder(folder: Path) -> Path:
    """The folder itself, or the only folder in it that holds a split (an unpacked zip with an outer folder)."""
    if _holds_split(folder):
        return folder
    inside = [folder / name for names in tree.folders(folder).values() for name in names]
    holders = [path for path in inside if os.access(path, os.R_OK | os.X_OK) and _holds_split(path)]
    return holders[0] if len(holders) == 1 else folder


def _holds_split(folder: Path) -> bool:
    return any(split_of(name) for names in tree.folders(folder).values() for name in names)


def _listing(found: Sorted, root: Path, names: Mapping[str, str], placed: Placement | None) -> Listing:
    """The listing, with classes called by their other names; two that are called the same become one.

    Args:
        placed: by which the pictures were sorted; None where their folders say everything.
    """
    files: dict[str, dict[str, tuple[str, ...]]] = {}
    records: list[Record] = []
    for split in [split for split in SPLITS if split in found.records]:
        together: dict[str, list[str]] = {}
        for name, inside in sorted(found.records[split].items()):
            inside.sort()
            if not names.get(name, name):
                found.leave(len(inside), N_("pictures of {name}, as asked").format(name=name))
                continue
            together.setdefault(names.get(name, name), []).extend([record[0] for record in inside])
            records += inside
        files[split] = {name: tuple(sorted(inside)) for name, inside in sorted(together.items())}
    more = sorted(names.items()) if names else []
    if placed and placed.labels:  # the records stand in the order of splits and classes
        more += [(f"{split}/{name}", str(len(inside))) for split in files for name, inside in files[split].items()]
    elif placed:
        more.append((f"in {SPLITS[1]}", str(sum(map(len, files["train"].values())))))
    left_out = dict(sorted(found.left_out.items()))
    return Listing(root, files, sum(left_out.values()), _fingerprint(records, more), left_out=left_out)


def _fingerprint(records: list[Record], more: list[tuple[str, str]]) -> str:
    text = "\0".join([f"{name}\0{size}\0{changed}" for name, size, changed in records])
    if more:  # what cannot be seen in names, sizes and times: other names of classes, a recorded split
        text += "\0\0" + "\0".join([f"{key}\0{value}" for key, value in more])
    return hashlib.blake2b(os.fsencode(text), digest_size=16).hexdigest()


def scan(root: Path, known: DataSet | None = None, placed: Placement | None = None) -> Listing:
    """The pictures of a data folder as they are to be used: after what was decided about them (`emotion.data.edits`).

    Args, Returns, Raises: as `on_disk`.
    """
    return decided(on_disk(root, known, placed))


def on_disk(root: Path, known: DataSet | None = None, placed: Placement | None = None) -> Listing:
    """Lists the pictures of a data folder by name, size and time of last change; opens none.

    Args:
        root: a folder with train/ or test/ or both, or the folder of a data set; see `resolve` for what people type.
        known, placed: of a data set that is being made: its facts and its split; of others they are looked up.

    Returns:
        Its listing: 32,298 files take about 0.2 s.

    Raises:
        DataError: when there is no such folder, or two folders in it differ only in upper and lower case.
        DataFolderUnreadableError: when a folder may not be opened.
        SplitMissingError: when it holds neither train/ nor test/, and no split of its class folders is recorded.
    """
    if not os.path.isdir(root):
        raise DataError(_(NO_FOLDER, path=root))
    return _walked(root, known or registry.of_folder(root), placed, {})


def _walked(root: Path, known: DataSet | None, placed: Placement | None, seen: Stamps) -> Listing:
    walked = tree.walk(root, seen)
    if placed is None and known:
        placed = registry.read_placement(known.home)
    found, names = sorting.Sorted(), known.names if known else {}
    if placed and placed.labels:
        sorting.by_record(walked, placed, found)
        return _listing(found, root, names, placed)
    understood = meaning.read(walked)
    recorded = None if understood.splits else placed
    if recorded and known and known.kind == registry.BROWSER:  # taught face by face, and no test is set aside
        recorded = replace(recorded, others="train")
    if not understood.splits and recorded is None:
        folders = sorted({name for _side, name in understood.sides.values()}) or list(tree.folders(root))
        if len(folders) < 2:
            raise SplitMissingError(root, SPLITS[0])
        raise DataError(
            _(
                "{root} has no train/ and no test/ folder. Found: {names}. If these are the classes, add the folder on "
                "the Data page or with `python -m emotion data add`: which pictures are for the test is then chosen "
                "for you, and no file is changed.",
                root=root,
                names=", ".join(folders[:8]),
            )
        )
    for parts, error in walked.locked.items():
        if not understood.splits or any(parts[:1] == used[:1] for used in understood.sides):
            raise error
    if recorded is not None:
        found.records = {split: {} for split in ("train", "test")}
    for place in walked.places.values():
        sorting.sort_in(place, understood, recorded, found)
        sorting.leave_others(place, understood, found)
    return _listing(found, root, names, recorded)


@dataclass(frozen=True)
class _KeptListing:
    """A listing and all that it depends on: `known`, what its folders were like, and when it was made (monotonic)."""

    listing: Listing
    known: DataSet | None
    seen: Stamps
    settled: bool
    made: float

    def holds(self, known: DataSet | None) -> bool:
        return (
            self.settled
            and self.known == known
            and time.monotonic() - self.made < LOOK_AGAIN
            and all(tree.stamp(path) == stamp for path, stamp in self.seen.items())
        )


_kept: OrderedDict[Path, _KeptListing] = OrderedDict()
_lock = threading.Lock()


def is_current(root: Path) -> bool:
    """Whether `current` knows the listing without listing anything."""
    kept = _kept.get(root)
    return kept is not None and kept.holds(registry.of_folder(root))


def current(root: Path) -> Listing:
    """What `on_disk` finds now, from memory where nothing has changed: 32,298 files then take 0.1 ms instead of 200.

    It is listed anew when a picture or a folder is added, removed, renamed or moved in, and when its classes get other
    names or its recorded split changes: the folders' own stamps and the data set's record tell. A picture that is
    painted over under its old name changes none of these; that is seen within LOOK_AGAIN seconds.

    Raises:
        DataError: as `on_disk`.
    """
    known = registry.of_folder(root)
    with _lock:
        kept = _kept.get(root)
    if kept is not None and kept.holds(known):
        return kept.listing
    if not os.path.isdir(root):
        raise DataError(_(NO_FOLDER, path=root))
    split = known.home / registry.SPLIT if known else None
    seen: Stamps = {} if split is None else {str(split): tree.stamp(split)}
    began, made = time.time_ns(), time.monotonic()
    listing = _walked(root, known, None, seen)
    # A stamp is only as fine as the clock of the disk: a change right after the look could leave it as it is.
    settled = all(began - stamp[CHANGED] > SETTLED_NS for stamp in seen.values() if stamp)
    with _lock:
        _kept[root] = _KeptListing(listing, known, seen, settled, made)
        _kept.move_to_end(root)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return listing


def forget(root: Path) -> None:
    """Has `current` list a folder anew, whatever it looks like."""
    with _lock:
        _kept.pop(root, None)


def decided(listing: Listing) -> Listing:
    """A listing of what lies on the disk after the decisions about it."""
    applied = apply(listing.files, read(listing.root))
    if not applied.digest:
        return listing
    both = hashlib.blake2b(f"{listing.fingerprint} {applied.digest}".encode(), digest_size=16).hexdigest()
    return replace(
        listing,
        files=applied.files,
        fingerprint=both,
        decisions=applied.digest,
        excluded=applied.excluded,
        relabelled=applied.relabelled,
        moved=applied.moved,
    )
