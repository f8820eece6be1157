"""What a run came to: one large figure with its sentence, and why the page shows other figures too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.runs import Status
from emotion.system import N_, _, decimal, ngettext, retold
from emotion.training.head.run import HELD_OUT
from pages.ui.shared import text
from pages.ui.shared.both_scores import in_words

if TYPE_CHECKING:
    from emotion.evaluation import RunReport
    from emotion.runs import History, Run


LOST = N_(
    "It was cut off before it had finished: the computer was restarted, or something ended its process. "
    "What it had learned by then is kept."
)
LOST_EARLY = N_(
    "It was cut off before it had finished: the computer was restarted, or something ended its process. It had not "
    "learned anything yet."
)
NOT_TESTED = N_("It has a model. How good it is on the test faces is not known yet.")
WHY = {2: N_("Why two figures?"), 3: N_("Why three figures?"), 4: N_("Why four figures?"), 5: N_("Why five figures?")}
VALIDATED = N_(
    "They were kept aside to choose the epoch. The one where they did best is kept, so this is a bit too good."
)
LEARNED = N_(
    "It has learned from these very faces, so this proves nothing. Far above the others: it knows them by heart."
)


def show_result(run: Run, report: RunReport, history: History) -> None:
    """Draws the result: green only where it beats guessing and the run went well, grey where it may be luck."""
    told = {
        Status.STOPPED: _("Stopped and kept."),
        Status.LOST: _(LOST),
        Status.FAILED: _("It failed: {reason}.", reason=retold(run.reason)),
        Status.DIVERGED: retold(run.reason),
    }.get(run.status, "")
    sentence = _of_faces(report) or retold(report.warning) or _(NOT_TESTED)
    if report.best and report.warning:
        sentence += f" {retold(report.warning)}"
    with st.container(border=True, key=f"result_{_tone(run.status, report)}"):
        big = f'<span class="big">{text.percent(report.best.accuracy, 1)}</span>' if report.best else ""
        st.html(f'<div class="headline">{big}<p>{text.markup(f"{sentence} {told}".strip())}</p></div>')
        others = other_figures(report, history)
        if report.best and others:
            with st.expander(_(WHY[len(others) + 1])):
                st.markdown("\n".join(f"- **{text.plain(figure)}** {text.plain(why)}" for figure, why in others))


def _tone(status: Status, report: RunReport) -> str:
    """Of the box: "doubt", "luck" or "good"."""
    doubtful = report.best.doubt if report.best else report.warning
    if doubtful or (status.has_ended and status not in (Status.COMPLETED, Status.STOPPED)):
        return "doubt"
    return "luck" if report.best and report.best.no_better else "good"


def result_sentence(report: RunReport) -> str:
    """The test result with its N and interval; "" where there is none."""
    best = report.best
    return (
        _("It got {right} {of_how_many}", right=text.percent(best.accuracy, 1), of_how_many=_of_faces(report))
        if best
        else ""
    )


def _of_faces(report: RunReport) -> str:
    """What stands behind the share: of how many faces, its interval, and why it may mean nothing; "" without one."""
    best = report.best
    if best is None:
        return ""
    low, high = best.accuracy_interval
    between = f"{decimal(100 * low)}–{text.percent(high, 1)}"
    if report.method == HELD_OUT:
        said = ngettext("of {n} face right, held out ({between} with 95 % certainty).",
                        "of {n} faces right, each held out in turn ({between} with 95 % certainty).",
                        best.n, between=between)  # fmt: skip
    else:
        said = ngettext("of {n} face right that it had never seen ({between} with 95 % certainty).",
                        "of {n} faces right that it had never seen ({between} with 95 % certainty).",
                        best.n, between=between)  # fmt: skip
    doubt = best.doubt or best.no_better
    return f"{said} {retold(doubt)}" if doubt else said


def other_figures(report: RunReport, history: History) -> list[tuple[str, str]]:
    """The accuracies on the page beside that of the result: each in words, and what it is worth."""
    told = []
    if report.honest:
        told.append(
            (f"{in_words(report.honest.honest)}", _("The honest score. {why}", why=retold(report.honest.words)))
        )
    kept = history.best
    if kept is not None:
        right = text.percent(kept["val_accuracy"], 1)
        said = _("{right} of the validation faces, as it began.", right=right)
        if kept["epoch"]:
            said = _("{right} of the validation faces, after epoch {epoch}.", right=right, epoch=kept["epoch"])
        told.append((said, _(VALIDATED)))
        if kept["epoch"]:
            right = text.percent(kept["accuracy"], 1)
            told.append((_("{right} of the training faces in that epoch.", right=right), _(LEARNED)))
    return told
