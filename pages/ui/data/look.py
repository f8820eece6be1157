"""Looking at data: how many pictures of what, how large, how they look on average, and every one of them.

Every picture of the data: filtered, ordered, a page at a time, and one of them open beside them.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from emotion.data import overview
from emotion.data.listing import ALWAYS
from emotion.evaluation import gallery
from emotion.images import measure
from emotion.system import N_, _, decimal, duration, listed, ngettext, number, retold
from pages.ui.data import scatter
from pages.ui.shared import montage, text
from pages.ui.shared.data_choice import BRING, LABEL, ORDER, PART, PICTURE, SET, SPLIT
from pages.ui.shared.montage import Cell, tiled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotion.data import Listing, Overview
    from emotion.evaluation import Montage
    from pages.ui.shared.address import Choice


PATIENCE = 20.0  # seconds of reading that nobody is asked about
WANTED = "data_read_wanted"  # session state: fingerprints whose long reading was asked for
ACROSS = 7  # mean faces in a row
KEPT = 2  # overviews; one of 32,298 pictures takes 75 MB


def show_overview(listing: Listing) -> None:
    """Counts at once; the rest when all pictures have been read, which the second time takes a moment."""
    with st.container(key="data_counts"):
        st.html(counts_html(listing))
    seen = _overview(listing)
    if seen is None:
        return
    if not seen.files:
        st.info(_("There is no picture in it yet."), icon=":material/photo_library:")
        st.button(_("Bring pictures in"), key="to_bring_pictures", type="primary", on_click=PART.set, args=(BRING,))
        return
    if lost := _unusable(seen):
        st.caption(f"{lost} {_('“Check it” shows more.')}")
    left, right = st.columns(2, gap="large")
    with left:
        _mean_faces(seen)
    with right:
        st.html(files_html(seen))
    show_gallery(seen, listing.fingerprint)
    scatter.show_outliers(seen, listing.fingerprint)


def _unusable(seen: Overview) -> str:
    """How many pictures cannot be read, and in how many no face is found; "" for none."""
    said = []
    if lost := len(seen.unreadable):
        said.append(ngettext("{n} picture cannot be read.", "{n} pictures cannot be read.", lost))
    if lost := len(seen.faceless):
        said.append(ngettext("{n} picture has no face.", "{n} pictures have no face.", lost))
    return " ".join(said)


def forget() -> None:
    """Closes what is open. For callbacks that choose other data."""
    PICTURE.set("")
    to_first_page()


def counts_html(listing: Listing) -> str:
    """A bar for each class and split, as a table that can be read without seeing the bars."""
    counts = {split: inside for split, inside in listing.counts.items() if inside or split in ALWAYS}
    classes = list(dict.fromkeys(name for inside in counts.values() for name in inside))
    most = max([1, *(n for split in counts.values() for n in split.values())])
    heads = "".join(f'<th scope="col">{split} <small>{_(PURPOSES[split])}</small></th>' for split in counts)
    rows = "".join(_count_row(name, counts, most, classes) for name in classes)
    sums = "".join(f"<td><b>{number(sum(inside.values()))}</b></td>" for inside in counts.values())
    return (
        '<div class="scroll" tabindex="0"><table class="counts"><thead><tr><th scope="col">'
        f"{_('class')}</th>{heads}</tr></thead><tbody>{rows}</tbody>"
        f'<tfoot><tr><th scope="row">{_("all")}</th>{sums}</tr></tfoot></table></div>'
    )


def _count_row(name: str, counts: dict[str, dict[str, int]], most: int, among: Sequence[str]) -> str:
    cells = "".join(f"<td>{_bar(inside.get(name, 0), most)}</td>" for inside in counts.values())
    title = f'<span aria-hidden="true">{text.sign(name, among)}</span> {text.markup(name)}'
    return f'<tr class="{text.colour_class(name, among)}"><th scope="row">{title}</th>{cells}</tr>'


def _bar(n: int, most: int) -> str:
    width = f"{n / most:.1%}"
    return f'<span class="n">{number(n)}</span><span class="bar"><span style="width:{width}"></span></span>'


def _overview(listing: Listing) -> Overview | None:
    """All pictures, read with progress; None while a long reading has not been asked for."""
    kept = _kept()
    key = (str(listing.root), listing.fingerprint)
    if key in kept:
        return kept[key]
    seconds = overview.seconds(listing)
    wanted = st.session_state.setdefault(WANTED, set())
    if seconds > PATIENCE and listing.fingerprint not in wanted:
        st.info(_("To show the pictures, all have to be read once, and the faces found in the large ones: about "
                  "{time}. Training needs that too.", time=duration(seconds)),
                icon=":material/hourglass_top:")  # fmt: skip
        st.button(_("Read them"), key="read_all", type="primary", on_click=wanted.add, args=(listing.fingerprint,))
        return None
    bar = st.progress(0.0, _("Reading pictures"))

    def tell(what: str, done: int, total: int) -> None:
        bar.progress(done / max(total, 1), _("{what}: {done} of {all}", what=retold(what), done=done, all=total))

    made = overview.read(listing, tell)
    bar.empty()
    kept[key] = made
    for old in list(kept)[:-KEPT]:
        del kept[old]
    return made


@st.cache_resource(show_spinner=False)
def _kept() -> dict[tuple[str, str], Overview]:
    """Shared by all sessions; a cached function could not report its progress to the page."""
    return {}


def _mean_faces(seen: Overview) -> None:
    st.subheader(_("The mean face of each class"), anchor=False,
                 help=_("All pictures of a class laid over one another. Sharp where they agree."))  # fmt: skip
    means = measure.mean_faces(seen.images, seen.labels, len(seen.classes))
    alt = text.whole(_("Mean faces, in this order: {classes}", classes=", ".join(seen.classes)))
    with st.container(key="mean_faces"):
        st.image(tiled(means, min(ACROSS, len(means))), width="stretch", alt=alt)
    st.caption(", ".join(f"{text.sign(name, seen.classes)} {text.plain(name)}" for name in seen.classes))


def files_html(seen: Overview) -> str:
    """How large the files are and of what kind, the most frequent first."""
    sizes = measure.most_common(measure.size_words(seen.headers.sizes), 6)
    modes = measure.most_common([_(MODES.get(mode, mode)) for mode in seen.headers.modes], 6)
    return f"{_bars(_('Sizes in pixels'), sizes)}{_bars(_('Kinds'), modes)}"


MODES = {"L": N_("grey"), "RGB": N_("colour"), "RGBA": N_("colour, see-through"), "P": N_("colour table"),
         "1": N_("black and white"), "LA": N_("grey, see-through"), "CMYK": N_("print colours")}  # fmt: skip


def _bars(title: str, numbers: dict[str, int]) -> str:
    total = max(1, sum(numbers.values()))
    rows = "".join(
        f'<tr><th scope="row">{text.markup(name)}</th><td>{_bar(n, total)}</td></tr>' for name, n in numbers.items()
    )
    return f'<table class="counts small"><caption>{title}</caption><tbody>{rows}</tbody></table>'


A_PAGE = 96
ANY = "any"
PAGE = "data_page"  # of the gallery
OPENED_IN = "data_opened_in"  # session state: the part of the page in which the open picture was clicked
PURPOSES = {"train": N_("to learn from"), "test": N_("kept for the test"), "validation": N_("chooses the epoch")}
ORDER_WORDS = {
    overview.BY_NAME: N_("by file name"),
    overview.DARKEST: N_("darkest first"),
    overview.BRIGHTEST: N_("brightest first"),
    overview.FLATTEST: N_("least contrast first"),
    overview.BLURRIEST: N_("least sharp first"),
    overview.SHARPEST: N_("sharpest first"),
}


def to_first_page() -> None:
    """For callbacks of everything that changes which pictures are shown."""
    if st.session_state.get(PAGE, 1) != 1:
        st.session_state[PAGE] = 1


def show_gallery(seen: Overview, token: str) -> None:
    """Filters, then pictures; turning a page or opening a picture redraws only this part."""
    st.subheader(_("The pictures"), anchor="pictures")
    first, second, third = st.columns(3, vertical_alignment="bottom")
    with first:
        there = list(dict.fromkeys([*ALWAYS, *seen.splits]))
        everything = listed(there) if len(there) == 2 else _("all")
        _filter(_("Split"), SPLIT, {ANY: everything} | {split: split for split in there})
    with second:
        _filter(
            _("Class"),
            LABEL,
            {ANY: _("all classes")} | {name: f"{text.sign(name, seen.classes)} {name}" for name in seen.classes},
        )
    with third:
        _filter(_("Order"), ORDER, {order: _(words) for order, words in ORDER_WORDS.items()})
    split, label = (st.session_state[choice.key] for choice in (SPLIT, LABEL))
    places = seen.chosen("" if split == ANY else split, "" if label == ANY else label, st.session_state[ORDER.key])
    st.fragment(_pictures)(seen, places, token)


def _filter(label: str, choice: Choice, options: dict[str, str]) -> None:
    choice.adopt(options, next(iter(options)))
    shown = {word: text.whole(title) for word, title in options.items()}
    st.selectbox(label, list(options), key=choice.key, format_func=lambda word: shown.get(word, word),
                 filter_mode=None, on_change=_changed, args=(choice,))  # fmt: skip


def _changed(choice: Choice) -> None:
    choice.publish()
    to_first_page()


def _pictures(seen: Overview, places: np.ndarray, token: str) -> None:
    PICTURE.adopt(lambda file: not file or seen.index_of(file) is not None, "")
    if not len(places):
        st.info(_("No picture fits these filters."), icon=":material/search_off:")
        return
    sheet, beside = st.columns([5, 2], gap="medium")
    with sheet:
        _page(seen, places, token)
    with beside, st.container(key="data_open"):
        open_picture(seen, "gallery")


def _page(seen: Overview, places: np.ndarray, token: str) -> None:
    place, pages = st.container(), gallery.page_count(len(places), A_PAGE)
    at = st.pagination(pages, key=PAGE, on_change=_pin)  # drawn first, shown below
    here = gallery.page(places, at, A_PAGE)
    state = hashlib.blake2b(token.encode() + here.tobytes(), digest_size=8).hexdigest()
    with place:
        montage.show_sheet(
            _sheet(state, seen.images[here]),
            [_cell(seen, index) for index in here.tolist()],
            ngettext(
                "{n} picture, page {page} of {pages}. Arrow keys move, Enter opens one.",
                "{n} pictures, page {page} of {pages}. Arrow keys move, Enter opens one.",
                len(places),
                page=at,
                pages=pages,
            ),
            state,
            seen.index_of(st.session_state[PICTURE.key]),
            lambda index: open_in("gallery", seen.files[index]),
        )
    st.caption(
        ngettext("{n} picture. In the corner: the class.", "{n} pictures. In the corner: the class.", len(places))
    )


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
        sign=text.marks(seen.classes)[name],
        tone=text.colour_class(name, seen.classes),
    )


def open_in(where: str, file: str) -> None:
    """Opens a picture beside the part of the page in which it was clicked. For callbacks."""
    st.session_state[OPENED_IN] = where
    PICTURE.set(file)


def open_picture(seen: Overview, where: str) -> None:
    """The picture that was chosen, large, with its facts; or how to choose one."""
    index = seen.index_of(st.session_state[PICTURE.key])
    if index is None or st.session_state.get(OPENED_IN, "gallery") != where:
        if where == "gallery":  # the chart tells it below
            st.html(montage.hint())
        return
    file, name = seen.files[index], seen.classes[seen.labels[index]]
    with st.container(key=f"open_in_{where}"):
        st.image(seen.images[index], width="stretch", alt=_("The picture {file}, enlarged", file=text.plain(file)))
    width, height = seen.headers.sizes[index].tolist()
    below = text.percent(measure.share_below(seen.measures.sharpness, index))
    facts = (
        (_("class"), f"{text.sign(name, seen.classes)} {name}, {seen.splits[index]}"),
        (_("file"), file),
        (_("size"), _("{width} × {height} pixels, {kind}", width=str(width), height=str(height),
                      kind=seen.headers.modes[index])),
        (_("brightness"), _("{value} of 255", value=decimal(seen.measures.brightness[index], 0))),
        (_("contrast"), _("{value} of 128", value=decimal(seen.measures.contrast[index], 0))),
        (_("sharpness"), _("more than {share} of these pictures", share=below)),
    )  # fmt: skip
    rows = "".join(f"<dt>{fact}</dt><dd>{text.markup(value)}</dd>" for fact, value in facts)
    st.html(f'<dl class="data-facts">{rows}</dl>')
    st.button(_("Close"), key=f"close_in_{where}", type="tertiary", on_click=PICTURE.set, args=("",))
