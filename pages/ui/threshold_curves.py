"""What every threshold would do: ROC, precision against recall; with more classes those of each against the rest."""

from __future__ import annotations

import streamlit as st

from emotion.selection import Range
from emotion.study import YesOrNo
from emotion.thresholds import Sweep
from pages.ui import filters, insight, pick, score_chart, words
from pages.ui.results import Result
from pages.ui.threshold import use

CLASS = "curves_class"  # the class that is looked at against all others
DOTS = tuple(k / 20 for k in range(1, 20))  # thresholds that a click can choose, as far as there is room for them


def show(result: Result) -> None:
    """The curves of the question that the threshold is about, then those of each class."""
    found = insight.question(result)
    if found is not None:
        _question(*found, result.info.threshold)
    if len(result.info.classes) > 2:
        _against_rest(result)


def _question(question: YesOrNo, sweep: Sweep, threshold: float) -> None:
    positive = question.positive_name
    st.subheader("Every threshold at once", anchor=False)
    left, right = st.columns(2, gap="large")
    with left:
        st.caption(f"**ROC**: the {positive} faces it finds, against the others it wrongly calls {positive}. The "
                   "nearer to the upper left corner, the better.")  # fmt: skip
        chart = score_chart.roc([(sweep, "accent")], sweep, DOTS, threshold, positive)
        pick.show("roc", chart, f"Faces found and faces wrongly called {positive}, at every threshold", _picked)
    with right:
        st.caption(f"**Precision and recall**: how many of those called {positive} are, against how many of the "
                   f"{positive} ones it finds.")  # fmt: skip
        chart = score_chart.precision_recall([(sweep, "accent")], sweep, DOTS, threshold, positive)
        pick.show("precision_recall", chart, "Precision against recall, at every threshold", _picked)
    st.caption(f"A click on a dot looks at that threshold and shows the faces above it. The diamond is {threshold:g}.")


def _picked(word: str) -> None:
    threshold = float(word)
    use(threshold)
    filters.only(ranges={"score": Range(threshold, None)})


def _against_rest(result: Result) -> None:
    """One class is drawn strongly, the others faintly: seven colours nobody can tell apart."""
    st.subheader("One class against the rest", anchor=False)
    sweeps, names = insight.against_rest(result), result.info.classes
    if st.session_state.get(CLASS) not in names:
        st.session_state[CLASS] = result.info.positive
    chosen = st.selectbox("Class", names, key=CLASS, persist_state="session", filter_mode=None, width=260)
    auc = result.evaluation.per_class[chosen].get("auc")
    told = "" if auc is None else f" It tells {chosen} from all others in {words.percent(auc, 1)} of pairs (ROC AUC)."
    drawn = [(sweep, "faint thin") for name, sweep in sweeps.items() if name != chosen]
    drawn.append((sweeps[chosen], "accent"))
    left, right = st.columns(2, gap="large")
    with left:
        pick.show("roc_rest", score_chart.roc(drawn), f"ROC of {chosen} against the rest")
    with right:
        pick.show("precision_recall_rest", score_chart.precision_recall(drawn), f"Precision and recall of {chosen}")
    st.caption(words.plain(f"The strong line is {chosen}, the faint ones are the other classes.{told}"))
