"""What to tune and for how long: the form of the Tune page, and the one click that starts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from emotion import recipes
from emotion.recipes import TrainingConfig, expected_seconds
from emotion.system import N_, EmotionError, _, duration, ngettext, settings_of
from emotion.tuning import Settings, control, fields
from pages.ui.shared import text, trained_by, training_data
from pages.ui.tune import live

if TYPE_CHECKING:
    from emotion.tuning import Field, Range
    from pages.ui.shared.training_data import Seen


KNOWN, OF_A_RUN = settings_of(Settings), settings_of(TrainingConfig)
PROBLEM = "tune_problem"  # session state: what kept the last click from doing what it should
STARTED = "tune_started"  # session state: the tuning that this form has started
CLASSES = "tune_classes"  # session state: the classes of the data that the form shows
GOALS = {"accuracy": N_("most faces right (accuracy)"), "loss": N_("probabilities closest to the truth (loss)")}
STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)  # of a scale that goes by factors


def show_form(action: DeltaGenerator) -> None:
    """Draws the form; its button goes to `action`."""
    st.session_state.pop(STARTED, None)
    with action:
        st.button(_("Start tuning"), key="tune", type="primary", width="stretch", on_click=_start)
    left, right = st.columns(2, gap="large")
    with left:  # first: on a phone the other stands below it, and would be pushed down
        _budget()
        outlook = st.container()
        seen = training_data.show_choice()
    with right:
        _recipe()
        _fields()
    st.session_state[CLASSES] = None if seen is None else seen.classes
    with outlook:
        _outlook(seen)
    _settings()


def _start() -> None:
    """Starts one tuning from what the form says, however often it was clicked before the page had changed."""
    if st.session_state.get(STARTED):
        return
    try:
        started = control.start(_plan())
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)
        return
    st.session_state[STARTED] = started.id
    live.open_tuning(started.id)


def _plan() -> Settings:
    """The form as settings. Fields that have not been drawn yet keep their usual value."""
    state = st.session_state
    share = state.get("tune_validation_split")
    return control.plan(
        training_data.chosen(),
        _chosen_recipe(),
        classes=state.get(CLASSES),
        vary={name: _given(name) for name in _chosen_fields()},
        base={
            "epochs": state.get(f"tune_epochs_{_chosen_recipe()}"),
            "validation_split": None if share is None else share / 100,
            "seed": state.get("tune_seed"),
        },
        trial_epochs=state.get(f"tune_trial_epochs_{_chosen_recipe()}"),
        trials=state.get("tune_trials", 20),
        minutes=state.get("tune_minutes"),
        goal=state.get("tune_goal"),
        prune=state.get("tune_prune"),
        seed=state.get("tune_seed"),
        name=(state.get("tune_name") or "").strip(),
        jobs=state.get("tune_jobs"),
        on=trained_by.chosen("tune"),
    )


def _chosen_recipe() -> str:
    name = st.session_state.get("tune_recipe")
    return name if name in recipes.RECIPES else recipes.DEFAULT


def _base() -> TrainingConfig:
    return recipes.config(_chosen_recipe())


def _chosen_fields() -> list[str]:
    """In the order of the list, not in that of the clicks."""
    chosen = st.session_state.get(_fields_key())
    if chosen is None:
        chosen = fields.usual(_chosen_recipe())
    return [name for name in fields.usable(_chosen_recipe()) if name in chosen]


def _fields_key() -> str:
    return f"tune_fields_{_chosen_recipe()}"  # recipes differ in what can be varied


def _range_key(name: str) -> str:
    return f"tune_{name}_{_chosen_recipe()}"


def _given(name: str) -> Range | None:
    """The range that the form says; None: the usual one."""
    given = st.session_state.get(_range_key(name))
    return None if given is None else (given[0], given[1])


def _recipe() -> None:
    st.session_state.setdefault("tune_recipe", recipes.DEFAULT)
    names = [name for name, recipe in recipes.RECIPES.items() if not recipe.gpu]
    name = st.selectbox(_("Recipe"), names, key="tune_recipe", persist_state="session")
    st.caption(text.plain(_(recipes.find(name).summary)))


def _fields() -> None:
    usable = fields.usable(_chosen_recipe())
    st.session_state.setdefault(_fields_key(), list(fields.usual(_chosen_recipe())))
    st.pills(
        _("What it may vary"),
        list(usable),
        selection_mode="multi",
        wrap=True,
        format_func=lambda name: _(usable[name].title),
        key=_fields_key(),
        persist_state="session",
        help=_("The fewer, the sooner good values are found: with twenty trials, at most five."),
    )
    base = _base()
    for name in _chosen_fields():
        _range(usable[name], base)


def _range(field: Field, base: TrainingConfig) -> None:
    """A slider with two handles: the lowest and the highest value to try."""
    key, usual = _range_key(field.name), fields.usual_range(field.name, base)
    about = f"{_(field.says)} {_('The recipe has {value}.', value=field.shown(field.of(base)))}"
    label = _("{title}, from and to", title=text.capital(_(field.title)))
    low, high = st.session_state.get(key, usual)
    # Two handles come from `value` alone: Streamlit does not take them from what the session holds.
    if field.scale == "log":
        options = sorted({*_factors(field), *usual, low, high})
        st.select_slider(label, options, usual, key=key, format_func=field.shown, persist_state="session", help=about)
    elif field.scale == "whole":
        ends = int(usual[0]), int(usual[1])
        most = max(60, ends[1], int(high))
        st.slider(label, int(field.lowest), most, ends, key=key, persist_state="session", help=about)
    else:
        st.slider(label, field.lowest, field.highest, usual, field.highest / 100, "%g", key=key,
                  persist_state="session", help=about)  # fmt: skip


def _factors(field: Field) -> list[float]:
    """The values of a slider that goes by factors: 0.001, 0.0015, 0.002, 0.003 …"""
    powers = range(-6, 1)
    values = [float(f"{step * 10.0**power:.3g}") for power in powers for step in STEPS]
    return [value for value in [*values, field.highest] if field.lowest <= value <= field.highest]


def _budget() -> None:
    left, right = st.columns(2)
    st.session_state.setdefault("tune_trials", 20)
    left.number_input(_("Trials"), *KNOWN["trials"].whole_ends, key="tune_trials", persist_state="session",
                      help=_("It ends when so many have finished or were stopped early."))  # fmt: skip
    right.number_input(_("Minutes at most"), 1, 10_000, None, key="tune_minutes", persist_state="session",
                       placeholder=_("no limit"),
                       help=_("Of training, all trials together; waiting for your own runs does not count."),
                       )  # fmt: skip


def _outlook(seen: Seen | None) -> None:
    """How long it may take, where the recipe was measured."""
    minutes = st.session_state.get("tune_minutes")
    one = None if seen is None else _seconds_of_one(seen)
    if one is None:
        st.caption(_("Each trial is an ordinary run. It waits while you train something else."))
        return
    whole = duration(one * st.session_state["tune_trials"])
    if minutes:
        whole = ngettext("{whole}, at most {n} minute", "{whole}, at most {n} minutes", minutes, whole=whole)
    st.caption(_("A trial takes about {one} on two processor cores, all of them {whole}; less where trials are stopped "
                 "early. It goes on when this page is closed.", one=duration(one), whole=whole))  # fmt: skip


def _seconds_of_one(seen: Seen) -> float | None:
    config = _base()
    epochs = st.session_state.get(f"tune_trial_epochs_{_chosen_recipe()}") or control.half(config.epochs)
    whole = expected_seconds(config, seen.faces)
    return None if whole is None else whole * epochs / config.epochs + control.OVERHEAD_SECONDS


def _settings() -> None:
    recipe, own = _chosen_recipe(), _base()
    defaults: dict[str, Any] = {
        f"tune_trial_epochs_{recipe}": control.half(own.epochs),
        f"tune_epochs_{recipe}": own.epochs,
        "tune_validation_split": round(own.validation_split * 100),
        "tune_seed": 0,
        "tune_jobs": 1,
        "tune_goal": "accuracy",
        "tune_prune": True,
    }
    for key, value in defaults.items():
        st.session_state.setdefault(key, value)
    with st.expander(_("More settings")):
        left, middle, right = st.columns(3, gap="medium")
        left.number_input(_("Epochs of a trial"), *KNOWN["trial_epochs"].whole_ends,
                          key=f"tune_trial_epochs_{recipe}", persist_state="session",
                          help=_("Shorter trials allow for more of them. Where epochs are varied, that range counts."),
                          )  # fmt: skip
        left.number_input(_("Epochs at full length"), *OF_A_RUN["epochs"].whole_ends,
                          key=f"tune_epochs_{recipe}", persist_state="session",
                          help=_("Of the run with the best settings, at the end."))  # fmt: skip
        left.text_input(_("Name"), max_chars=80, key="tune_name", persist_state="session",
                        placeholder=_("may stay empty"))  # fmt: skip
        middle.slider(_("Kept aside for validation"), 5, 50, format="%d %%", key="tune_validation_split",
                      persist_state="session",
                      help=_("The share of the training faces that trials do not learn from, but are compared on. "
                      "The more, the less is left to chance."))  # fmt: skip
        middle.toggle(_("Stop bad trials early"), key="tune_prune", persist_state="session",
                      help=_("A trial that does worse than the middle of the others at the same share of its way is "
                      "stopped (median pruning)."))  # fmt: skip
        middle.number_input(_("Trials at once"), 1, 256, key="tune_jobs", persist_state="session",
                            help=_("Each in a process of its own, as far as there is memory for it (1.5 GB each). It "
                            "pays where there are processor cores for them: four or so each."))  # fmt: skip
        right.selectbox(_("Best means"), list(GOALS), format_func=lambda goal: _(GOALS[goal]), key="tune_goal",
                        persist_state="session")  # fmt: skip
        right.number_input(_("Seed"), *KNOWN["seed"].whole_ends, key="tune_seed", persist_state="session",
                           help=_("The same seed tries the same values."))  # fmt: skip
        with right:
            trained_by.show_choice("tune", _("The cluster too is given so many trials at once as you say; one that "
                                   "finds no room waits for a computer. The pictures travel there."))  # fmt: skip
