"""The test faces with their answers: a page at a time, and one of them open beside them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from emotion.evaluation import gallery
from emotion.system import _, ngettext
from pages.ui.evaluate import filters, open_face, results
from pages.ui.evaluate.filters import FACE, PAGE
from pages.ui.shared import montage, text
from pages.ui.shared.montage import Cell

if TYPE_CHECKING:
    from emotion.evaluation import Montage
    from pages.ui.evaluate.results import Result


A_PAGE, A_NARROW_PAGE = 96, 48  # faces: eight rows on a desktop


def show_gallery(result: Result) -> None:
    """Filters, then faces."""
    show_faces(result, filters.show_filters(result))


def show_beside(result: Result) -> None:
    """The same in a narrow place, such as beside the matrix: the filters in a list that opens, the open face on top."""
    with st.popover(_("Filters"), key="gallery_filters"):
        indices = filters.show_filters(result)
    show_narrow(result, indices)


def show_narrow(result: Result, indices: np.ndarray) -> None:
    """Faces in this order, for a narrow place: the open face stands above them."""
    st.fragment(_faces)(result, indices, narrow=True)


def show_faces(result: Result, indices: np.ndarray) -> None:
    """Faces in this order; turning a page or opening a face redraws only them."""
    signs = ", ".join(f"{mark} {text.plain(name)}" for name, mark in text.marks(result.model.info.classes).items())
    st.caption(
        _("In the corner of a face: what it was called ({signs}). ✕ and a thick outline: a mistake.", signs=signs)
    )
    st.fragment(_faces)(result, indices)


def _faces(result: Result, indices: np.ndarray, narrow: bool = False) -> None:
    FACE.adopt(lambda file: not file or results.index_of(result, file) is not None, "")
    if not len(indices):
        st.info(_("No face fits these filters."), icon=":material/search_off:")
        st.button(_("Show all faces"), key="show_all", on_click=filters.choose_cell, args=(None,))
        return
    if narrow:
        with st.container(key="face_beside"):
            open_face.show_open_face(result)
        _page(result, indices, A_NARROW_PAGE)
        return
    sheet, beside = st.columns([5, 2], gap="medium")
    with sheet:
        _page(result, indices)
    with beside, st.container(key="open_face"):
        open_face.show_open_face(result)


def _page(result: Result, indices: np.ndarray, size: int = A_PAGE) -> None:
    place, pages = st.container(), gallery.page_count(len(indices), size)
    number = st.pagination(pages, key=PAGE, bind="query-params", on_change=filters.pin)  # drawn first, shown below
    here = gallery.page(indices, number, size)
    token = hashlib.blake2b(result.token.encode() + here.tobytes(), digest_size=8).hexdigest()
    marks = text.marks(result.model.info.classes)
    with place:
        montage.show_sheet(
            _sheet(token, result.examples.images[here]),
            [_cell(result, index, marks) for index in here.tolist()],
            ngettext(
                "{n} face, page {page} of {pages}. Arrow keys move, Enter opens a face.",
                "{n} faces, page {page} of {pages}. Arrow keys move, Enter opens a face.",
                len(indices),
                page=number,
                pages=pages,
            ),
            token,
            results.index_of(result, st.session_state[FACE.key]),
            lambda index: FACE.set(result.examples.files[index]),
        )


@st.cache_data(max_entries=64, show_spinner=False)
def _sheet(token: str, _images: np.ndarray) -> Montage:
    return gallery.montage(_images)


def _cell(result: Result, index: int, marks: dict[str, str]) -> Cell:
    answer, wrong = results.answer(result, index), results.is_mistake(result, index)
    said = {
        "truth": results.truth(result, index),
        "answer": answer,
        "share": text.percent(results.share(result, index)),
    }
    if wrong:
        words = _("truth: {truth}, called {answer} with {share}, a mistake", **said)
    else:
        words = _("truth: {truth}, called {answer} with {share}", **said)
    return Cell(
        number=index,
        name=result.examples.files[index].rsplit("/", 1)[-1],
        words=words,
        wrong=wrong,
        sign=marks[answer],
        tone=text.colour_class(answer, result.model.info.classes),
    )
