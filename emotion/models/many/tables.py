"""Rows as a table on disk: Parquet with the fields of the JSON as columns, or the JSON itself, a line a photo."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emotion.system import EmotionError, _

if TYPE_CHECKING:
    import pyarrow

    from emotion.models.many.worker import Row

ROW_GROUP = 50_000  # rows: what readers of Parquet take in at once


@dataclass(frozen=True)
class Kind:
    """How a table is written.

    Attributes:
        ending: of the files of its parts.
        write: rows into the file of a part.
        refused: whether a row says why there is no answer.
        is_whole: the file of a part, how many rows → whether it holds them.
    """

    ending: str
    write: Callable[[list[Any], Path], None]
    refused: Callable[[Any], bool]
    is_whole: Callable[[Path, int], bool] = lambda path, rows: True


def kind_of(path: Path, classes: Sequence[str]) -> tuple[Kind, Callable[[list[Path], Path], None]]:
    """How a table of this name is written, and how the files of its parts become one.

    Args:
        classes: of which the probability is a column; () for none.

    Raises:
        EmotionError: where its ending says nothing that is known.
    """
    if path.suffix.lower() not in KINDS:
        one, other = KINDS
        endings = _("{one} or {other}", one=one, other=other)
        raise EmotionError(
            _("{path}: expected a file that ends in {endings}. Call the table so.", path=path, endings=endings)
        )
    write, join = KINDS[path.suffix.lower()]
    kind = Kind(path.suffix, partial(write, classes=classes), lambda row: row["error"] is not None)
    return kind, partial(join, classes=classes)


def schema(classes: Sequence[str]) -> pyarrow.Schema:
    """The columns of a Parquet table: those of `Answer.to_json`."""
    import pyarrow as pa

    face = [
        ("box", pa.list_(pa.int32())), ("probability", pa.float64()), ("label", pa.string()), ("unsure", pa.bool_()),
        ("share", pa.float64()),
    ]  # fmt: skip
    if classes:
        each = pa.struct([(name, pa.float64()) for name in classes])
        face += [("likeliest", pa.string()), ("likeliest_probability", pa.float64()), ("probabilities", each)]
    return pa.schema(
        [("file", pa.string()), ("faces", pa.list_(pa.struct(face))), ("turned", pa.int16()), ("error", pa.string()),
         ("note", pa.string())]
    )  # fmt: skip


def _write_parquet(rows: list[Row], path: Path, classes: Sequence[str]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    told = [row | {"file": _utf8(row["file"])} for row in rows]
    parquet.write_table(pa.Table.from_pylist(told, schema(classes)), path, compression="zstd")


def _join_parquet(parts: list[Path], path: Path, classes: Sequence[str]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    with parquet.ParquetWriter(path, schema(classes), compression="zstd") as writer:
        waiting: list[Any] = []
        for part in parts:
            waiting.append(parquet.read_table(part, schema=schema(classes)))
            if sum(len(table) for table in waiting) >= ROW_GROUP:
                writer.write_table(pa.concat_tables(waiting), ROW_GROUP)
                waiting = []
        if waiting:
            writer.write_table(pa.concat_tables(waiting), ROW_GROUP)


def _utf8(name: str) -> str:
    r"""A name with bytes that are no UTF-8 as "\xff", which a column of text can hold."""
    return name.encode("utf-8", "backslashreplace").decode()


def _write_lines(rows: list[Row], path: Path, classes: Sequence[str]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _join_lines(parts: list[Path], path: Path, classes: Sequence[str]) -> None:
    with open(path, "wb") as whole:
        for part in parts:
            with open(part, "rb") as file:
                shutil.copyfileobj(file, whole)


KINDS = {".parquet": (_write_parquet, _join_parquet), ".jsonl": (_write_lines, _join_lines)}
