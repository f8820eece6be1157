"""Evaluate: how good a model is on faces that it has never seen, and which of them it gets wrong."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from emotion import dataset
from emotion.config import DEMO
from emotion.errors import DataError, EmotionError
from emotion.files import read_json
from emotion.progress import count
from emotion.runs import Run, list_runs
from pages.ui import face_gallery, figures, frame, matrix, own_runs, results, words
from pages.ui.address import Choice
from pages.ui.face_gallery import DATA, RUN
from pages.ui.results import SHIPPED, Result

STYLE = Path(__file__).parent / "ui" / "evaluate.css"


def page() -> None:
    st.html(STYLE)
    action = frame.heading("Evaluate", "How good a model is on faces that it has never seen, and where it is wrong.")
    runs = {run.id: run for run in list_runs() if run.has_model}
    if not _has_something(runs):
        return
    run, data = _choices(runs)
    result = _result(run, data)
    if result is None:
        return
    with action:
        if st.button("Try it on a photo", key="to_predict", type="primary", width="stretch"):
            st.switch_page(frame.PREDICT, query_params={} if run is None else {"model": run.id})
    _notes(result, data)
    figures.show(result.evaluation)
    _classes(result)
    st.subheader("The faces", anchor="faces")
    face_gallery.show(result)
    if run is not None:
        st.caption(words.plain(figures.from_training(read_json(run.paths.report))))


def _has_something(runs: dict[str, Run]) -> bool:
    """Without a run of one's own there is little to look at; says so, unless the shipped model was asked for."""
    asked = st.query_params.get("run")
    wanted = own_runs.find(asked)
    if wanted is not None and not wanted.has_model:
        _without_model(wanted)
        return False
    if asked and asked != SHIPPED and wanted is None:
        st.info("The run in the address is not here (any more).", icon=":material/help:")
    if runs or asked == SHIPPED:
        return True
    st.info("No run has a model yet. Train one: then its figures, its mistakes and every test face are shown here.",
            icon=":material/model_training:")  # fmt: skip
    with st.container(horizontal=True):
        if st.button("Train a model", key="to_train", type="primary"):
            st.switch_page(frame.TRAIN)
        if results.model_file(None).is_file():
            st.button("Look at the shipped model", key="shipped", on_click=RUN.set, args=(SHIPPED,))
    return False


def _without_model(run: Run) -> None:
    ends = "There is nothing to evaluate." if run.status.has_ended else "Its figures come when its training ends."
    st.info(words.plain(f"“{run.title}” has no model ({words.STATUS_WORDS[run.status]}). {ends}"),
            icon=":material/hourglass:")  # fmt: skip
    if st.button("Go to that run", key="to_run", type="primary"):
        st.switch_page(frame.TRAIN, query_params={"run": run.id})
    st.button("Choose another run", key="other_run", on_click=RUN.set, args=("",))


def _choices(runs: dict[str, Run]) -> tuple[Run | None, str]:
    """The run whose model is looked at (None: the shipped one), and the data on which."""
    titles = {name: run.title for name, run in runs.items()}
    if results.model_file(None).is_file():
        titles[SHIPPED] = words.MODEL_TITLES[SHIPPED]
    run = runs.get(RUN.adopt(titles, next(iter(titles))))
    data = results.data_choices(run)
    word = DATA.adopt(data, next(iter(data)))
    left, right = st.columns(2)
    _choice(left, "Run", RUN, titles)
    _choice(right, "on the test faces of", DATA, {word: dataset.title(where) for word, where in data.items()})
    return run, data[word]


def _choice(place: DeltaGenerator, label: str, choice: Choice, titles: dict[str, str]) -> None:
    place.selectbox(
        label, list(titles), key=choice.key, format_func=lambda word: titles.get(word, word), on_change=_changed,
        args=(choice,),
    )  # fmt: skip


def _changed(choice: Choice) -> None:
    choice.publish()
    face_gallery.choose_cell(None)


def _result(run: Run | None, data: str) -> Result | None:
    """The figures, from memory or worked out with progress; None after an error, which is told."""
    place = st.empty()

    def tell(what: str, done: int, total: int) -> None:
        place.progress(done / total, f"{what}: {done:,} of {total:,}")

    try:
        return results.load(run, data, tell)
    except EmotionError as error:
        st.error(words.plain(str(error)), icon=":material/error:")
        _ways_out(error, data)
        return None
    finally:
        place.empty()


def _ways_out(error: EmotionError, data: str) -> None:
    with st.container(horizontal=True):
        if isinstance(error, DataError) and data != DEMO:
            st.button("Use the drawn faces", key="use_demo", type="primary", on_click=DATA.set, args=(DEMO,))
        elif st.button("Train a model", key="to_train", type="primary"):
            st.switch_page(frame.TRAIN)


def _notes(result: Result, data: str) -> None:
    """What one has to know to read the figures right."""
    if result.info.saw_only_drawn_faces and data != DEMO:
        st.warning(words.DRAWN_ONLY, icon=":material/draw:")
    if data == DEMO and not result.info.saw_only_drawn_faces:
        st.warning("This model did not learn from drawn faces. What it gets right of them tells little about it.",
                   icon=":material/draw:")  # fmt: skip
    lost = len(result.examples.unreadable)
    if lost:
        st.caption(f"{count(lost, 'picture')} could not be read and {'is' if lost == 1 else 'are'} not counted.")


def _classes(result: Result) -> None:
    """Who was called what, and how each class fares."""
    cell = face_gallery.chosen_cell(result)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Who was called what", anchor=False, help="The confusion matrix.")
        matrix.show(result.evaluation, cell, face_gallery.choose_cell)
        if cell is None:
            st.caption("A click on a cell shows exactly its faces; so do “Truth” and “Called” below.")
        else:
            truth, answer = (words.plain(name) for name in cell)
            st.caption(f"Shown below: truth {truth} → called {answer}. [To the faces](#faces)")
    with right:
        st.subheader("Class by class", anchor=False)
        figures.show_classes(result.evaluation)


frame.guard()
page()
