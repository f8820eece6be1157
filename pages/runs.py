"""Runs: everything that was trained here or brought in, what can be done with it, and several side by side."""

from __future__ import annotations

import streamlit as st

from emotion.evaluation import read_report
from emotion.recipes import ELSEWHERE
from emotion.runs import Run, Status, deleted, list_runs, table, unreadable_runs
from emotion.system import _, retold
from emotion.tuning import studies
from pages.ui.runs import choose, compare, listed, words
from pages.ui.runs import deleted as the_bin
from pages.ui.shared import bring_model, frame, text
from pages.ui.train import again, end, result

TO_FORM = "runs_to_form"  # session state: "Train again" was pressed


def page() -> None:
    if st.session_state.pop(TO_FORM, False):
        st.switch_page(frame.TRAIN, query_params={"run": "new"})
    deleted.sweep()
    asked = listed.COMPARE.adopt(lambda word: True, "")
    compared = compare.chosen(asked) if asked else []
    if len(compared) > 1:
        _compare(compared)
        return
    action = frame.heading(_("Runs"), _("Everything that was trained on this computer or brought in."))
    with action:
        if st.button(_("Train"), key="to_train", type="primary", width="stretch"):
            st.switch_page(frame.TRAIN, query_params={"run": "new"})
    if asked:
        st.info(_("It takes two runs to compare, and fewer than two of those in the address are here."))
    the_bin.show_last()
    frame.unreadable(unreadable_runs())
    _show_runs(list_runs())
    the_bin.show_bin()
    bring_model.show_bring_in()


def _compare(runs: list[Run]) -> None:
    about = _("{n} runs, each with a letter of its own.", n=len(runs))
    action = frame.heading(_("Runs side by side"), about)
    with action:
        st.button(_("Back to all runs"), key="compare_back", width="stretch", on_click=listed.COMPARE.set, args=("",))
    compare.show_comparison(runs)


def _show_runs(runs: list[Run]) -> None:
    if not runs:
        st.info(_("Nothing has been trained here yet. Train on the drawn faces takes about a minute."))
        return
    wanted = choose.show_choice(table.rows(runs, studies()), runs)
    _tools(runs)
    if wanted:
        listed.show_table(wanted, _open)
    else:
        st.info(_("No run fits."), icon=":material/search_off:")
        st.button(_("Show all runs"), key="show_all_runs", on_click=choose.clear)


def _tools(runs: list[Run]) -> None:
    """What can be done with the runs that are ticked."""
    there = {run.id for run in runs}
    ticked = st.session_state[listed.TICKED] = [run_id for run_id in listed.ticked() if run_id in there]
    with st.container(horizontal=True, vertical_alignment="center", key="runs_tools"):
        label = _("Compare {n}", n=len(ticked)) if len(ticked) > 1 else _("Compare")
        st.button(label, key="compare", icon=":material/stacked_line_chart:", disabled=len(ticked) < 2,
                  on_click=listed.COMPARE.set, args=(",".join(ticked),),
                  help=_("Tick two to {most} runs to see them side by side.", most=listed.MOST_COMPARED))  # fmt: skip
        if ticked:
            label = _("Delete {n}", n=len(ticked)) if len(ticked) > 1 else _("Delete")
            st.button(label, key="delete_ticked", icon=":material/delete:", on_click=the_bin.delete,
                      args=(list(ticked),))  # fmt: skip
            st.button(_("Untick all"), key="untick", type="tertiary", on_click=ticked.clear)
        else:
            st.caption(_("A click on a name opens a run; the boxes choose runs to compare."), width="content")


def _open(run: Run) -> None:
    with st.container(border=True, key="run_open"):
        st.markdown(f"**{text.plain(run.title)}**")
        st.caption(text.plain(result.result_sentence(read_report(run.paths)) or _state(run)))
        with st.container(horizontal=True):
            if run.has_model:
                if st.button(_("Evaluate"), key="to_evaluate", icon=":material/fact_check:"):
                    st.switch_page(frame.EVALUATE, query_params={"run": run.id})
                end.use_buttons(run)
            if st.button(_("Open"), key="to_run", icon=":material/open_in_full:"):
                st.switch_page(frame.TRAIN, query_params={"run": run.id})
            if run.config.recipe != ELSEWHERE.name:
                st.button(_("Train again"), key="again", icon=":material/replay:", on_click=_again, args=(run,))
            end.resume_button(run)
            end.rescue_button(run)
            if run.status.has_ended:
                st.button(_("Delete"), key="delete", icon=":material/delete:", on_click=the_bin.delete,
                          args=([run.id],))  # fmt: skip
            st.button(_("Close"), key="close_run", type="tertiary", on_click=listed.OPEN.set, args=("",))
        words.show_form(run)


def _again(run: Run) -> None:
    again.fill(run.config)
    st.session_state[TO_FORM] = True


def _state(run: Run) -> str:
    if run.status in (Status.FAILED, Status.DIVERGED):
        return retold(run.reason)
    return _(result.LOST) if run.status is Status.LOST else run.said


frame.guard()
page()
