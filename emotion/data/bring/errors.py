"""What can keep data from being brought in, where somebody catches it. The tree of all errors: `emotion.system.errors`.

Each is told in one sentence: what is wrong, and after the colon what to do. Nothing has been left behind then.
"""

from __future__ import annotations

from collections.abc import Iterable

from emotion.system import DataError

NO_SOURCE = "There is no folder, archive or csv file at {} that can be read: choose another one."


class ClassNamesUnknownError(DataError):
    """Args: unknown: names that were given for classes; known: those that there are."""

    def __init__(self, unknown: Iterable[str], known: Iterable[str]) -> None:
        super().__init__(
            f"No class is called {', '.join(map(repr, unknown))}. The classes are {', '.join(known)}: choose "
            "among these."
        )


class ZipPathError(DataError):
    """Args: name: of a file in an archive, whose path leads out of its folder."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The archive is refused because a path in it leads out of its folder ({name[:80]!r}): do not trust where "
            "it comes from, and choose another one."
        )


class CsvError(DataError):
    """A line of `fer2013.csv`, or the whole file, that is not as expected."""


class TableError(DataError):
    """A table that cannot be read, or does not say what its columns are."""
