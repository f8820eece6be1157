"""Drawing the box around a face by hand, with mouse, finger or keyboard, where none or a wrong one was found."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from emotion.images import clipped
from emotion.system import _, in_script
from pages.ui.predict import answers
from pages.ui.shared import camera

if TYPE_CHECKING:
    from emotion.images import Box
    from pages.ui.predict.answers import Source


DRAWING = "drawing"  # session state: id of the picture that is drawn in
SMALLEST = 8  # pixels of the whole picture
STYLE = Path(__file__).with_name("box.css")
SCRIPT = camera.SENTENCES + Path(__file__).with_name("box.js").read_text(encoding="utf-8")

_component = st.components.v2.component(
    "box",
    html='<div class="box">\n</div>',
    css=STYLE.read_text(encoding="utf-8"),
    js=SCRIPT,
)


def begin(source: Source) -> None:
    """From now on the picture is shown to draw in. For callbacks."""
    st.session_state[DRAWING] = source.id


def is_open(source: Source) -> bool:
    return st.session_state.get(DRAWING) == source.id


def show_box(source: Source, jpeg: bytes, size: tuple[int, int], turn: int) -> None:
    """The picture with a box to move; each time it comes to rest, the face in it is answered.

    Args:
        jpeg: the picture, as large as is needed on the screen.
        size: width and height of the whole upright picture, in whose pixels the box is told.
        turn: by which it was turned for that, in degrees to the right.
    """
    key = f"box_{source.id}"

    def tell() -> None:
        drawn = as_box(st.session_state[key].box, size)  # it comes from the browser
        if drawn:
            answers.look(source, box=drawn, whole=False, turn=turn)

    _component(
        key=key,
        data={
            "token": f"{source.id}-{turn}",
            "picture": f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}",
            "width": size[0],
            "height": size[1],
            "smallest": SMALLEST,
            "box": answers.looking(source).box,
            "sentences": in_script(SCRIPT),
        },
        on_box_change=tell,
    )
    with st.container(horizontal=True):
        st.button(_("Done"), key="box_done", on_click=_end)
        st.button(_("Look for faces instead"), key="box_away", type="tertiary", on_click=_give_up, args=(source,))


def as_box(told: Any, size: tuple[int, int]) -> Box | None:
    """What a browser told, where it is a box of at least 8 pixels in a picture of `size` (width, height); else None."""
    if not isinstance(told, list) or len(told) != 4 or not all(type(edge) is int for edge in told):
        return None
    left, top, right, bottom = told
    inside = clipped((left, top, right, bottom), size)
    return inside if inside and min(inside[2] - inside[0], inside[3] - inside[1]) >= SMALLEST else None


def _end() -> None:
    st.session_state.pop(DRAWING, None)


def _give_up(source: Source) -> None:
    answers.look(source, box=None, whole=False)
    _end()
