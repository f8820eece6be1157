"""Pictures that a check names, as small figures: those that belong together side by side."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from emotion import picture_facts
from pages.ui import words

A_PAGE = 18  # groups
MOST_OF_A_GROUP = 4

Groups = tuple[tuple[str, ...], ...]


def show(root: Path, groups: Groups, notes: Mapping[str, str], key: str, version: object) -> None:
    """Draws a page of groups, and a way to the others where there are more.

    Args:
        root: the data folder.
        groups: names of pictures.
        notes: name → a few words below it, beside its split and class.
        key: of the page number.
        version: changes when the files do.
    """
    pages = -(-len(groups) // A_PAGE)
    number = int(st.session_state.get(key, 1)) if pages > 1 else 1
    number = min(max(number, 1), pages)
    here = groups[(number - 1) * A_PAGE : number * A_PAGE]
    st.html(_html(root, here, dict(_some(notes, here)), version))
    if pages > 1:
        st.pagination(pages, key=key)


def _some(notes: Mapping[str, str], groups: Groups) -> list[tuple[str, str]]:
    return [(name, notes[name]) for group in groups for name in group if name in notes]


@st.cache_data(max_entries=64, show_spinner=False)
def _html(root: Path, groups: Groups, notes: dict[str, str], version: object) -> str:
    shown = [group[:MOST_OF_A_GROUP] for group in groups]
    names = [name for group in shown for name in group]
    facts = picture_facts.read(root, names)
    pictures = {name: facts.grey[place] if facts.ok[place] else None for place, name in enumerate(names)}
    items = []
    for group, whole in zip(shown, groups, strict=True):
        more = f"<figcaption>and {len(whole) - len(group):,} more</figcaption>" if len(whole) > len(group) else ""
        items.append(f"<li>{''.join(_figure(name, pictures[name], notes.get(name, '')) for name in group)}{more}</li>")
    return f'<ul class="found">{"".join(items)}</ul>'


def _figure(name: str, grey: np.ndarray | None, note: str) -> str:
    safe = words.markup(name)
    picture = (
        f'<span class="unread" title="{safe}">?</span>'
        if grey is None
        else f'<img src="{_data_url(grey)}" title="{safe}" alt="{safe}">'
    )
    return f"<figure>{picture}<figcaption>{words.markup(_place(name))}{_below(note)}</figcaption></figure>"


def _place(name: str) -> str:
    """Split and class: the folders that a file lies in."""
    return " ".join(name.split("/")[:-1][:2])


def _below(note: str) -> str:
    return f"<br>{words.markup(note)}" if note else ""


def _data_url(grey: np.ndarray) -> str:
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
