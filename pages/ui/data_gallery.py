"""Every picture of the data: filtered, ordered, a page at a time, and one of them open beside them."""

from __future__ import annotations

import hashlib

import numpy as np
import streamlit as st

from emotion import gallery, overview
from emotion.gallery import Montage
from emotion.overview import Overview
from emotion.progress import count
from pages.ui import montage, words
from pages.ui.address import Choice
from pages.ui.data_choice import LABEL, ORDER, PART, PICTURE, SET, SPLIT
from pages.ui.montage import Cell

A_PAGE = 96
ANY = "any"
PAGE = "data_page"  # of the gallery
OPENED_IN = "data_opened_in"  # session state: the part of the page in which the open picture was clicked
SPLITS = {ANY: "train and test", "train": "train", "test": "test"}
ORDER_WORDS = {
    overview.BY_NAME: "by file name",
    overview.DARKEST: "darkest first",
    overview.BRIGHTEST: "brightest first",
    overview.FLATTEST: "least contrast first",
    overview.BLURRIEST: "least sharp first",
    overview.SHARPEST: "sharpest first",
}


def to_first_page() -> None:
    """For callbacks of everything that changes which pictures are shown."""
    if st.session_state.get(PAGE, 1) != 1:
        st.session_state[PAGE] = 1


def show(seen: Overview, token: str) -> None:
    """Filters, then pictures; turning a page or opening a picture redraws only this part."""
    st.subheader("The pictures", anchor="pictures")
    first, second, third = st.columns(3, vertical_alignment="bottom")
    with first:
        _filter("Split", SPLIT, SPLITS)
    with second:
        _filter("Class", LABEL, {ANY: "all classes"} | {name: f"{words.sign(name)} {name}" for name in seen.classes})
    with third:
        _filter("Order", ORDER, ORDER_WORDS)
    split, label = (st.session_state[choice.key] for choice in (SPLIT, LABEL))
    places = seen.chosen("" if split == ANY else split, "" if label == ANY else label, st.session_state[ORDER.key])
    st.fragment(_pictures)(seen, places, token)


def _filter(label: str, choice: Choice, options: dict[str, str]) -> None:
    choice.adopt(options, next(iter(options)))
    st.selectbox(label, list(options), key=choice.key, format_func=lambda word: options.get(word, word),
                 filter_mode=None, on_change=_changed, args=(choice,))  # fmt: skip


def _changed(choice: Choice) -> None:
    choice.publish()
    to_first_page()


def _pictures(seen: Overview, places: np.ndarray, token: str) -> None:
    PICTURE.adopt(lambda file: not file or seen.index_of(file) is not None, "")
    if not len(places):
        st.info("No picture fits these filters.", icon=":material/search_off:")
        return
    sheet, beside = st.columns([5, 2], gap="medium")
    with sheet:
        _page(seen, places, token)
    with beside, st.container(key="data_open"):
        open_picture(seen, "gallery")


def _page(seen: Overview, places: np.ndarray, token: str) -> None:
    place, pages = st.container(), gallery.page_count(len(places), A_PAGE)
    number = st.pagination(pages, key=PAGE, on_change=_pin)  # drawn first, shown below
    here = gallery.page(places, number, A_PAGE)
    state = hashlib.blake2b(token.encode() + here.tobytes(), digest_size=8).hexdigest()
    with place:
        montage.show(
            _sheet(state, seen.images[here]),
            [_cell(seen, index) for index in here.tolist()],
            f"{count(len(places), 'picture')}, page {number} of {pages}. Arrow keys move, Enter opens one.",
            state,
            seen.index_of(st.session_state[PICTURE.key]),
            lambda index: open_in("gallery", seen.files[index]),
        )
    st.caption(f"{count(len(places), 'picture')}. In the corner: the class.")


def _pin() -> None:
    for choice in (SET, PART):
        choice.pin()


@st.cache_data(max_entries=32, show_spinner=False)
def _sheet(token: str, _images: np.ndarray) -> Montage:
    return gallery.montage(_images)


def _cell(seen: Overview, index: int) -> Cell:
    name = seen.classes[seen.labels[index]]
    return Cell(
        number=index,
        name=seen.files[index].rsplit("/", 1)[-1],
        words=f"{seen.splits[index]}, {name}",
        wrong=False,
        sign=words.marks(seen.classes)[name],
        tone=words.colour_class(name),
    )


def open_in(where: str, file: str) -> None:
    """Opens a picture beside the part of the page in which it was clicked. For callbacks."""
    st.session_state[OPENED_IN] = where
    PICTURE.set(file)


def open_picture(seen: Overview, where: str) -> None:
    """The picture that was chosen, large, with its facts; or how to choose one."""
    index = seen.index_of(st.session_state[PICTURE.key])
    if index is None or st.session_state.get(OPENED_IN, "gallery") != where:
        st.caption("Click one to see it large. In the gallery with the keyboard: Tab, arrow keys, Enter.")
        return
    file, name = seen.files[index], seen.classes[seen.labels[index]]
    with st.container(key=f"open_in_{where}"):
        st.image(seen.images[index], width="stretch", alt=f"The picture {words.plain(file)}, enlarged")
    width, height = seen.headers.sizes[index].tolist()
    facts = {
        "class": f"{words.sign(name)} {name}, {seen.splits[index]}",
        "file": file,
        "size": f"{width} × {height} pixels, {seen.headers.modes[index]}",
        "brightness": f"{seen.measures.brightness[index]:.0f} of 255",
        "contrast": f"{seen.measures.contrast[index]:.0f} of 128",
        "sharpness": f"{seen.measures.sharpness[index]:,.0f}",
    }
    rows = "".join(f"<dt>{fact}</dt><dd>{words.markup(value)}</dd>" for fact, value in facts.items())
    st.html(f'<dl class="data-facts">{rows}</dl>')
    st.button("Close", key=f"close_in_{where}", type="tertiary", on_click=PICTURE.set, args=("",))
