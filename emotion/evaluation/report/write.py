"""`python -m emotion evaluate MODEL --report DIR`: the report of an evaluation as files."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from emotion.system import DataFolderUnreadableError, OutputFolderError, files

if TYPE_CHECKING:
    from emotion.data import Examples
    from emotion.evaluation.honest import Honest
    from emotion.models import Predictor


PROGRESS = "progress.json"  # in the folder while the report is made: {"what", "share"}


def write(
    predictor: Predictor,
    examples: Examples,
    data: str,
    folder: str,
    *,
    root: Path | None = None,
    both: Honest | None = None,
    quick: bool = False,
) -> Path:
    """Writes the report into a folder, which is made; says on stderr how far it is.

    Args:
        predictor: the model.
        examples: the faces with their truth.
        data: how they are called.
        root: the data folder.
        both: the plain and the honest score, where a check of the data knows of two.
        folder: gets `report.html` and `figures/`.
        quick: leaves out the corrupted faces unless they have been measured before.

    Raises:
        OutputFolderError: where nothing can be written.
        DataFolderUnreadableError: where the pictures cannot be read.
    """
    from emotion.evaluation.report import content as report_content
    from emotion.evaluation.report import page

    target = Path(folder).expanduser()
    progress = target / PROGRESS
    with _writing(target):
        target.mkdir(parents=True, exist_ok=True)

    def tell(what: str, share: float) -> None:
        with _writing(target):
            files.write_json(progress, {"what": what, "share": share})
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{f'report: {share:.0%}, {what}':<79}")

    try:
        content = report_content.gather(predictor, examples, data, tell, root=root, both=both, trials=not quick)
    except OSError as error:  # of reading: what is said of writing would send the person the wrong way
        raise DataFolderUnreadableError(Path(error.filename or root or data), error.strerror or str(error)) from error
    written = page.write(content, target, tell)
    with _writing(target):
        progress.unlink(missing_ok=True)
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{'':<79}\r")
    print(f"emotion: {written}", file=sys.stderr)
    return written


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputFolderError(folder, error.strerror or str(error)) from error
