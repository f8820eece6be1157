"""Reports for a page: made in a process of their own, since the server does without matplotlib; kept on disk."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

from emotion.system import ENGLISH, cache_dir, tasks

HTML = "report.html"
KEPT = 8  # reports


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


def start(token: str, model: str, data: str, classes: Sequence[str], code: str = ENGLISH) -> None:
    """Starts making a report, unless it is being made already.

    Args:
        token: see `location`.
        model, data: as the command line understands them.
        classes: in label order.
        code: of its language.
    """
    _forget_old()
    tasks.start(task_name(token), command(location(token), model, data, classes, code))


def task_name(token: str) -> str:
    """The name of the task that makes a report, for `tasks.find`."""
    return f"report-{token}"


def command(folder: Path, model: str, data: str, classes: Sequence[str], code: str = ENGLISH) -> list[str]:
    """The words that make a report; of two classes the positive one is named first, as `label_order` asks."""
    named = reversed(classes) if len(classes) == 2 else classes
    one_by_one = [f"--class={name}" for name in named]
    return [
        "evaluate",
        model,
        "--data",
        data,
        "--json",
        *one_by_one,
        "--report",
        str(folder),
        "--report-language",
        code,
    ]


def _forget_old() -> None:
    """Leaves room for one more."""
    made = location("").glob(f"*/{HTML}")
    for old in sorted(made, key=lambda page: page.stat().st_mtime, reverse=True)[KEPT - 1 :]:
        shutil.rmtree(old.parent, ignore_errors=True)
