"""The data part of the Train form: which folder, which of its classes, and a look at them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from emotion.data import dataset, decided, default_data, disagreements, title
from emotion.data.bring import add
from emotion.recipes import SEVEN, SEVEN_EMOTIONS, TWO, presets
from emotion.system import DEMO, N_, EmotionError, _, archive_dir, drawn_faces_dir, ngettext, number
from pages.ui.shared import data_warning, frame, listings, text
from pages.ui.shared.montage import tiled

if TYPE_CHECKING:
    from emotion.data import Listing


OTHER, CHOOSE = N_("another folder"), "choose"
SAMPLES = 12


@dataclass(frozen=True)
class Seen:
    """The data that the form shows."""

    listing: Listing
    classes: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Training faces of each class."""
        return {name: self.listing.counts["train"].get(name, 0) for name in self.classes}

    @property
    def faces(self) -> int:
        return sum(self.counts.values())


def chosen() -> str:
    """The data that is chosen, as `TrainingConfig.data` says it; "" where no folder is named yet."""
    data = st.session_state.get("train_data") or default_data()
    return st.session_state.get("train_folder", "").strip() if data == OTHER else data


def at_hand() -> Seen | None:
    """The chosen data without a look at it; None for drawn faces that are not drawn yet.

    Raises:
        DataError: when the folder cannot be listed.
    """
    if chosen() == DEMO and not (drawn_faces_dir() / "train").is_dir():
        return None
    listing = listings.listed(chosen())
    return Seen(listing, _classes_of(listing))


def show_choice() -> Seen | None:
    """Draws the choice and a look at what is chosen. None: there is nothing to look at, and the page says why."""
    options = [*add.options(), OTHER]
    if st.session_state.get("train_data") not in options:  # a data set that has been taken away
        st.session_state["train_data"] = options[0]
    data = st.selectbox(_("Data"), options, key="train_data", format_func=_title, persist_state="session")
    if data == OTHER:
        st.text_input(_("Folder with train/ and test/ in it"), key="train_folder", persist_state="session")
        if not chosen():
            st.caption(_("Each of the two holds one folder a class, such as happy/ and sad/, with the pictures."))
            return None
    if listings.show_drawing(data):
        return None
    try:
        with st.container(key="data_look"):
            return _look_at(chosen())
    except EmotionError as error:
        st.error(text.plain(str(error)), icon=":material/folder_off:")
        with st.container(horizontal=True):
            if data != DEMO:
                st.button(_("Use the drawn faces"), key="use_drawn", on_click=_use_drawn)
            if st.button(_("Bring other data in"), key="bring_data"):
                st.switch_page(frame.DATA, query_params={"part": "bring"})
    return None


def _title(option: str) -> str:
    if option == str(archive_dir()):
        return "archive/"
    return _(option) if option == OTHER else title(option)


def _use_drawn() -> None:
    st.session_state["train_data"] = DEMO


def _look_at(data: str) -> Seen | None:
    """Counts and a few faces of the data, and a warning where it is damaged."""
    listing = listings.listed(data)
    data_warning.show_damage(listing)
    _choose_classes(listing)
    classes = _classes_of(listing)
    if len(classes) < 2:
        st.warning(_("It takes two classes or more to tell apart."), icon=":material/rule:")
        return None
    if said := disagreements(listing.counts, classes):
        st.warning(text.plain(" ".join(map(text.capital, said))), icon=":material/rule:")
    for split in ("train", "validation", "test"):
        if split == "validation" and not listing.counts.get(split):
            continue
        counts = {name: listing.counts[split].get(name, 0) for name in classes}
        parts = ", ".join(f"{number(n)} {name}" for name, n in counts.items())
        st.markdown(f"{_what_for(split, sum(counts.values()))} :small[({text.plain(parts)})]")
    faces = samples(str(listing.root), listing.fingerprint, classes)
    st.image(
        tiled(faces, columns=SAMPLES // 2),
        width="stretch",
        alt=_("{n} training faces: {classes}, in this order", n=len(faces), classes=text.whole(", ".join(classes))),
    )
    if len(classes) == 2 and len(faces) == SAMPLES:
        above, below = (f"{text.sign(name, classes)} {text.plain(name)}" for name in classes)
        st.caption(_("{one} above, {other} below", one=above, other=below))
    return Seen(listing, classes)


def _what_for(split: str, n: int) -> str:
    if split == "train":
        return ngettext("**{n} face** to learn from", "**{n} faces** to learn from", n)
    if split == "validation":
        return ngettext("**{n} face** to choose the epoch", "**{n} faces** to choose the epoch", n)
    return ngettext("**{n} face** kept for the test", "**{n} faces** kept for the test", n)


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=text.NAMES)
def samples(root: str, fingerprint: str, classes: tuple[str, ...], seed: int = 0) -> np.ndarray:
    """A few training faces, uint8 (N, 48, 48), class after class; of other ones for another seed."""
    listing = decided(listings.on_disk(Path(root)))
    return dataset.samples(listing, "train", classes, max(SAMPLES, len(classes)), seed).images


def _choose_classes(listing: Listing) -> None:
    """The choice of classes, where there is one."""
    sets = {preset.key: preset.classes for preset in presets(listing.classes)}
    if len(listing.classes) <= 2:
        return
    options = [*sets, CHOOSE]
    if st.session_state.get("train_task") not in options:
        st.session_state["train_task"] = options[0]
    titles = {
        TWO: _("Happy or sad"),
        SEVEN: _("Seven emotions") if len(listing.classes) > len(SEVEN_EMOTIONS) else _("All seven emotions"),
        CHOOSE: _("Choose"),
    }
    task = st.radio(
        _("What it learns to tell apart"),
        options,
        format_func=lambda key: titles.get(key, _("All {n} classes of this folder", n=len(listing.classes))),
        key="train_task",
        horizontal=True,
        persist_state="session",
    )
    if task == CHOOSE:
        kept = [name for name in st.session_state.get("train_classes", sets[options[0]]) if name in listing.classes]
        st.session_state["train_classes"] = kept
        st.multiselect(_("Classes"), listing.classes, key="train_classes", placeholder=_("two or more"),
                       persist_state="session")  # fmt: skip


def _classes_of(listing: Listing) -> tuple[str, ...]:
    """What is chosen of the classes of a folder."""
    sets = {preset.key: preset.classes for preset in presets(listing.classes)}
    task = st.session_state.get("train_task")
    if task == CHOOSE and len(listing.classes) > 2:
        return tuple(name for name in st.session_state.get("train_classes", ()) if name in listing.classes)
    return sets.get(str(task)) or next(iter(sets.values()), listing.classes)
