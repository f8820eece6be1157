"""What to train on and how: the form of the Train page, and the one click that starts a run."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from emotion import recipes
from emotion.data import dataset
from emotion.runs import queue
from emotion.system import EmotionError, _, ngettext
from pages.ui.shared import trained_by, training_data
from pages.ui.train import again, augmentation, settings
from pages.ui.train import recipe as train_recipe
from pages.ui.train.end import PROBLEM

STARTED = "train_started"  # session state: the run that this form has started


def show_form(action: DeltaGenerator) -> None:
    """Draws the form; its Train button goes to `action`."""
    st.session_state.pop(STARTED, None)
    with action:
        st.button(_("Train"), key="train", type="primary", width="stretch", on_click=_start)
    _queue_note()
    again.show_left_behind()
    data, recipe = st.columns(2, gap="large")
    with data:  # first: on a phone the recipes stand below it, and would be pushed down
        seen = training_data.show_choice()
    with recipe:
        train_recipe.show_recipes()
        train_recipe.outlook(seen)
    own = train_recipe.own(seen)
    if own.recipe == recipes.HEAD.name:
        settings.show_of_head()
        return
    settings.show_numbers(own, seen)
    augmentation.show_controls(own.augmentation, seen)


def _start() -> None:
    """Starts one run from what the form says, however often it was clicked before the page had changed."""
    if st.session_state.get(STARTED):
        return
    try:
        config = train_recipe.config()
        # A wrong folder is told here, not by a failed run.
        on = "" if config.recipe == recipes.HEAD.name else trained_by.chosen("train")
        run = queue.start(replace(config, data=dataset.checked(config.data, config.classes)), on=on)
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)
        return
    st.session_state[STARTED] = run.id
    st.query_params["run"] = run.id


def _queue_note() -> None:
    before = len(queue.queue()) + (queue.active(here=True) is not None)
    if before:
        said = ngettext("{n} run before this one: it will wait its turn.",
                        "{n} runs before this one: it will wait its turn.", before)  # fmt: skip
        st.info(said, icon=":material/hourglass_top:")
