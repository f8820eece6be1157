"""The test faces with their answers: filtered, ordered, a page at a time, and one of them open beside them."""

from __future__ import annotations

import hashlib

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from emotion import gallery
from emotion.gallery import Montage
from emotion.prediction import Face
from emotion.progress import count
from pages.ui import faces, matrix, montage, results, words
from pages.ui.address import Choice
from pages.ui.montage import Cell
from pages.ui.results import Result

A_PAGE = 96  # faces: eight rows on a desktop
ANY = "any"
RUN, DATA = Choice("run"), Choice("data")
SHOW, TRUTH, ANSWER, ORDER, FACE = (Choice(name, (RUN, DATA)) for name in ("show", "truth", "answer", "order", "face"))
SMOOTH = "evaluate_smooth"  # whether the open face is enlarged smoothly or in pixels
PAGE = "page"  # of the gallery, bound to the address by the widget itself
SHOW_WORDS = {gallery.ALL: "all", gallery.WRONG: "✕ wrong", gallery.RIGHT: "right"}
ORDER_WORDS = {
    gallery.MOST_WRONG: "most wrong first",
    gallery.LEAST_SURE: "least sure first",
    gallery.BY_FILE: "by file name",
}


def chosen_cell(result: Result) -> matrix.Cell | None:
    """The cell of the confusion matrix to which the faces are narrowed, or None."""
    allowed = (ANY, *result.info.classes)
    truth, answer = TRUTH.adopt(allowed, ANY), ANSWER.adopt(allowed, ANY)
    return None if ANY in (truth, answer) else (truth, answer)


def choose_cell(cell: matrix.Cell | None) -> None:
    """Shows exactly the faces of a cell; None shows all. For callbacks."""
    truth, answer = cell or (ANY, ANY)
    TRUTH.set(truth)
    ANSWER.set(answer)
    SHOW.set(gallery.ALL)
    to_first_page()


def to_first_page() -> None:
    """For callbacks of everything that changes which faces are shown."""
    if st.session_state.get(PAGE, 1) != 1:
        st.session_state[PAGE] = 1


def show(result: Result) -> None:
    """Filters, then faces; the filters redraw the page, turning a page or opening a face only this part."""
    indices = _filters(result)
    signs = ", ".join(f"{words.sign(name)} {words.plain(name)}" for name in result.info.classes)
    st.caption(f"In the corner of a face: what it was called ({signs}). ✕ and a thick outline: a mistake.")
    st.fragment(_faces)(result, indices)


def _filters(result: Result) -> np.ndarray:
    """Draws the filters. Returns the indices of the faces they let through, in order."""
    show_, truth = SHOW.adopt(SHOW_WORDS, gallery.ALL), TRUTH.adopt((ANY, *result.info.classes), ANY)
    order, answer = ORDER.adopt(ORDER_WORDS, gallery.MOST_WRONG), ANSWER.adopt((ANY, *result.info.classes), ANY)
    chosen = {
        kind: results.order(result, order, kind, *("" if name == ANY else name for name in (truth, answer)))
        for kind in SHOW_WORDS
    }
    first, second, third = st.columns([9, 9, 6], vertical_alignment="bottom")
    first.segmented_control(
        "Faces", list(SHOW_WORDS), key=SHOW.key, required=True, on_change=_changed, args=(SHOW,),
        format_func=lambda kind: f"{SHOW_WORDS[kind]} {len(chosen[kind]):,}",
    )  # fmt: skip
    left, right = second.columns(2, wrap=False, gap="small")
    _class_filter(left, "Truth", TRUTH, result)
    _class_filter(right, "Called", ANSWER, result)
    third.selectbox(
        "Order", list(ORDER_WORDS), key=ORDER.key, format_func=ORDER_WORDS.__getitem__, filter_mode=None,
        on_change=_changed, args=(ORDER,),
    )  # fmt: skip
    return chosen[show_]


