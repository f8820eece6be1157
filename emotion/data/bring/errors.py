"""What can keep data from being brought in, where somebody catches it. The tree of all errors: `emotion.system.errors`.

Each is told in one sentence: what is wrong, and after the colon what to do. Nothing has been left behind then.
"""

from __future__ import annotations

from collections.abc import Iterable

from emotion.system import N_, DataError, _

NO_SOURCE = N_("There is no folder, archive or csv file at {path} that can be read: choose another one.")


class ClassNamesUnknownError(DataError):
    """Args: unknown: names that were given for classes; known: those that there are."""

    def __init__(self, unknown: Iterable[str], known: Iterable[str]) -> None:
        super().__init__(
            _(
                "No class is called {names}. The classes are {known}: choose among these.",
                names=", ".join(map(repr, unknown)),
                known=", ".join(known),
            )
        )


class ZipPathError(DataError):
    """Args: name: of a file in an archive, whose path leads out of its folder."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "The archive is refused because a path in it leads out of its folder ({name}): do not trust where "
                "it comes from, and choose another one.",
                name=repr(name[:80]),
            )
        )


class CsvError(DataError):
    """A line of `fer2013.csv`, or the whole file, that is not as expected."""


class TableError(DataError):
    """A table that cannot be read, or does not say what its columns are."""
