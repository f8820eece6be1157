"""A run that has ended: its result in one sentence, or what happened to it, and where to go from there."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from emotion.evaluation import read_report
from emotion.models import bundle, read_info
from emotion.recipes import ELSEWHERE
from emotion.runs import Status, queue, read_history, read_run
from emotion.system import N_, EmotionError, _, files, retold
from pages.ui.shared import before_after, frame, problem, text
from pages.ui.train import again, film, live, mend, result

if TYPE_CHECKING:
    from emotion.evaluation import RunReport
    from emotion.runs import Run


LOG_TAIL = 4000  # characters
MISTAKES_IN_A_ROW = 4  # on a phone: with more there are two rows, whose room is kept
RESCUE_SECONDS = 90.0
RESCUED, PROBLEM = "rescued", "train_problem"  # session state: run id → when it was asked for; a sentence
TAKE_ALONG = N_("One zip: the network, its labels and rules, an example in Python, and a web page that runs it.")


def show_end(run: Run, action: DeltaGenerator) -> None:
    """Draws the end of a run; what is most likely wanted next goes to `action`."""
    if run.has_model:
        _result(run, action)
    else:
        _without_model(run, action)
    history = read_history(run.paths)
    if history.epochs or history.steps:
        live.charts(run, history)
        _download_curves(run)
        film.show_whole(run, history)


def resume_button(run: Run) -> None:
    """For a run that can go on from its last whole epoch."""
    if run.status is not Status.COMPLETED and run.paths.last_checkpoint.is_file():
        st.button(_("Resume"), key="resume", icon=":material/play_arrow:", on_click=_resume, args=(run,))


def use_buttons(run: Run) -> None:
    """To the places in which a model is used."""
    if st.button(_("Try it on a photo"), key="to_predict", icon=":material/mood:"):
        st.switch_page(frame.PREDICT, query_params={"model": run.id})
    if not _can_be_packed(run):
        return
    st.download_button(_("Take it with you"), partial(bundle.pack, run.id), bundle.file_name(run.title),
                       "application/zip", key="take_along", icon=":material/redeem:", on_click="ignore",
                       help=_(TAKE_ALONG))  # fmt: skip


def _can_be_packed(run: Run) -> bool:
    try:
        return bundle.can_be_packed(read_info(run.paths.model))
    except EmotionError:  # told when it is packed
        return True


def rescue_button(run: Run, kind: Literal["primary", "secondary"] = "secondary") -> None:
    """For a run that has weights but was cut off before they were made usable."""
    if run.has_model or not run.paths.keras_model.is_file():
        return
    since = st.session_state.get(RESCUED, {}).get(run.id)
    if since is not None:
        st.fragment(_await_model, run_every=1.0)(run, since)
    else:
        st.button(_("Make its model usable"), key="rescue", type=kind, on_click=_rescue, args=(run,), width="stretch")


def _result(run: Run, action: DeltaGenerator) -> None:
    with action:
        if st.button(_("See its mistakes"), key="to_evaluate", type="primary", width="stretch"):
            st.switch_page(frame.EVALUATE, query_params={"run": run.id})
    report = read_report(run.paths)
    result.show_result(run, report, read_history(run.paths))
    if report.best:
        mend.show_buttons(run, report.best)
    _mistakes(report)
    for note in report.notes[1:]:  # the first says the same as the sentence above
        st.caption(text.plain(retold(note)))
    if report.compared:
        before_after.show_before_and_after(run, report.compared)
    with st.container(horizontal=True):
        if not (report.compared and (report.compared.test or report.compared.own)):
            before_after.use_button(run)
        use_buttons(run)
        if run.config.recipe != ELSEWHERE.name:
            st.button(_("Train again"), key="again", icon=":material/replay:", on_click=form_again, args=(run,))
        resume_button(run)


def _download_curves(run: Run) -> None:
    if run.paths.history_picture.is_file():
        st.download_button(_("Download the curves"), run.paths.history_picture.read_bytes(), "history.png",
                           "image/png", key="history_png", icon=":material/download:", type="tertiary",
                           on_click="ignore")  # fmt: skip


def _mistakes(report: RunReport) -> None:
    """The surest mistakes as faces, where they were written down."""
    if report.mistakes:
        st.markdown(_("**Its worst mistakes:** faces of the test that it was surest about, and wrong"))
        faces = np.stack([mistake.face for mistake in report.mistakes])
        told = [
            (one.truth, one.answer, text.sureness(one.share), _("is {name}", name=one.truth)) for one in report.mistakes
        ]
        with st.container(key="mistakes_many" if len(told) > MISTAKES_IN_A_ROW else "mistakes_few"):
            st.html(film.faces_html(faces, told))


def _without_model(run: Run, action: DeltaGenerator) -> None:
    rescuable = run.paths.keras_model.is_file()
    with action:
        if rescuable:
            rescue_button(run, kind="primary")
        elif run.status is Status.DIVERGED:  # as it is, it would come to the same end
            st.button(_("Change the settings"), key="again", type="primary", width="stretch", on_click=form_again,
                      args=(run,))  # fmt: skip
        else:
            st.button(_("Try again"), key="retry", type="primary", width="stretch", on_click=_retry, args=(run,))
    if run.status is Status.STOPPED:
        st.info(text.plain(retold(run.reason) or _("Stopped before it had learned anything: there is no model.")))
    elif run.status is Status.LOST:
        st.warning(_(result.LOST if rescuable else result.LOST_EARLY))
    else:
        st.error(text.plain(retold(run.reason) or _("It failed. The last lines of its log tell more.")))
    with st.container(horizontal=True):
        resume_button(run)
        if rescuable or run.status is not Status.DIVERGED:
            st.button(_("Change the settings"), key="again", on_click=form_again, args=(run,))
    tail = log_tail(run)
    if tail:
        with st.expander(_("The last lines of its log")):
            st.code(tail, language=None, wrap_lines=True)


def log_tail(run: Run) -> str:
    return files.tail(run.paths.log, LOG_TAIL)


def form_again(run: Run) -> None:
    """Opens the form with the settings of the run. For callbacks."""
    again.fill(run.config)
    st.query_params["run"] = "new"


@problem.told
def _retry(run: Run) -> None:
    if _is_first_click(run):
        st.query_params["run"] = queue.start(run.config).id


def _resume(run: Run) -> None:
    try:
        st.query_params["run"] = queue.resume(run.id).id
    except EmotionError as error:  # the second of two clicks, too: it waits or is at work already
        st.session_state[PROBLEM] = str(error)


def _is_first_click(run: Run) -> bool:
    """The first click has changed the address before a second one on the same button arrives."""
    return st.query_params.get("run") == run.id


@problem.told
def _rescue(run: Run) -> None:
    rescued = st.session_state.setdefault(RESCUED, {})
    if run.id not in rescued:
        rescued[run.id] = time.monotonic()
        queue.export(run.id)


def _await_model(run: Run, since: float) -> None:
    if read_run(run.paths).has_model:
        st.rerun()
    if time.monotonic() - since > RESCUE_SECONDS:
        del st.session_state[RESCUED][run.id]
        st.session_state[PROBLEM] = _("Its model could not be made usable. The last lines of its log tell why.")
        st.rerun()
    st.button(_("Making it usable …"), key="rescuing", disabled=True, width="stretch")
