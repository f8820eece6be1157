"""A page of faces as one picture, whose faces can be pointed at, walked over with the arrow keys and opened.

Faces side by side in one picture.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image

from emotion.system import _
from pages.ui.shared import tones

if TYPE_CHECKING:
    from emotion.evaluation import Montage


HERE = Path(__file__).parent
STYLE, SCRIPT = HERE / "montage.css", HERE / "montage.js"


@dataclass(frozen=True)
class Cell:
    """One face of the page, as the browser needs it.

    Attributes:
        number: what is told when it is opened.
        name: of its file; shown as plain text only.
        words: truth, answer and probability in one line.
        wrong: whether it is a mistake: a thick outline and a cross.
        sign, tone: of the answer; tone is a colour's name in `theme.css`.
    """

    number: int
    name: str
    words: str
    wrong: bool
    sign: str
    tone: str


_component = st.components.v2.component(
    "montage",
    html='<div class="montage">\n</div>',
    css=tones.rules() + STYLE.read_text(encoding="utf-8"),
    js=SCRIPT.read_text(encoding="utf-8"),
)


def show_sheet(
    sheet: Montage, cells: list[Cell], label: str, token: str, selected: int | None, opened: Callable[[int], None]
) -> None:
    """Draws the page.

    Args:
        sheet: the faces in one picture.
        cells: the same faces in words, in the same order.
        label: of the whole grid, for screen readers.
        token: changes when the faces do; as long as it stays, focus and picture stay too.
        selected: number of the face that is open.
        opened: called with the number of a face that was clicked, or on which Enter was pressed.
    """
    key = "montage"

    def tell() -> None:
        number = st.session_state[key].opened
        if isinstance(number, int) and any(cell.number == number for cell in cells):  # it comes from the browser
            opened(number)

    _component(
        key=key,
        data={
            "token": token,
            "picture": f"data:image/jpeg;base64,{base64.b64encode(sheet.jpeg).decode()}",
            "size": sheet.cell,
            "columns": sheet.columns,
            "faces": [asdict(cell) for cell in cells],
            "label": label,
            "selected": selected,
        },
        on_opened_change=tell,
    )


def hint() -> str:
    """How a face of it is opened, as HTML; of keys only to who has some."""
    keys = _("With the keyboard: Tab to the faces, arrow keys, Enter.")
    return f'<div class="face-hint">{_("Click a face to see it large.")} <span class="keys">{keys}</span></div>'


GAP = 4  # pixels


def tiled(faces: np.ndarray, columns: int) -> Image.Image:
    """(N, 48, 48) uint8 faces row by row, with gaps that show what is behind."""
    size = faces.shape[1]
    rows = -(-len(faces) // columns)
    picture = Image.new("LA", (columns * (size + GAP) - GAP, rows * (size + GAP) - GAP))
    for place, face in enumerate(faces):
        left, top = place % columns * (size + GAP), place // columns * (size + GAP)
        picture.paste(Image.fromarray(face).convert("LA"), (left, top))
    return picture
