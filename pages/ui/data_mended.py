"""Fix and retrain: a run again on the mended data, and the two compared on the same test faces."""

from __future__ import annotations

import streamlit as st

from emotion import jobs, mending
from emotion.errors import EmotionError
from emotion.listing import Listing
from emotion.mending import Mended
from emotion.metrics import Labels
from emotion.progress import count
from emotion.runs import Run
from pages.ui import comparison, data_pictures, frame, words

PROBLEM = "mended_problem"  # session state: a sentence
STARTED = "mended_started"  # session state: id of the run that was just started


def show(listing: Listing) -> None:
    """Draws the way to a run on the mended data, and what such runs have brought."""
    if run_id := st.session_state.pop(STARTED, None):
        st.switch_page(frame.TRAIN, query_params={"run": run_id})
    pairs = mending.repetitions(listing)
    before = mending.candidates(listing) if listing.decisions else []
    if not pairs and not before:
        return
    with st.container(border=True, key="mended"):
        st.markdown("**Train again with the mended data**")
        if before:
            _again(before)
        if problem := st.session_state.pop(PROBLEM, None):
            st.error(words.plain(problem), icon=":material/error:")
        if pairs:
            _compared(pairs, listing)


def _again(runs: list[Run]) -> None:
    st.caption("The same recipe and settings as a run that learned from the data as it was; then the two are compared "
               "on the test faces in use now.")  # fmt: skip
    titles = {run.id: run.title for run in runs}
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    chosen = left.selectbox("Run", list(titles), key="mended_run", format_func=lambda name: titles.get(name, name))
    run = next(run for run in runs if run.id == chosen)
    right.button("Train it again", key="mended_start", width="stretch", on_click=_start, args=(run,))


def _start(run: Run) -> None:
    try:
        st.session_state[STARTED] = jobs.start(mending.again(run)).id
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)


def _compared(pairs: list[tuple[Run, Run]], listing: Listing) -> None:
    titles = {after.id: f"{before.title} → {after.title}" for before, after in pairs}
    chosen = st.selectbox("Before and after", list(titles), key="mended_pair", format_func=lambda name: titles[name])
    first, second = next((before, after) for before, after in pairs if after.id == chosen)
    try:
        mended = _mended(first.id, second.id, listing.fingerprint, first, second)
    except EmotionError as error:
        st.error(words.plain(str(error)), icon=":material/error:")
        return
    st.caption(f"On the {count(mended.comparison.n, 'test face')} in use now, the same for both.")
    st.html(comparison.sides(mended.comparison))
    st.markdown(words.plain(mended.comparison.words))
    _changed(mended, mended.won, "Only right now", "won", listing)
    _changed(mended, mended.lost, "Only right before", "lost", listing)


@st.cache_resource(max_entries=4, show_spinner="Asking both models about the same faces")
def _mended(before: str, after: str, fingerprint: str, _first: Run, _second: Run) -> Mended:
    return mending.compared(_first, _second)


def _changed(mended: Mended, places: Labels, title: str, key: str, listing: Listing) -> None:
    """The faces that changed sides."""
    if not len(places):
        return
    examples = mended.examples
    notes = {
        examples.files[place]: f"{examples.classes[mended.answered_before[place]]} → "
        f"{examples.classes[mended.answered_after[place]]}"
        for place in places.tolist()
    }
    with st.expander(f"{title}: {count(len(places), 'face')}", key=f"mended_{key}"):
        groups = tuple((name,) for name in notes)
        data_pictures.show(listing.root, groups, notes, f"page_mended_{key}", listing.fingerprint)
