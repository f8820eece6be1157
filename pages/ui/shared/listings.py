"""What lies in data folders, for all pages: listed once, and again when something has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.data import decided, resolve
from emotion.data import listing as listings
from emotion.system import DEMO, N_, _, drawn_faces_dir, tasks
from pages.ui.shared import problem, waiting

if TYPE_CHECKING:
    from pathlib import Path

    from emotion.data import Listing


DRAWING = "drawn-faces"  # the name of the task


def listed(data: str) -> Listing:
    """What is in the data, after what was decided about it. Before the first look at the drawn faces: `show_drawing`.

    Args:
        data: as `listing.resolve` understands it.

    Raises:
        DataError: when it cannot be listed.
    """
    return decided(on_disk(resolve(data)))


def on_disk(root: Path) -> Listing:
    """What lies in a folder, whatever was decided about it.

    Raises:
        DataError: when it cannot be listed.
    """
    if listings.is_current(root):
        return listings.current(root)
    with st.spinner(_("Counting the pictures")):
        return listings.current(root)


def forget(root: Path) -> None:
    """Lists a folder anew at the next look. For callbacks after which every file has to be looked at."""
    listings.forget(root)


def show_drawing(data: str) -> bool:
    """Has the drawn faces drawn before the first look at them, in the background, while the page can be used already.

    Returns:
        Whether they are not there yet; then how far that is stands on the page, or what went wrong.
    """
    if data != DEMO:
        return False
    task = tasks.find(DRAWING)
    if (drawn_faces_dir() / "train").is_dir():
        return False
    if task is None or (task.ended and not task.problem):
        _draw()
        task = tasks.find(DRAWING)
    if not waiting.show_work(task):
        st.button(_("Try again"), key="draw_again", on_click=_draw)
    return True


@problem.told
def _draw() -> None:
    def work(tell: tasks.Tell) -> None:
        resolve(DEMO, lambda done, total: tell(N_("drawing the faces, this once"), done, total))

    tasks.start(DRAWING, work)
