"""Which tuning the page shows: the one that the address names, else the one at work, else the form.

A tuning while it is at work and after it: how far it is, what is best, every trial, and two pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from emotion import tuning
from emotion.evaluation import read_report
from emotion.runs import Status, progress, read_history
from emotion.system import N_, _, duration, ngettext, retold
from emotion.tuning import TrialState, TuningState, folder, read
from emotion.tuning import fields as tuning_fields
from pages.ui.shared import figure, own_runs, text
from pages.ui.shared.address import Choice
from pages.ui.tune import charts

if TYPE_CHECKING:
    from emotion.runs import Run
    from emotion.tuning import Trial, Tuning


NEW = "new"  # in the address: the form, even while something is tuned
CHOICE = Choice("id", page="tune")


def show_choice() -> Tuning | None:
    """Draws the choice where there is one. None: the form is wanted."""
    found = {each.id: each for each in folder.list_all()}
    if not found:
        return None
    at_work = next((each.id for each in found.values() if each.state.is_active), None)
    if at_work and CHOICE.name not in st.query_params:
        st.query_params[CHOICE.name] = at_work  # so that the page stays with it when it ends
    asked = st.query_params.get(CHOICE.name, NEW)
    if asked != NEW and asked not in found:
        st.info(_("The tuning in the address is not here (any more), or another version of this program wrote it."))
    word = CHOICE.adopt([NEW, *found], NEW)
    # The label of a choice must not change while it is drawn: Streamlit would take that for another choice.
    st.selectbox(
        _("Tuning"),
        [NEW, *found],
        key=CHOICE.key,
        format_func=lambda key: _("a new one") if key == NEW else f"{found[key].title} ({found[key].short_id})",
        on_change=CHOICE.pin,
    )
    return found.get(word)


def open_tuning(tuning_id: str) -> None:
    """Shows a tuning. For callbacks."""
    st.session_state[CHOICE.key] = tuning_id
    CHOICE.pin()


TICK = 2.0  # seconds
ROW_HEIGHT, MOST_ROWS = 44, 8
MOST_TOLD = 3  # trials at work of which it is said how far they are
ENDINGS = {
    TuningState.STOPPED: N_("It was stopped. Nothing of what it has found is lost."),
    TuningState.LOST: N_(
        "It was cut off: the computer was restarted, or something ended its process. Its trials are kept."
    ),
    TuningState.FINISHED: N_("It is finished."),
    TuningState.FAILED: N_("It failed."),
}
HISTORY_HEIGHT = 330  # pixels


def show_tuning(found: Tuning) -> None:
    """Draws the tuning; while it is at work, how far it is every two seconds, and all when a trial has ended."""
    st.fragment(_live, run_every=TICK if found.state.is_active else None)(found)
    _pictures(found)


def _live(drawn: Tuning) -> None:
    now = read(drawn.paths)
    if now.state is not drawn.state or _ended(now) != _ended(drawn):
        st.rerun()  # its buttons and pictures change
    settings, trials = now.settings, now.trials
    with st.container(key="tune_progress"):
        st.progress(tuning.share_done(trials, settings), f"**{text.plain(_heading(now))}**")
    st.caption(text.plain(_at_work(now)) or "\N{NO-BREAK SPACE}")
    if now.best:
        headline, _stop, rest = tuning.best_sentence(trials, settings).partition(". ")
        st.markdown(f"**{text.plain(headline)}.** {text.plain(rest)}")
        st.caption(text.plain(tuning.doubt_sentence(trials, settings)))
    if trials:
        _table(now)


def _ended(found: Tuning) -> int:
    return sum(trial.state is not TrialState.RUNNING for trial in found.trials)


def _heading(found: Tuning) -> str:
    return tuning.budget_sentence(found.trials, found.settings)


def _at_work(found: Tuning) -> str:
    """What happens right now, in one sentence."""
    if not found.state.is_active:
        return retold(found.reason) or _(ENDINGS.get(found.state, ""))
    if found.state is TuningState.STOPPING:
        return _("Stopping: what is at work keeps what it has.")
    running = [trial for trial in found.trials if trial.state is TrialState.RUNNING]
    known = [(trial.number, run) for trial in running if (run := own_runs.find(trial.run)) is not None]
    if not known:
        return _("Starting.")
    told = [_of_trial(number, run) for number, run in known[:MOST_TOLD]]
    if more := len(known) - len(told):
        told.append(ngettext("and {n} trial more", "and {n} trials more", more))
    return " · ".join(told)


def _of_trial(number: int, run: Run) -> str:
    if run.status is Status.QUEUED and not run.on:
        return _("Trial {number} waits for its turn.", number=number)
    said = progress.describe(run, read_history(run.paths)).text
    return _("Trial {number}: {what}", number=number, what=said)


def _table(found: Tuning) -> None:
    """Every trial, newest first."""
    rows = [_row(trial, found) for trial in reversed(found.trials)]
    column = st.column_config
    is_share = found.settings.goal == "accuracy"
    st.dataframe(
        {name: [row[name] for row in rows] for name in rows[0]},
        key="trials_table",
        hide_index=True,
        placeholder="",
        row_height=ROW_HEIGHT,
        height="content" if len(rows) <= MOST_ROWS else ROW_HEIGHT * (MOST_ROWS + 1),
        column_config={
            "trial": column.NumberColumn(_("trial"), pinned=True, width="small"),
            "value": column.NumberColumn(_("right") if is_share else _("loss"),
                                         format="%.1f %%" if is_share else "%.3f",
                                         help=_("on the validation faces; while it is at work, after the last epoch")),
            "state": column.Column(_("state")),
            "epochs": column.Column(_("epochs")),
            "took": column.Column(_("took")),
            "node": column.Column(_("computer")),
            "run": column.LinkColumn(_("run"), display_text=_("open"), help=_("each trial is an ordinary run")),
        },
    )  # fmt: skip


def _row(trial: Trial, found: Tuning) -> dict[str, Any]:
    value = trial.value
    if value is not None and found.settings.goal == "accuracy":
        value *= 100
    fields = {
        _(tuning_fields.FIELDS[name].title): tuning_fields.FIELDS[name].shown(trial.values[name])
        if name in trial.values
        else ""
        for name in found.settings.vary
    }
    run = own_runs.find(trial.run)
    return {
        "trial": trial.number,
        "value": value,
        "state": _state(trial, found),
        **fields,
        "epochs": _("{n} of {total}", n=trial.epochs_done, total=trial.epochs) if trial.epochs else "",
        "took": duration(trial.seconds) if trial.seconds else "",
        **({"node": run.node if run else ""} if found.settings.on else {}),
        "run": f"train?run={trial.run}" if run else None,
    }


def _state(trial: Trial, found: Tuning) -> str:
    best = found.best is not None and found.best.number == trial.number
    said = _("★ best") if best else trial.state.said
    return f"{said}: {retold(trial.why)}" if trial.state is TrialState.FAILED and trial.why else said


def _pictures(found: Tuning) -> None:
    """Drawn anew only when a trial has ended."""
    if len(charts.judged(found.trials)) < 2:
        return
    theme = figure.theme()
    spoken = charts.spoken(found.trials, found.settings)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("Trial by trial"), anchor=False)
        figure.show_chart(charts.history(found.trials, found.settings, theme), "tune_history", HISTORY_HEIGHT, spoken)
    with right:
        st.subheader(_("Which values did well"), anchor=False, help=_("Parallel coordinates: one line is one trial."))
        drawn = charts.parallel(found.trials, found.settings, theme)
        figure.show_chart(drawn, "tune_parallel", charts.parallel_height(found.settings), spoken)
        st.caption(_("One line is one trial; the stronger, the better. Dotted: stopped early."))


def full_run(found: Tuning) -> Run | None:
    """The run that was trained with the best settings at full length."""
    return own_runs.find(found.full_run)


def test_sentence(run: Run) -> str:
    """What the run at full length got on the test faces; "" as long as that is not known."""
    best = read_report(run.paths).best
    if best is None:
        return ""
    return _(
        "Trained at full length it got {right} of {n} test faces right.", right=text.percent(best.accuracy, 1), n=best.n
    )
