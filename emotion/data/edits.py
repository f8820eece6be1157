"""Decisions about the pictures of a data folder, kept: exclude, relabel, move, undo. No picture file is ever touched.

One line of JSON is one decision, whatever number of pictures it is about: who, when, why, and what changes. The file
lies under `overlays/` beside the person's runs, named after the folder and where that is, because a data folder may
be read-only. It is only ever added to: an undo is a line too. A line that a killed process left half written is
overlooked by every reader and ended by the next writer, so nothing that stood there before is lost.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from emotion.data import registry
from emotion.data.decisions import CONFIRM, Decision, digest, in_force
from emotion.system import (
    DEMO,
    DataError,
    DecisionError,
    StoredFileError,
    StoredFileMissingError,
    _,
    decimal,
    disk,
    drawn_faces_dir,
    files,
    home,
    stored,
)

if TYPE_CHECKING:
    from emotion.data.decisions import Change


LONGEST_IMPORT = 64 * 2**20  # bytes


def location(root: Path) -> Path:
    """The file of decisions about a data folder: `overlays/<name>-<where it is>.jsonl`."""
    where = os.path.realpath(root)
    digest = hashlib.blake2b(os.fsencode(os.path.normcase(where)), digest_size=8).hexdigest()
    name = re.sub(r"[^\w-]+", "_", Path(where).name)[:40] or "data"
    return home() / "overlays" / f"{name}-{digest}.jsonl"


def read(root: Path) -> tuple[Decision, ...]:
    """All decisions about a data folder, the oldest first, undone ones and undos too.

    Raises:
        DataError: when they are there and cannot be read: without them a training would learn what was left out.
    """
    path = location(root)
    try:
        facts = path.stat()
        return _parsed(path, facts.st_size, facts.st_mtime_ns)
    except (FileNotFoundError, NotADirectoryError, StoredFileMissingError):
        return ()
    except (OSError, StoredFileError) as error:
        raise DataError(
            _(
                "What was decided about the pictures of {name} cannot be read: {path} is no file that this program may "
                "read. Mend that, or move it away to go on without the decisions.",
                name=root.name,
                path=path,
            )
        ) from error


@lru_cache(maxsize=16)
def _parsed(path: Path, size: int, changed: int) -> tuple[Decision, ...]:
    return _decisions(stored.raw(path))


def _decisions(text: bytes) -> tuple[Decision, ...]:
    """The whole lines of a file; what a killed process left of one is overlooked."""
    found = []
    for line in text.split(b"\n"):
        try:
            found.append(_parse_line(line))
        except DecisionError:
            continue
    return tuple(found)


def digest_of(data: str) -> str:
    """Digest of what is decided about the data of a run, "" for nothing.

    Args:
        data: as `TrainingConfig.data` says it.
    """
    if not data:
        return ""
    known = registry.find(data)
    return digest(read(drawn_faces_dir() if data == DEMO else known.folder if known else Path(data)))


def confirmed(root: Path) -> frozenset[str]:
    """The pictures whose labels somebody has looked at and found right."""
    changes = (change for decision in in_force(read(root)) for change in decision.changes)
    return frozenset(file for change in changes if change.action == CONFIRM for file in change.files)


def decide(root: Path, changes: Iterable[Change], why: str) -> Decision:
    """Adds a decision; it holds from the next look at the data folder on.

    Raises:
        DecisionError: for no change at all.
        OutputFolderError: where nothing can be written.
    """
    all_changes = tuple(changes)
    if not all_changes:
        raise DecisionError(_("at least one picture"), _("none"))
    return _add(root, [_decision(why, changes=all_changes)])[0]


def undo(root: Path, decision_id: str) -> Decision:
    """Takes a decision back, by a line that says so.

    Raises:
        DecisionError: when no decision that holds has this id.
    """
    decisions = in_force(read(root))
    if decision_id not in {decision.id for decision in decisions}:
        raise DecisionError(_("the id of a decision that holds"), decision_id)
    return _add(root, [_decision("undone", undo=decision_id)])[0]


def export(root: Path) -> bytes:
    """All decisions as JSON lines, to keep or to hand on."""
    return b"".join(_line(decision) for decision in read(root))


def take_in(root: Path, text: bytes) -> int:
    """Adds the decisions of an exported file that are not here yet, all or none of them.

    Returns:
        How many were added.

    Raises:
        DecisionError: when a line is no decision; nothing is added then.
    """
    if len(text) > LONGEST_IMPORT:
        raise DecisionError(
            _("a file of at most {size} MB", size=LONGEST_IMPORT // 2**20), f"{decimal(len(text) / 2**20, 0)} MB"
        )
    known = {decision.id for decision in read(root)}
    new: dict[str, Decision] = {}
    for number, line in enumerate(text.split(b"\n"), start=1):
        if line.strip():
            decision = _parse_line(line, number)
            if decision.id not in known:
                new.setdefault(decision.id, decision)
    _add(root, list(new.values()))
    return len(new)


def _parse_line(line: bytes, number: int = 0) -> Decision:
    other = _("something else in line {number}", number=number) if number else _("something else")
    try:
        value = stored.parse(line.decode("utf-8"))
    except ValueError as error:
        raise DecisionError(_("a line of JSON"), other) from error
    if not isinstance(value, dict):
        raise DecisionError(_("a JSON object in each line"), other)
    return Decision.from_json(value)


def _decision(why: str, changes: tuple[Change, ...] = (), undo: str = "") -> Decision:
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    return Decision(secrets.token_hex(6), now, _account(), why, changes, undo)


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name, as in some containers
        return "unknown"


def _line(decision: Decision) -> bytes:
    return json.dumps(decision.to_json(), ensure_ascii=True).encode() + b"\n"


def _add(root: Path, decisions: list[Decision]) -> list[Decision]:
    """Appends whole lines in one write and waits until the disk has them."""
    if not decisions:
        return decisions
    path = location(root)
    text = b"".join(map(_line, decisions))
    with disk.writing(disk.make_folder(path.parent)), FileLock(path.with_suffix(".lock")):
        files.append(path, text, kept=True)
    return decisions
