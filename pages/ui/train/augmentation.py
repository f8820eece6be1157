"""The part of the Train form on varying the training faces: one control a kind, and twelve faces that follow them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import streamlit as st

from emotion.recipes import KINDS, Augmentation, preview
from emotion.system import N_, _
from pages.ui.shared import training_data
from pages.ui.shared.montage import tiled

if TYPE_CHECKING:
    from pages.ui.shared.training_data import Seen


SEED = "train_vary_seed"  # session state: which twelve
PREVIEW_WIDTH = 380  # pixels; on a phone it takes the whole width
EXPLAINED = N_(
    "Every training face is changed a little, anew in every epoch, so that it learns faces and not these pictures by "
    "heart. Only the faces that it learns from are varied: those kept aside and the test faces stay as they are."
)


def settings(own: Augmentation) -> Augmentation:
    """What the form says; kinds that have not been drawn yet keep the recipe's own strength."""
    return Augmentation(**{name: st.session_state.get(_key(name), value) for name, value in asdict(own).items()})


def bring(own: Augmentation) -> None:
    """Puts a recipe's own strengths into the form. For callbacks."""
    for name, value in asdict(own).items():
        st.session_state[_key(name)] = value


def show_controls(own: Augmentation, seen: Seen | None) -> None:
    """Draws the controls and, where there is data, the preview."""
    with st.expander(_("Vary the training faces (augmentation)"), key="train_vary"):
        _panel(own, seen)


@st.fragment
def _panel(own: Augmentation, seen: Seen | None) -> None:
    """A fragment: a slider that moves draws these faces anew, not the page."""
    for name, value in asdict(own).items():
        st.session_state.setdefault(_key(name), value)
    st.caption(_(EXPLAINED))
    with st.container(horizontal=True, gap="large"):
        if seen is not None:
            with st.container(key="varied", width=PREVIEW_WIDTH):
                _preview(settings(own), seen)
        with st.container(key="vary_controls"):
            _controls()


def _preview(chosen: Augmentation, seen: Seen) -> None:
    seed = st.session_state.setdefault(SEED, 0)
    faces = training_data.samples(str(seen.listing.root), seen.listing.fingerprint, seen.classes, seed)
    st.image(tiled(preview(faces, chosen, seed), columns=4), width="stretch", alt=_("Twelve varied training faces"))
    st.button(_("Other twelve"), key="other_twelve", icon=":material/refresh:", on_click=_others)


def _others() -> None:
    st.session_state[SEED] += 1


def _controls() -> None:
    st.toggle(_("Mirror"), key=_key("mirror"), persist_state="session",
              help=_("Left and right are swapped in half of the faces; in the next epoch in the other half."),
              )  # fmt: skip
    grid = st.grid("auto", min_column_width=130, gap="small")
    for name, kind in KINDS.items():
        with grid:
            st.slider(_(kind.title), 0.0, kind.most, step=kind.step, format=kind.written, key=_key(name),
                      persist_state="session", help=_(kind.says))  # fmt: skip


def _key(name: str) -> str:
    return f"train_vary_{name}"
