"""The check of a data set: started beside the page, told as it goes, then a card for each finding."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from emotion import check, check_job, dataset, faceless, overlay
from emotion.check import Report
from emotion.check_job import CHECK, FACES, State
from emotion.listing import Listing, on_disk
from emotion.progress import count
from pages.ui import data_decisions, data_findings, data_labels, data_mended, data_progress

STYLE = Path(__file__).with_name("data_check.css")
LOOK_AGAIN = 10.0  # seconds until the folder is listed anew
KEPT = 4  # reports, of 32,000 pictures 8 MB each
INTRODUCTION = (
    "Looks at every picture once: what cannot be read, what is there twice or nearly so (also between train and test), "
    "contradicting labels, blank pictures, a split that was blurred by accident. No file is changed."
)


def show(data: str) -> None:
    """Draws the whole part for a data set, as `dataset.resolve` understands it."""
    st.html(STYLE)
    root = dataset.resolve(data)
    listing = _listing(root)
    report = _report(check.version(listing), listing)
    state = check_job.read(root, CHECK)
    if state is not None and state.status == "running":
        data_progress.watch(root, CHECK, "Checking")
    elif report is None:
        _before(root, state)
        return
    if report is not None:
        _outcome(report, listing)


@st.cache_data(ttl=LOOK_AGAIN, max_entries=8, show_spinner=False)
def _listing(root: Path) -> Listing:
    return on_disk(root)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _report(version: tuple[str, ...], _listing: Listing) -> Report | None:
    return check.known_of(_listing)


def _before(root: Path, state: State | None) -> None:
    """Nothing is known yet, or not any more."""
    st.subheader("Check", anchor=False)
    st.markdown(INTRODUCTION)
    data_progress.problem(state)
    st.button("Check it", key="check", type="primary", on_click=_start, args=(root, CHECK))


def _start(root: Path, kind: str, *options: str) -> None:
    _listing.clear()
    check_job.start(root, kind, *options)


def _outcome(report: Report, listing: Listing) -> None:
    found = len(report.findings)
    st.subheader(f"Check: {count(found, 'finding')}" if found else "Check: nothing found", anchor=False)
    pictures = sum(sum(inside.values()) for inside in report.counts.values())
    st.caption(f"{count(pictures, 'picture')} in use, every one looked at.")
    if (step := check.all_twins(report)) is not None:
        st.button(step.title, key="all_twins", type="primary", on_click=data_decisions.take,
                  args=(report.root, step))  # fmt: skip
    data_decisions.done()
    data_findings.show(report)
    _faces(report, listing)
    data_labels.show(report, listing)
    data_decisions.show(report.root)
    data_mended.show(overlay.decided(listing))


def _faces(report: Report, listing: Listing) -> None:
    """The second pass, for pictures without a face."""
    names = faceless.askable(report.root, report.table)
    if not names:
        return
    state, asked = check_job.read(report.root, FACES), faceless.asked(listing)
    if state is not None and state.status == "running":
        data_progress.watch(report.root, FACES, "Looking for faces")
        return
    with st.container(border=True, key="faces_pass"):
        st.markdown("**Pictures without a face**")
        if asked is not None:
            st.caption(f"{count(asked, 'picture')} of more than {faceless.CROPS_UP_TO} pixels were looked at.")
        else:
            st.caption(f"{count(len(names), 'picture')} of more than {faceless.CROPS_UP_TO} pixels can be looked at. "
                       "In smaller ones, which are faces already cut out, a detector misses too many.")  # fmt: skip
        data_progress.problem(state)
        st.button("Look for faces", key="look_for_faces", on_click=_start, args=(report.root, FACES))
