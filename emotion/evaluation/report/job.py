"""Reports for a page: made in a process of their own, since the server does without matplotlib; kept on disk."""

from __future__ import annotations

import io
import shutil
import subprocess
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emotion.evaluation.report.write import PROGRESS
from emotion.system import ReportError, cache_dir, processes, stored, tasks

if TYPE_CHECKING:
    from emotion.system import Tell, Work


HTML = "report.html"
KEPT = 8  # reports
POLL_SECONDS = 0.25


@dataclass(frozen=True)
class _Told:
    """How far the making is, as its process writes it down."""

    what: str = ""
    share: stored.Share = 0.0


def location(token: str) -> Path:
    """The folder of a report; `token` tells model, data and settings apart, in letters and digits."""
    return cache_dir() / "reports" / token


def page(token: str) -> bytes | None:
    """The report as one HTML file, or None before it is made."""
    path = location(token) / HTML
    return path.read_bytes() if path.is_file() else None


def figures(token: str) -> bytes | None:
    """All figures as PNG files in one zip, or None before they are made."""
    folder = location(token)
    if not (folder / HTML).is_file():
        return None
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:  # not packed: PNGs do not become smaller
        for picture in sorted(folder.glob("figures/*.png")):
            file.write(picture, picture.name)
    return archive.getvalue()


def start(token: str, model: str, data: str, classes: Sequence[str]) -> Work:
    """Starts making a report, unless it is being made already.

    Args:
        token: see `location`.
        model, data: as the command line understands them.
        classes: in label order.
    """
    return tasks.start(f"report-{token}", lambda tell: _make(token, model, data, classes, tell))


def state(token: str) -> Work | None:
    """Where the making stands, see `background.find`."""
    return tasks.find(f"report-{token}")


def command(folder: Path, model: str, data: str, classes: Sequence[str]) -> list[str]:
    """Arguments of Python that make a report; of two classes the positive one is named first, as `label_order` asks."""
    named = reversed(classes) if len(classes) == 2 else classes
    return [
        *("-m", "emotion", "evaluate", model, "--data", data, "--json"),
        *(f"--class={name}" for name in named),
        "--report",
        str(folder),
    ]


def _make(token: str, model: str, data: str, classes: Sequence[str], tell: Tell) -> None:
    folder = location(token)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log.txt").open("wb") as log:
        process = processes.spawn(command(folder, model, data, classes), subprocess.DEVNULL, log)
    while process.poll() is None:
        if (said := stored.read_or(folder / PROGRESS, _Told, _Told())).what:
            tell(said.what, said.share)
        time.sleep(POLL_SECONDS)
    if process.returncode != 0 or not (folder / HTML).is_file():
        raise ReportError(_last_line(folder / "log.txt"))
    _forget_old(folder)


def _last_line(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].removeprefix("emotion: ") if lines else ""


def _forget_old(folder: Path) -> None:
    newest = sorted(folder.parent.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
    for old in newest[KEPT:]:
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
