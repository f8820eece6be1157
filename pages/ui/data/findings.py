"""The findings of a check as cards: what, why it matters, the pictures, and one click that mends it.

Pictures that a check names, as small figures: those that belong together side by side.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image

from emotion.checks import check, picture_facts
from emotion.system import _, language, number, retold
from pages.ui.shared import decisions, text

if TYPE_CHECKING:
    from emotion.checks import Finding, Report


def show_findings(report: Report) -> None:
    """Draws a card for each finding, in the order of their weight."""
    for finding in report.findings:
        st.fragment(_card)(report, finding)
    clean = check.not_found(report)
    if clean and report.findings:
        st.caption(_("✓ Looked for and not found: {findings}.", findings=", ".join(map(retold, clean))))
    if not report.findings:
        st.success(_("Nothing is wrong with these pictures as far as a program can see."), icon=":material/check:")


def _card(report: Report, finding: Finding) -> None:
    with st.container(border=True, key=f"finding_{finding.kind}"):
        badge = f":red-badge[{_('serious')}] " if finding.serious else ""
        st.markdown(f"{badge}**{text.plain(text.capital(retold(finding.title)))}**")
        st.caption(text.plain(retold(finding.why)))
        if finding.groups:
            key = f"page_{finding.kind}"
            show_pictures(report.root, finding.groups, finding.notes, key, report.fingerprint)
        with st.container(horizontal=True):
            for place, remedy in enumerate(finding.remedies):
                title = retold(remedy.title)
                title = f"{title} ({number(remedy.count)})" if remedy.count > 1 else title
                if st.button(text.plain(title), key=f"{finding.kind}_{remedy.name}",
                             type="secondary" if place == 0 else "tertiary", on_click=decisions.take,
                             args=(report.root, remedy)):  # fmt: skip
                    st.rerun()  # the whole page: a card alone would still show what is no longer there


A_PAGE = 18  # groups
MOST_OF_A_GROUP = 4

Groups = tuple[tuple[str, ...], ...]


def show_pictures(root: Path, groups: Groups, notes: Mapping[str, str], key: str, version: object) -> None:
    """Draws a page of groups, and a way to the others where there are more.

    Args:
        root: the data folder.
        groups: names of pictures.
        notes: name → a few words below it, beside its split and class.
        key: of the page number.
        version: changes when the files do.
    """
    pages = -(-len(groups) // A_PAGE)
    at = int(st.session_state.get(key, 1)) if pages > 1 else 1
    at = min(max(at, 1), pages)
    here = groups[(at - 1) * A_PAGE : at * A_PAGE]
    st.html(_html(root, here, {name: retold(note) for name, note in _some(notes, here)}, version, language()))
    if pages > 1:
        st.pagination(pages, key=key)


def _some(notes: Mapping[str, str], groups: Groups) -> list[tuple[str, str]]:
    return [(name, notes[name]) for group in groups for name in group if name in notes]


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=text.NAMES)
def _html(root: Path, groups: Groups, notes: dict[str, str], version: object, spoken: str) -> str:
    shown = [group[:MOST_OF_A_GROUP] for group in groups]
    names = [name for group in shown for name in group]
    facts = picture_facts.read(root, names)
    pictures = {name: facts.grey[place] if facts.ok[place] else None for place, name in enumerate(names)}
    items = []
    for group, whole in zip(shown, groups, strict=True):
        more = ""
        if len(whole) > len(group):
            more = f"<figcaption>{_('and {n} more', n=len(whole) - len(group))}</figcaption>"
        items.append(f"<li>{''.join(_figure(name, pictures[name], notes.get(name, '')) for name in group)}{more}</li>")
    return f'<ul class="found">{"".join(items)}</ul>'


def _figure(name: str, grey: np.ndarray | None, note: str) -> str:
    safe = text.markup(name)
    picture = (
        f'<span class="unread" title="{safe}">?</span>'
        if grey is None
        else f'<img src="{_data_url(grey)}" title="{safe}" alt="{safe}">'
    )
    return f"<figure>{picture}<figcaption>{text.markup(_place(name))}{_below(note)}</figcaption></figure>"


def _place(name: str) -> str:
    """Split and class: the folders that a file lies in."""
    return " ".join(name.split("/")[:-1][:2])


def _below(note: str) -> str:
    return f"<br>{text.markup(note)}" if note else ""


def _data_url(grey: np.ndarray) -> str:
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
