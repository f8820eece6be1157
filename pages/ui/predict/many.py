"""Many pictures at once: what came of them in a line, the strip of thumbnails, and which of them is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from emotion.system import _, ngettext, retold
from pages.ui.shared import bars, text

if TYPE_CHECKING:
    from emotion.recipes import ModelInfo
    from pages.ui.predict.answers import Shown, Source


A_PAGE = 12  # thumbnails
MOST_SIGNS = 3  # on a thumbnail
OPEN, MET = "open_picture", "met_pictures"  # session state: place of the open one; ids of all that were seen
CHANGING = "change_pictures"  # session state: the place for files is wanted though there are many
HIDDEN = "<style>div:has(> .st-key-given) { display: none; }</style>"


def put_away(sources: Sequence[Source]) -> bool:
    """Hides the place for files (the container "given") where many are there and nobody asked for it."""
    if not _unmet(sources) and st.session_state.get(CHANGING):
        return False
    st.session_state[CHANGING] = False
    if len(sources) > 1:
        st.html(HIDDEN)
    return len(sources) > 1


def tell(shown: Sequence[Shown], info: ModelInfo, is_away: bool) -> None:
    """Such as "12 photos · 7 happy, 5 sad, 0 unsure", and the button that brings the place for files back."""
    with st.container(horizontal=True, vertical_alignment="center", key="given_line"):
        st.markdown(summary(shown, info, bars.wanted(info)), width="content")
        title = _("Change") if is_away else _("Done")
        st.button(title, key="change_pictures_now", type="tertiary", icon=":material/edit:" if is_away else None,
                  on_click=_change, args=(is_away,))  # fmt: skip


def _change(wanted: bool) -> None:
    st.session_state[CHANGING] = wanted


def summary(shown: Sequence[Shown], info: ModelInfo, all_classes: bool) -> str:
    """What came of the pictures, as Markdown.

    Of a yes-or-no answer both classes are told, of all classes those that were answered; then what is unsure.
    """
    faces = sum(len(one.faces) for one in shown)
    headlines = Counter(mark for one in shown for mark in one.marks(all_classes))
    asked = info.classes if all_classes or info.pair is None else info.pair[::-1]
    told = [name for name in asked if headlines[name] or len(asked) == 2]
    parts = [f"{headlines[name]} {text.plain(name)}" for name in told]
    parts.append(_("{n} unsure", n=headlines["unsure"]))
    without = sum(one.error is None and not one.faces for one in shown)
    refused = sum(one.error is not None for one in shown)
    parts += [_("{n} without a face", n=without)] if without else []
    parts += [_("{n} not usable", n=refused)] if refused else []
    photos = ngettext("{n} photo", "{n} photos", len(shown))
    many = f", {ngettext('{n} face', '{n} faces', faces)}" if faces > len(shown) - without - refused else ""
    return f"**{photos}**{many} · {', '.join(parts)}"


def _unmet(sources: Sequence[Source]) -> list[int]:
    met: set[str] = st.session_state.get(MET, set())
    return [index for index, source in enumerate(sources) if source.id not in met]


def open_index(sources: Sequence[Source], shown: Sequence[Shown]) -> int:
    """Which of the pictures is open: of the new ones the first that is answered, else the one that was clicked."""
    new = _unmet(sources)
    if new:
        st.session_state[MET] = {source.id for source in sources} | st.session_state.get(MET, set())
        st.session_state[OPEN] = min(new, key=lambda index: (shown[index].error is not None, not shown[index].faces))
        st.session_state["strip_page"] = st.session_state[OPEN] // A_PAGE + 1
    return min(st.session_state.get(OPEN, 0), len(sources) - 1)


def strip(shown: Sequence[Shown], is_open: int, info: ModelInfo) -> None:
    """The thumbnails of many pictures, twelve a page, each with the sign of its answer."""
    pages = -(-len(shown) // A_PAGE)
    first = (min(st.session_state.get("strip_page", 1), pages) - 1) * A_PAGE
    grid = st.grid("auto", min_column_width=76, gap="small", key="strip")
    for index in range(first, min(first + A_PAGE, len(shown))):
        with grid.cell():
            _thumbnail(shown[index], index, index == is_open, bars.wanted(info))
    if pages > 1:
        st.pagination(pages, key="strip_page")


def refused(shown: Sequence[Shown]) -> None:
    """The pictures that could not be used, by name, with the reason."""
    lost = [one for one in shown if one.error is not None]
    if lost:
        said = ngettext("{n} picture could not be used", "{n} pictures could not be used", len(lost))
        with st.expander(said, icon=":material/error:"):
            for one in lost:
                st.text(f"{one.name}: {retold(one.error or '')}")


def _thumbnail(shown: Shown, index: int, is_open: bool, all_classes: bool) -> None:
    headlines = [face.headline(all_classes) for face in shown.faces]
    signs = "".join(text.short(said) for said in headlines[:MOST_SIGNS])
    mark = "✕" if shown.error else signs or "–"
    with st.container(key=f"thumb_{index}"):
        if shown.thumbnail:
            faces = ", ".join(map(text.mark, shown.marks(all_classes))) or _("no face")
            alt = _("Picture {number}: {faces}", number=index + 1, faces=faces)
            st.image(shown.thumbnail, width="stretch", alt=alt)
        else:
            st.html(f'<div class="empty" role="img" aria-label="{text.markup(_("could not be used"))}"></div>')
        st.button(
            f"{mark} {index + 1}",
            key=f"open_{index}",
            type="primary" if is_open else "secondary",
            on_click=_open,
            args=(index,),
        )


def _open(index: int) -> None:
    st.session_state[OPEN] = index
