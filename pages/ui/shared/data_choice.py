"""What is chosen on the Data page, as it stands in its address."""

from __future__ import annotations

from emotion.data import listing
from emotion.data.bring import add
from emotion.system import N_, archive_dir
from pages.ui.shared.address import Choice

LOOK, CHECK, BRING = "look", "check", "bring"
PARTS = {LOOK: N_("Look at it"), CHECK: N_("Check it"), BRING: N_("Bring data in")}  # said by `_`
ARCHIVE = "archive/"  # a word of the address that no data set can be called; a path never stands there
SET = Choice("set", page="data")
PART = Choice("part", (SET,), page="data")
SPLIT, LABEL, ORDER, PICTURE = (
    Choice(name, (SET, PART), page="data") for name in ("split", "class", "order", "picture")
)


def choices() -> dict[str, str]:
    """Word for the address → data, as `listing.resolve` understands it; the first one is the default."""
    return {ARCHIVE if data == str(archive_dir()) else data: data for data in add.options()}


def title(word: str) -> str:
    """How the data of a word is called."""
    return word if word == ARCHIVE else listing.title(word)