def _class_filter(place: DeltaGenerator, label: str, choice: Choice, result: Result) -> None:
    place.selectbox(
        label, [ANY, *result.info.classes], key=choice.key, filter_mode=None, on_change=_changed,
        args=(choice,), format_func=lambda name: name if name == ANY else f"{words.sign(name)} {name}",
    )  # fmt: skip


def _changed(choice: Choice) -> None:
    choice.publish()
    to_first_page()


def _pin() -> None:
    for choice in (RUN, DATA):
        choice.pin()


def _faces(result: Result, indices: np.ndarray) -> None:
    FACE.adopt(lambda file: not file or results.index_of(result, file) is not None, "")
    if not len(indices):
        st.info("No face fits these filters.", icon=":material/search_off:")
        st.button("Show all faces", key="show_all", on_click=choose_cell, args=(None,))
        return
    sheet, beside = st.columns([5, 2], gap="medium")
    with sheet:
        _page(result, indices)
    with beside, st.container(key="open_face"):
        _open_face(result)


def _page(result: Result, indices: np.ndarray) -> None:
    place, pages = st.container(), gallery.page_count(len(indices), A_PAGE)
    number = st.pagination(pages, key=PAGE, bind="query-params", on_change=_pin)  # drawn first, shown below
    here = gallery.page(indices, number, A_PAGE)
    token = hashlib.blake2b(result.token.encode() + here.tobytes(), digest_size=8).hexdigest()
    with place:
        montage.show(
            _sheet(token, result.examples.images[here]),
            [_cell(result, index) for index in here.tolist()],
            f"{count(len(indices), 'face')}, page {number} of {pages}. Arrow keys move, Enter opens a face.",
            token,
            results.index_of(result, st.session_state[FACE.key]),
            lambda index: FACE.set(result.examples.files[index]),
        )


@st.cache_data(max_entries=64, show_spinner=False)
def _sheet(token: str, _images: np.ndarray) -> Montage:
    return gallery.montage(_images)


def _cell(result: Result, index: int) -> Cell:
    answer, wrong = results.answer(result, index), results.is_mistake(result, index)
    sure = words.percent(result.probabilities[index, result.answered[index]])
    return Cell(
        number=index,
        name=result.examples.files[index].rsplit("/", 1)[-1],
        words=f"truth: {results.truth(result, index)}, called {answer} with {sure}{', a mistake' if wrong else ''}",
        wrong=wrong,
        sign=words.sign(answer),
        tone=words.colour_class(answer),
    )


def _open_face(result: Result) -> None:
    """The face that was chosen, large, or how to choose one."""
    index = results.index_of(result, st.session_state[FACE.key])
    if index is None:
        st.html('<div class="face-hint">Click a face to see it large. With the keyboard: Tab to the faces, '
                "arrow keys, Enter.</div>")  # fmt: skip
        return
    probability, _, unsure = result.judged[index]
    face = Face(None, probability, results.answer(result, index), unsure, result.examples.images[index])
    smooth = st.session_state.get(SMOOTH, False)
    with st.container(key="face_picture"), st.container(key="face_smooth" if smooth else "face_crisp"):
        st.image(face.seen, width="stretch", alt=f"The face in {words.plain(result.examples.files[index])}, enlarged")
    with st.container(key="face_text"):
        _facts(result, index, face)


def _facts(result: Result, index: int, face: Face) -> None:
    truth = results.truth(result, index)
    verdict = "✕ a mistake" if results.is_mistake(result, index) else "✓ right"
    st.html(faces.answer_html(face, result.info, None))
    st.html(
        f'<dl class="face-facts"><dt>truth</dt><dd>{words.sign(truth)} {words.markup(truth)}, {verdict}</dd>'
        f"<dt>file</dt><dd>{words.markup(result.examples.files[index])}</dd></dl>"
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle("Smooth", key=SMOOTH, persist_state="session")
        st.button("Close", key="close_face", type="tertiary", on_click=FACE.set, args=("",))
