"""Whole files: written under another name and moved into place, so that nobody ever reads half of one."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any


def write_json(path: Path, value: Any) -> None:
    """Writes a whole JSON file so that a reader sees the old one or the new one, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(json.dumps(value, indent=1, allow_nan=False), encoding="utf-8")
    replace(temporary, path)


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
