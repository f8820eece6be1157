"""Bringing data in under a name, and taking it away again. Only what is brought in as a whole is ever there.

A folder stays where it is and is not touched; a zip, a csv file and a download become pictures of ours. Folders of
classes without train/ and test/ get a recorded split.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from emotion.data import class_names, listing, registry, splits
from emotion.data.bring import archives, fer_csv, staging
from emotion.data.bring.errors import NO_SOURCE, ClassNamesUnknownError
from emotion.data.bring.layout import Options, class_files, has_classes, inventory, locate, other_files, refuse_export
from emotion.data.bring.staging import quiet
from emotion.data.bring.tables import labels
from emotion.data.bring.tables.labels import Asked
from emotion.data.bring.tables.notes import FROM_TABLE
from emotion.data.bring.unpacking import ARCHIVES, LARGEST
from emotion.data.class_names import class_key
from emotion.data.folders import meaning, tree
from emotion.data.registry import CSV, FOLDER, PICTURES, ZIP, Counts, DataSet, Placement
from emotion.images import cache, endings
from emotion.system import DEMO, N_, DataError, _, typed_path

if TYPE_CHECKING:
    from emotion.data.bring.staging import Progress
    from emotion.data.bring.tables.labels import Labelled
    from emotion.data.bring.unpacking import Unpacked


NAME_LABELS = N_(
    "put the pictures into a folder for each class (such as happy/ and sad/), or name a table of their labels "
    "(--labels FILE)"
)
NAMES_SPEAK = N_(
    "The names of the files speak of emotions, those of the folders do not: --label-pattern '{pattern}' reads those "
    "instead of the folders."
)


def options() -> list[str]:
    """What can be chosen as data, as `dataset.resolve` takes it: every name whose pictures are there, then "demo"."""
    names = [known.name for known in registry.list_sets() if os.path.isdir(known.folder)]
    return list(dict.fromkeys([listing.default_data(), *names, DEMO]))


def _beginning(note: str) -> str:
    """What stands in every note of a kind, whatever is put into it."""
    return note.partition("{")[0]


def _counted(part: Path, record: DataSet, options: Options, before: Placement | None, progress: Progress) -> DataSet:
    """The record with its counts; makes and writes a split where one is needed."""
    record = replace(record, names=record.names | options.renamed())
    asked = options.labels or Asked(**record.labels)
    before = before if asked == Asked(**record.labels) else None  # other classes are parted anew
    left = tuple(old for old, new in record.names.items() if not new)
    placed, labelled = _placed(record.folder, replace(options, labels=asked, leave_out=left), before, progress)
    rows: dict[str, int] = {}
    if labelled is not None:
        rows, told = labelled.left_out, dataclasses.asdict(labelled.asked)
        notes = [note for note in record.notes if not note.startswith(_beginning(FROM_TABLE))] + [labelled.said]
        record = replace(record, labels=told, notes=notes)
    elif pattern := labels.other_classes(record.folder):
        note = NAMES_SPEAK.format(pattern=pattern)
        others = (kept for kept in record.notes if not kept.startswith(_beginning(NAMES_SPEAK)))
        record = replace(record, notes=[*others, note])
    if placed is not None:
        registry.write_placement(part, placed, options.share, options.seed)
    check_names(options.names or {}, record, placed)
    found = listing.on_disk(record.folder, record, placed)
    counts, empty = _without_empty(found.counts)
    left_out = {what: number for what, number in (record.left_in_source | rows).items() if number} | dict(
        found.left_out
    )
    if empty:
        left_out[N_("classes without a picture ({names})").format(names=", ".join(empty))] = len(empty)
    return replace(record, counts=counts, fingerprint=found.fingerprint, left_out=left_out)


def _placed(
    root: Path, options: Options, before: Placement | None, progress: Progress
) -> tuple[Placement | None, Labelled | None]:
    """The split to be recorded, None where the folders say it; and the labels, None where the folders say them.

    Raises:
        DataError: when there are no two classes.
        ConfigError, DataError: when the labels cannot be read as asked.
    """
    walked = tree.walk(root)
    understood = None if options.labels else meaning.read(walked)
    if understood is None or not has_classes(walked, understood):
        labelled = labels.find(walked, options.labels)
        if labelled is not None and len(labelled.classes()) > 1:
            return _by_labels(root, labelled, options, before, progress), labelled
        if understood is not None:
            refuse_export(walked, understood)
        todo = labels.hint(walked) or _(NAME_LABELS)
        if found := inventory(walked):
            said = _(
                "{root} holds {found}, but no two classes that can be told: {todo}.", root=root, found=found, todo=todo
            )
        else:
            others = other_files(walked) or _("nothing")
            said = _("{root} holds no pictures ({others}): {todo}.", root=root, others=others, todo=todo)
        raise DataError(said)
    if understood.splits:
        return None, None
    classes = class_files(walked, understood)
    return Placement(_shared_out(root, classes, options, before, progress)), None


def _shared_out(
    root: Path, classes: Mapping[str, tuple[str, ...]], options: Options, before: Placement | None, progress: Progress
) -> dict[str, str]:
    """File → split; a class that is left out stands in train, where it is passed over."""
    unwanted = {class_key(name) for name in options.leave_out}
    wanted = {name: files for name, files in classes.items() if name not in unwanted}
    known = {file: side for file, side in before.sides.items() if side != "validation"} if before else {}
    if not options.share:
        return {file: known.get(file, "train") for files in classes.values() for file in files}
    sides = splits.share_out(root, wanted, options.share, options.seed, known or None, progress)
    return sides | {file: "train" for name in unwanted for file in classes.get(name, ())}


def _by_labels(
    root: Path, found: Labelled, options: Options, before: Placement | None, progress: Progress
) -> Placement:
    """Where each labelled picture belongs; where no split is told, one is made."""
    if "train" in found.sides.values():
        return Placement(found.sides, {file: found.labels[file] for file in found.sides})
    classes: dict[str, list[str]] = {}
    for file, name in sorted(found.labels.items()):
        classes.setdefault(name, []).append(file)
    inside = {name: tuple(files) for name, files in sorted(classes.items())}
    return Placement(_shared_out(root, inside, options, before, progress), found.labels)


def _without_empty(counts: Counts) -> tuple[Counts, list[str]]:
    """Counts of the classes that have a picture in some split, and the names of those that have none."""
    full = {name for classes in counts.values() for name, number in classes.items() if number}
    empty = sorted({name for classes in counts.values() for name in classes} - full)
    kept = {split: {name: number for name, number in classes.items() if number} for split, classes in counts.items()}
    return kept, empty


def finish(
    part: Path, target: Path, record: DataSet, options: Options | None = None, progress: Progress = quiet
) -> DataSet:
    """Splits, counts and writes down a data set that is being made in `part`, as it will be when moved to `target`."""
    record = _counted(part, record, options or Options(), None, progress)
    inside = record.folder.is_relative_to(part)
    folder = target / record.folder.relative_to(part) if inside else record.folder
    record = replace(record, home=target, folder=folder)
    registry.write(record, part)
    return record


def add_folder(
    folder: Path | str, name: str = "", options: Options | None = None, progress: Progress = quiet
) -> DataSet:
    """Gives a folder a name. Its files stay where and as they are.

    A folder that has the name already is looked at anew: a recorded split is kept and new pictures are shared out.

    Raises:
        DataError: with what is not as expected.
    """
    options = options or Options()
    typed = typed_path(str(folder))
    if not os.path.isdir(typed):
        raise DataError(_(listing.NO_FOLDER, path=typed))
    root = Path(os.path.realpath(locate(typed)))
    known, name = registry.of_folder(root), name.strip()
    if known and name and class_key(known.name) != class_key(name):
        raise DataError(
            _(
                "The folder {root} is known as {name} already: use that name, or remove it first.",
                root=root,
                name=repr(known.name),
            )
        )
    if known:
        return refresh(known.name, options, progress)
    name = registry.check_new_name(name) if name else suggest_name(root.name)
    target = registry.sets_dir() / name
    record = DataSet(name, target, root, FOLDER, str(root), time.time())
    with staging.place(name) as part:
        made = finish(part, target, record, options, progress)
    return made


def refresh(name: str, options: Options | None = None, progress: Progress = quiet) -> DataSet:
    """Counts a data set anew; new pictures of class folders are shared out, those known keep their split."""
    known = registry.get(name)
    if not known.folder.is_dir():
        raise DataError(_(listing.NO_FOLDER, path=known.folder))
    before, made_with = registry.read_placement(known.home), registry.split_settings(known.home)
    options = options or (Options(*made_with) if made_with else Options())
    record = _counted(known.home, known, options, before, progress)
    registry.write(record)
    return record


def add_zip(
    source: Path | BinaryIO, name: str, title: str, options: Options | None = None, progress: Progress = quiet
) -> DataSet:
    """Unpacks an archive of pictures, or of `fer2013.csv`, under a name.

    Args:
        source: a zip, a tar or a gzip-ed one.
        name: of the data set; must be free.
        title: where it comes from, in words.

    Raises:
        DataError: with why it is refused, or what in it is not as expected; nothing is left behind then.
    """
    options = options or Options()
    name = registry.check_new_name(name)
    target = registry.sets_dir() / name
    with staging.place(name) as part:
        pictures = part / PICTURES
        pictures.mkdir()
        out = archives.unpack(source, pictures, progress, options.code_page)
        left_out = {
            N_("other files in the zip"): out.others,
            N_("pictures over {size} MB").format(size=LARGEST // 2**20): out.too_large,
        }
        if not out.pictures:
            left_out = _converted(pictures, out, options, progress)
        notes = [N_("Names in it were read as {code_page}.").format(code_page=out.code_page)] if out.code_page else []
        with _called(title, pictures):
            root = locate(pictures)
            record = DataSet(name, part, root, ZIP, title, time.time(), left_in_source=left_out, notes=notes)
            made = finish(part, target, record, options, progress)
    return made


def _converted(folder: Path, out: Unpacked, options: Options, progress: Progress) -> dict[str, int]:
    """Turns the csv file with pixels that came out of an archive into pictures in its place; returns what it left out.

    Raises:
        DataError: when there is none.
        CsvError: when there is one that cannot be used.
    """
    tables = sorted(folder.rglob("*.csv"), key=lambda path: (-path.stat().st_size, path))
    if not tables:
        raise DataError(
            _(
                "The archive holds no pictures and {n} other files: choose one with pictures, or with fer2013.csv.",
                n=out.others + out.tables,
            )
        )
    usable = [path for path in tables if fer_csv.has_pixels(path)] or tables
    table = usable[0].replace(folder.parent / "table.csv")
    shutil.rmtree(folder)
    folder.mkdir()
    left_out = fer_csv.convert(table, folder, options.test, progress)
    table.unlink()
    return left_out | {N_("other tables in the zip"): len(tables) - 1}


def add_csv(source: Path, name: str, options: Options | None = None, progress: Progress = quiet) -> DataSet:
    """Turns `fer2013.csv` into pictures under a name.

    Raises:
        CsvError: with the line that is not as expected; nothing is left behind then.
    """
    options = options or Options()
    name = registry.check_new_name(name)
    target = registry.sets_dir() / name
    with staging.place(name) as part:
        pictures = part / PICTURES
        pictures.mkdir()
        left_out = fer_csv.convert(source, pictures, options.test, progress)
        record = DataSet(name, part, pictures, CSV, source.name, time.time(), left_in_source=left_out)
        made = finish(part, target, record, options, progress)
    return made


def add(source: Path | str, name: str = "", options: Options | None = None, progress: Progress = quiet) -> DataSet:
    """Brings in whatever lies at a path: a folder, an archive or a csv file.

    Raises:
        DataError: when it is none of these; see the function for each.
    """
    path = typed_path(str(source))
    if os.path.isdir(path):
        return add_folder(path, name, options, progress)
    if not os.path.isfile(path):
        raise DataError(_(NO_SOURCE, path=path))
    if endings.is_picture(path.name, lambda: endings.head_of(str(path))):
        raise DataError(
            _(
                "{path} is one picture, and a data set takes two classes of them: give the folder above its class "
                "folders, or ask for an answer to it with `python -m emotion predict`.",
                path=path,
            )
        )
    name = name or suggest_name(path.name.split(".")[0] if path.name.lower().endswith(ARCHIVES) else path.stem)
    if path.suffix.lower() in (".csv", ".tsv", ".txt") and not archives.is_archive(endings.head_of(str(path))):
        return add_csv(path, name, options, progress)
    return add_zip(path, name, path.name, options, progress)


@contextlib.contextmanager
def _called(title: str, folder: Path) -> Iterator[None]:
    """Has an error name the file that was brought, not the hidden folder that it was unpacked into."""
    try:
        yield
    except DataError as error:
        error.args = (str(error).replace(str(folder), title),)
        raise


def suggest_name(wanted: str) -> str:
    """A free name that a data set can have, as near as can be to the wanted one."""
    return registry.free_name(class_names.safe_name(wanted)[: class_names.MOST_LETTERS - 4] or "data")


def check_names(names: Iterable[str], record: DataSet, placed: Placement | None = None) -> None:
    """Sees that each is the name of a class, as its folder is called.

    Args:
        placed: where a table or a made split has put the pictures, if that is not written yet.

    Raises:
        ClassNamesUnknownError: with the names that there are.
    """
    if not (asked := list(names)):
        return
    counts = listing.on_disk(record.folder, replace(record, names={}), placed).counts
    known = sorted({name for classes in counts.values() for name in classes})
    if unknown := [name for name in asked if class_key(name) not in known]:
        raise ClassNamesUnknownError(unknown, known)


def rename_classes(name: str, names: Mapping[str, str]) -> DataSet:
    """Calls classes otherwise from now on; no file is changed. Two that get one name become one class.

    Args:
        names: class as its folder is called → what it is called instead; classes not named keep their folder's name.
    """
    known = registry.get(name)
    left = tuple(old for old, new in known.names.items() if not new)
    record = replace(known, names=Options(names=names, leave_out=left).renamed())
    counted = listing.on_disk(record.folder, record)
    record = replace(record, counts=counted.counts, fingerprint=counted.fingerprint)
    registry.write(record)
    return record


def usual_names(record: DataSet) -> dict[str, str]:
    """The usual names of classes that are called otherwise, as `rename_classes` takes them; {} where there are none."""
    called = sorted({name for counts in record.counts.values() for name in counts})
    better = class_names.suggestions(called)
    folders = {name: folder for folder, name in record.names.items()}
    return {folders.get(name, name): usual for name, usual in better.items()}


def remove(name: str) -> DataSet:
    """Forgets a data set. Pictures that were unpacked or made by this program go; a folder of the person's stays."""
    known = registry.get(name)
    if known.is_ours:
        cache.forget(known.folder)
    staging.remove(known.home)
    return known
