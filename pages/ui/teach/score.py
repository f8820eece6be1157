"""How good it is so far, what it gets wrong, what would help most; and keeping it as a run."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import streamlit as st

from emotion.data import made_here
from emotion.data.bring import add
from emotion.models import bundle
from emotion.recipes import MAX_NAME, teaching
from emotion.runs import Status, queue
from emotion.system import EmotionError, _, ngettext, percent, retold
from pages.ui.shared import frame, listings, model_choice, own_runs, text
from pages.ui.teach import opened
from pages.ui.teach.columns import thumbnail

if TYPE_CHECKING:
    from emotion.data import DataSet, Examples
    from emotion.runs import Run
    from emotion.training.head.teach import Taught


MOST_WRONG = 8  # faces that are shown
KEPT = "teach_kept"  # session state: fingerprint of the faces, id of the run
LOOK_AGAIN = 0.5  # seconds


def show_score(record: DataSet, found: Examples, taught: Taught) -> None:
    """The score of held-out faces and what follows from it."""
    if taught.score is None:
        st.markdown(_("It answers already. **One more picture of each class**, and it can say how good it is."))
    else:
        _figure(taught)
        for line in advice(found, taught):
            st.markdown(line)
        _wrong(record, found, taught)
    _keep_button(record, found)


def advice(found: Examples, taught: Taught) -> list[str]:
    """What the person can do to make it better, the gravest first; Markdown."""
    twins = {frozenset(pair): (*pair, number) for pair, number in made_here.twins(found).items()}
    said = [
        ngettext(
            "{n} picture is in both **{first}** and **{second}**: remove it from one, the same picture cannot teach "
            "both.",
            "{n} pictures are in both **{first}** and **{second}**: remove them from one, the same picture cannot "
            "teach both.",
            number,
            first=text.plain(first),
            second=text.plain(second),
        )
        for first, second, number in twins.values()
    ]
    said += [
        _(
            "It cannot tell **{first}** from **{second}** yet: {right} of {n} right, which may be luck.",
            first=text.plain(pair.first),
            second=text.plain(pair.second),
            right=pair.right,
            n=pair.n,
        )
        for pair in taught.alike
    ]
    if taught.weakest:
        said.append(_("Ten more of **{name}** would help most.", name=text.plain(taught.weakest)))
    return said


def _figure(taught: Taught) -> None:
    """Right of all, with the interval as a band: with few faces it is wide, and that is to be seen."""
    score = taught.score
    if score is None:
        return
    right = sum(row[label] for label, row in enumerate(score.confusion_matrix))
    low, high = score.accuracy_interval
    between = {"low": percent(low), "high": percent(high)}
    spoken = _("{right} of {n} right; the true share lies between {low} and {high}", right=right, n=score.n, **between)
    held_out = _("<b>{right} of {n}</b> right, each held out in turn", right=right, n=score.n)
    on_new = _("On new faces: {low} to {high}, with 95 % certainty.", **between)
    st.html(
        f'<div class="teach-score"><p>{held_out}</p>'
        f'<div class="range" role="img" aria-label="{spoken}"><i style="left:{low:.1%};right:{1 - high:.1%}"></i>'
        f'<b style="left:{score.accuracy:.1%}"></b></div>'
        f'<p class="quiet">{on_new}</p></div>'
    )


def _wrong(record: DataSet, found: Examples, taught: Taught) -> None:
    if not taught.wrong:
        return
    cells = []
    for place in taught.wrong[:MOST_WRONG]:
        truth = found.classes[int(found.labels[place])]
        cells.append(
            f'<li><img src="{thumbnail(str(record.folder / found.files[place]))}" alt=""> '
            f"<span>{text.sign(truth, found.classes)} {text.markup(truth)}</span></li>"
        )
    said = _("Wrong when held out, with the class that you gave:")
    if len(taught.wrong) > MOST_WRONG:
        said += " " + _("The surest {n} mistakes:", n=MOST_WRONG)
    st.html(f'<p class="quiet">{said}</p><ol class="strip teach-wrong">{"".join(cells)}</ol>')


def _keep_button(record: DataSet, found: Examples) -> None:
    fingerprint, run_id = st.session_state.get(KEPT, ("", ""))
    run = own_runs.find(run_id) if fingerprint == found.fingerprint else None
    if run is None or (run.status.has_ended and not run.has_model):
        if run is not None:
            st.error(text.plain(_("It could not be kept.") + f" {retold(run.reason)}"), icon=":material/error:")
        st.button(_("Keep this model"), key="teach_keep", type="primary", width="stretch", on_click=_keep,
                  args=(record, found))  # fmt: skip
        if fingerprint and run is None:
            st.caption(_("The faces have changed since it was kept."))
    elif run.status.has_ended:
        _kept(run)
    else:
        st.fragment(_await, run_every=LOOK_AGAIN)(run.id)


def _keep(record: DataSet, found: Examples) -> None:
    """Starts the run, once however often it is clicked."""
    if st.session_state.get(KEPT, ("", ""))[0] == found.fingerprint:
        before = own_runs.find(st.session_state[KEPT][1])
        if before is not None and (before.has_model or not before.status.has_ended):
            return
    try:
        listings.forget(add.refresh(record.name).folder)
        run = queue.start(teaching(record.name, found.classes, name=_name(record, found)))
    except EmotionError as error:
        st.session_state[opened.PROBLEM] = str(error)
        return
    st.session_state[KEPT] = (found.fingerprint, run.id)


def _name(record: DataSet, found: Examples) -> str:
    """Of the run: its classes in the person's order."""
    named = [name for name in opened.names(record) if name in found.classes]
    return " or ".join(named)[:MAX_NAME]


def _await(run_id: str) -> None:
    run = own_runs.find(run_id)
    if run is None or run.status.has_ended:
        st.rerun(scope="app")
    waiting = run.status is Status.QUEUED and queue.active(here=True) is not None
    st.button(_("Waits for another run …") if waiting else _("Keeping it …"), key="teach_keeping", disabled=True,
              width="stretch")  # fmt: skip


def _kept(run: Run) -> None:
    """It is a run now: where to go with it."""
    st.success(_("Kept as **{name}**.", name=text.plain(run.title)), icon=":material/check:")
    with st.container(horizontal=True, key="teach_next"):
        if st.button(_("Try it on a photo"), key="teach_predict", icon=":material/mood:", on_click=model_choice.choose,
                     args=(run.id,)):  # fmt: skip
            st.switch_page(frame.PREDICT, query_params={"model": run.id})
        if st.button(_("Evaluate it"), key="teach_evaluate", icon=":material/fact_check:"):
            st.switch_page(frame.EVALUATE, query_params={"run": run.id})
        st.download_button(_("Take it with you"), functools.partial(bundle.pack, run.id), bundle.file_name(run.title),
                           "application/zip", key="teach_export", icon=":material/download:",
                           on_click="ignore")  # fmt: skip
