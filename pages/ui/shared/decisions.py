"""What was decided about the pictures of a data set: taking a decision, undoing it, handing all of them on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from emotion.data import CONFIRM, edits, in_force
from emotion.system import EmotionError, _, moment, ngettext, retold
from pages.ui.shared import text

if TYPE_CHECKING:
    from emotion.checks import Remedy
    from emotion.data import Change, Decision


LAST, PROBLEM = "decision_last", "decision_problem"  # session state: (folder, id) just taken; a sentence
SHOWN = 20


def take(root: Path, remedy: Remedy) -> None:
    """Takes what a remedy says as one decision. For callbacks."""
    decide(root, remedy.changes, remedy.why)


def decide(root: Path, changes: tuple[Change, ...], why: str) -> None:
    """Takes a decision. For callbacks."""
    try:
        taken = edits.decide(root, changes, why)
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)
        return
    st.session_state[LAST] = (str(root), taken.id)


def _undo(root: Path, decision_id: str) -> None:
    st.session_state.pop(LAST, None)
    try:
        edits.undo(root, decision_id)
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)


def done() -> None:
    """Says what was just decided, with its undo beside it."""
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(text.plain(problem), icon=":material/error:")
    folder, decision_id = st.session_state.get(LAST, ("", ""))
    taken = next((one for one in in_force(edits.read(Path(folder))) if one.id == decision_id), None)
    if taken is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="decision_done"):
        st.markdown(f":green[✓] {text.plain(in_words(taken))} {_('No file was changed.')}")
        st.button(_("Undo"), key="undo_last", on_click=_undo, args=(Path(folder), taken.id))


def in_words(decision: Decision) -> str:
    """Such as "12 pictures left out: identical copy."."""
    return f"{', '.join(map(_in_words, decision.changes))}: {retold(decision.why)}."


def _in_words(change: Change) -> str:
    n, to = len(change.files), change.to
    if change.action == CONFIRM:
        return ngettext("{n} picture confirmed", "{n} pictures confirmed", n)
    if change.action == "relabel":
        return ngettext("{n} picture called {name}", "{n} pictures called {name}", n, name=to)
    if change.action == "move":
        return ngettext("{n} picture moved to {name}", "{n} pictures moved to {name}", n, name=to)
    return ngettext("{n} picture left out", "{n} pictures left out", n)


def show_decisions(root: Path) -> None:
    """All decisions that hold, each with its undo; export and import."""
    held = in_force(edits.read(root))[::-1]
    with st.expander(_("What was decided about this data ({n})", n=len(held)), key="decisions"):
        if not held:
            st.caption(_("Nothing yet. What you leave out, relabel or move is kept here, beside your runs; the files "
                         "of the data are never changed, and every decision can be undone."))  # fmt: skip
        for decision in held[:SHOWN]:
            _row(root, decision)
        if len(held) > SHOWN:
            st.caption(_("The newest {n} are shown; the export holds all.", n=SHOWN))
        _exchange(root, bool(held))


def _row(root: Path, decision: Decision) -> None:
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.markdown(f"{text.plain(in_words(decision))} :small[{text.plain(_when(decision))}]")
    right.button(_("Undo"), key=f"undo_{decision.id}", width="stretch", on_click=_undo, args=(root, decision.id))


def _when(decision: Decision) -> str:
    try:
        told = moment(datetime.fromisoformat(decision.time).timestamp())
    except ValueError:
        told = decision.time
    return f"{told}, {decision.who}"


def _exchange(root: Path, any_held: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if any_held:
            st.download_button(_("Export"), edits.export(root), f"{root.name}-decisions.jsonl", "application/x-ndjson",
                               key="export_decisions", on_click="ignore")  # fmt: skip
        st.file_uploader(_("Import decisions (a .jsonl file that was exported here or elsewhere)"), type=["jsonl"],
                         key="import_decisions", on_change=_take_in, args=(root,))  # fmt: skip


def _take_in(root: Path) -> None:
    given = st.session_state.get("import_decisions")
    if given is None:
        return
    try:
        added = edits.take_in(root, given.getvalue())
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)
        return
    st.toast(ngettext("{n} decision added.", "{n} decisions added.", added))
