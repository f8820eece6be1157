"""How sure: intervals on every figure, whether its percentages mean what they say, and what the unsure band does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.evaluation import range_of, recalibrate
from emotion.metrics import METRICS, Interval, calibration
from emotion.models import preferences
from emotion.recipes import HEAD
from emotion.system import EmotionError, _, compact, decimal, ngettext
from pages.ui.evaluate import charts, filters, insight
from pages.ui.shared import pick, text

if TYPE_CHECKING:
    from emotion.evaluation import Recalibration
    from emotion.runs import Run
    from pages.ui.evaluate.results import Result


FITTED, PROBLEM = "temperature_fitted", "temperature_problem"  # session state: (token, Recalibration); a sentence


def show_certainty(result: Result, run: Run | None) -> None:
    """The section."""
    study = result.study
    bins = calibration.reliability(insight.quantity(result, "sure"), study.right)
    band = calibration.band_figures(study.unsure, study.right) if study.unsure.any() else None
    st.html(_intervals(result))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("Are its percentages true?"), anchor=False, help=_("The reliability diagram."))
        pick.show_markup("reliability", charts.calibration(bins),
                         _("How sure it said it was, and how often it was right"), _picked)  # fmt: skip
        error = calibration.expected_calibration_error(bins)
        st.caption(_("On the dashed line they would. They are off by {points} points on average (expected "
                     "calibration error). A click on a dot shows its faces.", points=decimal(100 * error)))  # fmt: skip
    with right:
        st.subheader(_("Answering only the surest"), anchor=False, help=_("Coverage against accuracy."))
        curve = calibration.coverage(study.sureness, study.right)
        pick.show_markup(
            "coverage", charts.coverage(curve, band), _("Share of faces answered, and how often it is right")
        )
        st.caption(text.plain(_band_words(result, band)))
    _temperature(result, run)


def _picked(word: str) -> None:
    chosen = range_of(word.partition(":")[2])
    if chosen is not None:
        filters.only(ranges={"sure": chosen})


def _intervals(result: Result) -> str:
    """The figures with their intervals, as a table."""
    found, scores = result.study.intervals, result.evaluation
    accuracy = Interval(scores.accuracy, *scores.accuracy_interval)
    rows = [
        (_("got right (accuracy)"), accuracy),
        *((f"{_small(_(metric.title))} ({metric.term})", found[metric.name]) for metric in METRICS if metric.interval),
        *((f"{name}: F1", found[f"f1 {label}"]) for label, name in enumerate(result.info.classes)),
    ]
    cells = "".join(f'<tr><th scope="row">{text.markup(name)}</th>{_cells(one)}</tr>' for name, one in rows)
    head = "".join(
        f'<th scope="col">{title}</th>' for title in (_("figure"), _("here"), _("on other faces like these (95 %)"))
    )
    table = f'<table class="classes"><thead><tr>{head}</tr></thead><tbody>{cells}</tbody></table>'
    return f'<div class="scroll" tabindex="0">{table}</div>'


def _small(title: str) -> str:
    """A title inside of a table, with a small first letter."""
    return title[:1].lower() + title[1:]


def _cells(one: Interval) -> str:
    if one.value is None or one.low is None or one.high is None:
        return "<td>–</td><td>–</td>"
    return f"<td>{text.percent(one.value, 1)}</td><td>{decimal(one.low * 100)}–{text.percent(one.high, 1)}</td>"


def _band_words(result: Result, band: calibration.BandFigures | None) -> str:
    if band is None:
        return _("This model has no unsure band here: every answer counts as sure.")
    low, high = map(text.percent, result.info.unsure_band)
    said = {"low": low, "high": high, "positive": result.info.positive, "all": band.n}
    if band.right_outside is None:
        return ngettext(
            "The diamond: without the unsure answers, those between {low} and {high} {positive} ({n} face of {all}).",
            "The diamond: without the unsure answers, those between {low} and {high} {positive} ({n} faces of {all}).",
            band.unsure,
            **said,
        )
    return ngettext(
        "The diamond: without the unsure answers, those between {low} and {high} {positive} ({n} face of {all}); of "
        "the others {right} are right.",
        "The diamond: without the unsure answers, those between {low} and {high} {positive} ({n} faces of {all}); of "
        "the others {right} are right.",
        band.unsure,
        right=text.percent(band.right_outside, 1),
        **said,
    )


def _temperature(result: Result, run: Run | None) -> None:
    """Temperature scaling: fitted on the validation faces of a run of one's own, and saved with the model."""
    now = result.model.info.temperature
    if run is None:
        st.caption(_("Temperature: {now}. It can be fitted for runs of your own, whose validation faces are known.",
                     now=compact(now)))  # fmt: skip
        return
    if run.config.recipe == HEAD.name:
        st.caption(_("Temperature: {now}, fitted on the answers about training faces that were held out in turn.",
                     now=compact(now)))  # fmt: skip
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Fit the temperature on the validation faces"), key="fit_temperature"):
            with st.spinner(_("Asking the network about its validation faces")):
                _fit(result, run)
        fitted = _fitted(result)
        if fitted is not None and fitted.adjustment.temperature != now:
            st.button(_("Save with the model"), key="save_temperature", type="primary", on_click=_save,
                      args=(result, fitted))  # fmt: skip
        elif fitted is None and preferences.read(result.model.path).temperature is not None:
            st.button(_("As it was trained"), key="forget_temperature", type="tertiary", on_click=_forget,
                      args=(result,))  # fmt: skip
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(text.plain(problem), icon=":material/error:")
    st.caption(_in_use(compact(now)) if fitted is None else _fitted_words(fitted, compact(now)))


def _in_use(now: str) -> str:
    return _("Temperature in use: {now}. Above 1 makes the model less sure of itself, below 1 surer.", now=now)


def _fitted_words(fitted: Recalibration, now: str) -> str:
    if fitted.n < recalibrate.ENOUGH:
        return ngettext(
            "{n} validation face cannot choose a temperature: with fewer than {enough} it is chance. It stays at "
            "{now}.",
            "{n} validation faces cannot choose a temperature: with fewer than {enough} it is chance. It stays at "
            "{now}.",
            fitted.n,
            enough=recalibrate.ENOUGH,
            now=now,
        )
    return ngettext(
        "{temperature} fits the {n} validation face best: the loss there goes from {before} to {after}. Every answer "
        "stays as it is; how sure it is changes, and the unsure band goes along.",
        "{temperature} fits the {n} validation faces best: the loss there goes from {before} to {after}. Every answer "
        "stays as it is; how sure it is changes, and the unsure band goes along.",
        fitted.n,
        temperature=compact(fitted.adjustment.temperature or 1.0),
        before=decimal(fitted.loss_before, 4),
        after=decimal(fitted.loss_after, 4),
    )


def _fit(result: Result, run: Run) -> None:
    try:
        st.session_state[FITTED] = (result.base, recalibrate.fit(run, result.model))
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)


def _fitted(result: Result) -> Recalibration | None:
    token, fitted = st.session_state.get(FITTED, ("", None))
    return fitted if token == result.base else None


def _save(result: Result, fitted: Recalibration) -> None:
    try:
        preferences.save(result.model.path, result.model.info, fitted.adjustment)
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)
        return
    st.session_state.pop(FITTED, None)


def _forget(result: Result) -> None:
    try:
        preferences.forget(result.model.path)
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)
        return
