"""The form of the Train page with the settings of a run, to train it again or to change a few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion import recipes
from emotion.data.bring import add
from pages.ui.shared import training_data
from pages.ui.train import augmentation, recipe, settings

if TYPE_CHECKING:
    from emotion.recipes import TrainingConfig


def fill(config: TrainingConfig) -> None:
    """Puts all settings of a run into the form, but its name. For callbacks, before the form is drawn."""
    if config.data:
        choose_data(config)
    state = st.session_state
    is_head = config.recipe == recipes.HEAD.name
    state["train_recipe"], state[recipe.WANTED] = config.recipe, True
    state["train_backbone"] = config.start_from if is_head else None
    state["train_start"] = recipe.NOTHING if is_head else config.start_from
    state["train_freeze"] = config.freeze
    settings.put(config)
    augmentation.bring(config.augmentation)


def choose_data(config: TrainingConfig) -> None:
    """Chooses the data of a run, and its classes, in the form. For callbacks."""
    listed = config.data in add.options()
    st.session_state["train_data"] = config.data if listed else training_data.OTHER
    if not listed:
        st.session_state["train_folder"] = config.data
    st.session_state["train_task"], st.session_state["train_classes"] = training_data.CHOOSE, list(config.classes)
