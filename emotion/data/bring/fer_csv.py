"""`fer2013.csv`, the form in which FER-2013 was first given out: a row a picture, its 2,304 grey values as text.

Columns are found by their names (emotion, pixels, Usage), in any order: two orders are about. The rows marked
Training become train/. Of the two test parts one becomes test/: by default PublicTest, which folder copies such as
`archive.zip` have too, so that scores can be compared.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emotion.data.bring.errors import CsvError, SourceMissingError
from emotion.data.bring.staging import check_room, quiet

if TYPE_CHECKING:
    from emotion.data.bring.staging import Progress


CLASSES = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")  # 0 to 6 in the column emotion
SIDE = 48  # pixels
COLUMNS = ("emotion", "pixels", "usage")
USUAL = (0, 1, 2)  # where they stand without a first line of names
PUBLIC, PRIVATE, BOTH = "public", "private", "both"
PARTS = {  # choice of the test part → usage → folder
    PUBLIC: {"training": "train", "publictest": "test"},
    PRIVATE: {"training": "train", "privatetest": "test"},
    BOTH: {"training": "train", "publictest": "test", "privatetest": "test"},
}
USAGES = frozenset(PARTS[BOTH])
ROW_BYTES = 8_400  # about, for progress
PICTURE_BYTES = 2_300  # about, as PNG
TELL_EACH = 200  # rows
EPOCH = 1_365_724_800  # the time of each picture: 12 April 2013, so that the same file gives the same fingerprint again


@dataclass(frozen=True)
class Row:
    """A picture of the file: uint8 (48, 48), class name, usage in lower case, number of its line from 1."""

    picture: NDArray[np.uint8]
    name: str
    usage: str
    line: int


def _places(first: list[str]) -> tuple[tuple[int, ...], bool]:
    """Where the three columns stand, and whether the first line is one of names."""
    names = [name.strip().lstrip("\ufeff").casefold() for name in first]
    if set(COLUMNS) <= set(names):
        return tuple(names.index(column) for column in COLUMNS), True
    if len(first) == len(COLUMNS) and first[0].strip().isdecimal():
        return USUAL, False
    raise CsvError("has other columns", 1)


def _row(fields: list[str], places: tuple[int, ...], line: int) -> Row:
    if len(fields) <= max(places):
        raise CsvError("is cut short", line)
    emotion, pixels, usage = (fields[place].strip() for place in places)
    if not emotion.isdecimal() or int(emotion) >= len(CLASSES):
        raise CsvError(f"names an emotion that there is not ({emotion[:20]!r})", line)
    if usage.casefold() not in USAGES:
        raise CsvError(f"names a use that there is not ({usage[:20]!r})", line)
    return Row(_picture(pixels, line), CLASSES[int(emotion)], usage.casefold(), line)


def _picture(text: str, line: int) -> NDArray[np.uint8]:
    try:
        values = np.array(text.split(), dtype=np.int64)
    except (ValueError, OverflowError) as error:
        raise CsvError("holds something else than numbers", line) from error
    if values.shape != (SIDE * SIDE,) or values.min() < 0 or values.max() > 255:
        raise CsvError(f"does not hold {SIDE * SIDE:,} grey values from 0 to 255", line)
    return values.astype(np.uint8).reshape(SIDE, SIDE)


def rows(source: Path) -> Iterator[Row]:
    """The pictures one after the other; the file is never in memory as a whole.

    Raises:
        CsvError: with the number of the line that is not as expected.
        SourceMissingError: when the file cannot be opened.
    """
    try:
        with source.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            places: tuple[int, ...] | None = None
            for fields in reader:
                if not fields:
                    continue
                if places is None:
                    places, is_names = _places(fields)
                    if is_names:
                        continue
                yield _row(fields, places, reader.line_num)
    except OSError as error:
        raise SourceMissingError(source) from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise CsvError("is not text of that kind") from error


def convert(source: Path, target: Path, test: str = PUBLIC, progress: Progress = quiet) -> dict[str, int]:
    """Writes each picture as a PNG: `target/train/happy/Training_00001.png`, numbered by line.

    Args:
        source: the csv file.
        target: an empty folder; what is in it after an error is the caller's to remove.
        test: which test part becomes test/: "public", "private" or "both".
        progress: by rows; their number is guessed from the size of the file.

    Returns:
        Usage → how many pictures of it were left out.

    Raises:
        CsvError, SourceMissingError, NoRoomError
    """
    folders, left_out = PARTS[test], Counter[str]()
    expected = max(1, (source.stat().st_size if source.is_file() else 0) // ROW_BYTES)
    check_room(target, expected * PICTURE_BYTES, expected)
    made = set()
    number = 0
    for number, row in enumerate(rows(source), start=1):
        if split := folders.get(row.usage):
            folder = target / split / row.name
            if folder not in made:
                folder.mkdir(parents=True, exist_ok=True)
                made.add(folder)
            file = folder / f"{row.usage}_{row.line:05d}.png"
            Image.fromarray(row.picture).save(file, compress_level=1)
            os.utime(file, (EPOCH, EPOCH))
        else:
            left_out[row.usage] += 1
        if number % TELL_EACH == 0:
            progress("Converting", min(number, expected), expected)
    if not number:
        raise CsvError("is empty")
    progress("Converting", 1, 1)
    return dict(left_out)
