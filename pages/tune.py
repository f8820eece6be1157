"""Tune: try many settings of a recipe, watch which do well, and train with the best."""

from __future__ import annotations

import streamlit as st

from emotion.data import material
from emotion.system import N_, EmotionError, _, files, ngettext
from emotion.tuning import Tuning, TuningState, control, folder
from pages.ui.shared import frame, problem, text
from pages.ui.tune import form, live
from pages.ui.tune.form import PROBLEM

ABOUT = N_("Trains a recipe again and again with other settings, and tells which of them do best.")
LOG_TAIL = 3000  # characters


def page() -> None:
    action = frame.heading(_("Tune"), _(ABOUT))
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(text.plain(problem), icon=":material/error:")
    frame.unreadable(folder.unreadable())
    found = live.show_choice()
    if found is None:
        form.show_form(action)
        return
    with action:
        _action(found)
    base = found.settings.base
    state = found.state.said
    st.caption(text.plain(f"{material.title(base)} · {base.recipe} · {state}"))
    _full_run(found)
    live.show_tuning(found)
    if not found.state.is_active:
        _go_on(found)
    if found.state is TuningState.FAILED:
        _log(found)


def _action(found: Tuning) -> None:
    """The one thing that is most likely wanted next."""
    if found.state.is_active:
        stopping = found.state is TuningState.STOPPING
        st.button(_("Stopping …") if stopping else _("Stop"), key="stop", type="primary", width="stretch",
                  disabled=stopping, on_click=_stop, args=(found,))  # fmt: skip
    elif (run := live.full_run(found)) is not None:
        if st.button(_("Open the best run"), key="open_full", type="primary", width="stretch"):
            st.switch_page(frame.TRAIN, query_params={"run": run.id})
    elif found.best:
        st.button(_("Train the best"), key="train_best", type="primary", width="stretch", on_click=_train_best,
                  args=(found,), help=_full_length(found))  # fmt: skip
    else:
        st.button(
            _("Resume"), key="resume", type="primary", width="stretch", on_click=_resume, args=(found, None, None)
        )


def _full_length(found: Tuning) -> str:
    epochs = control.best_config(found).epochs
    return ngettext(
        "An ordinary run with the best settings at full length (1 epoch).",
        "An ordinary run with the best settings at full length ({n} epochs).",
        epochs,
    )


def _full_run(found: Tuning) -> None:
    run = live.full_run(found)
    if run is None:
        return
    told = live.test_sentence(run) or _("The run with the best settings is {state}.", state=run.said)
    st.success(text.plain(told), icon=":material/trophy:")


def _go_on(found: Tuning) -> None:
    """More trials or more time, for a tuning that is not at work."""
    settings = found.settings
    with st.form("go_on", border=True):
        st.markdown(_("**Go on with it**"))
        left, right, button = st.columns(3, vertical_alignment="bottom")
        trials = left.number_input(
            _("Trials in all"), *form.KNOWN["trials"].whole_ends, _more(found), key="go_on_trials"
        )
        before = None if settings.minutes is None else max(1, round(2 * settings.minutes))
        minutes = right.number_input(_("Minutes in all"), 1, 10_000, before, key="go_on_minutes",
                                     placeholder=_("no limit"),
                                     help=_("Of training, all trials together, those before included."))  # fmt: skip
        if button.form_submit_button(_("Resume"), key="go_on_button", width="stretch"):
            _resume(found, trials, minutes)
            st.rerun()


def _more(found: Tuning) -> int | None:
    if found.settings.trials is None:
        return None
    done = sum(trial.state.counts for trial in found.trials)
    return found.settings.trials if done < found.settings.trials else min(1000, 2 * found.settings.trials)


@problem.told
def _stop(found: Tuning) -> None:
    control.stop(found.id)


def _resume(found: Tuning, trials: int | None, minutes: float | None) -> None:
    try:
        control.resume(found.id, trials=trials, minutes=minutes)
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)


@problem.told
def _train_best(found: Tuning) -> None:
    """Starts the run, once however often it was clicked."""
    if live.full_run(found) is None:
        control.train_best(found.id)


def _log(found: Tuning) -> None:
    if tail := files.tail(found.paths.log, LOG_TAIL):
        with st.expander(_("The last lines of its log")):
            st.code(tail, language=None, wrap_lines=True)


frame.guard()
page()
