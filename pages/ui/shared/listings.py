"""What lies in data folders, for all pages: listed once, and again when something has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.data import decided, resolve
from emotion.data import listing as listings
from emotion.system import DEMO, drawn_faces_dir

if TYPE_CHECKING:
    from pathlib import Path

    from emotion.data import Listing


def listed(data: str) -> Listing:
    """What is in the data, after what was decided about it; draws the drawn faces at the first look.

    Args:
        data: as `listing.resolve` understands it.

    Raises:
        DataError: when it cannot be listed.
    """
    return decided(on_disk(folder(data)))


def on_disk(root: Path) -> Listing:
    """What lies in a folder, whatever was decided about it.

    Raises:
        DataError: when it cannot be listed.
    """
    if listings.is_current(root):
        return listings.current(root)
    with st.spinner("Counting the pictures"):
        return listings.current(root)


def forget(root: Path) -> None:
    """Lists a folder anew at the next look. For callbacks after which every file has to be looked at."""
    listings.forget(root)


def folder(data: str) -> Path:
    """The folder of the data; the drawn faces are drawn at the first look, while the page can be used already."""
    if data != DEMO or (drawn_faces_dir() / "train").is_dir():
        return resolve(data)
    bar = st.progress(0.0, "Drawing the faces, this once")

    def tell(done: int, total: int) -> None:
        bar.progress(done / total, f"Drawing the faces, this once: {done:,} of {total:,}")

    found = resolve(data, tell)
    bar.empty()
    return found
