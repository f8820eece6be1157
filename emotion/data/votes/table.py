"""Reads `votes.csv`: one line a picture, with the number of people who gave each answer.

It lies in the data folder, beside train/ and test/, in the layout of FER+ (Barsoum et al. 2016, arXiv 1608.01041):
`split,class,file` say which picture, every other column is an answer. Columns are matched to classes by name, other
names of a class included (happiness is happy); the column `NF` counts those who saw no face. Votes for answers that
are not among the classes asked for are left aside.

Letters: N pictures, K classes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion.data.class_names import class_key, named_like
from emotion.system import VotesError, _, decimal

NAME = "votes.csv"
KEY = ("split", "class", "file")
NO_FACE = "nf"
LONGEST = 256 * 2**20  # bytes

Numbers = NDArray[np.float32]
_Place = tuple[str, ...]  # split, class, file


@dataclass(frozen=True)
class Ballot:
    """A whole file of votes.

    Attributes:
        answers: the names of the columns, as class keys, in their order.
        counts: split, class and file name → votes for each answer, float32.
    """

    answers: tuple[str, ...]
    counts: dict[_Place, Numbers]


@dataclass(frozen=True)
class Votes:
    """What was said of N pictures.

    Attributes:
        counts: float32 (N, K), votes for each class; a row of zeros where nobody has answered, or only otherwise.
        others: float32 (N,), votes for anything else.
        faceless: float32 (N,), those of them who saw no face.
        known: bool (N,), whether the file has a line for this picture.
    """

    counts: Numbers
    others: Numbers
    faceless: Numbers
    known: NDArray[np.bool_]

    @property
    def shares(self) -> Numbers:
        """float32 (N, K), the classes' shares of their own votes; NaN where no vote is for one of them."""
        total = self.counts.sum(axis=1, keepdims=True)
        return np.where(total > 0, self.counts / np.maximum(total, 1), np.float32(np.nan)).astype(np.float32)

    @property
    def no_face(self) -> NDArray[np.bool_]:
        """bool (N,), pictures in which at least half of the people saw no face."""
        everybody = self.counts.sum(axis=1) + self.others
        return (everybody > 0) & (2 * self.faceless >= everybody)


def unlike(path: Path, expected: str, received: str) -> VotesError:
    """The error of a table of votes that is not as expected."""
    return VotesError(
        _("{path}: expected {expected}. Received: {received}.", path=path, expected=expected, received=received)
    )


def there(root: Path) -> bool:
    """Whether a data folder has votes."""
    return (root / NAME).is_file()


def of(root: Path, files: Sequence[str], classes: Sequence[str]) -> Votes:
    """The votes for pictures of a data folder.

    Args:
        root: the data folder.
        files: names relative to it, "train/happy/7.jpg".
        classes: the K classes that are asked for, in label order.

    Raises:
        VotesError: when the folder has none, the file is not as expected, or it has no column for a class.
    """
    table = _table(root / NAME)
    columns = []
    for name in classes:
        found = named_like(name, table.answers)
        if found is None:
            raise unlike(root / NAME, _("a column for the class {name}", name=repr(name)), ", ".join(table.answers))
        columns.append(table.answers.index(found))
    rows = [table.counts.get(_key(*_parts(file))) for file in files]
    nobody = np.zeros(len(table.answers), np.float32)
    said = np.stack([nobody if row is None else row for row in rows]) if rows else nobody[None][:0]
    counts = said[:, columns]
    faceless = said[:, table.answers.index(NO_FACE)] if NO_FACE in table.answers else np.zeros(len(said), np.float32)
    known = np.array([row is not None for row in rows], dtype=np.bool_)
    return Votes(counts, said.sum(axis=1) - counts.sum(axis=1), faceless, known)


def _parts(file: str) -> tuple[str, str, str]:
    """Split, class and file name of a picture; folders inside the class's own do not matter."""
    parts = file.split("/")
    return (parts[0], parts[1], parts[-1]) if len(parts) > 2 else ("", parts[0], parts[-1])


def _key(split: str, label: str, file: str) -> _Place:
    return class_key(split), class_key(label), file


def _table(path: Path) -> Ballot:
    try:
        facts = path.stat()
    except OSError as error:
        raise VotesError(
            _(
                "There are no votes at {path}. Expected a table with split, class, file and one column an answer. "
                "Put it there, or learn from the folders.",
                path=path,
            )
        ) from error
    if facts.st_size > LONGEST:
        raise unlike(path, _("at most {size} MB", size=LONGEST // 2**20), f"{decimal(facts.st_size / 2**20, 0)} MB")
    return _read(path, facts.st_size, facts.st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, size: int, changed: int) -> Ballot:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _rows(path, csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise unlike(path, _("a table of comma-separated values in UTF-8"), str(error)) from error


def _rows(path: Path, lines: Iterator[list[str]]) -> Ballot:
    head = [class_key(name) for name in next(lines, [])]
    if not set(KEY) <= set(head) or len(set(head)) != len(head) or len(head) <= len(KEY):
        raise unlike(path, _("a first line with split, class, file and one column an answer"), ",".join(head)[:80])
    place = [head.index(name) for name in KEY]
    answers = [column for column, name in enumerate(head) if name not in KEY]
    counts: dict[_Place, Numbers] = {}
    for number, line in enumerate(lines, start=2):
        if not line:
            continue
        try:
            split, label, file = (line[column] for column in place)
            said = np.array([float(line[column]) for column in answers], np.float32)
        except (ValueError, IndexError) as error:
            expected = _("{n} values in every line, numbers for the answers", n=len(head))
            raise unlike(path, expected, _("line {number}: {line}", number=number, line=",".join(line))[:80]) from error
        if not np.isfinite(said).all() or (said < 0).any():
            raise unlike(
                path,
                _("numbers of votes, 0 or more"),
                _("line {number}: {line}", number=number, line=",".join(line))[:80],
            )
        counts[_key(split, label, file)] = said
    if not counts:
        raise unlike(path, _("a line for at least one picture"), _("none"))
    return Ballot(tuple(head[column] for column in answers), counts)


def check(root: Path, classes: Sequence[str]) -> None:
    """Says before a run begins what `of` would say.

    Raises:
        DataError: as `of`.
    """
    of(root, (), classes)
