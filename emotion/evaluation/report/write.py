"""`python -m emotion evaluate MODEL --report DIR`: the report of an evaluation as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from emotion.system import DataFolderUnreadableError, EmotionError, disk, expanded

if TYPE_CHECKING:
    from emotion.data import Examples
    from emotion.evaluation.honest import Honest
    from emotion.models import Predictor
    from emotion.system import Tell

REPORT_BYTES = 20 * 10**6  # at most, for each picture of it once in the page and once beside


def write(
    predictor: Predictor,
    examples: Examples,
    data: str,
    folder: str,
    *,
    root: Path | None = None,
    both: Honest | None = None,
    quick: bool = False,
    tell: Tell = lambda what, done, total: None,
    on: str | None = None,
) -> Path:
    """Writes the report into a folder, which is made.

    Args:
        predictor: the model.
        examples: the faces with their truth.
        data: how they are called.
        root: the data folder.
        both: the plain and the honest score, where a check of the data knows of two.
        folder: gets `report.html` and `figures/`.
        quick: leaves out the corrupted faces unless they have been measured before.
        tell: called before each step.
        on: a cluster of Ray whose processes ask the network.

    Raises:
        OutputFolderError: where nothing can be written.
        DataFolderUnreadableError: where the pictures cannot be read.
        EmotionError: where the cluster cannot be asked.
    """
    from emotion.evaluation.report import content as report_content
    from emotion.evaluation.report import page

    target = expanded(folder)
    disk.check_room(target, REPORT_BYTES)
    disk.make_folder(target)

    def tell_share(what: str, share: float) -> None:
        tell(what, share, 1.0)

    try:
        content = report_content.gather(
            predictor, examples, data, tell_share, root=root, both=both, trials=not quick, on=on
        )
    except EmotionError:
        raise
    except OSError as error:  # of reading: what is said of writing would send the person the wrong way
        raise DataFolderUnreadableError(Path(error.filename or root or data), error.strerror or str(error)) from error
    return page.write(content, target, tell_share)
