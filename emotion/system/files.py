"""Whole files: written under another name and moved into place, so that nobody ever reads half of one."""

from __future__ import annotations

import json
import os
import time
import uuid
from pathlib import Path
from typing import Any

import filelock

from emotion.system.errors import StoredFileError


def write_json(path: Path, value: Any) -> None:
    """Writes a whole JSON file so that a reader sees the old one or the new one, never a part."""
    # A name of its own for every call: two threads of one process would write into each other's file.
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        temporary.write_text(json.dumps(value, indent=1, allow_nan=False), encoding="utf-8")
        replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def update_json(path: Path, fields: dict[str, Any], without: str = "") -> None:
    """Sets some keys of a JSON object in a file and keeps the others, one writer at a time.

    The lock holds between threads and between processes. A file that is missing counts as {}.

    Args:
        path: of the file; its folder has to be there.
        fields: the keys to set.
        without: a key to take out first; "" takes none.

    Raises:
        StoredFileError: when the file is there and cannot be read as an object; it is left as it is.
    """
    with filelock.FileLock(path.with_name(f".{path.name}.lock"), poll_interval=0.005):
        kept = {name: value for name, value in _stored(path).items() if name != without}
        write_json(path, kept | fields)


def _stored(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise StoredFileError(path, str(error)) from error
    if not isinstance(value, dict):
        raise StoredFileError(path, f"it holds a {type(value).__name__}")
    return value


def replace(source: Path, target: Path) -> None:
    """`os.replace` that waits for a reader on Windows, where an open file cannot be replaced."""
    for attempt in range(50):
        try:
            os.replace(source, target)
            return
        except PermissionError:
            if attempt == 49:
                raise
            time.sleep(0.02)


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file; {} where there is none or it is not one."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
