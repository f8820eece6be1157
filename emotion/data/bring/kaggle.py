"""FER-2013 from Kaggle, through the optional package kagglehub."""

from __future__ import annotations

import importlib.util
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from emotion.data import registry
from emotion.data.bring import add, staging
from emotion.data.bring.layout import locate
from emotion.data.bring.staging import quiet
from emotion.data.registry import KAGGLEHUB, PICTURES, DataSet
from emotion.system import N_, DataError, _

if TYPE_CHECKING:
    from emotion.data.bring.staging import Progress


HANDLE = "msambare/fer2013"
ADDRESS = f"https://www.kaggle.com/datasets/{HANDLE}"
NAME = "fer2013"
MEGABYTES = 60  # of the download
TERMS = N_(
    "FER-2013 (Goodfellow et al. 2013) was put together from pictures of a web search. It has no clear licence: use it "
    "to learn and to study, publish figures and weights with a note of that, and show or pass on none of its faces. "
    "Kaggle's own terms (kaggle.com/terms) hold for the download, about 60 MB; it may ask for an account."
)
NOT_INSTALLED = N_(
    "The package kagglehub, which downloads from Kaggle, is not installed: `pip install kagglehub`, or download the "
    "zip in the browser and add it here."
)


def is_installed() -> bool:
    """Whether kagglehub is there; it is not loaded for that."""
    return importlib.util.find_spec("kagglehub") is not None


@contextmanager
def _cache_in(folder: Path) -> Iterator[None]:
    """Lets kagglehub download into this folder, so that nothing stays in a cache of its own."""
    before = os.environ.get("KAGGLEHUB_CACHE")
    os.environ["KAGGLEHUB_CACHE"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["KAGGLEHUB_CACHE"]
        else:
            os.environ["KAGGLEHUB_CACHE"] = before


def _download(folder: Path) -> Path:
    """The folder in which kagglehub has put the data.

    Raises:
        DataError
    """
    if not is_installed():
        raise DataError(_(NOT_INSTALLED))
    import kagglehub

    with _cache_in(folder):
        try:
            return Path(kagglehub.dataset_download(HANDLE))
        except Exception as error:  # of requests, of Kaggle, of the disk: the package names none
            raise DataError(
                _(
                    "FER-2013 could not be downloaded ({why}): check the network and try again, or download "
                    "the zip in the browser from kaggle.com/datasets/msambare/fer2013 and add it here.",
                    why=_in_short(error),
                )
            ) from error


def _in_short(error: Exception) -> str:
    kind = type(error).__name__
    if "Connection" in kind or "Timeout" in kind:
        return _("no connection to Kaggle")
    first = (str(error).strip().splitlines() or [kind])[0]
    return first[:120].rstrip(".") or kind


def get_fer2013(name: str = NAME, progress: Progress = quiet) -> DataSet:
    """Downloads FER-2013 and brings it in under a name. Show `TERMS` first.

    Args:
        name: must be free.
        progress: told once before the download, whose own progress cannot be seen.

    Raises:
        DataError: when the package is not installed, without a network, or when Kaggle says no.
    """
    name = registry.check_new_name(name)
    if not is_installed():
        raise DataError(_(NOT_INSTALLED))
    target = registry.sets_dir() / name
    with staging.place(name) as part:
        progress(N_("Downloading"), 0, 1)
        found = _download(part / "download")
        shutil.move(str(found), part / PICTURES)
        shutil.rmtree(part / "download", ignore_errors=True)
        record = DataSet(name, part, locate(part / PICTURES), KAGGLEHUB, ADDRESS, time.time())
        return add.finish(part, target, record, progress=progress)
