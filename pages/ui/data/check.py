"""The check of a data set: started beside the page, told as it goes, then a card for each finding.

Fix and retrain: a run again on the mended data, and the two compared on the same test faces.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from emotion.checks import CHECK, FACES, check, job
from emotion.checks.rules import faceless
from emotion.data import decided, resolve
from emotion.runs import queue
from emotion.system import N_, EmotionError, _, ngettext, retold, tasks
from emotion.training import repeat
from pages.ui.data import findings, labels
from pages.ui.shared import before_after, decisions, frame, listings, problem, text, waiting

if TYPE_CHECKING:
    from emotion.checks import Report
    from emotion.data import Listing
    from emotion.metrics import Labels
    from emotion.runs import Run
    from emotion.training import BeforeAfter


KEPT = 4  # reports, of 32,000 pictures 8 MB each
INTRODUCTION = N_(
    "Looks at every picture once: what cannot be read, what is there twice or nearly so (also between train and test), "
    "contradicting labels, blank pictures, a split that was blurred by accident. No file is changed."
)


def show_check(data: str) -> None:
    """Draws the whole part for a data set, as `dataset.resolve` understands it."""
    root = resolve(data)
    listing = listings.on_disk(root)
    task = tasks.find(job.task_name(root, CHECK))
    report = _report(check.version(listing), listing)
    at_work = waiting.show_work(task, _("Checking"))
    if report is not None:
        _outcome(report, listing)
    elif not at_work:
        _before(root)


@st.cache_resource(max_entries=KEPT, show_spinner=False, hash_funcs=text.NAMES)
def _report(version: tuple[str, ...], _listing: Listing) -> Report | None:
    return check.last_report_of(_listing)


def _before(root: Path) -> None:
    """Nothing is known yet, or not any more."""
    st.subheader(_("Check"), anchor=False)
    st.markdown(_(INTRODUCTION))
    st.button(_("Check it"), key="check", type="primary", on_click=_start, args=(root, CHECK))


@problem.told
def _start(root: Path, kind: str, *options: str) -> None:
    listings.forget(root)  # the check looks at every file; its report must be about the same ones
    job.start(root, kind, *options)


def _outcome(report: Report, listing: Listing) -> None:
    found = len(report.findings)
    title = ngettext("Check: {n} finding", "Check: {n} findings", found) if found else _("Check: nothing found")
    st.subheader(title, anchor=False)
    pictures = sum(sum(inside.values()) for inside in report.counts.values())
    st.caption(
        ngettext("{n} picture in use, every one looked at.", "{n} pictures in use, every one looked at.", pictures)
    )
    if (step := check.all_twins(report)) is not None:
        st.button(retold(step.title), key="all_twins", type="primary", on_click=decisions.take,
                  args=(report.root, step))  # fmt: skip
    decisions.done()
    findings.show_findings(report)
    _faces(report, listing)
    labels.show_label_errors(report, listing)
    decisions.show_decisions(report.root)
    show_retraining(decided(listing))


def _faces(report: Report, listing: Listing) -> None:
    """The second pass, for pictures without a face."""
    names = faceless.askable(report.root, report.table)
    if not names:
        return
    task = tasks.find(job.task_name(report.root, FACES))
    asked = faceless.asked(listing)
    if waiting.show_work(task, _("Looking for faces")):
        return
    with st.container(border=True, key="faces_pass"):
        st.markdown(f"**{_('Pictures without a face')}**")
        if asked is not None:
            told = ngettext(
                "{n} picture of more than {size} pixels was looked at.",
                "{n} pictures of more than {size} pixels were looked at.",
                asked,
                size=faceless.CROPS_UP_TO,
            )
        else:
            told = ngettext(
                "{n} picture of more than {size} pixels can be looked at. In smaller ones, which are faces already "
                "cut out, a detector misses too many.",
                "{n} pictures of more than {size} pixels can be looked at. In smaller ones, which are faces already "
                "cut out, a detector misses too many.",
                len(names),
                size=faceless.CROPS_UP_TO,
            )
        st.caption(told)
        st.button(_("Look for faces"), key="look_for_faces", on_click=_start, args=(report.root, FACES))


PROBLEM = "mended_problem"  # session state: a sentence
STARTED = "mended_started"  # session state: id of the run that was just started


def show_retraining(listing: Listing) -> None:
    """Draws the way to a run on the mended data, and what such runs have brought."""
    if run_id := st.session_state.pop(STARTED, None):
        st.switch_page(frame.TRAIN, query_params={"run": run_id})
    pairs = repeat.repetitions(listing)
    before = repeat.candidates(listing) if listing.decisions else []
    if not pairs and not before:
        return
    with st.container(border=True, key="mended"):
        st.markdown(f"**{_('Train again with the mended data')}**")
        if before:
            _again(before)
        if problem := st.session_state.pop(PROBLEM, None):
            st.error(text.plain(problem), icon=":material/error:")
        if pairs:
            _compared(pairs, listing)


def _again(runs: list[Run]) -> None:
    st.caption(_("The same recipe and settings as a run that learned from the data as it was; then the two are "
                 "compared on the test faces in use now."))  # fmt: skip
    titles = {run.id: run.title for run in runs}
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    chosen = left.selectbox(_("Run"), list(titles), key="mended_run", format_func=lambda name: titles.get(name, name))
    run = next(run for run in runs if run.id == chosen)
    right.button(_("Train it again"), key="mended_start", width="stretch", on_click=_start_again, args=(run,))


def _start_again(run: Run) -> None:
    try:
        st.session_state[STARTED] = queue.start(repeat.again(run)).id
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)


def _compared(pairs: list[tuple[Run, Run]], listing: Listing) -> None:
    titles = {after.id: f"{before.title} → {after.title}" for before, after in pairs}
    chosen = st.selectbox(_("Before and after"), list(titles), key="mended_pair", format_func=lambda name: titles[name])
    first, second = next((before, after) for before, after in pairs if after.id == chosen)
    try:
        with st.spinner(_("Asking both models about the same faces")):
            both = _both(first.id, second.id, listing.fingerprint, first, second)
    except EmotionError as error:
        st.error(text.plain(str(error)), icon=":material/error:")
        return
    st.caption(
        ngettext(
            "On the {n} test face in use now, the same for both.",
            "On the {n} test faces in use now, the same for both.",
            both.comparison.n,
        )
    )
    result = both.comparison
    st.html(before_after.sides(result))
    st.markdown(text.plain(result.said()))
    won = ngettext("Only right now: {n} face", "Only right now: {n} faces", len(both.won))
    lost = ngettext("Only right before: {n} face", "Only right before: {n} faces", len(both.lost))
    _changed(both, both.won, won, "won", listing)
    _changed(both, both.lost, lost, "lost", listing)


@st.cache_resource(max_entries=4, show_spinner=False)
def _both(before: str, after: str, fingerprint: str, _first: Run, _second: Run) -> BeforeAfter:
    return repeat.compared(_first, _second)


def _changed(both: BeforeAfter, places: Labels, title: str, key: str, listing: Listing) -> None:
    """The faces that changed sides."""
    if not len(places):
        return
    examples = both.examples
    notes = {
        examples.files[place]: f"{examples.classes[both.answered_before[place]]} → "
        f"{examples.classes[both.answered_after[place]]}"
        for place in places.tolist()
    }
    with st.expander(title, key=f"mended_{key}"):
        groups = tuple((name,) for name in notes)
        findings.show_pictures(listing.root, groups, notes, f"page_mended_{key}", listing.fingerprint)
