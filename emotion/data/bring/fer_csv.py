"""`fer2013.csv`, the form in which FER-2013 was first given out: a row a picture, its 2,304 grey values as text.

Columns are found by their names (emotion, pixels, Usage), in any order and in any dialect of csv. The rows marked
Training become train/. Of the two test parts one becomes test/: by default PublicTest, which folder copies such as
`archive.zip` have too, so that scores can be compared. Without the column Usage a part is set aside later.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emotion.data.bring.errors import CsvError, TableError
from emotion.data.bring.staging import check_room, quiet
from emotion.data.bring.tables import dialect
from emotion.data.class_names import class_key, is_folder_name, split_of
from emotion.data.votes import ferplus
from emotion.system import N_, _

if TYPE_CHECKING:
    from emotion.data.bring.staging import Progress


CLASSES = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", "contempt")  # 0 to 7 in column emotion
SIDE = 48  # pixels
COLUMNS = {  # what each is called; the last one may be missing
    "emotion": ("emotion", "label", "class", "expression", "emotions", "target"),
    "pixels": ("pixels", "pixel", "image", "pixel_values"),
    "usage": ("usage", "split", "subset", "set"),
}
VOTES = frozenset({"neutral", "happiness", "sadness", "anger"})  # columns of fer2013new.csv
PUBLIC, PRIVATE, BOTH = "public", "private", "both"
PARTS = {  # choice of the test part → usage → folder
    PUBLIC: {"training": "train", "publictest": "test"},
    PRIVATE: {"training": "train", "privatetest": "test"},
    BOTH: {"training": "train", "publictest": "test", "privatetest": "test"},
}
USAGES = frozenset(PARTS[BOTH])
NO_USAGE = ""  # of a table without that column
MOST_BAD = 0.01  # share of rows that may be bad, and are left out
MANY_NUMBERS = 100  # in a field: it was meant to be a picture
ROW_BYTES = 8_400  # about, for progress
PICTURE_BYTES = 2_300  # about, as PNG
TELL_EACH = 200  # rows
EPOCH = 1_365_724_800  # the time of each picture: 12 April 2013, so that the same file gives the same fingerprint again

Places = tuple[int, int, int | None]


@dataclass(frozen=True)
class Row:
    """A picture of the file: uint8 (48, 48), class name, usage in lower case, number of its line from 1."""

    picture: NDArray[np.uint8]
    name: str
    usage: str
    line: int


@dataclass
class Bad:
    """Rows that are not as expected: the first error among them, and how many there are.

    Attributes:
        rows: pictures that cannot be read.
        text: lines behind the last picture that were none: a file taken out of a tar badly goes on with the next one.
    """

    first: CsvError | None = None
    rows: int = 0
    text: int = 0

    def add(self, error: CsvError, fields: list[str]) -> None:
        if max(len(field.split()) for field in fields) >= MANY_NUMBERS:
            self.rows += 1
            self.first = self.first or error
        else:
            self.text += 1
            self.first = self.first or error

    def good(self) -> None:
        """A picture comes after lines that were none: they stood in the middle."""
        self.rows, self.text = self.rows + self.text, 0

    def check(self, good: int) -> None:
        """Refuses a table of which too much cannot be used.

        Raises:
            CsvError: the first one.
        """
        if self.first and (self.rows > MOST_BAD * (good + self.rows) or self.text > max(good, 1) or not good):
            raise self.first


def _unlike(why: str, row: int | None = None) -> CsvError:
    """Args: why: what is wrong, such as "is cut short"; row: the number of the line, None for the whole file."""
    where = _("The csv file") if row is None else _("Line {row} of the csv file", row=row)
    return CsvError(
        _(
            "{where} {why}: expected the columns emotion (0 to 7 or a word), pixels (2,304 numbers from 0 to 255) and "
            "Usage, as in fer2013.csv.",
            where=where,
            why=why,
        )
    )


def has_pixels(source: Path) -> bool:
    """Whether a csv file has the columns of this form."""
    try:
        first = next(iter(dialect.lines(source)), (0, [""]))[1]
        _places(first)
    except (CsvError, TableError):
        return False
    return True


def _places(first: list[str]) -> tuple[Places, bool]:
    """Where the three columns stand, and whether the first line is one of names."""
    names = [name.strip().casefold() for name in first]
    found = [next((names.index(name) for name in known if name in names), None) for known in COLUMNS.values()]
    if found[0] is not None and found[1] is not None:
        return (found[0], found[1], found[2]), True
    if set(names) >= VOTES:
        raise CsvError(
            _(
                "This csv file holds votes, as fer2013new.csv does, and has no pixels: give fer2013.csv too, whose "
                "pictures the votes are about."
            )
        )
    if 2 <= len(first) <= len(COLUMNS) and first[0].strip().isdecimal():
        return (0, 1, 2 if len(first) > 2 else None), False
    raise _unlike(_("has other columns"), 1)


def _row(fields: list[str], places: Places, line: int) -> Row:
    if len(fields) <= max(place for place in places if place is not None):
        raise _unlike(_("is cut short"), line)
    emotion, pixels = (fields[place].strip() for place in places[:2])
    usage = NO_USAGE if places[2] is None else fields[places[2]].strip().casefold()
    if usage not in USAGES and not split_of(usage) and places[2] is not None:
        raise _unlike(_("names a use that there is not ({usage})", usage=repr(usage[:20])), line)
    return Row(_picture(pixels, line), _name(emotion, line), usage, line)


def _name(emotion: str, line: int) -> str:
    """The class behind "3", "3.0" or "Happiness".

    Raises:
        CsvError
    """
    try:
        number = float(emotion)
    except ValueError:
        name = class_key(emotion)
        if is_folder_name(name):
            return name
    else:
        if number in range(len(CLASSES)):
            return CLASSES[int(number)]
    raise _unlike(_("names an emotion that there is not ({emotion})", emotion=repr(emotion[:20])), line)


def _picture(text: str, line: int) -> NDArray[np.uint8]:
    try:
        values = np.array(text.replace(",", " ").strip("[] ").split(), dtype=np.int64)
    except (ValueError, OverflowError) as error:
        raise _unlike(_("holds something else than numbers"), line) from error
    if values.shape != (SIDE * SIDE,) or values.min() < 0 or values.max() > 255:
        raise _unlike(_("does not hold {n} grey values from 0 to 255", n=SIDE * SIDE), line)
    return values.astype(np.uint8).reshape(SIDE, SIDE)


def rows(source: Path, bad: Bad | None = None) -> Iterator[Row]:
    """The pictures one after the other; the file is never in memory as a whole.

    Args:
        bad: takes in what is wrong with the others; at the end of too many of them the first is raised.

    Raises:
        CsvError: with the number of the line that is not as expected.
        DataError: when the file cannot be opened.
    """
    bad, good, places = bad or Bad(), 0, None
    try:
        for line, fields in dialect.lines(source):
            if places is None:
                places, is_names = _places(fields)
                if is_names:
                    continue
            try:
                row = _row(fields, places, line)
            except CsvError as error:
                bad.add(error, fields)
                continue
            good += 1
            bad.good()
            yield row
    except TableError as error:
        raise _unlike(_("is not text of that kind")) from error
    bad.check(good)


def convert(source: Path, target: Path, test: str = PUBLIC, progress: Progress = quiet) -> dict[str, int]:
    """Writes each picture as a PNG: `target/train/happy/Training_00001.png`, numbered by line.

    Where the votes of FER+ (`fer2013new.csv`) lie beside it, they become the data's `votes.csv`.

    Args:
        source: the csv file.
        target: an empty folder; what is in it after an error is the caller's to remove.
        test: which test part becomes test/: "public", "private" or "both".
        progress: by rows; their number is guessed from the size of the file.

    Returns:
        What was left out, in words → how many: pictures of a usage, rows that are none.

    Raises:
        CsvError, DataError, NoRoomError
        VotesError: when the votes beside it are not those of these pictures.
    """
    left_out, bad = Counter[str](), Bad()
    expected = max(1, (source.stat().st_size if source.is_file() else 0) // ROW_BYTES)
    check_room(target, expected * PICTURE_BYTES, expected)
    made = set()
    placed: dict[int, tuple[str, str, str]] = {}
    number = 0
    for number, row in enumerate(rows(source, bad), start=1):
        split = PARTS[test].get(row.usage) or ("" if row.usage in USAGES else split_of(row.usage))
        if split or row.usage == NO_USAGE:
            folder = target / split / row.name
            if folder not in made:
                folder.mkdir(parents=True, exist_ok=True)
                made.add(folder)
            file = folder / f"{row.usage or 'row'}_{row.line:05d}.png"
            Image.fromarray(row.picture).save(file, compress_level=1)
            os.utime(file, (EPOCH, EPOCH))
            placed[number - 1 + bad.rows] = split, row.name, file.name
        else:
            left_out[row.usage] += 1
        if number % TELL_EACH == 0:
            progress(N_("Converting"), min(number, expected), expected)
    if not number:
        raise _unlike(_("is empty"))
    if said := ferplus.beside(source):
        ferplus.convert(said, placed, number + bad.rows, target)
    progress(N_("Converting"), 1, 1)
    left_out |= {N_("rows that hold no picture"): bad.rows, N_("lines behind the last row"): bad.text}
    return {what: number for what, number in left_out.items() if number}
