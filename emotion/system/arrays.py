"""Arrays that this program keeps in files of NumPy: whole ones, or an error of ours in one sentence.

What NumPy raises for a damaged file depends on the byte that is wrong: its reader takes apart a zip, then a line of
Python in it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from emotion.system import stored
from emotion.system.words import _

if TYPE_CHECKING:
    from numpy.typing import NDArray

T = TypeVar("T")


def read(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a `.npz` file by their names, none of Python objects.

    Raises:
        StoredFileMissingError: where there is no such file.
        StoredFileError: when it cannot be read or is damaged.
    """

    def work() -> dict[str, NDArray[Any]]:
        import numpy as np

        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:  # np.load(path) may leave it open
            return {name: kept[name] for name in kept.files}

    return _told(path, work)


def read_one(path: Path) -> NDArray[Any]:
    """The array of a `.npy` file.

    Raises:
        StoredFileMissingError, StoredFileError: as for `read`.
    """

    def work() -> NDArray[Any]:
        import numpy as np

        return np.asarray(np.load(path, allow_pickle=False))

    return _told(path, work)


def _told(path: Path, work: Callable[[], T]) -> T:
    def damaged_is_one_error() -> T:
        try:
            return work()
        except OSError:
            raise
        except Exception as error:  # the same as for a decoder of pictures: TokenError, SyntaxError, MemoryError …
            raise ValueError(_("it is damaged: {error}", error=str(error) or type(error).__name__)[:200]) from error

    return stored.told(path, damaged_is_one_error)
