"""The threshold: a slider, the two score histograms it cuts, what it costs, and saving it with the model.

What every threshold would do: ROC, precision against recall; with more classes those of each against the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.evaluation import Range, range_of
from emotion.metrics import Costs, thresholds
from emotion.models import Adjustment, preferences
from emotion.system import EmotionError, _, compact, decimal
from pages.ui.evaluate import charts, filters, insight
from pages.ui.evaluate.filters import THRESHOLD
from pages.ui.shared import pick, text

if TYPE_CHECKING:
    from emotion.evaluation import YesOrNo
    from emotion.metrics import Figures, Sweep
    from pages.ui.evaluate.results import Result


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


def show_threshold(result: Result) -> None:
    """The section."""
    found = insight.question(result)
    if found is None:
        st.info(_("This model answers with the likeliest of its classes: it has no threshold to move."))
        return
    question, sweep = found
    negative, positive = question.negative_name, question.positive_name
    now = sweep.at(result.info.threshold)
    bars = thresholds.histogram(question.scores, question.positive, BINS)
    chart = charts.histogram(bars, (negative, positive), now.threshold, result.info.unsure_band)
    pick.show_markup("score_chart", chart, _("Faces by their probability of {name}", name=positive), _picked)
    _slider(positive, now.threshold)
    costs = Costs(*(float(st.session_state.get(key, 1.0)) for key in COSTS))
    st.html(_figures(now, costs, negative, positive))
    if len(result.info.classes) > 2:
        st.caption(_("It counts for “{positive} or {negative}?”, over the faces of these two classes. Asked for all "
                     "classes, a face is called what is likeliest, whatever the threshold.",
                     positive=positive, negative=negative))  # fmt: skip
    _costs(result, costs, now, negative, positive)
    _saving(result)


def _picked(word: str) -> None:
    name, _colon, within = word.rpartition(":")
    chosen = range_of(within)
    if chosen is not None:
        filters.only(truth=name, ranges={"score": chosen})


def _slider(positive: str, threshold: float) -> None:
    if st.session_state.get(SLIDER) != threshold:  # never while somebody is moving it
        st.session_state[SLIDER] = threshold
    st.slider(
        _("Threshold: call a face {name} above", name=positive), 0.0, 1.0, step=STEP, key=SLIDER, on_change=_moved
    )


def _moved() -> None:
    use(st.session_state[SLIDER])
    filters.to_first_page()


def _figures(now: Figures, costs: Costs, negative: str, positive: str) -> str:
    """Precision, recall, accuracy and cost at the threshold, each with its interval."""
    cells = [
        (_("Got right"), now.accuracy, now.accuracy_interval, _("of the faces of these classes (accuracy)")),
        (_("Trusted when {name}", name=positive), now.precision, now.precision_interval,
         _("of those called {name} (precision)", name=positive)),
        (_("{name} found", name=positive.capitalize()), now.recall, now.recall_interval,
         _("of the {name} faces (recall)", name=positive)),
    ]  # fmt: skip
    shown = "".join(
        f'<div><dt>{text.markup(name)}</dt><dd class="value">{"–" if share is None else text.percent(share, 1)}</dd>'
        f'<dd class="quiet">{decimal(low * 100)}–{text.percent(high, 1)} {text.markup(what)}</dd></div>'
        for name, share, (low, high), what in cells
    )
    mistakes = _("{n} wrongly {positive}, {m} wrongly {negative}", n=now.false_positive, positive=positive,
                 m=now.false_negative, negative=negative)  # fmt: skip
    cost = f'<dd class="value">{decimal(now.cost(costs), 0)}</dd><dd class="quiet">{text.markup(mistakes)}</dd>'
    return f'<dl class="figures">{shown}<div><dt>{_("Cost")}</dt>{cost}</div></dl>'


def _costs(result: Result, costs: Costs, now: Figures, negative: str, positive: str) -> None:
    """What the two mistakes cost, and the threshold that costs least."""
    cheapest = insight.best(result, costs)
    first, second, third = st.columns([2, 2, 3], vertical_alignment="bottom")
    for place, key, name in ((first, COSTS[0], positive), (second, COSTS[1], negative)):
        st.session_state.setdefault(key, 1.0)
        label = _("A wrong “{name}” costs", name=name)
        place.number_input(label, 0.0, 1000.0, step=1.0, key=key, persist_state="session")
    if cheapest is None:
        return
    spared = now.cost(costs) - cheapest.cost(costs)
    if spared > 0:
        label = _("Use {threshold}, the cheapest", threshold=compact(cheapest.threshold))
    else:
        label = _("{threshold} is the cheapest", threshold=compact(now.threshold))
    third.button(
        label, key="use_cheapest", disabled=spared <= 0, width="stretch", on_click=use, args=(cheapest.threshold,)
    )
    if spared > 0:
        third.caption(_("It would cost {least} instead of {now} on these faces.",
                        least=decimal(cheapest.cost(costs), 0), now=decimal(now.cost(costs), 0)))  # fmt: skip


def _saving(result: Result) -> None:
    """Keeping the threshold with the model, so that every page and the command line answer with it."""
    own, now = result.model.info.threshold, result.info.threshold
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(_("Save with the model"), key="save_threshold", type="primary", disabled=now == own, on_click=_save,
                  args=(result, now))  # fmt: skip
        if now != own:
            st.button(_("Back to {threshold}", threshold=compact(own)), key="reset_threshold", on_click=use,
                      args=(None,))  # fmt: skip
        elif preferences.read(result.model.path).changes:
            st.button(_("As it was trained"), key="forget_threshold", type="tertiary", on_click=_forget,
                      args=(result,))  # fmt: skip
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(text.plain(problem), icon=":material/error:")
    elif st.session_state.pop(SAVED, None) is not None:
        st.caption(_("Saved: {threshold}. It is used from now on wherever this model answers.",
                     threshold=compact(now)))  # fmt: skip
    elif now == own:
        st.caption(_("{threshold} is the threshold that this model answers with everywhere.",
                     threshold=compact(own)))  # fmt: skip
    else:
        st.caption(_("This page looks at {now}; everywhere else the model still answers with {own}.",
                     now=compact(now), own=compact(own)))  # fmt: skip


def _save(result: Result, threshold: float) -> None:
    try:
        preferences.save(result.model.path, result.model.info, Adjustment(threshold=threshold))
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)
        return
    st.session_state[SAVED] = threshold
    use(None)


def _forget(result: Result) -> None:
    try:
        preferences.forget(result.model.path)
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)
        return
    use(None)


CLASS = "curves_class"  # the class that is looked at against all others
DOTS = tuple(k / 20 for k in range(1, 20))  # thresholds that a click can choose, as far as there is room for them


def show_curves(result: Result) -> None:
    """The curves of the question that the threshold is about, then those of each class."""
    found = insight.question(result)
    if found is not None:
        _question(*found, result.info.threshold)
    if len(result.info.classes) > 2:
        _against_rest(result)


def _question(question: YesOrNo, sweep: Sweep, threshold: float) -> None:
    positive = question.positive_name
    st.subheader(_("Every threshold at once"), anchor=False)
    left, right = st.columns(2, gap="large")
    with left:
        st.caption(_("**ROC**: the {name} faces it finds, against the others it wrongly calls {name}. The "
                     "nearer to the upper left corner, the better.", name=positive))  # fmt: skip
        chart = charts.roc([(sweep, "accent")], sweep, DOTS, threshold, positive)
        alt = _("Faces found and faces wrongly called {name}, at every threshold", name=positive)
        pick.show_markup("roc", chart, alt, _picked_point)
    with right:
        st.caption(_("**Precision and recall**: how many of those called {name} are, against how many of the "
                     "{name} ones it finds.", name=positive))  # fmt: skip
        chart = charts.precision_recall([(sweep, "accent")], sweep, DOTS, threshold, positive)
        pick.show_markup("precision_recall", chart, _("Precision against recall, at every threshold"), _picked_point)
    st.caption(_("A click on a dot looks at that threshold and shows the faces above it. The diamond is {threshold}.",
                 threshold=compact(threshold)))  # fmt: skip


def _picked_point(word: str) -> None:
    threshold = float(word)
    use(threshold)
    filters.only(ranges={"score": Range(threshold, None)})


def _against_rest(result: Result) -> None:
    """One class is drawn strongly, the others faintly: seven colours nobody can tell apart."""
    st.subheader(_("One class against the rest"), anchor=False)
    sweeps, names = insight.against_rest(result), result.info.classes
    if st.session_state.get(CLASS) not in names:
        st.session_state[CLASS] = result.info.positive
    chosen = st.selectbox(_("Class"), names, key=CLASS, persist_state="session", filter_mode=None, width=260)
    auc = result.evaluation.per_class[chosen].get("auc")
    told = _("The strong line is {name}, the faint ones are the other classes.", name=chosen)
    if auc is not None:
        pairs = _("It tells {name} from all others in {share} of pairs (ROC AUC).",
                  name=chosen, share=text.percent(auc, 1))  # fmt: skip
        told = f"{told} {pairs}"
    drawn = [(sweep, "faint thin") for name, sweep in sweeps.items() if name != chosen]
    drawn.append((sweeps[chosen], "accent"))
    left, right = st.columns(2, gap="large")
    with left:
        pick.show_markup("roc_rest", charts.roc(drawn), _("ROC of {name} against the rest", name=chosen))
    with right:
        alt = _("Precision and recall of {name}", name=chosen)
        pick.show_markup("precision_recall_rest", charts.precision_recall(drawn), alt)
    st.caption(text.plain(told))
