"""Looking at data: how many pictures of what, how large, how they look on average, and every one of them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from emotion import overview, picture_statistics
from emotion.dataset import Listing
from emotion.overview import Overview
from emotion.progress import count, duration
from pages.ui import data_gallery, data_scatter, words
from pages.ui.data_choice import BRING, PART, PICTURE
from pages.ui.tiles import tiled

STYLE = Path(__file__).with_name("data.css")
PATIENCE = 20.0  # seconds of reading that nobody is asked about
WANTED = "data_read_wanted"  # session state: fingerprints whose long reading was asked for
ACROSS = 7  # mean faces in a row
KEPT = 2  # overviews; one of 32,298 pictures takes 75 MB


def show(listing: Listing) -> None:
    """Counts at once; the rest when all pictures have been read, which the second time takes a moment."""
    st.html(counts_html(listing))
    seen = _overview(listing)
    if seen is None:
        return
    if not seen.files:
        st.info("There is no picture in it yet.", icon=":material/photo_library:")
        st.button("Bring pictures in", key="to_bring_pictures", type="primary", on_click=PART.set, args=(BRING,))
        return
    lost = len(seen.unreadable) + len(seen.faceless)
    if lost:
        parts = f"{len(seen.unreadable):,} unreadable, {len(seen.faceless):,} without a face"
        st.caption(f"{count(lost, 'picture')} cannot be used: {parts}. “Check it” shows them.")
    left, right = st.columns(2, gap="large")
    with left:
        _mean_faces(seen)
    with right:
        st.html(files_html(seen))
    data_gallery.show(seen, listing.fingerprint)
    data_scatter.show(seen, listing.fingerprint)


def forget() -> None:
    """Closes what is open. For callbacks that choose other data."""
    PICTURE.set("")
    data_gallery.to_first_page()


def counts_html(listing: Listing) -> str:
    """Two bars a class, train and test, as a table that can be read without seeing the bars."""
    counts = listing.counts
    classes = list(dict.fromkeys([*counts["train"], *counts["test"]]))
    most = max([1, *(n for split in counts.values() for n in split.values())])
    rows = "".join(_count_row(name, counts, most) for name in classes)
    sums = "".join(f"<td><b>{sum(counts[split].values()):,}</b></td>" for split in ("train", "test"))
    return (
        '<div class="scroll" tabindex="0"><table class="counts"><thead><tr><th scope="col">class</th>'
        '<th scope="col">train <small>to learn from</small></th><th scope="col">test <small>kept for the test</small>'
        f'</th></tr></thead><tbody>{rows}</tbody><tfoot><tr><th scope="row">all</th>{sums}</tr></tfoot></table></div>'
    )


def _count_row(name: str, counts: dict[str, dict[str, int]], most: int) -> str:
    cells = ""
    for split in ("train", "test"):
        number = counts[split].get(name, 0)
        cells += f"<td>{_bar(number, most)}</td>"
    title = f'<span aria-hidden="true">{words.sign(name)}</span> {words.markup(name)}'
    return f'<tr class="{words.colour_class(name)}"><th scope="row">{title}</th>{cells}</tr>'


def _bar(number: int, most: int) -> str:
    width = f"{number / most:.1%}"
    return f'<span class="n">{number:,}</span><span class="bar"><span style="width:{width}"></span></span>'


def _overview(listing: Listing) -> Overview | None:
    """All pictures, read with progress; None while a long reading has not been asked for."""
    kept = _kept()
    key = (str(listing.root), listing.fingerprint)
    if key in kept:
        return kept[key]
    seconds = overview.seconds(listing)
    wanted = st.session_state.setdefault(WANTED, set())
    if seconds > PATIENCE and listing.fingerprint not in wanted:
        st.info(f"To show the pictures, all have to be read once, and the faces found in the large ones: about "
                f"{duration(seconds)}. Training needs that too.", icon=":material/hourglass_top:")  # fmt: skip
        st.button("Read them", key="read_all", type="primary", on_click=wanted.add, args=(listing.fingerprint,))
        return None
    bar = st.progress(0.0, "Reading pictures")

    def tell(what: str, done: int, total: int) -> None:
        bar.progress(done / max(total, 1), f"{what}: {done:,} of {total:,}")

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
    st.subheader("The mean face of each class", anchor=False,
                 help="All pictures of a class laid over one another. Sharp where they agree.")  # fmt: skip
    means = picture_statistics.mean_faces(seen.images, seen.labels, len(seen.classes))
    with st.container(key="mean_faces"):
        st.image(tiled(means, min(ACROSS, len(means))), width="stretch",
                 alt=f"Mean faces, in this order: {', '.join(seen.classes)}")  # fmt: skip
    st.caption(", ".join(f"{words.sign(name)} {words.plain(name)}" for name in seen.classes))


def files_html(seen: Overview) -> str:
    """How large the files are and of what kind, the most frequent first."""
    sizes = picture_statistics.most_common(picture_statistics.size_words(seen.headers.sizes), 6)
    modes = picture_statistics.most_common([MODES.get(mode, mode) for mode in seen.headers.modes], 6)
    return f"{_bars('Sizes in pixels', sizes)}{_bars('Kinds', modes)}"


MODES = {"L": "grey", "RGB": "colour", "RGBA": "colour, see-through", "P": "colour table", "1": "black and white",
         "LA": "grey, see-through", "CMYK": "print colours"}  # fmt: skip


def _bars(title: str, numbers: dict[str, int]) -> str:
    total = max(1, sum(numbers.values()))
    rows = "".join(
        f'<tr><th scope="row">{words.markup(name)}</th><td>{_bar(number, total)}</td></tr>'
        for name, number in numbers.items()
    )
    return f'<table class="counts small"><caption>{title}</caption><tbody>{rows}</tbody></table>'
