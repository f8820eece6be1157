"""Evaluate: how good a model is on faces that it has never seen, and which of them it gets wrong."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from emotion.data import listing
from emotion.evaluation import read_report
from emotion.runs import Run, list_runs
from emotion.system import DEMO, N_, DataError, EmotionError, _, compact, ngettext
from emotion.training.head.run import HELD_OUT
from pages.ui.evaluate import (
    alike,
    asked,
    beat,
    certainty,
    figures,
    filters,
    gallery,
    honest_score,
    insight,
    matrix,
    report,
    results,
    threshold,
    two_models,
    weak_spots,
)
from pages.ui.evaluate.filters import DATA, RUN, THRESHOLD
from pages.ui.evaluate.results import SHIPPED, Result, Tell
from pages.ui.shared import frame, own_runs, text
from pages.ui.shared.address import Choice

LOOK = Choice("look", filters.BASE)
OVERVIEW, THRESHOLDS, SURE, WEAK, ALIKE, COMPARE, BEAT, REPORT = (
    "overview", "threshold", "sure", "weak", "alike", "compare", "beat", "report",
)  # fmt: skip
SECTIONS = {
    OVERVIEW: N_("Overview"),
    THRESHOLDS: N_("Threshold"),
    SURE: N_("How sure"),
    WEAK: N_("Weak spots"),
    ALIKE: N_("Faces like this"),
    COMPARE: N_("Two models"),
    BEAT: N_("Beat the model"),
    REPORT: N_("Report"),
}
NO_TEST = N_(
    "This data has no test split. These figures are of its training faces, each answered by a last layer that had not "
    "learned from it."
)
OF_TEST_FACES = (COMPARE, REPORT)  # sections that ask about a test split
WITH_MATRIX = (OVERVIEW, THRESHOLDS)
WITH_FACES = (OVERVIEW, THRESHOLDS, SURE, WEAK)  # sections whose figures choose the faces below them


def page() -> None:
    action = frame.heading(
        _("Evaluate"), _("How good a model is on faces that it has never seen, and where it is wrong.")
    )
    runs = {run.id: run for run in list_runs() if run.has_model}
    if not _has_something(runs):
        return
    run, data = _choices(runs)
    result = _result(run, data)
    if result is None:
        return
    with action:
        if st.button(_("Try it on a photo"), key="to_predict", type="primary", width="stretch"):
            st.switch_page(frame.PREDICT, query_params={} if run is None else {"model": run.id})
    result = results.at(result, threshold.asked())
    _notes(result, run, data)
    with st.container(key="evaluate_score"):
        st.html(figures.headline(result.evaluation))
    section = _section(result)
    beside = section in WITH_MATRIX and filters.is_beside(result)
    if section in WITH_FACES:
        filters.tell(result, below=not beside)
    if section == COMPARE:
        _compare(result, run, runs, data)
    else:
        _show_section(section, result, run, data)
    if section in WITH_FACES and not beside:
        st.subheader(_("The faces"), anchor="faces")
        gallery.show_gallery(result)
    if run is not None and section == OVERVIEW:
        st.caption(text.plain(figures.from_training(read_report(run.paths))))


def _section(result: Result) -> str:
    """What is looked at; only that is worked out."""
    offered = [name for name in SECTIONS if not (result.is_held_out and name in OF_TEST_FACES)]
    section = LOOK.adopt(offered, OVERVIEW)
    st.segmented_control(_("Look at"), offered, key=LOOK.key, required=True,
                         format_func=lambda name: _(SECTIONS[name]), on_change=LOOK.publish,
                         label_visibility="collapsed")  # fmt: skip
    return section


def _show_section(section: str, result: Result, run: Run | None, data: str) -> None:
    if section == OVERVIEW:
        with st.container(key="evaluate_figures"):
            st.html(figures.others(result.evaluation))
        if not result.is_held_out:
            honest_score.show_scores(result, run, data)
        _classes(result)
    elif section == THRESHOLDS:
        threshold.show_threshold(result)
        _matrix(result)
        threshold.show_curves(result)
    elif section == SURE:
        certainty.show_certainty(result, run)
    elif section == WEAK:
        weak_spots.show_weak_spots(result)
    elif section == ALIKE:
        alike.show_map(result)
    elif section == BEAT:
        beat.show_game(result)
    else:
        report.show_report(result, data)


def _compare(result: Result, run: Run | None, runs: dict[str, Run], data: str) -> None:
    place = st.empty()
    title, this = (_(text.MODEL_TITLES[SHIPPED]), SHIPPED) if run is None else (run.title, run.id)
    two_models.show_comparison(result, title, runs, this, data, _teller(place))
    place.empty()


def _has_something(runs: dict[str, Run]) -> bool:
    """Without a run of one's own there is little to look at; says so, unless the shipped model was asked for."""
    asked = st.query_params.get("run")
    wanted = own_runs.find(asked)
    if wanted is not None and not wanted.has_model:
        _without_model(wanted)
        return False
    if asked and asked != SHIPPED and wanted is None:
        st.info(text.plain(own_runs.why_not(asked)), icon=":material/help:")
    if runs or asked == SHIPPED:
        return True
    st.info(_("No run has a model yet. Train one: then its figures, its mistakes and every test face are shown here."),
            icon=":material/model_training:")  # fmt: skip
    with st.container(horizontal=True):
        if st.button(_("Train a model"), key="to_train", type="primary"):
            st.switch_page(frame.TRAIN)
        if results.model_file(None).is_file():
            st.button(_("Look at the shipped model"), key="shipped", on_click=RUN.set, args=(SHIPPED,))
    return False


