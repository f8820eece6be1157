"""Arrays that this program keeps in files of NumPy: whole ones, or an error of ours in one sentence.

What NumPy raises for a damaged file depends on the byte that is wrong: its reader takes apart a zip, then a line of
Python in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from emotion.system import stored
from emotion.system.words import _

if TYPE_CHECKING:
    from numpy.typing import NDArray

T = TypeVar("T")

ROUNDING = 1e-6
Column = tuple[str | int, ...]  # dtype, then the shape; a letter in it is any number, the same wherever it stands


def read(path: Path, columns: Mapping[str, Column] | None = None) -> dict[str, NDArray[Any]]:
    """The arrays of a `.npz` file by their names, none of Python objects.

    Args:
        path: of the file.
        columns: what has to be in it: name → such as ("float32", "N", 48), whose numbers are all finite; what else is
            in it is left aside. None takes whatever there is.

    Raises:
        StoredFileMissingError: where there is no such file.
        StoredFileError: when it cannot be read, is damaged, or does not hold these arrays.
    """

    def work() -> dict[str, NDArray[Any]]:
        import numpy as np

        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:  # np.load(path) may leave it open
            return {name: kept[name] for name in (kept.files if columns is None else columns)}

    found = _told(path, work)
    stored.told(path, lambda: _check(found, columns or {}))
    return found


def are_shares(values: NDArray[Any]) -> bool:
    """Whether all are from 0 to 1, but for rounding."""
    return bool(((values >= -ROUNDING) & (values <= 1 + ROUNDING)).all())


def _check(found: Mapping[str, NDArray[Any]], columns: Mapping[str, Column]) -> None:
    import numpy as np

    sizes: dict[str, int] = {}
    for name, (dtype, *shape) in columns.items():
        array = found[name]
        fits = array.dtype == dtype and array.ndim == len(shape)
        for given, wanted in zip(array.shape, shape, strict=False):
            fits = fits and given == (sizes.setdefault(wanted, given) if isinstance(wanted, str) else wanted)
        if not fits or (array.dtype.kind == "f" and not np.isfinite(array).all()):
            raise ValueError(_("{name} does not hold what it should", name=name))


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
