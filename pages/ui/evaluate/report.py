"""The report of an evaluation: made in a process of its own, then to be taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.evaluation.report import job
from emotion.system import _, language, tasks
from pages.ui.shared import problem, waiting

if TYPE_CHECKING:
    from pages.ui.evaluate.results import Result


def show_report(result: Result, data: str) -> None:
    """The section.

    Args:
        data: as `dataset.resolve` understands it.
    """
    st.markdown(_("Everything on this page as one HTML file that opens anywhere, without a network, and prints well; "
                  "and every figure as a PNG for a document."))  # fmt: skip
    st.caption(_("It holds test faces. Hand it on only where the pictures themselves may go."))
    token = f"{result.base}-{language()}"  # it speaks one language
    task = tasks.find(job.task_name(token))
    page = job.page(token)
    if page is not None:
        with st.container(horizontal=True):
            st.download_button(_("Download the report"), page, "report.html", "text/html", key="report_html",
                               type="primary", on_click="ignore")  # fmt: skip
            st.download_button(_("Download the figures"), job.figures(token) or b"", "figures.zip",
                               "application/zip", key="report_figures", on_click="ignore")  # fmt: skip
    if waiting.show_work(task):
        return
    model, classes = result.model.reference, result.info.classes
    st.button(_("Make it again") if page else _("Make the report"), key="make_report",
              type="secondary" if page else "primary", on_click=problem.told(job.start),
              args=(token, model, data, classes, language()))  # fmt: skip
    if page is None:
        st.caption(_("This takes about a minute, once. You can leave the page meanwhile."))
