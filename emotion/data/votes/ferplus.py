"""Votes in the form in which FER+ gives them out: `fer2013new.csv`, row by row beside `fer2013.csv`.

It names no picture: its first row is about the first picture of `fer2013.csv`, and so on.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from emotion.data.class_names import class_key
from emotion.data.votes.table import KEY, unlike
from emotion.data.votes.table import NAME as VOTES
from emotion.system import _

if TYPE_CHECKING:
    from collections.abc import Mapping


NAME = "fer2013new.csv"
NOT_ANSWERS = {"usage", "image name"}

Place = tuple[str, str, str]  # split, class, file


def beside(source: Path) -> Path | None:
    """The table of FER+ beside a `fer2013.csv`; None where there is none."""
    found = source.with_name(NAME)
    return found if found.is_file() else None


def convert(source: Path, pictures: Mapping[int, Place], rows: int, target: Path) -> int:
    """Writes `votes.csv` for pictures that came from a `fer2013.csv`.

    Args:
        source: `fer2013new.csv`.
        pictures: number of the row of `fer2013.csv`, from 0 → where its picture is now.
        rows: how many rows `fer2013.csv` has.
        target: the data folder.

    Returns:
        How many pictures got votes.

    Raises:
        VotesError: when it is no such table, or not one of as many rows.
    """
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            head, *lines = [line for line in csv.reader(file) if line] or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise unlike(source, _("a table of comma-separated values in UTF-8"), str(error)) from error
    names = [class_key(name) for name in head]
    answers = [column for column, name in enumerate(names) if name not in NOT_ANSWERS]
    if not set(names) >= NOT_ANSWERS or not answers:
        raise unlike(source, _("a first line with Usage, Image name and one column an answer"), ",".join(head)[:80])
    if len(lines) != rows:
        raise unlike(source, _("{rows} rows, one for each picture of fer2013.csv", rows=rows), f"{len(lines):,}")
    told = [_line(source, lines, number, answers) for number in pictures]
    with (target / VOTES).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*KEY, *(head[column].strip() for column in answers)])
        writer.writerows([*place, *said] for place, said in zip(pictures.values(), told, strict=True) if any(said))
    return sum(any(said) for said in told)


def _line(source: Path, lines: Sequence[list[str]], number: int, answers: Sequence[int]) -> list[int]:
    try:
        said = [int(lines[number][column]) for column in answers]
    except (ValueError, IndexError) as error:
        raise unlike(
            source,
            _("whole numbers of votes"),
            _("line {number}: {line}", number=number + 2, line=",".join(lines[number]))[:80],
        ) from error
    if min(said) < 0:
        raise unlike(
            source,
            _("numbers of votes, 0 or more"),
            _("line {number}: {line}", number=number + 2, line=",".join(lines[number]))[:80],
        )
    return said
