"""Label errors: pictures whose label the others contradict, worst first, and what to say of each."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from emotion.checks import LABELS, job, label_errors, picture_facts
from emotion.data import CONFIRM, EXCLUDE, RELABEL, Change
from emotion.evaluation import gallery
from emotion.system import N_, _, ngettext, number, tasks
from pages.ui.shared import decisions, model_choice, montage, problem, text, waiting
from pages.ui.shared.montage import Cell

if TYPE_CHECKING:
    from emotion.checks import LabelError, LabelErrors, Report
    from emotion.data import Listing
    from emotion.evaluation import Montage


A_PAGE = 48
OPEN, PAGE = "suspect_open", "suspect_page"  # session state: name of the open picture; number of the page
WHAT = N_(
    "A small classifier on what the model in use sees in the faces is asked about pictures that it has not learned "
    "from, five times in turn. Where it speaks clearly for another class than the label, a look is worth while. It may "
    "be wrong: nothing is changed until you say so."
)


def show_label_errors(report: Report, listing: Listing) -> None:
    """Draws the search, or what the last one has found.

    Args:
        listing: of what lies on the disk.
    """
    with st.container(border=True, key="labels"):
        st.markdown(f"**{_('Suspect labels')}**")
        if waiting.show_work(tasks.find(job.task_name(report.root, LABELS)), _("Suspect labels")):
            return
        outcome = label_errors.last_found(listing)
        if outcome is None:
            st.caption(_(WHAT))
        else:
            st.caption(text.plain(_summary(outcome)))
        st.button(_("Look for suspect labels") if outcome is None else _("Look again"), key="look_for_labels",
                  on_click=problem.told(job.start),
                  args=(report.root, LABELS, "--model", model_choice.current()))  # fmt: skip
        if outcome is not None and outcome.found:
            st.fragment(_gallery)(report, outcome)


def _summary(outcome: LabelErrors) -> str:
    model = _(text.MODEL_TITLES.get(outcome.model, outcome.model))
    drawn = ""
    if outcome.drawn_from:
        drawn = " " + _("They were drawn at random from {n} pictures.", n=number(outcome.drawn_from))
    said = ngettext(
        "{found} of {n} label ({classes}) are contradicted, worst first. By what {model} sees in the faces, the "
        "classifiers agree with {share} of all labels of pictures that they had not seen.",
        "{found} of {n} labels ({classes}) are contradicted, worst first. By what {model} sees in the faces, the "
        "classifiers agree with {share} of all labels of pictures that they had not seen.",
        outcome.n,
        found=len(outcome.found),
        classes=", ".join(outcome.classes),
        model=model,
        share=text.percent(outcome.accuracy, 1),
    )
    return said + drawn


def _gallery(report: Report, outcome: LabelErrors) -> None:
    number = min(int(st.session_state.get(PAGE, 1)), gallery.page_count(len(outcome.found), A_PAGE))
    here = outcome.found[(number - 1) * A_PAGE : number * A_PAGE]
    sheet, beside = st.columns([5, 2], gap="medium")
    names = tuple(one.file for one in here)
    with sheet:
        faces = _faces(report, names)
        token = hashlib.blake2b("\0".join(names).encode(errors="replace"), digest_size=8).hexdigest()
        opened = st.session_state.get(OPEN)
        montage.show_sheet(
            _sheet(token, faces),
            [_cell(outcome.classes, place, one) for place, one in enumerate(here)],
            ngettext(
                "{n} suspect label. Arrow keys move, Enter opens one.",
                "{n} suspect labels. Arrow keys move, Enter opens one.",
                len(here),
            ),
            token,
            names.index(opened) if opened in names else None,
            lambda place: st.session_state.update({OPEN: here[place].file}),
        )
        if len(outcome.found) > A_PAGE:
            st.pagination(gallery.page_count(len(outcome.found), A_PAGE), key=PAGE)
    with beside:
        chosen = next((place for place, name in enumerate(names) if name == st.session_state.get(OPEN)), None)
        if chosen is None:
            st.html(f'<div class="face-hint">{_("Click a face to say what it is.")}</div>')
        else:
            _one(report, outcome.classes, here, chosen, faces[chosen])


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=text.NAMES)
def _read(root: str, version: str, names: tuple[str, ...]) -> np.ndarray:
    return picture_facts.read(Path(root), names).grey


def _faces(report: Report, names: tuple[str, ...]) -> np.ndarray:
    return _read(str(report.root), report.fingerprint, names)


@st.cache_data(max_entries=16, show_spinner=False)
def _sheet(token: str, _faces: np.ndarray) -> Montage:
    return gallery.montage(_faces, columns=12)


def _cell(classes: tuple[str, ...], place: int, one: LabelError) -> Cell:
    return Cell(
        number=place,
        name=one.file.rsplit("/", 1)[-1],
        words=_("label: {label}, the others say {likely}", label=one.label, likely=one.likely),
        wrong=False,
        sign=text.sign(one.likely, classes),
        tone=text.colour_class(one.likely, classes),
    )


def _one(report: Report, classes: tuple[str, ...], here: tuple[LabelError, ...], place: int, face: np.ndarray) -> None:
    """The open picture, and the three things to say of it."""
    one = here[place]
    following = here[place + 1].file if place + 1 < len(here) else ""
    with st.container(key="seen_suspect"):
        st.image(face, width=192, alt=text.plain(one.file))
    st.html(
        f"<p>{_('Label:')} {text.sign(one.label, classes)} <b>{text.markup(one.label)}</b><br>"
        f"{_('The others say:')} {text.sign(one.likely, classes)} <b>{text.markup(one.likely)}</b><br>"
        f'<span class="quiet">{text.markup(one.file)}</span></p>'
    )
    files = (one.file,)
    for title, change, why in (
        (
            _("It looks {name}", name=one.likely),
            Change(RELABEL, files, one.likely),
            N_("the label was looked at and is wrong"),
        ),
        (_("Leave it out"), Change(EXCLUDE, files), N_("its label cannot be told")),
        (_("{name} is right", name=one.label), Change(CONFIRM, files), N_("the label was looked at and is right")),
    ):
        if st.button(text.plain(title), key=f"suspect_{change.action}", width="stretch", on_click=_say,
                     args=(report, change, why, following)):  # fmt: skip
            st.rerun()


def _say(report: Report, change: Change, why: str, following: str) -> None:
    decisions.decide(report.root, (change,), why)
    st.session_state[OPEN] = following
