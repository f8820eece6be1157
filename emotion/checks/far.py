"""What can be told of more pictures than memory holds: looked at by several processes, kept on the disk meanwhile.

So are those that a cluster looks at, however few.

The processes, the parts and the restart are those of photos by the million (`emotion.models.many`). A row is a row of
`Facts` with the picture of 48 × 48 in it, of one length, so that any picture can be read again alone: pairs that look
alike are compared pixel by pixel, wherever they lie. Columns without the pictures take 43 bytes a picture and are held
in memory. The parts go when the check is kept.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emotion.checks import picture_facts
from emotion.checks.cache import FORMAT
from emotion.checks.picture_facts import UNREADABLE, Facts
from emotion.models import many
from emotion.system import IMAGE_SIZE

if TYPE_CHECKING:
    from emotion.images import Progress


BATCH = 64  # pictures that a process is given at a time
SENT = 8  # the same of a cluster: large photos wait in memory as bytes
COLUMNS = [column.name for column in dataclasses.fields(Facts)]
RECORD = np.dtype([(name, column.dtype, column.shape[1:]) for name, column in vars(picture_facts.empty(0)).items()])


@dataclass(frozen=True)
class FactsTask:
    """What processes are asked: the facts of files in a folder, each as the bytes of a `RECORD`."""

    root: Path

    def begin(self) -> Callable[[list[str]], list[bytes]]:
        return lambda names: _rows(picture_facts.look(self.root, names))

    def lost(self, name: str) -> bytes:
        facts = picture_facts.empty(1)
        facts.fault[0] = UNREADABLE
        return _rows(facts)[0]

    def content(self, name: str) -> bytes | None:
        return many.content(str(self.root / name))

    def there(self) -> Callable[[], many.There[bytes]]:
        return _there


def _there() -> many.There[bytes]:
    return lambda names, contents: _rows(picture_facts.look_at_contents(names, contents))


class Greys:
    """The pictures in the files of parts, read when they are asked for.

    Args:
        parts: the files, all with as many rows but the last one.
    """

    def __init__(self, parts: Sequence[Path]) -> None:
        self._parts = parts
        self._each = parts[0].stat().st_size // RECORD.itemsize

    def __getitem__(self, places: NDArray[np.int64], /) -> NDArray[np.uint8]:
        found = np.empty((len(places), IMAGE_SIZE, IMAGE_SIZE), np.uint8)
        order = np.argsort(places, kind="stable")
        parts, rows = np.divmod(places[order], self._each)
        inside = RECORD.fields["grey"][1] if RECORD.fields else 0
        for part in np.unique(parts).tolist():
            with open(self._parts[part], "rb", buffering=0) as file:
                for at, row in zip(order[parts == part].tolist(), rows[parts == part].tolist(), strict=True):
                    file.seek(row * RECORD.itemsize + inside)
                    file.readinto(found[at].data)
        return found


def _rows(facts: Facts) -> list[bytes]:
    table = np.empty(len(facts), RECORD)
    for name in COLUMNS:
        table[name] = getattr(facts, name)
    whole, size = table.tobytes(), RECORD.itemsize
    return [whole[start : start + size] for start in range(0, len(whole), size)]


def _write(rows: list[Any], path: Path) -> None:
    path.write_bytes(b"".join(rows))


def _is_whole(path: Path, rows: int) -> bool:
    return path.stat().st_size == rows * RECORD.itemsize


KIND = many.Kind(".rows", _write, lambda row: row[0] == UNREADABLE, _is_whole)


@contextlib.contextmanager
def read(
    root: Path, names: Sequence[str], beside: Path, jobs: int, on: str | None = None, progress: Progress | None = None
) -> Iterator[tuple[Facts, Greys]]:
    """Looks at every file once; those that an interrupted call has looked at are not opened again.

    Args:
        root: the folder that the names are relative to.
        names: N names with "/".
        beside: the file in the cache that is made of it; the parts lie beside it, until what follows has come to an
            end.
        jobs, on: how many processes, or the cluster of Ray whose processes look at them.
        progress: called in this thread with (done, all); what it raises ends the reading, and the parts stay.

    Returns:
        The facts without `grey`, and the pictures.

    Raises:
        EmotionError: where the parts cannot be written, or no process be started; where the cluster cannot be asked.
    """
    tell = None if progress is None else lambda done: progress(done, len(names))
    parts = many.Parts(beside, {"format": FORMAT}, KIND)
    with contextlib.closing(parts):
        with many.several(FactsTask(root), jobs, on) as pool:
            many.fill(parts, names, pool, SENT if on else BATCH, tell)
        paths = parts.paths()
        facts = _columns(paths, len(names))
        yield facts, Greys(paths)
        parts.remove()


def _columns(parts: Sequence[Path], n: int) -> Facts:
    columns = {name: np.empty((n, *RECORD[name].shape), RECORD[name].base) for name in COLUMNS if name != "grey"}
    start = 0
    for part in parts:
        table = np.fromfile(part, RECORD)
        for name, column in columns.items():
            column[start : start + len(table)] = table[name]
        start += len(table)
    return Facts(**columns, grey=np.empty((0, IMAGE_SIZE, IMAGE_SIZE), np.uint8))
