"""The parts of a table that is being written, so that a restart goes on after the last of them.

Each part is a file in a folder beside the table, `answers.parquet.parts/`. Its name holds its number, a digest of the
names and of all that decides their answers, and how many were refused: a part is used again only where all of that is
the same, however often it is asked for, and nothing else has to be kept.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from emotion.system import EmotionError, _, disk, files

if TYPE_CHECKING:
    from emotion.models.many.tables import Kind

LOCK = "lock"  # held by the process that writes the table
NAME = re.compile(r"(\d+)-([0-9a-f]{16})-(\d+)")


class Parts:
    """The parts of one table.

    Args:
        out: the table, which is not there yet.
        asked: everything beside the names that decides the answers, as JSON can hold it.
        kind: how they are written.

    Raises:
        EmotionError: where nothing can be written beside it, or another process writes it.
    """

    def __init__(self, out: Path, asked: object, kind: Kind) -> None:
        self._out, self._kind = out, kind
        self._asked = json.dumps(asked, sort_keys=True, default=str).encode()
        self._folder = disk.make_folder(out.with_name(f"{out.name}.parts"))
        self._lock = FileLock(self._folder / LOCK)
        self._take_in()

    def _take_in(self) -> None:
        """Looks for the parts of an earlier call, as the only process that writes this table."""
        try:
            with disk.writing(self._folder):
                self._lock.acquire(timeout=0)
        except Timeout as error:
            raise EmotionError(
                _("Another process is writing {path} at this moment: wait for it.", path=self._out)
            ) from error
        for left in files.unfinished(self._folder):
            left.unlink(missing_ok=True)
        self._kept = {path.name.rpartition("-")[0]: path for path in self._folder.iterdir() if NAME.match(path.name)}
        self._used: dict[int, Path] = {}

    def is_there(self, number: int, names: list[str]) -> bool:
        """Whether this part was written before, for the very same names and question; it is counted in then."""
        path = self._kept.get(self._name(number, names))
        if path is None or not self._kind.is_whole(path, len(names)):
            return False
        self._used[number] = path
        return True

    def write(self, number: int, names: list[str], rows: list[Any]) -> None:
        """Writes a part whole, or not at all."""
        refused = sum(map(self._kind.refused, rows))
        path = self._folder / f"{self._name(number, names)}-{refused}{self._kind.ending}"
        with disk.writing(self._folder), files.whole(path) as unfinished:
            self._kind.write(rows, unfinished)
        self._used[number] = path

    def refused(self) -> int:
        """How many photos of all parts were refused."""
        return sum(int(found[3]) for path in self._used.values() if (found := NAME.match(path.name)))

    def paths(self) -> list[Path]:
        """The files of the parts, in their order."""
        return [self._used[number] for number in sorted(self._used)]

    def remove(self) -> None:
        """Forgets the parts: what they were for is made."""
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def close(self) -> None:
        """Lets another process go on with the parts."""
        self._lock.release()

    def _name(self, number: int, names: list[str]) -> str:
        """The beginning of a part's name."""
        digest = hashlib.blake2b(self._asked, digest_size=8)
        for name in names:
            digest.update(b"\0" + name.encode("utf-8", "surrogatepass"))
        return f"{number:08}-{digest.hexdigest()}"
