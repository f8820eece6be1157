"""How sure: intervals on every figure, whether its percentages mean what they say, and what the unsure band does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.evaluation import range_of, recalibrate
from emotion.metrics import METRICS, Interval, calibration
from emotion.models import preferences
from emotion.recipes import HEAD
from emotion.system import EmotionError, count
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
        st.subheader("Do its percentages mean what they say?", anchor=False, help="The reliability diagram.")
        pick.show_markup("reliability", charts.calibration(bins), "How sure it said it was, and how often it was right",
                  _picked)  # fmt: skip
        error = calibration.expected_calibration_error(bins)
        st.caption(f"On the dashed line they would. They are off by {100 * error:.1f} points on average (expected "
                   "calibration error). A click on a dot shows its faces.")  # fmt: skip
    with right:
        st.subheader("Answering only the surest", anchor=False, help="Coverage against accuracy.")
        curve = calibration.coverage(study.sureness, study.right)
        pick.show_markup("coverage", charts.coverage(curve, band), "Share of faces answered, and how often it is right")
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
        ("got right (accuracy)", accuracy),
        *((f"{metric.title.lower()} ({metric.term})", found[metric.name]) for metric in METRICS if metric.interval),
        *((f"{name}: F1", found[f"f1 {label}"]) for label, name in enumerate(result.info.classes)),
    ]
    cells = "".join(f'<tr><th scope="row">{text.markup(name)}</th>{_cells(one)}</tr>' for name, one in rows)
    head = '<th scope="col">figure</th><th scope="col">here</th><th scope="col">on other faces like these (95 %)</th>'
    table = f'<table class="classes"><thead><tr>{head}</tr></thead><tbody>{cells}</tbody></table>'
    return f'<div class="scroll" tabindex="0">{table}</div>'


def _cells(one: Interval) -> str:
    if one.value is None or one.low is None or one.high is None:
        return "<td>–</td><td>–</td>"
    return f"<td>{text.percent(one.value, 1)}</td><td>{one.low * 100:.1f}–{text.percent(one.high, 1)}</td>"


def _band_words(result: Result, band: calibration.BandFigures | None) -> str:
    if band is None:
        return "This model has no unsure band here: every answer counts as sure."
    low, high = result.info.unsure_band
    outside = "" if band.right_outside is None else f"; of the others {text.percent(band.right_outside, 1)} are right"
    return (
        f"The diamond: without the unsure answers, those between {text.percent(low)} and {text.percent(high)} "
        f"{result.info.positive} ({count(band.unsure, 'face')} of {band.n:,}){outside}."
    )


def _temperature(result: Result, run: Run | None) -> None:
    """Temperature scaling: fitted on the validation faces of a run of one's own, and saved with the model."""
    now = result.model.info.temperature
    if run is None:
        st.caption(f"Temperature: {now:g}. It can be fitted for runs of your own, whose validation faces are known.")
        return
    if run.config.recipe == HEAD.name:
        st.caption(f"Temperature: {now:g}, fitted on the answers about training faces that were held out in turn.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Fit the temperature on the validation faces", key="fit_temperature"):
            with st.spinner("Asking the network about its validation faces"):
                _fit(result, run)
        fitted = _fitted(result)
        if fitted is not None and fitted.adjustment.temperature != now:
            st.button(
                "Save with the model", key="save_temperature", type="primary", on_click=_save, args=(result, fitted)
            )
        elif fitted is None and preferences.read(result.model.path).temperature is not None:
            st.button("As it was trained", key="forget_temperature", type="tertiary", on_click=_forget, args=(result,))
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(text.plain(problem), icon=":material/error:")
    if fitted is None:
        st.caption(f"Temperature in use: {now:g}. Above 1 makes the model less sure of itself, below 1 surer.")
        return
    if fitted.n < recalibrate.ENOUGH:
        st.caption(f"{count(fitted.n, 'validation face')} cannot choose a temperature: with fewer than "
                   f"{recalibrate.ENOUGH} it is chance. It stays at {now:g}.")  # fmt: skip
        return
    st.caption(
        f"{fitted.adjustment.temperature:g} fits the {count(fitted.n, 'validation face')} best: the loss there goes "
        f"from {fitted.loss_before:.4f} to {fitted.loss_after:.4f}. Every answer stays as it is; how sure it is "
        "changes, and the unsure band goes along."
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
