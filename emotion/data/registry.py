"""Data sets known by name: a folder under `datasets/` each, with what is known of it and, where they are ours, its
pictures.

    datasets/<name>/
      dataset.json   where its pictures lie, where they came from, how many, their fingerprint, class names
      split.json     which file is in which split, and in which class, where the folders do not say it
      pictures/      what was unpacked, converted or made here; a folder of the person's own stays where it is

All of it is made in a hidden folder beside it and moved to its name at the end (`emotion.data.bring.staging`), so a
data set is there as a whole or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta

from emotion.data.class_names import class_key, is_data_name
from emotion.system import N_, DataError, StoredFileError, StoredFileMissingError, _, files, home, is_folder, stored

FORMAT = 1
FOLDER, ZIP, CSV, KAGGLEHUB, BROWSER = "folder", "zip", "csv", "kagglehub", "browser"
RECORD, SPLIT, PICTURES = "dataset.json", "split.json", "pictures"
NAME_TAKEN = N_("There is a data set called {name} already: choose another name, or remove that one first.")

Counts = dict[str, dict[str, stored.Number]]  # split → class → pictures


@dataclass(frozen=True)
class DataSet:
    """What is known of a data set.

    Attributes:
        name: as the person gave it.
        home: its own folder under `datasets/`.
        folder: where its pictures lie; below `home` when they are ours.
        kind: "folder", "zip", "csv", "kagglehub" or "browser".
        source: in words: a path, the name of a file, an address.
        created: seconds since 1970.
        counts: split → class → pictures, when it was brought in.
        fingerprint: of its listing then.
        left_out: what was not taken, in words → how many.
        left_in_source: the part of that which was left in a zip, a csv file or the like.
        names: class key of a folder → what the class is called instead, "" for one that is left out.
        notes: sentences on how it was read.
        labels: where its labels are when not in the folders, see `tables.labels.Asked`; {} for folders.
    """

    name: stored.Text
    home: Path
    folder: Path
    kind: str = FOLDER
    source: str = ""
    created: stored.Moment = 0.0
    counts: Counts = field(default_factory=dict)
    fingerprint: str = ""
    left_out: dict[str, stored.Number] = field(default_factory=dict)
    left_in_source: dict[str, stored.Number] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def is_ours(self) -> bool:
        """Whether its pictures were made or unpacked by this program, and go when it is removed."""
        return self.folder.is_relative_to(self.home)

    def to_json(self) -> dict[str, Any]:
        where = self.folder.relative_to(self.home).as_posix() if self.is_ours else str(self.folder)
        facts = (
            "name", "kind", "source", "created", "counts", "fingerprint", "left_out", "left_in_source", "names",
            "notes", "labels",
        )  # fmt: skip
        return {"format": FORMAT, "folder": where} | {fact: getattr(self, fact) for fact in facts}


@dataclass(frozen=True)
class _Head:
    """What `dataset.json` says of itself, and of where its pictures are."""

    format: int
    folder: Annotated[str, Meta(min_length=1, pattern=r"^[^\0]+\Z")]


@dataclass(frozen=True)
class _Split:
    """`split.json`."""

    files: dict[Literal["train", "test", "validation"], list[str]]
    classes: dict[str, list[str]] = field(default_factory=dict)
    share: stored.Share | None = None
    seed: int | None = None


def sets_dir() -> Path:
    return home() / "datasets"


def write(record: DataSet, where: Path | None = None) -> None:
    """Writes `dataset.json`, into another folder than its own while that is being made."""
    files.write_json((where or record.home) / RECORD, record.to_json())


def read(folder: Path) -> DataSet | None:
    """The data set in this folder of `datasets/`; None where there is none that this program understands."""
    found = _read(folder)
    return found if isinstance(found, DataSet) else None


def _read(folder: Path) -> DataSet | stored.Unreadable | None:
    """None where there is no record at all."""
    try:
        said = stored.read(folder / RECORD, dict[str, Any])
        head = stored.typed(said, _Head)
        if head.format != FORMAT:
            raise ValueError(_("another version of this program wrote it"))
        where = {"home": folder, "folder": Path(os.path.normpath(folder / head.folder))}
        return stored.typed({"name": folder.name} | said | where, DataSet)
    except StoredFileMissingError:
        return None
    except StoredFileError as error:
        return stored.Unreadable(folder.name, error.why)
    except ValueError as error:
        return stored.Unreadable(folder.name, f"{RECORD}: {error}")


def list_sets() -> list[DataSet]:
    """All data sets known by name, the newest first; `unreadable_sets` tells of the others."""
    known = [record for folder in _folders() if isinstance(record := _read(folder), DataSet)]
    return sorted(known, key=lambda record: (-record.created, record.name))


def unreadable_sets() -> list[stored.Unreadable]:
    """The data sets whose record is damaged or of another version, by name. Their folders are left alone."""
    found = [record for folder in _folders() if isinstance(record := _read(folder), stored.Unreadable)]
    return sorted(found, key=lambda one: one.name)


def _folders() -> list[Path]:
    try:
        with os.scandir(sets_dir()) as entries:
            return [Path(entry.path) for entry in entries if not entry.name.startswith(".") and is_folder(entry)]
    except OSError:
        return []


def find(name: str) -> DataSet | None:
    """The data set of that name, whatever its upper and lower case; None where there is none."""
    if not is_data_name(name.strip()):
        return None
    exact = read(sets_dir() / name.strip())
    key = class_key(name)
    return exact or next((record for record in list_sets() if class_key(record.name) == key), None)


def get(name: str) -> DataSet:
    """The data set of that name.

    Raises:
        DataError: naming those that there are.
    """
    record = find(name)
    if record is None:
        names = ", ".join(sorted(known.name for known in list_sets()))
        said = (
            _("No data set is called {name}: choose one of {names}.", name=repr(name), names=names)
            if names
            else _("No data set is called {name}: bring one in with `python -m emotion data add`.", name=repr(name))
        )
        raise DataError(said)
    return record


def of_folder(folder: Path | str) -> DataSet | None:
    """The data set whose pictures lie in exactly this folder, or None."""
    real = os.path.realpath(folder)
    return next((record for record in list_sets() if os.path.realpath(record.folder) == real), None)


def check_new_name(name: str) -> str:
    """The name as a new data set may have it.

    Raises:
        DataError: when no folder may be called so, or one is called so.
    """
    name = name.strip()
    if not is_data_name(name):
        raise DataError(
            _(
                "A data set cannot be called {name}: choose up to 60 letters, digits, spaces or - _ ( ) that a folder "
                "may be called, and not demo.",
                name=repr(name),
            )
        )
    if find(name) or (sets_dir() / name).exists():
        raise DataError(_(NAME_TAKEN, name=repr(name)))
    return name


def free_name(wanted: str) -> str:
    """The wanted name, or with a number behind it the first that is free."""
    taken = {class_key(record.name) for record in list_sets()}
    number = 1
    name = wanted
    while class_key(name) in taken or not is_data_name(name) or (sets_dir() / name).exists():
        number += 1
        name = f"{wanted or 'data'}-{number}"
    return name


@dataclass(frozen=True)
class Placement:
    """Which split and class each picture is in, where the folders do not say it.

    Attributes:
        sides: file → "train", "test" or "validation".
        labels: file → class, where a table says it; {} where the folders do.
        others: the split of pictures that are not named, so new since; "" leaves them out until all is counted anew.
    """

    sides: Mapping[str, str]
    labels: Mapping[str, str] = field(default_factory=dict)
    others: str = ""

    def side(self, file: str) -> str:
        """The split of a picture; "" for one that is left out."""
        return self.sides.get(file, self.others)


def read_placement(home: Path) -> Placement | None:
    """What is recorded in `split.json`; None where nothing is.

    Raises:
        StoredFileError: when it is damaged: another split would let a model be tested on what it has learned from.
    """
    recorded = _split(home)
    return Placement(_by_file(recorded.files), _by_file(recorded.classes)) if recorded else None


def _by_file(groups: Mapping[Any, list[str]]) -> dict[str, str]:
    return {file: group for group, names in groups.items() for file in names}


def split_settings(home: Path) -> tuple[float, int] | None:
    """Share and seed that a recorded split was made with.

    Raises:
        StoredFileError: when `split.json` is damaged.
    """
    recorded = _split(home)
    if recorded is None or recorded.share is None or recorded.seed is None:
        return None
    return recorded.share, recorded.seed


def _split(home: Path) -> _Split | None:
    try:
        return stored.read(home / SPLIT, _Split)
    except StoredFileMissingError:
        return None


def write_placement(home: Path, placed: Placement, share: float, seed: int) -> None:
    """Records a split, and labels where there are some, with the numbers that the split was made with."""
    groups: dict[str, dict[str, list[str]]] = {"files": {"train": [], "test": []}}
    for file, split in sorted(placed.sides.items()):
        groups["files"].setdefault(split, []).append(file)
    for file, name in sorted(placed.labels.items()):
        groups.setdefault("classes", {}).setdefault(name, []).append(file)
    files.write_json(home / SPLIT, {"format": FORMAT, "share": share, "seed": seed} | groups)
