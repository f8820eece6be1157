"""What is kept, in English, of how labels were found in tables; `retold` tells it."""

from __future__ import annotations

from collections.abc import Sequence

from emotion.system import N_

FROM_TABLE = N_("Labels are from {where}: the picture in “{file}”, the class in “{label}”.")
AND_NAMED = N_("Labels are from {where}: the picture in “{file}”, the class in “{label}”, named in {beside}.")
AND_SPLIT = N_("Labels are from {where}: the picture in “{file}”, the class in “{label}”, the split in “{split}”.")
AND_BOTH = N_(
    "Labels are from {where}: the picture in “{file}”, the class in “{label}”, named in {beside}, the split in "
    "“{split}”."
)
TABLES, COLUMNS = N_("{n} tables such as {name}"), N_("{n} columns, one for each class")


def from_tables(name: str, tables: int, file: str, labels: Sequence[str], beside: str, split: str) -> str:
    """One sentence.

    Args:
        name: of the first table.
        tables: how many there are.
        file, labels, split: names of the columns of the pictures, of the classes, and of the split, "" for none.
        beside: the list that names the classes, "" for none.
    """
    said = (AND_BOTH if split else AND_NAMED) if beside else AND_SPLIT if split else FROM_TABLE
    where = name if tables == 1 else TABLES.format(n=tables, name=name)
    label = labels[0] if len(labels) == 1 else COLUMNS.format(n=len(labels))
    return said.format(where=where, file=file, label=label, beside=beside, split=split)
