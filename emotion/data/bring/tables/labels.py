"""Labels that stand in a table beside the pictures, or in their file names, and not in folders.

One reader for all of them: a column with files, a column with labels or one column for each class (one-hot), and
perhaps a column with splits. Which columns these are is guessed by what is in them, and can be named.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from emotion.data.bring.errors import TableError
from emotion.data.bring.tables import class_list, dialect, notes
from emotion.data.bring.tables.dialect import number
from emotion.data.bring.tables.places import Pictures
from emotion.data.class_names import class_key, is_folder_name, means, safe_name, split_of, split_words
from emotion.data.folders import tree
from emotion.system import N_, ConfigError, DataError, StoredFileError, _, arrays, ngettext, typed_path

if TYPE_CHECKING:
    from emotion.data.bring.tables.dialect import TextTable
    from emotion.data.folders.tree import Tree

ENDINGS = (".csv", ".tsv", ".jsonl", ".json", ".txt")
LARGEST = 200 * 2**20  # bytes of a table
MOST_TABLES = 200
SAMPLE = 300  # rows that a column is judged by
MOST_CLASSES = 100
LABEL_NAMES = (
    "emotion", "label", "labels", "class", "expression", "choice", "sentiment", "category", "target", "class_name",
    "classname", "emotion_label", "image_label", "tag", "mood", "y",
)  # fmt: skip
SPLIT_NAMES = ("split", "subset", "set", "usage", "partition", "fold", "phase")
OF_FILES = re.compile(r"file|image|img|pic|photo|path|name|id$", re.IGNORECASE)  # names of a column of files
TRUE, FALSE = ("1", "1.0", "true"), ("0", "0.0", "false", "")
AFFECTNET = ("neutral", "happy", "sad", "surprise", "fear", "disgust", "angry", "contempt")  # 0 to 7 in N_exp.npy
ENOUGH_NAMES = 0.8  # share of the files whose names must tell a class before a pattern is proposed
INSTEAD = {  # what lies there in the place of pictures → what to do
    ".xlsx": N_("save the Excel table of the labels as csv, or put the pictures into a folder for each class"),
    ".xls": N_("save the Excel table of the labels as csv, or put the pictures into a folder for each class"),
    ".parquet": N_("save the pictures in its Parquet files as files in a folder for each class"),
    ".arrow": N_("save the pictures in its Arrow files as files in a folder for each class"),
    ".zip": N_("add the zip itself, or pack several of them into one zip, which is looked into"),
    ".gz": N_("add the archive in it itself, or pack several of them into one zip, which is looked into"),
}
NO_PATTERN = N_(
    "The label pattern {pattern} {why}: write {{label}} where the class stands in the file names, * for anything and ? "
    "for one sign, such as *.{{label}}*.*, or a regular expression with (?P<label>…)."
)
JAFFE = re.compile(r"[A-Z]{2}\.[A-Z]{2}\d?\.\d+\.\w+")
JAFFE_PATTERN = "*.{label}*.*"


@dataclass(frozen=True)
class Asked:
    """What a person says of where the labels are.

    Attributes:
        file: of the table, absolute or relative to the data folder; "" to look for one.
        file_column, label_column: "" to find out.
        pattern: where the label stands in the names of the files; "" where it does not.
    """

    file: str = ""
    file_column: str = ""
    label_column: str = ""
    pattern: str = ""

    def __bool__(self) -> bool:
        return bool(self.file or self.pattern or self.file_column or self.label_column)


@dataclass
class Labelled:
    """The labels that were found.

    Attributes:
        labels: file → class key.
        sides: file → split, of those that have one.
        said: how they were read, in a sentence.
        left_out: in words → how many rows.
        asked: what was read, so that it can be read again.
        columns: of the table; () without one.
    """

    labels: dict[str, str] = field(default_factory=dict)
    sides: dict[str, str] = field(default_factory=dict)
    said: str = ""
    left_out: Counter[str] = field(default_factory=Counter)
    asked: Asked = Asked()
    columns: tuple[str, ...] = ()

    def classes(self) -> set[str]:
        return set(self.labels.values())


@dataclass(frozen=True)
class _Guess:
    """Which columns say what; of several in `labels` the one set or the largest counts. `split` is "" for none."""

    file: str
    labels: tuple[str, ...]
    split: str


def find(walked: Tree, asked: Asked) -> Labelled | None:
    """Reads the labels of the pictures of a walked folder; None where nothing says them.

    Raises:
        ConfigError, DataError: when what was asked for cannot be read so.
    """
    files = [record[0] for place in walked.places.values() for record in place.records]
    if asked.pattern:
        return _by_pattern(files, asked)
    pictures = Pictures(files)
    if asked.file:
        path = _named(walked.root, asked.file)
        return _read(walked.root, [path], pictures, asked, insist=True)
    found = _read(walked.root, list(candidates(walked)), pictures, asked, insist=False)
    return found if len(found.classes()) > 1 else _annotations(walked)


def candidates(walked: Tree) -> Iterator[Path]:
    """Files in the folder that may be tables of labels, those further out first."""
    number = 0
    for parts, place in walked.places.items():
        if not any(place.others[ending] for ending in ENDINGS):
            continue
        folder = walked.root.joinpath(*parts)
        few = [name for name in sorted(os.listdir(folder)) if name.lower().endswith(ENDINGS) and name[0] != "."]
        for name in few if len(few) < MOST_TABLES else ():  # a file for each picture is no table
            number += 1
            if number <= MOST_TABLES and 0 < (folder / name).stat().st_size <= LARGEST:
                yield folder / name


def _named(root: Path, file: str) -> Path:
    found = [place for place in (root / file, typed_path(file)) if place.is_file()]
    if not found:
        raise ConfigError("labels", _("a table that is in {root}, or a path", root=root), file)
    return found[0]


def _read(root: Path, paths: Sequence[Path], pictures: Pictures, asked: Asked, *, insist: bool) -> Labelled:
    """The labels of all tables that can be understood; of one that is insisted on, why it cannot."""
    found, used = Labelled(asked=asked), []
    for path in paths:
        folder = os.path.relpath(path.parent, root).replace(os.sep, "/").removeprefix(".")
        folder = "" if folder.startswith(".") else folder
        try:
            table = dialect.read(path)
            guess = _guess(table, pictures, folder, asked)
        except TableError:
            if insist:
                raise
            continue
        _take(table, guess, pictures, folder, found)
        used.append((path, guess))
        found.columns = found.columns or table.columns
    if used:
        path, guess = used[0]
        named, beside = class_list.names_of([path for path, _guess in used], found.classes())
        found.labels = {file: named.get(label, label) for file, label in found.labels.items()}
        found.said = notes.from_tables(path.name, len(used), guess.file, guess.labels, beside, guess.split)
        shown = os.path.relpath(path, root) if path.is_relative_to(root) else str(path)
        found.asked = Asked(shown if insist or len(used) == 1 else "", guess.file,
                            guess.labels[0] if len(guess.labels) == 1 else "")  # fmt: skip
    return found


def _guess(table: TextTable, pictures: Pictures, folder: str, asked: Asked) -> _Guess:
    """Which columns are which.

    Raises:
        TableError
    """
    unknown = [name for name in (asked.file_column, asked.label_column) if name and name not in table.columns]
    if unknown:
        raise dialect.unclear(table, _("there is no column {unknown}", unknown=repr(unknown[0])))
    sample = {name: [row[place] for row in table.rows[:SAMPLE]] for place, name in enumerate(table.columns)}
    side = split_words(table.path.stem)[0]
    matches = {name: sum(bool(pictures.find(cell, folder, side)) for cell in cells) for name, cells in sample.items()}
    for name, cells in sample.items():  # a bare number is the name of a picture only where a column says so
        if all(cell.replace(".", "", 1).isdecimal() for cell in cells if cell) and not OF_FILES.search(name):
            matches[name] = 0
    file = asked.file_column or max(matches, key=matches.__getitem__)
    if not matches[file] and not asked.file_column:
        raise dialect.unclear(table, _("no column names pictures that are there"))
    others = {name: cells for name, cells in sample.items() if name != file}
    split = next((name for name, cells in others.items() if _is_split(name, cells)), "")
    others.pop(split, None)
    if asked.label_column:
        return _Guess(file, (asked.label_column,), split)
    label = _label_column(others)
    hot = _one_hot(others) or _shares(others)
    if hot and (not label or label in hot):
        return _Guess(file, hot, split)
    if not label:
        raise dialect.unclear(table, _("no column looks like one of labels"))
    return _Guess(file, (label,), split)


def _is_split(name: str, cells: Sequence[str]) -> bool:
    known = [bool(split_of(cell)) for cell in cells if cell]
    return name.strip().casefold() in SPLIT_NAMES and bool(known) and sum(known) >= 0.9 * len(known)


def _label_column(columns: Mapping[str, Sequence[str]]) -> str:
    """The column that looks most like one of labels: by what is in it, then by what it is called."""
    best, best_score = "", 0.0
    for name, cells in columns.items():
        values = Counter(class_key(cell) for cell in cells if cell)
        if not 2 <= len(values) <= MOST_CLASSES or (len(values) > 3 and len(values) > 0.7 * len(cells)):
            continue
        called = re.sub(r"[\s.-]+", "_", name.strip().casefold())
        known = sum(bool(means(value)) for value in values) / len(values)
        by_name = (len(LABEL_NAMES) - LABEL_NAMES.index(called)) / len(LABEL_NAMES) if called in LABEL_NAMES else 0.0
        score = 2 * known + by_name
        if score > best_score:
            best, best_score = name, score
    if not best and len(columns) == 1 and 2 <= len(set(next(iter(columns.values())))) <= MOST_CLASSES:
        return next(iter(columns))
    return best


def _one_hot(columns: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The columns of which each row has exactly one set, if there are two or more."""
    binary = {
        name: [cell.casefold() in TRUE for cell in cells]
        for name, cells in columns.items()
        if all(cell.casefold() in TRUE + FALSE for cell in cells)
    }
    if len(binary) < 2:
        return ()
    ones = [sum(row) for row in zip(*binary.values(), strict=True)]
    return tuple(binary) if 2 * sum(number == 1 for number in ones) > len(ones) else ()


