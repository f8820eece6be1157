"""Text tables of every dialect: encoding, byte order mark, delimiter and quotes are found out, never asked for."""

from __future__ import annotations

import codecs
import csv
import io
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from charset_normalizer import from_bytes

from emotion.data.bring.errors import NO_SOURCE, TableError
from emotion.system import DataError, _

LOOKED_AT = 256 * 1024  # bytes from which the encoding and the delimiter are told
DELIMITERS = (",", ";", "\t", "|")
MOST_ROWS = 2_000_000
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class TextTable:
    """A table of few columns, read whole.

    Attributes:
        path: where it lies.
        columns: their names, in order; "1", "2", … where the first line names none.
        rows: each as long as `columns`; cells are stripped, what is missing is "".
    """

    path: Path
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def column(self, name: str) -> list[str]:
        place = self.columns.index(name)
        return [row[place] for row in self.rows]


def _unreadable(path: Path, why: str) -> TableError:
    return TableError(
        _(
            "The table {name} cannot be read ({why}): expected a csv, tsv, jsonl or json file with a row for each "
            "picture.",
            name=path.name,
            why=why,
        )
    )


def unclear(table: TextTable, why: str) -> TableError:
    """The error of a table whose columns do not say what they are."""
    return TableError(
        _(
            "In the table {name}, {why}: name the columns with --file-column and --label-column (it has {names}).",
            name=table.path.name,
            why=why,
            names=", ".join(table.columns),
        )
    )


def encoding_of(path: Path) -> str:
    """The encoding of a text file, by its first bytes.

    Raises:
        DataError: when it cannot be opened.
        TableError: when it is no text.
    """
    try:
        with path.open("rb") as file:
            head = file.read(LOOKED_AT)
    except OSError as error:
        raise DataError(_(NO_SOURCE, path=path)) from error
    for mark, name in MARKS.items():
        if head.startswith(mark):
            return name
    if b"\0" in head:
        raise _unreadable(path, _("it is no text"))
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # the last character may be cut
    except UnicodeDecodeError:
        best = from_bytes(head).best()
        return best.encoding if best else "cp1252"
    return "utf-8"


def delimiter_of(line: str) -> str:
    """What parts the cells of a line; " " where it has none of the usual signs but spaces."""
    outside = line
    if line.count('"') >= 2:
        outside = "".join(line.split('"')[::2])
    counts = {sign: outside.count(sign) for sign in DELIMITERS}
    best = max(DELIMITERS, key=counts.__getitem__)
    return best if counts[best] else (" " if " " in line.strip() else ",")


def lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of a csv file with the number of the line that each ends on; empty lines are passed over.

    Raises:
        DataError, TableError
    """
    encoding = encoding_of(path)
    try:
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            first = next((line for line in file if line.strip()), "")
            file.seek(0)
            reader = csv.reader(file, delimiter=delimiter_of(first), skipinitialspace=True)
            while True:
                try:
                    fields = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    raise _unreadable(path, _("line {number} is no row", number=reader.line_num)) from error
                if any(field.strip() for field in fields):
                    yield reader.line_num, fields
    except OSError as error:
        raise DataError(_(NO_SOURCE, path=path)) from error


def read(path: Path) -> TextTable:
    """Reads a csv, tsv, jsonl, json (a list of objects, or one of files and labels) or txt file.

    Raises:
        DataError, TableError
    """
    if path.suffix.lower() in (".jsonl", ".json"):
        return _from_objects(path, _objects(path))
    found = [[field.strip() for field in fields] for _other, fields in lines(path)]
    if not found:
        raise _unreadable(path, _("it is empty"))
    if len(found) > MOST_ROWS:
        raise _unreadable(path, _("it has more than {most} rows", most=MOST_ROWS))
    width = max(map(len, found[:100]))
    first, rest = found[0], found[1:]
    if _names_columns(first):
        columns = tuple(name or str(place + 1) for place, name in enumerate(first))
        columns += tuple(str(place + 1) for place in range(len(first), width))
    else:
        columns, rest = tuple(str(place + 1) for place in range(width)), found
    rows = [tuple((fields + [""] * width)[: len(columns)]) for fields in rest]
    return TextTable(path, columns, rows)


def _names_columns(first: list[str]) -> bool:
    """Whether a first line names columns: all different, none a number, none the file of a picture."""
    looks_like_data = any(_is_number(cell) or "." in cell.strip(".") for cell in first if cell)
    plain = [cell for cell in first if cell]
    return bool(plain) and len(set(plain)) == len(plain) and not (
        looks_like_data and any(cell.lower().endswith((".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp"))
                                or _is_number(cell) for cell in plain)
    )  # fmt: skip


def number(cell: str) -> float:
    """A cell as a finite number from 0 on; -1 for anything else."""
    try:
        value = float(cell)
    except ValueError:
        return -1.0
    return value if 0 <= value < math.inf else -1.0


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _objects(path: Path) -> list[dict[str, Any]]:
    try:
        text = path.read_bytes().decode(encoding_of(path), "replace")
        if path.suffix.lower() == ".json":
            stored = json.loads(text)
        else:
            stored = [json.loads(line) for line in io.StringIO(text) if line.strip()]
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, _("it is not JSON")) from error
    if isinstance(stored, dict):
        stored = _of_an_object(stored)
    if not isinstance(stored, list) or not all(isinstance(one, dict) for one in stored):
        raise _unreadable(path, _("it is no list of objects"))
    return stored


def _of_an_object(stored: dict[str, Any]) -> list[dict[str, Any]]:
    """One object as rows: {file: label}, {file: {…}} or {label: [files]}."""
    rows: list[dict[str, Any]] = []
    for key, value in stored.items():
        if isinstance(value, list):
            rows += [{"file": file, "label": key} for file in value if isinstance(file, str)]
        else:
            rows.append({"file": key, **(value if isinstance(value, dict) else {"label": value})})
    return rows


def _from_objects(path: Path, objects: list[dict[str, Any]]) -> TextTable:
    flat = [{key: str(value) for key, value in _flat(one) if value is not None} for one in objects]
    columns = tuple(dict.fromkeys(key for one in flat for key in one))
    if not columns:
        raise _unreadable(path, _("it is empty"))
    return TextTable(path, columns, [tuple(one.get(name, "").strip() for name in columns) for one in flat])


def _flat(one: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The values of an object, those of one in it as `data.image`; lists are passed over."""
    for key, value in one.items():
        if isinstance(value, dict):
            yield from ((f"{key}.{inner}", deep) for inner, deep in value.items() if not isinstance(deep, dict | list))
        elif not isinstance(value, list):
            yield key, value
