"""The form of the Train page with the settings of a run, to train it again or to change a few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion import recipes
from emotion.data.bring import add
from emotion.system import N_, _
from emotion.training import start_from
from pages.ui.shared import training_data
from pages.ui.train import augmentation, recipe, settings

if TYPE_CHECKING:
    from emotion.recipes import TrainingConfig


LEFT = "train_left_behind"  # session state: what the form could not take over from a run, in a sentence
OWN = N_("That run learned from your own pictures too. They are added where they were corrected: on Try a photo.")


def fill(config: TrainingConfig) -> None:
    """Puts all settings of a run into the form, but its name. For callbacks, before the form is drawn.

    What the form has no place for is told above it by `show_left_behind`.
    """
    if config.data:
        choose_data(config)
    state = st.session_state
    begins = config.start_from
    gone = begins and begins not in start_from.starting_points()
    left = [_(OWN)] * config.own + [_("The model that it went on from is not here any more.")] * bool(gone)
    state[LEFT] = " ".join(left)
    is_head = config.recipe == recipes.HEAD.name
    state["train_recipe"], state[recipe.WANTED] = config.recipe, True
    state["train_backbone"] = begins if is_head else None
    state["train_start"] = recipe.NOTHING if is_head or gone else begins
    state["train_freeze"] = config.freeze and not gone
    settings.put(config)
    augmentation.bring(config.augmentation)


def show_left_behind() -> None:
    """What the form could not take over, once."""
    if said := st.session_state.pop(LEFT, ""):
        st.info(said, icon=":material/info:")


def choose_data(config: TrainingConfig) -> None:
    """Chooses the data of a run, and its classes, in the form. For callbacks."""
    listed = config.data in add.options()
    st.session_state["train_data"] = config.data if listed else training_data.OTHER
    if not listed:
        st.session_state["train_folder"] = config.data
    st.session_state["train_task"], st.session_state["train_classes"] = training_data.CHOOSE, list(config.classes)
