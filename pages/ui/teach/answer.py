"""What it answers now: to the camera, or to a photo that is dropped; or what is still missing before it can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.images import memory
from emotion.models import answer, marking
from emotion.system import N_, EmotionError, _
from pages.ui.shared import bars, live, text
from pages.ui.shared.face_html import answer_html

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from emotion.models import Predictor


CAMERA, PHOTO = N_("Camera"), N_("A photo")
PREVIEW = 700  # pixels


def show_answers(predictor: Predictor, classes: Sequence[str]) -> None:
    """Draws the answers; they are of the newest faces whenever the page is drawn.

    Args:
        predictor: what it has learned by now.
        classes: in the person's order.
    """
    order = [name for name in classes if name in predictor.info.classes]
    way = st.segmented_control(_("Try it on"), [CAMERA, PHOTO], default=CAMERA, key="teach_way", required=True,
                               format_func=_, label_visibility="collapsed", persist_state="session")  # fmt: skip
    if way == PHOTO:
        _photo(predictor, order)
    else:
        live.show_camera(predictor, order)


def missing(counts: Mapping[str, int]) -> str:
    """What to do before it can answer, in a sentence or two."""
    filled = [name for name, number in counts.items() if number]
    empty = [text.plain(name) for name, number in counts.items() if not number]
    if not filled:
        return _(
            "Drop a few pictures into each class, or take them with the camera. From the first face of each it answers "
            "here, and learns with every one."
        )
    return _("Now a picture of **{name}**: with one class alone there is nothing to tell apart.", name=empty[0])


def _photo(predictor: Predictor, order: Sequence[str]) -> None:
    sent = st.file_uploader(_("A photo to try it on"), key="teach_photo", label_visibility="collapsed",
                            max_upload_size=memory.upload_mb())  # fmt: skip
    if sent is None:
        st.caption(_("It is looked at and not kept."))
        return
    try:
        given = answer(sent.getvalue(), predictor, sent.name)
    except EmotionError as error:  # there is no detector here
        st.error(text.plain(str(error)), icon=":material/error:")
        return
    if given.picture is not None:
        small = given.picture.copy()
        small.thumbnail((PREVIEW, PREVIEW))
        scale = given.scale * max(given.picture.size) / max(small.size)
        with st.container(key="photo"):
            marked = marking.draw(small, given.faces, scale, all_classes=True)
            st.image(marking.as_jpeg(marked), width="stretch", alt=_("Your photo"))
    if given.error or not given.faces:
        st.warning(text.plain(given.error or given.note or ""), icon=":material/face:")
    for number, face in enumerate(given.faces, start=1):
        st.html(answer_html(face.headline(all_classes=True), number if len(given.faces) > 1 else None))
        st.html(bars.html(face, order))
