"""The findings of a check as cards: what, why it matters, the pictures, and one click that mends it."""

from __future__ import annotations

import streamlit as st

from emotion import check
from emotion.check import Report
from emotion.findings import Finding
from pages.ui import data_decisions, data_pictures, words

SEVERE = ("sharpness", "twins", "conflicts")  # said to be serious: with them a score or a label is wrong


def show(report: Report) -> None:
    """Draws a card for each finding, in the order of their weight."""
    for finding in report.findings:
        st.fragment(_card)(report, finding)
    clean = check.not_found(report)
    if clean and report.findings:
        st.caption(f"✓ Looked for and not found: {', '.join(clean)}.")
    if not report.findings:
        st.success("Nothing is wrong with these pictures as far as a program can see.", icon=":material/check:")


def _card(report: Report, finding: Finding) -> None:
    with st.container(border=True, key=f"finding_{finding.kind}"):
        badge = ":red-badge[serious] " if finding.kind in SEVERE else ""
        st.markdown(f"{badge}**{words.plain(words.capital(finding.title))}**")
        st.caption(words.plain(finding.why))
        if finding.groups:
            key = f"page_{finding.kind}"
            data_pictures.show(report.root, finding.groups, finding.notes, key, report.fingerprint)
        with st.container(horizontal=True):
            for place, remedy in enumerate(finding.remedies):
                title = f"{remedy.title} ({remedy.count:,})" if remedy.count > 1 else remedy.title
                if st.button(words.plain(title), key=f"{finding.kind}_{remedy.name}",
                             type="secondary" if place == 0 else "tertiary", on_click=data_decisions.take,
                             args=(report.root, remedy)):  # fmt: skip
                    st.rerun()  # the whole page: a card alone would still show what is no longer there
