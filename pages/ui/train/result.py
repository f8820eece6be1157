"""What a run came to: one large figure with its sentence, and why the page shows other figures too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.runs import Status
from emotion.system import count
from emotion.training.head.run import HELD_OUT
from pages.ui.shared import text
from pages.ui.shared.both_scores import in_words

if TYPE_CHECKING:
    from emotion.evaluation import RunReport
    from emotion.runs import History, Run


LOST = (
    "It was cut off before it had finished: the computer was restarted, or something ended its process. "
    "What it had learned by then is kept."
)
NOT_TESTED = "It has a model. How good it is on the test faces is not known yet."
COUNTED = {2: "two", 3: "three", 4: "four", 5: "five"}
VALIDATED = "They were kept aside to choose the epoch. The one where they did best is kept, so this is a bit too good."
LEARNED = "It has learned from these very faces, so this proves nothing. Far above the others: it knows them by heart."


def show_result(run: Run, report: RunReport, history: History) -> None:
    """Draws the result: green only where it beats guessing and the run went well, grey where it may be luck."""
    told = {
        Status.STOPPED: "Stopped and kept.",
        Status.LOST: LOST,
        Status.FAILED: f"It failed: {run.reason}.",
        Status.DIVERGED: run.reason,
    }.get(run.status, "")
    sentence = _of_faces(report) or report.warning or NOT_TESTED
    if report.best and report.warning:
        sentence += f" {report.warning}"
    with st.container(border=True, key=f"result_{_tone(run.status, report)}"):
        big = f'<span class="big">{text.percent(report.best.accuracy, 1)}</span>' if report.best else ""
        st.html(f'<div class="headline">{big}<p>{text.markup(f"{sentence} {told}".strip())}</p></div>')
        others = other_figures(report, history)
        if report.best and others:
            with st.expander(f"Why {COUNTED[len(others) + 1]} figures?"):
                st.markdown("\n".join(f"- **{text.plain(figure)}** {text.plain(why)}" for figure, why in others))


def _tone(status: Status, report: RunReport) -> str:
    """Of the box: "doubt", "luck" or "good"."""
    doubtful = report.best.doubt if report.best else report.warning
    if doubtful or (status.has_ended and status not in (Status.COMPLETED, Status.STOPPED)):
        return "doubt"
    return "luck" if report.best and report.best.no_better else "good"


def result_sentence(report: RunReport) -> str:
    """The test result with its N and interval; "" where there is none."""
    return f"It got {text.percent(report.best.accuracy, 1)} {_of_faces(report)}" if report.best else ""


def _of_faces(report: RunReport) -> str:
    """What stands behind the share: of how many faces, its interval, and why it may mean nothing; "" without one."""
    best = report.best
    if best is None:
        return ""
    low, high = best.accuracy_interval
    which = "right, each held out in turn" if report.method == HELD_OUT else "right that it had never seen"
    doubt = best.doubt or best.no_better
    certain = f"({low * 100:.1f}–{text.percent(high, 1)} with 95 % certainty)"
    return f"of {count(best.n, 'face')} {which} {certain}.{f' {doubt}' if doubt else ''}"


def other_figures(report: RunReport, history: History) -> list[tuple[str, str]]:
    """The accuracies on the page beside that of the result: each in words, and what it is worth."""
    told = []
    if report.honest:
        told.append((f"{in_words(report.honest.honest)}", f"The honest score. {report.honest.words}"))
    kept = history.best
    if kept is not None:
        when = f"after epoch {kept['epoch']}" if kept["epoch"] else "as it began"
        told.append((f"{text.percent(kept['val_accuracy'], 1)} of the validation faces, {when}.", VALIDATED))
        if kept["epoch"]:
            told.append((f"{text.percent(kept['accuracy'], 1)} of the training faces in that epoch.", LEARNED))
    return told