def _without_model(run: Run) -> None:
    said = {"name": run.title, "state": run.said}
    if run.status.has_ended:
        told = _("“{name}” has no model ({state}). There is nothing to evaluate.", **said)
    else:
        told = _("“{name}” has no model ({state}). Its figures come when its training ends.", **said)
    st.info(text.plain(told), icon=":material/hourglass:")
    if st.button(_("Go to that run"), key="to_run", type="primary"):
        st.switch_page(frame.TRAIN, query_params={"run": run.id})
    st.button(_("Choose another run"), key="other_run", on_click=RUN.set, args=("",))


def _choices(runs: dict[str, Run]) -> tuple[Run | None, str]:
    """The run whose model is looked at (None: the shipped one), and the data on which."""
    titles = {name: run.title for name, run in runs.items()}
    if results.model_file(None).is_file():
        titles[SHIPPED] = _(text.MODEL_TITLES[SHIPPED])
    run = runs.get(RUN.adopt(titles, next(iter(titles))))
    data = results.data_choices(run)
    word = DATA.adopt(data, next(iter(data)))
    left, right = st.columns(2)
    _choice(left, _("Run"), RUN, titles)
    _choice(right, _("on the test faces of"), DATA, {word: listing.title(where) for word, where in data.items()})
    return run, data[word]


def _choice(place: DeltaGenerator, label: str, choice: Choice, titles: dict[str, str]) -> None:
    shown = {word: text.whole(title) for word, title in titles.items()}
    place.selectbox(
        label, list(titles), key=choice.key, format_func=lambda word: shown.get(word, word), on_change=_changed,
        args=(choice,),
    )  # fmt: skip


def _changed(choice: Choice) -> None:
    choice.publish()
    THRESHOLD.set("")
    filters.choose_cell(None)


def _teller(place: DeltaGenerator) -> Tell:
    def tell(what: str, done: int, total: int) -> None:
        place.progress(done / max(total, 1), _("{what}: {done} of {all}", what=what, done=done, all=total))

    return tell


def _result(run: Run | None, data: str) -> Result | None:
    """The figures, from memory or worked out with progress; None after an error, which is told."""
    choice, place = st.container(), st.empty()
    tell = _teller(place)
    try:
        question = results.question(run, data, tell)
        with choice:
            classes = asked.show_question(question)
        result = results.load(question, classes, tell)
        insight.prepare(result)
        return result
    except EmotionError as error:
        if not (isinstance(error, DataError) and _held_out(run, data)):
            st.error(text.plain(str(error)), icon=":material/error:")
            _ways_out(error, data)
        return None
    finally:
        place.empty()


