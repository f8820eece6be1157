"""Train: choose data and a recipe, press one button, watch it learn, see what came of it."""

from __future__ import annotations

import streamlit as st

from emotion.data import material
from emotion.runs import Run, Status, queue
from emotion.system import _
from pages.ui.shared import frame, own_runs, problem, text
from pages.ui.train import end, form, live

NEW = "new"  # `?run=new`: the form, even while something is trained


def page() -> None:
    run = _asked_for()
    if run is None:
        action = frame.heading(_("Train"), _("Choose what it learns from. Everything happens on this computer."))
        _problem()
        form.show_form(action)
        return
    about = " · ".join(filter(None, (run.title, material.title(run.config), run.config.recipe)))
    action = frame.heading(_("Train"), text.plain(about))
    _problem()
    if run.status.has_ended:
        end.show_end(run, action)
        return
    with action:
        st.fragment(_stop_button)(run)
    live.show_run(run)
    st.button(_("Train another"), key="another", type="tertiary", on_click=_new)


def _new() -> None:
    st.query_params["run"] = NEW


def _problem() -> None:
    """What kept the last click from doing what it should."""
    if problem := st.session_state.pop(end.PROBLEM, None):
        st.error(text.plain(problem), icon=":material/error:")


def _asked_for() -> Run | None:
    """The run that the address names, else the one at work or next in the queue. None: show the form."""
    asked = st.query_params.get("run")
    if asked == NEW:
        return None
    run = own_runs.find(asked)
    if asked and run is None:
        st.info(text.plain(own_runs.why_not(asked)))
    if run is None:
        run = queue.active() or next(iter(queue.queue()), None)
        if run:
            st.query_params["run"] = run.id
    return run


def _stop_button(run: Run) -> None:
    """A fragment: a click draws this button anew, not the page with its curves, so that it answers at once."""
    words_of = {Status.QUEUED: _("Take out of the queue"), Status.STOPPING: _("Stopping …")}
    asked = run.paths.stop.exists()
    label = _("Stopping …") if asked else words_of.get(run.status, _("Stop and keep"))
    st.button(label, key="stop", type="primary", width="stretch", disabled=asked, on_click=_stop, args=(run,))


@problem.told
def _stop(run: Run) -> None:
    queue.stop(run.id)


frame.guard()
page()
