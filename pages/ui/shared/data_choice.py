"""What is chosen on the Data page, as it stands in its address."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from emotion.data import decided, on_disk
from emotion.data import listing as dataset
from emotion.data.bring import add
from emotion.system import DEMO, archive_dir, drawn_faces_dir
from pages.ui.shared.address import Choice

if TYPE_CHECKING:
    from emotion.data import Listing


LOOK, CHECK, BRING = "look", "check", "bring"
PARTS = {LOOK: "Look at it", CHECK: "Check it", BRING: "Bring data in"}
ARCHIVE = "archive/"  # a word of the address that no data set can be called; a path never stands there
SET = Choice("set", page="data")
PART = Choice("part", (SET,), page="data")
SPLIT, LABEL, ORDER, PICTURE = (
    Choice(name, (SET, PART), page="data") for name in ("split", "class", "order", "picture")
)
LOOK_AGAIN = 10.0  # seconds until a folder is listed anew


def choices() -> dict[str, str]:
    """Word for the address → data, as `dataset.resolve` understands it; the first one is the default."""
    return {ARCHIVE if data == str(archive_dir()) else data: data for data in add.options()}


def title(word: str) -> str:
    """How the data of a word is called."""
    return word if word == ARCHIVE else dataset.title(word)


def listing(data: str) -> Listing:
    """What lies in the data, with what was decided about it; draws the drawn faces at the first look.

    Raises:
        DataError
    """
    return decided(_on_disk(_folder(data)))


def forget_listings() -> None:
    """Lists folders anew at the next look. For callbacks that have changed something."""
    _on_disk.clear()


@st.cache_data(ttl=LOOK_AGAIN, max_entries=8, show_spinner="Counting the pictures")
def _on_disk(folder: Path) -> Listing:
    return on_disk(folder)


def _folder(data: str) -> Path:
    if data != DEMO or (drawn_faces_dir() / "train").is_dir():
        return dataset.resolve(data)
    bar = st.progress(0.0, "Drawing the faces, this once")

    def tell(done: int, total: int) -> None:
        bar.progress(done / total, f"Drawing the faces, this once: {done:,} of {total:,}")

    folder = dataset.resolve(data, tell)
    bar.empty()
    return folder