def _held_out(run: Run | None, data: str) -> bool:
    """Shows the score of held-out training faces, where a run has that and its data no test split; else False."""
    kept = None if run is None else read_report(run.paths)
    if run is None or kept is None or kept.method != HELD_OUT or kept.best is None:
        return False
    if listing.title(run.config.data) != listing.title(data):
        return False
    st.info(_(NO_TEST), icon=":material/rule:")
    low, high = kept.best.accuracy_interval
    st.markdown(
        ngettext(
            "**{share}** of {n} face right, between {low} and {high} with 95 % certainty.",
            "**{share}** of {n} faces right, between {low} and {high} with 95 % certainty.",
            kept.best.n,
            share=text.percent(kept.best.accuracy, 1),
            low=text.percent(low),
            high=text.percent(high),
        )
    )
    return True


def _ways_out(error: EmotionError, data: str) -> None:
    with st.container(horizontal=True):
        if isinstance(error, DataError) and data != DEMO:
            st.button(_("Use the drawn faces"), key="use_demo", type="primary", on_click=DATA.set, args=(DEMO,))
        elif st.button(_("Train a model"), key="to_train", type="primary"):
            st.switch_page(frame.TRAIN)


def _notes(result: Result, run: Run | None, data: str) -> None:
    """What one has to know to read the figures right."""
    if result.is_held_out:
        st.info(_(NO_TEST), icon=":material/rule:")
    if result.info.saw_only_drawn_faces and data != DEMO:
        st.warning(_(text.DRAWN_ONLY), icon=":material/draw:")
    learned_from_them = result.info.saw_only_drawn_faces or (run is not None and run.config.data == DEMO)
    if data == DEMO and not learned_from_them:
        st.warning(_("This model did not learn from drawn faces. What it gets right of them tells little about it."),
                   icon=":material/draw:")  # fmt: skip
    own, now = result.model.info.threshold, result.info.threshold
    if now != own:
        with st.container(horizontal=True, vertical_alignment="center"):
            told = _("Looked at with the threshold {now}; the model answers with {own} elsewhere.",
                     now=compact(now), own=compact(own))  # fmt: skip
            st.caption(told, width="content")
            st.button(_("Back to {threshold}", threshold=compact(own)), key="model_threshold", type="tertiary",
                      on_click=threshold.use, args=(None,))  # fmt: skip
    lost = len(result.examples.unreadable)
    if lost:
        st.caption(
            ngettext(
                "{n} picture could not be read and is not counted.",
                "{n} pictures could not be read and are not counted.",
                lost,
            )
        )


def _classes(result: Result) -> None:
    """Who was called what, and how each class fares: side by side, or one below the other where they need room."""
    rest = _matrix(result, always_two=_is_small(result))
    with rest or st.container():
        st.subheader(_("Class by class"), anchor=False)
        figures.show_classes(result.evaluation, lambda name: filters.only(truth=name))


def _is_small(result: Result) -> bool:
    return len(result.info.classes) <= matrix.MOST_WITH_WORDS


def _matrix(result: Result, always_two: bool = False) -> DeltaGenerator | None:
    """The matrix; the faces of a cell that was clicked stand beside it, on a phone below it.

    Args:
        always_two: whether there is a place beside it for something else where no cell was clicked; it is returned.
    """
    cell, beside = filters.chosen_cell(result), filters.is_beside(result)
    widths = ([1, 1] if _is_small(result) else [3, 2]) if beside or always_two else [1]
    left, *others = st.columns(widths, gap="large")  # always columns, so that the matrix stays the same element
    with left:
        st.subheader(_("Who was called what"), anchor=False, help=_("The confusion matrix."))
        matrix.show_matrix(result.evaluation, cell, filters.choose_beside)
        told = _("A click on a cell shows exactly its faces, beside it; so do “Truth” and “Called” below.")
        st.caption(_("A second click on the cell shows all faces again.") if beside else told)
    if not beside or cell is None:
        return others[0] if others else None
    with others[0]:
        truth, answer = (text.plain(name) for name in cell)
        st.subheader(_("{truth}, called {answer}", truth=text.capital(truth), answer=answer), anchor=False)
        gallery.show_beside(result)
    return None


frame.guard()
page()
