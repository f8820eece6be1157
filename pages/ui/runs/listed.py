"""The table of the runs with the open one inside it: paging, ticking, unfolding a study."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from emotion.runs import table
from emotion.system import _, ngettext
from pages.ui.runs import rows as drawn
from pages.ui.runs.choose import PAGE
from pages.ui.shared import own_runs, pick
from pages.ui.shared.address import Choice

if TYPE_CHECKING:
    from emotion.runs import Run

OPEN = Choice("run", page="runs")
COMPARE = Choice("compare", page="runs")
TICKED, UNFOLDED = "runs_ticked", "runs_unfolded"  # session state: list of ids of runs; set of ids of studies
MOST_COMPARED = 6
A_PAGE = 25  # rows, of which a study is one
A_STUDY = 100  # trials of an unfolded study; the page Tune has all

Entry = table.RunRow | table.StudyRow


def ticked() -> list[str]:
    """Ids of the runs that are ticked, in the order in which they were."""
    found: list[str] = st.session_state.setdefault(TICKED, [])
    return found


def show_table(wanted: list[table.RunRow], show_open: Callable[[Run], None]) -> None:
    """Draws a page of the table.

    Args:
        wanted: the rows of all pages.
        show_open: draws what can be done with the open run; it stands below its row, or above the table where the run
            is on another page.
    """
    entries = table.grouped(wanted)
    pages = max(1, -(-len(entries) // A_PAGE))
    place = st.container()
    number = min(st.pagination(pages, key=PAGE), pages) if pages > 1 else 1
    here = _unfolded(entries[(number - 1) * A_PAGE : number * A_PAGE])
    opened = OPEN.adopt(lambda run_id: not run_id or own_runs.find(run_id) is not None, "")
    with place:
        _with_open(here, opened, show_open)
    if pages > 1:
        st.caption(_("{n} runs on {pages} pages.", n=len(wanted), pages=pages))
    else:
        st.caption(ngettext("{n} run.", "{n} runs.", len(wanted)))


def _unfolded(entries: list[Entry]) -> list[Entry]:
    """With the trials of the unfolded studies as rows of their own."""
    unfolded, found = st.session_state.setdefault(UNFOLDED, set()), list[Entry]()
    for entry in entries:
        found.append(entry)
        if isinstance(entry, table.StudyRow) and entry.study.id in unfolded:
            found += entry.rows[:A_STUDY]
    return found


def _with_open(here: list[Entry], opened: str, show_open: Callable[[Run], None]) -> None:
    """The table in two parts with the open run between them; only the first where none is open."""
    at = next((n for n, row in enumerate(here) if isinstance(row, table.RunRow) and row.run.id == opened), None)
    run = own_runs.find(opened) if opened else None
    if run is not None and at is None:
        show_open(run)
    shown = drawn.span([row.leader if isinstance(row, table.StudyRow) else row for row in here])
    cut = len(here) if at is None else at + 1
    _part("runs_above", here, 0, cut, shown, opened)
    if run is not None and at is not None:
        show_open(run)
    if cut < len(here):
        _part("runs_below", here, cut, len(here), shown, opened)


def _part(key: str, here: list[Entry], first: int, end: int, shown: tuple[float, float], opened: str) -> None:
    markup = drawn.markup(
        here[first:end], first, shown, opened=opened, ticked=ticked(), unfolded=st.session_state[UNFOLDED],
        head=first == 0,
    )  # fmt: skip
    pick.show_markup(key, markup, _("Runs; a name opens its run, a box ticks it to be compared"),
                     lambda word: _picked(word, here))  # fmt: skip


def _picked(word: str, here: list[Entry]) -> None:
    what, _dash, number = word.partition("-")
    entry = here[int(number)]
    if isinstance(entry, table.StudyRow):
        st.session_state[UNFOLDED] ^= {entry.study.id}
    elif what == "open":
        OPEN.set("" if st.session_state.get(OPEN.key) == entry.run.id else entry.run.id)
    elif entry.run.id in ticked():
        ticked().remove(entry.run.id)
    elif len(ticked()) < MOST_COMPARED:
        ticked().append(entry.run.id)
    else:
        st.toast(_("Up to {most} runs can be compared. Untick one first.", most=MOST_COMPARED))
