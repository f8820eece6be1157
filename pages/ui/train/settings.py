"""The numbers of the Train form: recipe, model and data bring them, the person may change them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from emotion import recipes
from emotion.data import votes
from emotion.recipes import CLASS_WEIGHTS, LABELS, UNEVEN, TrainingConfig, unevenness
from emotion.system import N_, _, settings_of
from pages.ui.shared import trained_by

if TYPE_CHECKING:
    from pages.ui.shared.training_data import Seen


KNOWN = settings_of(TrainingConfig)
BROUGHT = "train_brought"  # session state: the values that were put into the form, by name
FROM_RECIPE = ("epochs", "batch_size", "learning_rate", "width", "weight_decay", "label_smoothing")
FROM_START = ("seed", "validation_split")  # which faces are kept aside
PERSONS = ("class_weights", "labels", "drop_twins", "name")  # nothing else says anything about these
OF_HEAD = ("seed", "drop_twins", "name")
DECAY = N_("Pulls all weights a little towards zero at every step, so that it learns what many faces have in common.")
COUNTS_THE_SAME = {"none": N_("every face"), "balanced": N_("every class")}


def changed(own: TrainingConfig) -> TrainingConfig:
    """The settings that the form brought, with all that the person has changed."""
    said: dict[str, Any] = {}
    for name in (*FROM_RECIPE, *FROM_START, *PERSONS):
        value = st.session_state.get(f"train_{name}")
        if value is not None and value != _brought().get(name):
            said[name] = value / 100 if name == "validation_split" else value
    if own.start_from:
        said.pop("width", None)
    return replace(own, **said | {"name": said.get("name", "").strip()})


def of_head(own: TrainingConfig) -> TrainingConfig:
    """The settings of a run with the recipe head, with those few that the person can change."""
    said = {name: st.session_state.get(f"train_{name}") for name in OF_HEAD}
    kept = {name: value for name, value in said.items() if value is not None}
    return replace(own, **kept | {"name": (said["name"] or "").strip()})


def show_of_head() -> None:
    """Draws the few settings of a run with the recipe head."""
    with st.expander(_("More settings")):
        left, right = st.columns(2, gap="medium")
        with left:
            _twins()
        with right:
            _seed_and_name()


def bring(own: TrainingConfig) -> None:
    """Puts other numbers into the form, whatever stood there. For callbacks."""
    for name in FROM_RECIPE + (FROM_START if own.start_from else ()):
        st.session_state[f"train_{name}"] = _brought()[name] = _shown(own, name)


def put(config: TrainingConfig) -> None:
    """Puts the numbers of a run into the form as if the person had typed them, but its name. For callbacks."""
    for name in (*FROM_RECIPE, *FROM_START, *PERSONS):
        st.session_state[f"train_{name}"] = "" if name == "name" else _shown(config, name)
        _brought().pop(name, None)


def show_numbers(own: TrainingConfig, seen: Seen | None) -> None:
    """Draws the numbers."""
    _follow(own)
    with st.expander(_("More settings")):
        left, middle, right = st.columns(3, gap="medium")
        with left:
            _steps()
        with middle:
            _network(own)
        with right:
            _data(seen)


def _brought() -> dict[str, Any]:
    brought: dict[str, Any] = st.session_state.setdefault(BROUGHT, {})
    return brought


def _follow(own: TrainingConfig) -> None:
    """Numbers that the person has not touched follow what is chosen above them."""
    for name in (*FROM_RECIPE, *FROM_START):
        value = st.session_state.get(f"train_{name}")
        if value is None or value == _brought().get(name):
            st.session_state[f"train_{name}"] = _shown(own, name)
        _brought()[name] = _shown(own, name)


def _shown(own: TrainingConfig, name: str) -> Any:
    value = getattr(own, name)
    return round(value * 100) if name == "validation_split" else value


def _steps() -> None:
    st.number_input(_("Epochs"), *KNOWN["epochs"].whole_ends, key="train_epochs", persist_state="session",
                    help=_("How often it goes through all training faces."))  # fmt: skip
    st.number_input(_("Batch size"), *KNOWN["batch_size"].whole_ends, key="train_batch_size", persist_state="session",
                    help=_("How many faces it looks at before it changes its weights."))  # fmt: skip
    st.number_input(_("Learning rate"), *KNOWN["learning_rate"].ends, step=1e-4, format="%g", key="train_learning_rate",
                    persist_state="session",
                    help=_("How far each change goes. Too small: it learns slowly. Too large: it learns nothing."),
                    )  # fmt: skip


def _network(own: TrainingConfig) -> None:
    plain = recipes.find(own.recipe).optimizer == "adam"
    st.number_input(_("Width"), *KNOWN["width"].ends, step=0.25, format="%g", key="train_width",
                    persist_state="session", disabled=bool(own.start_from),
                    help=_("How many channels each layer has, as a multiple of the recipe's. Twice the width takes "
                    "about four times the weights and the time."),
                    )  # fmt: skip
    st.number_input(_("Weight decay"), *KNOWN["weight_decay"].ends, step=0.01, format="%g", key="train_weight_decay",
                    persist_state="session", disabled=plain,
                    help=" ".join([_(DECAY), *[_("This recipe's optimizer (Adam) has none.")] * plain]),
                    )  # fmt: skip
    st.number_input(_("Label smoothing"), *KNOWN["label_smoothing"].ends, step=0.01, format="%g",
                    key="train_label_smoothing", persist_state="session",
                    help=_("This share of every label is given to all classes alike. Helps where some labels are "
                    "wrong, and keeps it from being too sure."),
                    )  # fmt: skip


def _data(seen: Seen | None) -> None:
    st.radio(_("What counts the same (class weights)"), CLASS_WEIGHTS,
             format_func=lambda word: _(COUNTS_THE_SAME[word]), key="train_class_weights", horizontal=True,
             persist_state="session",
             help=_("Every class (balanced): a mistake counts the more the rarer its class is, so that a rare one is "
             "not passed over."),
             )  # fmt: skip
    times = unevenness(seen.counts) if seen else 1.0
    if times >= UNEVEN:
        st.caption(_("The largest class has {times} times as many faces as the smallest.", times=round(times)))
    if seen and votes.there(seen.listing.root):
        st.radio(_("What is learned"), LABELS, key="train_labels", horizontal=True, persist_state="session",
                 help=_("These pictures have votes: what several people saw in each. Folders: one answer a picture. "
                 "Votes: how the answers are shared out, doubt included. Both: each by itself, blended in the end."),
                 )  # fmt: skip
    _twins()
    st.slider(_("Kept aside for validation"), 5, 50, format="%d %%", key="train_validation_split",
              persist_state="session",
              help=_("The share of the training faces that it does not learn from, to judge it while it learns."),
              )  # fmt: skip
    _seed_and_name()
    trained_by.show_choice("train", _("A run that the cluster trains waits for no other one here. The pictures travel "
                           "to the computer that trains it."))  # fmt: skip


def _twins() -> None:
    st.checkbox(_("Leave out test twins"), key="train_drop_twins", persist_state="session",
                help=_("Training faces that are, pixel by pixel, among the test faces too are not learned from: a "
                "model that remembers them would look better than it is."),
                )  # fmt: skip


def _seed_and_name() -> None:
    st.number_input(_("Seed"), *KNOWN["seed"].whole_ends, key="train_seed", persist_state="session",
                    help=_("The same seed on the same data gives the same run again."))  # fmt: skip
    st.text_input(_("Name of the run"), max_chars=KNOWN["name"].longest, key="train_name", persist_state="session",
                  placeholder=_("may stay empty"))  # fmt: skip
