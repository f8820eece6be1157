"""The buttons that mend a result which is no better than guessing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import streamlit as st

from emotion import recipes
from emotion.data import BROWSER, registry
from emotion.evaluation import WayOut, ways_out
from emotion.system import _
from emotion.training import start_from
from pages.ui.shared import data_choice, frame
from pages.ui.train import again
from pages.ui.train.recipe import WANTED

if TYPE_CHECKING:
    from emotion.evaluation import EpochResult
    from emotion.recipes import TrainingConfig
    from emotion.runs import Run

    Kind = Literal["primary", "secondary"]


def show_buttons(run: Run, result: EpochResult) -> None:
    """Draws a button for each way out, the likeliest first and as the one to press; nothing where none is needed."""
    config = run.config
    check = _word_of(config.data)
    with st.container(horizontal=True, key="mend"):
        kind: Kind = "primary"
        for way in ways_out(result, config):
            if way is WayOut.PICTURES:
                _pictures_button(config, kind)
            elif way is WayOut.TRANSFER and start_from.starting_points():
                st.button(_("Build on a trained model"), key="mend_transfer", type=kind, on_click=_build_on,
                          args=(config,), icon=":material/layers:")  # fmt: skip
            elif way is WayOut.CHECK and check:
                if st.button(_("Check the data"), key="mend_check", type=kind, icon=":material/rule:"):
                    st.switch_page(frame.DATA, query_params={"set": check, "part": data_choice.CHECK})
            else:
                continue
            kind = "secondary"


def _pictures_button(config: TrainingConfig, kind: Kind) -> None:
    """To where more pictures of the run's data can be added, or other ones brought in."""
    if not st.button(_("Add more pictures"), key="mend_pictures", type=kind, icon=":material/add_photo_alternate:"):
        return
    if config.own:
        st.switch_page(frame.PREDICT)
    known = registry.find(config.data)
    if known is not None and known.kind == BROWSER:
        st.switch_page(frame.TEACH, query_params={"set": known.name})
    st.switch_page(frame.DATA, query_params={"part": data_choice.BRING})


def _word_of(data: str) -> str:
    """How the page Data calls the data in its address; "" for a folder that it does not list."""
    return next((word for word, meant in data_choice.choices().items() if data and meant == data), "")


def _build_on(config: TrainingConfig) -> None:
    """Opens the form with the data of the run and a recipe that builds on a finished model. For callbacks."""
    again.choose_data(config)
    st.session_state["train_recipe"], st.session_state[WANTED] = recipes.HEAD.name, True
    st.query_params["run"] = "new"