def _shares(columns: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The columns of numbers of which those of a row are 1 or 100 together, if there are two or more."""
    numbers = {name: [number(cell) for cell in cells] for name, cells in columns.items()}
    numbers = {name: values for name, values in numbers.items() if min(values, default=-1) >= 0}
    totals = [sum(row) for row in zip(*numbers.values(), strict=True)] if len(numbers) > 1 else []
    near = sum(any(abs(total - whole) <= 0.02 * whole for whole in (1, 100)) for total in totals)
    return tuple(numbers) if totals and near >= 0.9 * len(totals) else ()


def _take(table: TextTable, guess: _Guess, pictures: Pictures, folder: str, found: Labelled) -> None:
    of_table = split_words(table.path.stem)[0] or next(filter(None, map(split_of, reversed(folder.split("/")))), "")
    places = {name: place for place, name in enumerate(table.columns)}
    for row in table.rows:
        told = split_of(row[places[guess.split]]) if guess.split else of_table
        file = pictures.find(row[places[guess.file]], folder, told)
        label = _label(row, places, guess)
        if not file or not label:
            found.left_out[N_("rows without one label") if file else N_("rows without a picture that is there")] += 1
            continue
        if found.labels.setdefault(file, label) != label:
            found.left_out[N_("rows that label a picture anew")] += 1
            continue
        side = told or _side_of(file)
        if side:
            found.sides[file] = side


def _label(row: Sequence[str], places: Mapping[str, int], guess: _Guess) -> str:
    if len(guess.labels) == 1:
        return _class(row[places[guess.labels[0]]])
    said = {name: row[places[name]].casefold() for name in guess.labels}
    shares = {name: 1.0 if cell in TRUE else number(cell) for name, cell in said.items()}
    ones = [name for name, share in shares.items() if share > 0 and share == max(shares.values())]
    return _class(ones[0]) if len(ones) == 1 else ""


def _class(text: str) -> str:
    """A cell as the name of a class: a whole number loses its ".0", what no folder can hold its sign."""
    key = class_key(re.sub(r"^(\d+)\.0+$", r"\1", text.strip()))
    return key if not key or is_folder_name(key) else class_key(safe_name(key))


def _side_of(file: str) -> str:
    """The split that the folders of a picture speak of, the innermost first."""
    return next(filter(None, map(split_of, reversed(file.split("/")[:-1]))), "")


def _by_pattern(files: Sequence[str], asked: Asked) -> Labelled:
    """The labels that stand in the names of the files.

    Raises:
        DataError: when it is none, or fits no two labels.
    """
    find_in = _pattern(asked.pattern)
    found = Labelled(asked=asked)
    for file in files:
        label = find_in(file)
        if not label:
            found.left_out[N_("pictures whose names do not fit the pattern")] += 1
            continue
        found.labels[file] = label
        if side := _side_of(file):
            found.sides[file] = side
    if len(found.classes()) < 2:
        labels = ngettext("{n} label", "{n} labels", len(found.classes()))
        pictures = ngettext("{n} picture", "{n} pictures", len(files))
        why = _("finds {labels} in the names of {pictures}", labels=labels, pictures=pictures)
        raise DataError(_(NO_PATTERN, pattern=repr(asked.pattern), why=why))
    found.said = N_("Labels are from the file names, by the pattern {pattern}.").format(pattern=asked.pattern)
    return found


def _pattern(pattern: str) -> Callable[[str], str]:
    text = pattern
    if "(?P<label>" not in text:
        if "{label}" not in text:
            raise DataError(_(NO_PATTERN, pattern=repr(pattern), why=_("names no label")))
        parts = re.split(r"(\{label\}|\*|\?)", text)
        told = {"{label}": r"(?P<label>[^\W\d_]+)", "*": ".*?", "?": "."}
        text = "".join(told.get(part, re.escape(part)) for part in parts) + "$"
    try:
        compiled = re.compile(text)
    except re.error as error:
        why = _("is no regular expression ({error})", error=error)
        raise DataError(_(NO_PATTERN, pattern=repr(pattern), why=why)) from error

    def find_in(file: str) -> str:
        name = file if "/" in pattern else file.rpartition("/")[2]
        fits = compiled.match(name)
        return _class(fits["label"] or "") if fits else ""

    return find_in


def _annotations(walked: Tree) -> Labelled | None:
    """The labels of AffectNet as it is handed out: `annotations/N_exp.npy` beside `images/N.jpg`."""
    found = Labelled()
    for parts, place in walked.places.items():
        if not parts or parts[-1].casefold() != "images":
            continue
        folder = walked.root.joinpath(*parts).parent / "annotations"
        for file, *_facts in place.records:
            label = _expression(folder / f"{file.rpartition('/')[2].rpartition('.')[0]}_exp.npy")
            if not label:
                found.left_out[N_("pictures without an annotation")] += 1
                continue
            found.labels[file] = label
            if side := _side_of(file):
                found.sides[file] = side
    found.said = N_("Labels are from annotations/, as in AffectNet.")
    return found if len(found.classes()) > 1 else None


def _expression(path: Path) -> str:
    try:
        value = int(str(arrays.read_one(path)).strip())
    except (StoredFileError, ValueError):
        return ""
    return AFFECTNET[value] if value in range(len(AFFECTNET)) else ""


def hint(walked: Tree) -> str:
    """What to try where the folders say no classes, in words: by the names of the files, by what else lies there."""
    if pattern := names_with_labels(walked):
        return _("the file names speak of classes, so try --label-pattern '{pattern}'", pattern=pattern)
    tables = [path for path in candidates(walked) if path.suffix.lower() != ".txt"]
    if tables:
        where = os.path.relpath(tables[0], walked.root)
        return _(
            "its table {where} was not understood, so say --labels {where} with --file-column and --label-column",
            where=where,
        )
    endings = Counter(ending for place in walked.places.values() for ending in place.others.elements())
    return next((_(what) for ending, what in INSTEAD.items() if endings[ending]), "")


def names_with_labels(walked: Tree) -> str:
    """A pattern by which the file names tell classes, "" where they do not."""
    names = [record[0].rpartition("/")[2] for place in walked.places.values() for record in place.records]
    if not names:
        return ""
    if 2 * sum(bool(JAFFE.fullmatch(name)) for name in names) > len(names):
        return JAFFE_PATTERN
    words = [[word for word in re.findall(r"[^\W\d_]+", name.rpartition(".")[0] or name) if means(class_key(word))]
             for name in names]  # fmt: skip
    told = Counter(class_key(found[0]) for found in words if len(found) == 1)
    if len(told) < 2 or sum(told.values()) < ENOUGH_NAMES * len(names):
        return ""
    return f"(?i).*?(?P<label>{'|'.join(sorted(told))})"


def other_classes(root: Path) -> str:
    """A pattern by which the file names tell emotions where the class folders do not: persons, sessions, numbers."""
    walked = tree.walk(root)
    folders = {means(class_key(name)) for parts in walked.places for name in parts}
    return "" if any(folders) else names_with_labels(walked)
