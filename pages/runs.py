"""Runs: everything that was trained here or brought in, and what can be done with it."""

from __future__ import annotations

import streamlit as st

from emotion.data import material
from emotion.evaluation import read_report
from emotion.recipes import ELSEWHERE
from emotion.runs import Run, Status, list_runs, rename, summarize, unreadable_runs
from emotion.system import duration
from pages.ui.shared import bring_model, frame, text
from pages.ui.train import end, result

ROW_HEIGHT, MOST_ROWS = 44, 10


def page() -> None:
    action = frame.heading("Runs", "Everything that was trained on this computer or brought in, newest first.")
    with action:
        if st.button("Train", key="to_train", type="primary", width="stretch"):
            st.switch_page(frame.TRAIN, query_params={"run": "new"})
    runs = list_runs()
    frame.unreadable(unreadable_runs())
    if not runs:
        st.info("Nothing has been trained here yet. Train on the drawn faces takes about a minute.")
    elif chosen := _table(runs):
        _open(chosen)
    else:
        st.caption("Tick a run to open it.")
    bring_model.show_bring_in()


def _table(runs: list[Run]) -> Run | None:
    """The runs as a table. Returns the one that is ticked."""
    column = st.column_config
    rows = [_row(run) for run in runs]
    event = st.dataframe(
        {name: [row[name] for row in rows] for name in rows[0]},
        key="runs_table",
        hide_index=True,
        placeholder="",
        row_height=ROW_HEIGHT,
        height="content" if len(runs) <= MOST_ROWS else ROW_HEIGHT * (MOST_ROWS + 1),
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "learning": column.LineChartColumn("learning", y_min=0, y_max=1, width="small",
                                               help="validation faces it got right, epoch by epoch"),
            "best": column.NumberColumn("best", format="%.1f %%", help="validation faces it got right, at its best"),
        },
    )  # fmt: skip
    ticked = event.selection.rows
    return runs[ticked[0]] if ticked and ticked[0] < len(runs) else None


def _row(run: Run) -> dict[str, object]:
    summary, elsewhere = summarize(run.paths), run.config.recipe == ELSEWHERE.name
    return {
        "run": run.title,
        "status": text.STATUS_WORDS[run.status],
        "learning": list(summary.accuracies),
        "best": None if summary.best is None else 100 * summary.best,
        "epochs": "" if elsewhere else f"{len(summary.accuracies)} of {run.config.epochs}",
        "took": duration(summary.seconds) if summary.seconds else "",
        "data": material.title(run.config),
        "recipe": "made elsewhere" if elsewhere else run.config.recipe,
        "when": run.when,
    }


def _open(run: Run) -> None:
    with st.container(border=True, key="run_open"):
        st.markdown(f"**{text.plain(run.title)}**")
        st.caption(text.plain(result.result_sentence(read_report(run.paths)) or _state(run)))
        with st.container(horizontal=True):
            if run.has_model:
                if st.button("Evaluate", key="to_evaluate", icon=":material/fact_check:"):
                    st.switch_page(frame.EVALUATE, query_params={"run": run.id})
                end.use_buttons(run)
            if st.button("Open", key="to_run", icon=":material/open_in_full:"):
                st.switch_page(frame.TRAIN, query_params={"run": run.id})
            end.resume_button(run)
            end.rescue_button(run)
        _rename(run)


def _state(run: Run) -> str:
    return {Status.LOST: result.LOST, Status.FAILED: run.reason, Status.DIVERGED: run.reason}.get(
        run.status, text.STATUS_WORDS[run.status]
    )


def _rename(run: Run) -> None:
    with st.form(f"rename_{run.id}", border=False, clear_on_submit=False):
        field, button = st.columns([3, 1], vertical_alignment="bottom")
        name = field.text_input("Name", run.title, max_chars=80, key=f"name_{run.id}")
        if button.form_submit_button("Rename", key="rename", width="stretch"):
            rename(run.paths, name)
            st.rerun()


frame.guard()
page()
