"""The threshold: a slider, the two score histograms it cuts, what it costs, and saving it with the model."""

from __future__ import annotations

import streamlit as st

from emotion import adjustment, thresholds
from emotion.adjustment import Adjustment
from emotion.errors import EmotionError
from emotion.selection import range_of
from emotion.thresholds import Costs, Figures
from pages.ui import filters, insight, pick, score_chart, words
from pages.ui.filters import THRESHOLD
from pages.ui.results import Result

SLIDER, SAVED, PROBLEM = "evaluate_threshold_slider", "threshold_saved", "threshold_problem"
COSTS = ("cost_wrong_positive", "cost_wrong_negative")  # of the session: two numbers
BINS = 20
STEP = 0.01


def asked() -> float | None:
    """The threshold that the address asks for, None for that of the model."""
    word = THRESHOLD.adopt(_fits, "")
    return float(word) if word else None


def _fits(word: str) -> bool:
    try:
        return not word or 0 <= float(word) <= 1
    except ValueError:
        return False


def use(threshold: float | None) -> None:
    """Looks at everything with another threshold; None: that of the model. For callbacks."""
    THRESHOLD.set("" if threshold is None else f"{threshold:g}")


def show(result: Result) -> None:
    """The section."""
    found = insight.question(result)
    if found is None:
        st.info("This model answers with the likeliest of its classes: it has no threshold to move.")
        return
    question, sweep = found
    negative, positive = question.negative_name, question.positive_name
    now = sweep.at(result.info.threshold)
    bars = thresholds.histogram(question.scores, question.positive, BINS)
    chart = score_chart.histogram(bars, (negative, positive), now.threshold, result.info.unsure_band)
    pick.show("score_chart", chart, f"Faces by their probability of {positive}", _picked)
    _slider(positive, now.threshold)
    costs = Costs(*(float(st.session_state.get(key, 1.0)) for key in COSTS))
    st.html(_figures(now, costs, negative, positive))
    if len(result.info.classes) > 2:
        st.caption(f"It counts for “{positive} or {negative}?”, over the faces of these two classes. Asked for all "
                   "classes, a face is called what is likeliest, whatever the threshold.")  # fmt: skip
    _costs(result, costs, now, negative, positive)
    _saving(result)


def _picked(word: str) -> None:
    name, _, within = word.rpartition(":")
    chosen = range_of(within)
    if chosen is not None:
        filters.only(truth=name, ranges={"score": chosen})


def _slider(positive: str, threshold: float) -> None:
    if st.session_state.get(SLIDER) != threshold:  # never while somebody is moving it
        st.session_state[SLIDER] = threshold
    st.slider(f"Threshold: call a face {positive} above", 0.0, 1.0, step=STEP, key=SLIDER, on_change=_moved)


def _moved() -> None:
    use(st.session_state[SLIDER])
    filters.to_first_page()


def _figures(now: Figures, costs: Costs, negative: str, positive: str) -> str:
    """Precision, recall, accuracy and cost at the threshold, each with its interval."""
    cells = [
        ("Got right", now.accuracy, now.accuracy_interval, "of the faces of these classes (accuracy)"),
        (f"Trusted when {positive}", now.precision, now.precision_interval, f"of those called {positive} (precision)"),
        (f"{positive.capitalize()} found", now.recall, now.recall_interval, f"of the {positive} faces (recall)"),
    ]
    shown = "".join(
        f'<div><dt>{words.markup(name)}</dt><dd class="value">{"–" if share is None else words.percent(share, 1)}</dd>'
        f'<dd class="quiet">{low * 100:.1f}–{words.percent(high, 1)} {words.markup(what)}</dd></div>'
        for name, share, (low, high), what in cells
    )
    mistakes = f"{now.false_positive:,} wrongly {positive}, {now.false_negative:,} wrongly {negative}"
    cost = f'<dd class="value">{now.cost(costs):,.0f}</dd><dd class="quiet">{words.markup(mistakes)}</dd>'
    return f'<dl class="figures">{shown}<div><dt>Cost</dt>{cost}</div></dl>'


def _costs(result: Result, costs: Costs, now: Figures, negative: str, positive: str) -> None:
    """What the two mistakes cost, and the threshold that costs least."""
    cheapest = insight.best(result, costs)
    first, second, third = st.columns([2, 2, 3], vertical_alignment="bottom")
    for place, key, name in ((first, COSTS[0], positive), (second, COSTS[1], negative)):
        st.session_state.setdefault(key, 1.0)
        place.number_input(f"A wrong “{name}” costs", 0.0, 1000.0, step=1.0, key=key, persist_state="session")
    if cheapest is None:
        return
    spared = now.cost(costs) - cheapest.cost(costs)
    label = f"Use {cheapest.threshold:g}, the cheapest" if spared > 0 else f"{now.threshold:g} is the cheapest"
    third.button(
        label, key="use_cheapest", disabled=spared <= 0, width="stretch", on_click=use, args=(cheapest.threshold,)
    )
    if spared > 0:
        third.caption(f"It would cost {cheapest.cost(costs):,.0f} instead of {now.cost(costs):,.0f} on these faces.")


def _saving(result: Result) -> None:
    """Keeping the threshold with the model, so that every page and the command line answer with it."""
    own, now = result.model.info.threshold, result.info.threshold
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Save with the model", key="save_threshold", type="primary", disabled=now == own, on_click=_save,
                  args=(result, now))  # fmt: skip
        if now != own:
            st.button(f"Back to {own:g}", key="reset_threshold", on_click=use, args=(None,))
        elif adjustment.read(result.model.path).changes:
            st.button("As it was trained", key="forget_threshold", type="tertiary", on_click=_forget, args=(result,))
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(words.plain(problem), icon=":material/error:")
    elif st.session_state.pop(SAVED, None) is not None:
        st.caption(f"Saved: {now:g}. It is used from now on wherever this model answers.")
    elif now == own:
        st.caption(f"{own:g} is the threshold that this model answers with everywhere.")
    else:
        st.caption(f"This page looks at {now:g}; everywhere else the model still answers with {own:g}.")


def _save(result: Result, threshold: float) -> None:
    try:
        adjustment.save(result.model.path, result.model.info, Adjustment(threshold=threshold))
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)
        return
    st.session_state[SAVED] = threshold
    use(None)


def _forget(result: Result) -> None:
    try:
        adjustment.forget(result.model.path)
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)
        return
    use(None)
