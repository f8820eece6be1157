"""What changes in the folder of a run, there, and the same changes made in the run's own folder, here.

Two files grow by whole lines, and so does the log; all others are replaced whole. What a checkpoint is about is never
behind it: the lines that were written before travel with it and are written first.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emotion.runs import RunPaths, Status
from emotion.system import _, files

GROW = ("history.jsonl", "film.jsonl", "log.txt")
NOT_SENT = ("config.json", "status.json", "person.json", "stop")  # their writers are here
TOLD = ("reason", "fingerprint", "error", "traceback")  # of a status that comes back, beside the status itself


@dataclass(frozen=True)
class Changes:
    """What has changed since the last look.

    Attributes:
        status: the run's status there, with what else is told.
        more: file that grows → what has come to its end.
        whole: file → all of it.
        removed: files that are there no more.
        gone: whether the process that trains has ended.
    """

    status: dict[str, Any]
    more: dict[str, bytes] = field(default_factory=dict)
    whole: dict[str, bytes] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    gone: bool = False

    @property
    def has_ended(self) -> bool:
        """Whether the run has come to its end there, and not only its process."""
        return "status" in self.status and Status(self.status["status"]).has_ended


class Mirror:
    """Looks at a run's folder again and again.

    Args:
        paths: of the run, as it begins there: what it holds now is known to whoever asks.
    """

    def __init__(self, paths: RunPaths) -> None:
        self._paths = paths
        self._sent = {name: len(_content(paths, name)) for name in GROW}
        self._seen = self._stamps()

    def look(self, *, gone: bool = False) -> Changes:
        """What has changed since the last look, or since the beginning.

        Args:
            gone: whether the process was gone before this look.
        """
        said = files.read_json(self._paths.status)  # first: what is written before the end of a run is seen after it
        status = {name: said[name] for name in ("status", *TOLD) if name in said}
        whole = self._changed_files()
        more = {name: text for name in GROW if (text := self._more(name, to_the_end=gone))}
        removed = tuple(sorted(set(self._seen) - set(self._stamps())))
        return Changes(status, more, whole, removed, gone)

    def _changed_files(self) -> dict[str, bytes]:
        """Files that have another stamp than before, the latest checkpoint first: what belongs to it is older."""
        found = {}
        names = sorted(self._stamps(), key=lambda name: name != self._paths.last_checkpoint.name)
        for name in names:
            stamp = self._stamps().get(name)
            if stamp is not None and stamp != self._seen.get(name):
                found[name] = _content(self._paths, name)
                self._seen[name] = stamp
        return found

    def _more(self, name: str, *, to_the_end: bool) -> bytes:
        """What has come to the end of a file that grows: whole lines, as long as there may be more."""
        content = _content(self._paths, name, self._sent[name])
        if not to_the_end:
            content = content[: content.rfind(b"\n") + 1]
        self._sent[name] += len(content)
        return content

    def _stamps(self) -> dict[str, tuple[int, int]]:
        found = {}
        with os.scandir(self._paths.root) as entries:
            for entry in entries:
                if entry.name not in (*GROW, *NOT_SENT) and not entry.name.startswith("."):
                    with contextlib.suppress(FileNotFoundError):
                        about = os.stat(entry.path)  # not `entry.stat()`: on Windows that has no number
                        found[entry.name] = about.st_ino, about.st_mtime_ns
        return found


def _content(paths: RunPaths, name: str, start: int = 0) -> bytes:
    try:
        with (paths.root / name).open("rb") as file:
            file.seek(start)
            return file.read()
    except FileNotFoundError:
        return b""


def write(paths: RunPaths, changes: Changes) -> list[dict[str, Any]]:
    """Makes the changes in the run's own folder, all but the status.

    Files are removed at the end only: until then another computer may have to go on from them.

    Returns:
        The rows that have come to the history.

    Raises:
        NoRoomError, OutputFolderError: when the disk takes no more.
    """
    names: Mapping[str, Any] = changes.more | changes.whole | dict.fromkeys(changes.removed)
    if strange := [name for name in names if os.path.basename(name) != name or name in NOT_SENT]:
        raise ValueError(_("expected names of files in a run's folder, received {name}", name=repr(strange[0])))
    for name, text in changes.more.items():
        files.append(paths.root / name, text)
    for name, content in changes.whole.items():
        with files.whole(paths.root / name) as unfinished:
            unfinished.write_bytes(content)
    if changes.has_ended:
        for name in changes.removed:
            (paths.root / name).unlink(missing_ok=True)
    return [json.loads(line) for line in changes.more.get(paths.history.name, b"").splitlines()]
